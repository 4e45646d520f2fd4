package io.quorumlog.session;

import java.util.List;

/** A picture of the node at one moment, for STATUS, LEADER and MEMBERS; made when asked for. */
public record NodeStatus(
        String version,
        int nodeId,
        String role,
        long term,
        int votedFor,
        int leaderId,
        String leaderAddress,
        long leaderContactMs,
        long uptimeMs,
        String durability,
        long firstIndex,
        long lastIndex,
        long durableIndex,
        long commitIndex,
        long lastClientIndex,
        long logBytes,
        long clientConnections,
        long appendsTotal,
        long readsTotal,
        long electionsTotal,
        long flushesTotal,
        List<Member> members) {
    /** {@link #leaderContactMs} of a node that has never heard of a leader. */
    public static final long NEVER = -1;
    /** A figure that only a leader knows. */
    public static final long UNKNOWN = -1;

    /** A member as this node sees it; {@code role} is "leader", "follower" or, while no leader is known, "unknown". */
    public record Member(
            int id,
            String peerAddress,
            String clientAddress,
            String role,
            boolean connected,
            long matchIndex,
            long lastContactMs) {}
}
