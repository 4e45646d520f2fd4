package io.quorumlog.raft;

import io.quorumlog.codec.peer.AppendReply;
import io.quorumlog.codec.peer.VoteReply;

/**
 * What differs between roles, with the state that lives only as long as the role. A role never changes term or role by
 * itself: it calls a transition of {@link Raft}, as its last act.
 */
abstract sealed class Role permits Follower, PreCandidate, Candidate, Leader {
    static final int NO_LEADER = 0;

    abstract RoleKind kind();

    /** Called once, when the role has been taken up. */
    void begin() {}

    /** The leader that this role knows of. */
    int leaderId() {
        return NO_LEADER;
    }

    /** More of what was written is durable. */
    void onDurable() {}

    /** An answer of the current term to a vote or pre-vote. */
    void onVoteReply(final int slot, final VoteReply reply) {
        // Late: the election that it belongs to is over.
    }

    /** A follower's answer of the current term. */
    void onAppendReply(final int slot, final AppendReply reply) {
        // Late: this member led earlier in this term and has stepped down.
    }

    void onConnection(final int slot, final boolean up) {}

    /** The member is heard, but has no message. */
    void onAlive(final int slot) {}

    /** When {@link #fireTimers()} has something to do. */
    abstract long deadlineNs();

    abstract void fireTimers();

    /** Sends what this turn has brought. */
    void sendPending() {}
}
