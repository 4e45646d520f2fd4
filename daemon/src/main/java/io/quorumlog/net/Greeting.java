package io.quorumlog.net;

import io.quorumlog.codec.peer.Handshake;
import io.quorumlog.log.ClusterIdentity;
import io.quorumlog.replica.ReplicaPort;
import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;
import org.agrona.MutableDirectBuffer;

/** What this member says of itself when a connection begins, and whom it refuses by what the other end says. */
final class Greeting {
    private final int nodeId;
    private final int[] memberIds;
    private final PeerLinks links;
    private final ReplicaPort replica;
    private final Handshake handshake = new Handshake();
    private final long incarnation = ThreadLocalRandom.current().nextLong();

    /** @param memberIds of all members, ascending */
    Greeting(final int nodeId, final int[] memberIds, final PeerLinks links, final ReplicaPort replica) {
        this.nodeId = nodeId;
        this.memberIds = memberIds;
        this.links = links;
        this.replica = replica;
    }

    /**
     * @param refusesDouble whether it answers the handshake of a {@link #isDouble double}
     * @return the frame's length
     */
    int encode(final MutableDirectBuffer buffer, final int offset, final boolean refusesDouble) {
        handshake
                .wrapAndEncode(buffer, offset, nodeId, replica.term())
                .clusterId(replica.clusterIdHigh(), replica.clusterIdLow())
                .blank(replica.isBlank())
                .refusesDouble(refusesDouble)
                .incarnation(incarnation)
                .members(memberIds);
        return handshake.frameLength();
    }

    /**
     * Why a connection with this handshake can't be, in words; null if it can.
     *
     * @param dialed the link that dialed it; null where it was accepted
     */
    String refusal(final Handshake theirs, final PeerLink dialed) {
        if (theirs.protocolVersion() != Handshake.PROTOCOL_VERSION) {
            return "it speaks version " + theirs.protocolVersion() + " of the protocol, this member "
                    + Handshake.PROTOCOL_VERSION;
        }
        if (!hasOurMembers(theirs)) {
            return "its cluster has the members " + membersOf(theirs) + ", ours " + Arrays.toString(memberIds);
        }
        if (theirs.from() == nodeId) {
            return "it claims to be member " + theirs.from() + ", as this member is";
        }
        if (dialed != null && theirs.from() != dialed.id()) {
            return "member " + theirs.from() + " answers at the address of member " + dialed.id();
        }
        final PeerLink link = links.link(theirs.from());
        if (link == null) {
            return "member " + theirs.from() + " is not of this cluster";
        }
        if (dialed == null && link.dials()) {
            return "member " + theirs.from() + " dialed, which is for the lower id to do";
        }
        final String foreign = clusterRefusal(theirs.from(), theirs.clusterIdHigh(), theirs.clusterIdLow());
        if (foreign != null) {
            return foreign;
        }
        if (dialed == null && isDouble(theirs.from(), theirs.incarnation())) {
            return "another process is connected as member " + theirs.from() + ", from "
                    + link.current().address() + ": if one of the two runs on a copy of the other's data, stop it";
        }
        if (dialed != null && theirs.refusesDouble()) {
            return "member " + theirs.from() + " is connected with another process that runs as member " + nodeId
                    + ": if one of the two runs on a copy of the other's data, stop it";
        }
        return null;
    }

    /**
     * Whether a process says that it is a member with which there is a connection, but which is another process. A copy of a
     * member's data does: it would take the member's place and vote a second time, for a log that is long past. A member that
     * has restarted closed its connections before, or the silence on them ends them soon.
     */
    boolean isDouble(final int member, final long incarnation) {
        final PeerLink link = links.link(member);
        return link != null && link.current() != null && link.current().theirIncarnation() != incarnation;
    }

    /**
     * Why a member can't be of this one's cluster, in words; null if it can. Ids may differ only where one side knows none
     * yet, which both halves 0 mean.
     */
    String clusterRefusal(final int member, final long theirHigh, final long theirLow) {
        final long high = replica.clusterIdHigh();
        final long low = replica.clusterIdLow();
        if (!isClusterKnown() || (theirHigh | theirLow) == 0 || theirHigh == high && theirLow == low) {
            return null;
        }
        return "member " + member + " is of cluster " + ClusterIdentity.idText(theirHigh, theirLow) + ", this one of "
                + ClusterIdentity.idText(high, low);
    }

    /** Whether this member knows which cluster it is of. Once known, that never changes. */
    boolean isClusterKnown() {
        return (replica.clusterIdHigh() | replica.clusterIdLow()) != 0;
    }

    private boolean hasOurMembers(final Handshake theirs) {
        if (theirs.memberCount() != memberIds.length) {
            return false;
        }
        for (int i = 0; i < memberIds.length; i++) {
            if (theirs.member(i) != memberIds[i]) {
                return false;
            }
        }
        return true;
    }

    private static String membersOf(final Handshake theirs) {
        final int[] ids = new int[theirs.memberCount()];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = theirs.member(i);
        }
        return Arrays.toString(ids);
    }
}
