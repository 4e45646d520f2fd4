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

    /** This member is blank, and for that alone did not vote; {@code reason} in words. */
    void onVoteWithheld(int candidate, long term, String reason);

    /** This member is blank no more: {@code leaderId} has brought it up to date, or founds the cluster. */
    void onBlanknessEnded(long term, int leaderId);

    /**
     * A member can't be sent the next entry that it lacks: {@code max-entry-bytes} was larger when it was appended than it is
     * now. Called at each attempt.
     */
    void onEntryTooLarge(int member, long index, int payloadBytes);

    /** Role, term or known leader changed. */
    void onRole(RoleKind role, long term, int leaderId, String reason);
}
