package io.quorumlog.raft;

/**
 * A follower as its leader sees it. Probing (one message at a time, until the logs are known to agree somewhere) or
 * streaming (pipelined: {@code nextIndex} runs ahead of what is acknowledged). A new connection and a refusal return to
 * probing.
 *
 * <p>Invariants: {@code matchIndex < nextIndex <= lastIndex + 1}; matchIndex rises within a connection.
 */
final class Progress {
    private final InflightWindow window = new InflightWindow();
    private long matchIndex;
    private long nextIndex;
    private boolean connected;
    private boolean streaming;
    private boolean probeOut;
    private long probedIndex;
    private boolean blank;
    private long lastHeardNs;
    private long lastCountedNs;
    private long round;
    private long commitTold;
    private long messagesSent;
    private long lastSentNs; // a message with entries
    private int catchUpMessages = RaftLimits.CATCH_UP_MESSAGES;
    private long lagAtHeartbeat = Long.MAX_VALUE;

    Progress(final long nextIndex, final boolean connected, final boolean blank, final long nowNs) {
        this.nextIndex = nextIndex;
        this.connected = connected;
        this.blank = blank;
        lastHeardNs = nowNs;
        lastCountedNs = nowNs;
    }

    /** Up to here the follower's log is known to be durable and equal to the leader's. */
    long matchIndex() {
        return matchIndex;
    }

    /** The same as far as it counts for a commit: nothing of a follower that is blank. */
    long countedIndex() {
        return blank ? 0 : matchIndex;
    }

    /** Whether the follower was blank when it was last heard of: its answers count for nothing but its own catching up. */
    boolean isBlank() {
        return blank;
    }

    /** The entry that is sent next. */
    long nextIndex() {
        return nextIndex;
    }

    boolean isConnected() {
        return connected;
    }

    boolean isStreaming() {
        return streaming;
    }

    /** When the follower was last heard of in this term. */
    long lastHeardNs() {
        return lastHeardNs;
    }

    /** When the follower was last heard of and not blank: what check-quorum goes by. */
    long lastCountedNs() {
        return lastCountedNs;
    }

    /** The newest round that the follower has answered, not being blank. */
    long round() {
        return round;
    }

    /** The commit index that the follower was told last. */
    long commitTold() {
        return commitTold;
    }

    /** How many messages the follower has been sent. */
    long messagesSent() {
        return messagesSent;
    }

    /** Whether a message with entries may be sent now. */
    boolean maySend() {
        return connected && (streaming ? !window.isFull() : !probeOut);
    }

    /**
     * Whether, where {@link #maySend} says so, a message may be one of entries that are committed already while others are
     * appended: only as many are under way as bring the follower nearer, but from time to time there is one more, so that it
     * goes on over a long way too.
     */
    boolean mayCatchUp(final long nowNs) {
        return !streaming || window.count() < catchUpMessages || nowNs - lastSentNs >= RaftLimits.CATCH_UP_PACE_NS;
    }

    /**
     * A new connection may lead to a process that holds less than its predecessor (page-cache mode and a power failure), so
     * what it holds is found anew, beginning where it was.
     */
    void onConnected(final boolean isBlank) {
        connected = true;
        blank = isBlank;
        probe(matchIndex > 0 ? matchIndex + 1 : nextIndex);
        matchIndex = 0;
        catchUpMessages = RaftLimits.CATCH_UP_MESSAGES;
        lagAtHeartbeat = Long.MAX_VALUE;
    }

    void onDisconnected() {
        connected = false;
    }

    void onHeard(final long nowNs, final long answeredRound, final boolean isBlank) {
        lastHeardNs = nowNs;
        blank = isBlank;
        if (!isBlank) {
            lastCountedNs = nowNs;
            round = Math.max(round, answeredRound);
        }
    }

    /** It is heard, but says nothing. */
    void onAlive(final long nowNs) {
        lastHeardNs = nowNs;
        if (!blank) {
            lastCountedNs = nowNs;
        }
    }

    void onMatch(final long index) {
        if (index > matchIndex) {
            matchIndex = index;
            window.acknowledge(index);
        }
        if (!streaming && matchIndex >= nextIndex - 1) {
            streaming = true;
            window.clear();
            nextIndex = Math.max(nextIndex, probedIndex + 1);
        }
        nextIndex = Math.max(nextIndex, matchIndex + 1);
    }

    /** Whether a refusal of the message behind {@code prevIndex} speaks of what was sent last, and not of old times. */
    boolean isCurrentRefusal(final long prevIndex) {
        return prevIndex > matchIndex && prevIndex < nextIndex && (streaming || prevIndex == nextIndex - 1);
    }

    /** Goes back to one message at a time, from an entry on. */
    void probe(final long fromIndex) {
        streaming = false;
        probeOut = false;
        nextIndex = Math.max(fromIndex, matchIndex + 1);
        probedIndex = nextIndex - 1;
        window.clear();
    }

    /** A message with entries up to {@code lastIndex} is on its way; none if it is below {@link #nextIndex()}. */
    void onSent(final long lastIndex, final long leaderCommit, final long nowNs) {
        commitTold = leaderCommit;
        messagesSent++;
        if (!streaming) {
            probeOut = true;
            probedIndex = Math.max(probedIndex, lastIndex);
        } else if (lastIndex >= nextIndex) {
            window.add(lastIndex);
            nextIndex = lastIndex + 1;
            lastSentNs = nowNs;
        }
    }

    /**
     * A heartbeat later an unanswered probe may be repeated, and it shows whether the follower has come nearer.
     *
     * @param lastIndex the leader's last
     */
    void onHeartbeat(final long lastIndex) {
        probeOut = false;
        final long lag = lastIndex - matchIndex;
        catchUpMessages = lag > lagAtHeartbeat
                ? Math.min(2 * catchUpMessages, RaftLimits.WINDOW_MESSAGES)
                : Math.max(catchUpMessages / 2, RaftLimits.CATCH_UP_MESSAGES);
        lagAtHeartbeat = lag;
    }
}
