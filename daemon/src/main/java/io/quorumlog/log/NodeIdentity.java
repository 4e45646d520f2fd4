package io.quorumlog.log;

import io.quorumlog.codec.peer.Handshake;
import java.util.Arrays;

/** Whose log this is: the node's own id and the ids of all members, ascending, its own among them. */
public record NodeIdentity(int nodeId, int[] memberIds) {
    /** More members than any cluster has. */
    public static final int MAX_MEMBERS = Handshake.MAX_MEMBERS;

    /** @param memberIds in any order; copied */
    public NodeIdentity {
        memberIds = memberIds.clone();
        Arrays.sort(memberIds);
        if (!isPossible(nodeId, memberIds)) {
            throw new IllegalArgumentException("node " + nodeId + " of members " + Arrays.toString(memberIds));
        }
    }

    /** Whether there may be such a node; {@code memberIds} ascend. */
    static boolean isPossible(final int nodeId, final int[] memberIds) {
        return memberIds.length <= MAX_MEMBERS && Arrays.binarySearch(memberIds, nodeId) >= 0;
    }

    /** A copy. */
    @Override
    public int[] memberIds() {
        return memberIds.clone();
    }

    @Override
    public boolean equals(final Object other) {
        return other instanceof NodeIdentity identity
                && nodeId == identity.nodeId
                && Arrays.equals(memberIds, identity.memberIds);
    }

    @Override
    public int hashCode() {
        return 31 * nodeId + Arrays.hashCode(memberIds);
    }

    @Override
    public String toString() {
        return "node " + nodeId + " of members " + Arrays.toString(memberIds);
    }
}
