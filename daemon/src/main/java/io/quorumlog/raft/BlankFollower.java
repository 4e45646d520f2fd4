package io.quorumlog.raft;

/**
 * How far a leader is with ending one follower's blankness. A follower whose disk was wiped may have voted, acknowledged
 * entries and entered terms that it does not remember; from when it is blank no more it is counted again, so all of that
 * must have become harmless. One object a follower; begins anew with each connection, for a new one may lead to a new disk.
 *
 * <ol>
 *   <li>The follower says BLANK on this connection. What it forgot, it had promised before that.
 *   <li>A round of messages begun after that is answered by members that are not blank: then no leader of a later term was
 *       elected before the wipe with the follower's help. Its majority and this one have a member in common, which is not
 *       the follower, and which would not have answered.
 *   <li>An entry of the leader's own term is committed. So its log has all that was committed in earlier terms, and what
 *       the follower acknowledged in this term is committed by now, or counted only if it acknowledges it anew.
 *   <li>The follower holds all that was committed then ({@link #endIndex}) durably: the leader's next message ends it.
 * </ol>
 *
 * <p>There remains a candidate of a later term that has the follower's vote in its pocket and goes on collecting. If every
 * other member has answered the round, there is none. If only a majority has (more than three members, some away), the
 * leader waits until its time has run out: candidates count no votes after the election timeout for which they asked
 * ({@link Candidate}), which is less than two shortest ones, on their own monotonic clocks.
 *
 * <p>Where the leader was itself elected with a blank member's vote, every member has entered its term for that, and knows
 * of nothing that the leader lacks ({@link VoteInquiries}): the followers that have been connected since need but hold its
 * log up to the first entry of its term, committed or not. Without this, one member with a log and blank ones would elect
 * a leader that can never count a majority.
 */
final class BlankFollower {
    private static final long NONE = 0;

    private long connectedNs;
    private long round;
    private long endIndex;
    private boolean told;

    BlankFollower(final long nowNs) {
        connectedNs = nowNs;
    }

    /** A connection begins, or ends. */
    void reset(final long nowNs) {
        connectedNs = nowNs;
        round = NONE;
        endIndex = NONE;
        told = false;
    }

    /** Whether the follower waits for a round to begin that confirms this leader. */
    boolean needsRound() {
        return round == NONE && endIndex == NONE;
    }

    void confirmBy(final long newRound) {
        round = newRound;
    }

    /** The round whose answers confirm that this leader led after the follower was wiped. */
    long round() {
        return round;
    }

    boolean isConfirmed() {
        return endIndex != NONE;
    }

    /** What the follower must hold is known now. */
    void confirmed(final long index) {
        endIndex = index;
    }

    /** Whether a majority is enough by now, because whoever campaigned before the connection has given up. */
    boolean majoritySuffices(final long nowNs, final long electionTimeoutNs) {
        return nowNs - connectedNs >= RaftLimits.BLANK_TIMEOUTS * electionTimeoutNs;
    }

    /** Whether messages to the follower are to end its blankness, as it holds what it must. */
    boolean isEnding(final long matchIndex) {
        return endIndex != NONE && matchIndex >= endIndex;
    }

    /** Whether the follower, whose blankness is ending, is yet to be told so. */
    boolean isUntold() {
        return !told;
    }

    void told() {
        told = true;
    }
}
