package io.quorumlog.replica;

import io.quorumlog.raft.RoleKind;

/** What a replica is told about the node around it when a person asks, and whom it tells what an operator should see. */
public interface Surroundings {
    /** Whether a connection to that member stands. */
    boolean isConnected(int member);

    /** Clients connected now. */
    long clientConnections();

    /** Flushes of the log since the start. */
    long flushesTotal();

    /** Role, term or known leader changed. */
    void onRole(RoleKind role, long term, int leaderId, String reason);
}
