package io.quorumlog.raft;

import io.quorumlog.codec.peer.AppendEntries;
import io.quorumlog.codec.peer.PeerMessage;

/**
 * What the core asks of the world besides the log, in the order in which it must happen. The calls do not fail and do not
 * re-enter the core: what goes wrong later comes back as an input, or stops the node.
 */
public interface RaftEffects {
    /** Sends a message without entries; it is lost where there is no connection. A view, valid during the call. */
    void send(int to, PeerMessage message);

    /**
     * Sends the message with as many entries behind it, from {@code firstIndex} on, as fit {@code maxBytes} (the first
     * one always fits), in one frame.
     *
     * @return index of the last entry that was put into it; {@code firstIndex - 1} if the connection took nothing
     */
    long sendEntries(int to, AppendEntries message, long firstIndex, int maxBytes);

    /** All entries up to here are committed. Rises with each call. */
    void onCommit(long commitIndex);

    /** This member is blank, and a vote was not given for that alone; {@code reason} in words. */
    void onVoteWithheld(int candidate, long term, String reason);

    /** This member is blank no more; {@code leaderId} brought it up to date, or founds the cluster. */
    void onBlanknessEnded(long term, int leaderId);

    /** Role, term or known leader changed; {@code leaderId} 0 while none is known; {@code reason} in words. */
    void onRole(RoleKind role, long term, int leaderId, String reason);
}
