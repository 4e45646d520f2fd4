package io.quorumlog.raft;

import org.agrona.DirectBuffer;

/**
 * What a core is told once.
 *
 * @param memberId this member
 * @param memberIds all members, ascending, this one among them
 * @param heartbeatNs a leader's longest silence
 * @param electionTimeoutNs shortest time without a leader after which a follower campaigns; each wait is drawn from one to
 *     two of it (thesis 3.4)
 * @param clusterIdentity payload of the entry by which this member, as the first leader of a new cluster, would name it
 */
public record RaftConfig(
        int memberId, int[] memberIds, long heartbeatNs, long electionTimeoutNs, DirectBuffer clusterIdentity) {
    public RaftConfig {
        if (memberIds.length == 0 || heartbeatNs <= 0 || electionTimeoutNs < 2 * heartbeatNs) {
            throw new IllegalArgumentException(
                    "heartbeatNs=" + heartbeatNs + " electionTimeoutNs=" + electionTimeoutNs);
        }
    }
}
