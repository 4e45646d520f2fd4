package io.quorumlog.replica;

import java.util.List;

/**
 * What a replica is told once.
 *
 * @param memberId this member
 * @param members all members, ascending by id, this one among them
 * @param heartbeatNs a leader's longest silence
 * @param electionTimeoutNs shortest time without a leader after which a follower campaigns
 * @param maxEntryBytes largest payload
 * @param newClusterIdHigh high half of the id that this member would give a new cluster; drawn at random by the caller
 * @param version of the program, for STATUS
 * @param durability {@code fsync} or {@code page-cache}, for STATUS
 */
public record ReplicaConfig(
        int memberId,
        List<Member> members,
        long heartbeatNs,
        long electionTimeoutNs,
        int maxEntryBytes,
        long newClusterIdHigh,
        long newClusterIdLow,
        String version,
        String durability) {
    public ReplicaConfig {
        members = List.copyOf(members);
    }

    /** A member and its addresses as people write them, {@code host:port}. */
    public record Member(int id, String peerAddress, String clientAddress) {}

    /** The members' ids, ascending. */
    public int[] memberIds() {
        return members.stream().mapToInt(Member::id).toArray();
    }
}
