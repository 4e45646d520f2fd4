package io.quorumlog.raft;

import io.quorumlog.codec.peer.PeerLimits;

/** The core's bounds, each with its reason. */
final class RaftLimits {
    /** Messages with entries that a follower may owe an answer to: enough to fill a link over which a flush takes long. */
    static final int WINDOW_MESSAGES = 64;

    /**
     * Messages of committed entries, which a follower lacks for having been away, that it may owe an answer to while others are
     * appended. What comes in while it flushes is flushed at once by the next flush: this bounds how long that keeps the disk
     * busy, and the flushes of others waiting. It is doubled for as long as the follower falls farther behind.
     */
    static final int CATCH_UP_MESSAGES = 2;

    /** Entries of such a message, in bytes: the rest of the node, and others on the same processors, wait while it is taken. */
    static final int CATCH_UP_BYTES = 64 * 1024;

    /** So long after the last message, such a follower gets one more, however many are unanswered. */
    static final long CATCH_UP_PACE_NS = 1_250_000;

    /** Entries of one message, in bytes: {@link PeerLimits#MAX_BATCH_BYTES}. */
    static final int BATCH_BYTES = PeerLimits.MAX_BATCH_BYTES;

    /** Entries of a probe, in bytes: most probes are refused or find a follower that is up to date. */
    static final int PROBE_BYTES = 16 * 1024;

    /** Messages with entries to one follower in one turn, so that a catch-up leaves room for the rest of the turn. */
    static final int MESSAGES_A_TURN = 4;

    /**
     * Bytes of entries that a leader takes before their predecessors are committed. Above it clients wait: what is not
     * committed can only grow for as long as the followers are slow, never without bound.
     */
    static final long UNCOMMITTED_BYTES = 64L * 1024 * 1024;

    /** Share of a heartbeat after which followers are told of a new commit index if no entry has taken it along. */
    static final int COMMIT_NOTICE_SHARE = 10;

    /**
     * Share of an election timeout by which each follower whose connection to the leader broke campaigns after the one before
     * it, so that they do not collide: long against a message's way, short against a timeout. The first does so at once.
     */
    static final int CAMPAIGN_TURN_SHARE = 60;

    /**
     * Share of an election timeout after which the first member campaigns when all have come up and none has heard a leader: as
     * long as a leader that is at work may need to say something.
     */
    static final int FIRST_CAMPAIGN_SHARE = 30;

    /** Share of an election timeout from which the delay is drawn after which a lost election is tried again. */
    static final int RETRY_SHARE = 30;

    /** Election timeouts without a completed flush after which a leader leaves office. */
    static final int STALLED_DISK_TIMEOUTS = 10;

    /**
     * Election timeouts that a blank follower must have been connected for if only a majority, and not every other member,
     * confirms the leader that brings it up to date. A candidate that asked before that has given up after two of them; the
     * third is for clocks that differ.
     */
    static final int BLANK_TIMEOUTS = 3;

    /**
     * Election timeouts from its start for which a blank member waits for all others before it campaigns. Whoever is there
     * when the cluster is founded is blank no more with the first message; whoever comes later needs all the others for that.
     */
    static final int FOUNDING_TIMEOUTS = 5;

    private RaftLimits() {}
}
