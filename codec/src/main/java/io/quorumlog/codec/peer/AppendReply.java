package io.quorumlog.codec.peer;

import static org.agrona.BitUtil.SIZE_OF_LONG;
import static org.agrona.BitUtil.SIZE_OF_SHORT;

import org.agrona.MutableDirectBuffer;

/**
 * A follower's answer to {@link AppendEntries}: how far its log is known to agree with the leader's, or where it does not.
 *
 * <pre>
 *   0        16              24              32              40              48              56      58
 *  +--------+---------------+---------------+---------------+---------------+---------------+-------+
 *  | header |  matchIndex   |     round     |   prevIndex   | conflictIndex | conflictTerm  | flags |
 *  +--------+---------------+---------------+---------------+---------------+---------------+-------+
 * </pre>
 *
 * {@code matchIndex} is durable at the sender, and verified against this leader; it stands in a refusal too. The three
 * fields behind {@code round} are a refusal's: the {@code prevIndex} that did not fit, and the follower's last entry at or
 * below it whose term is at most the leader's {@code prevTerm} (the hint by which a leader passes a whole term at a time).
 */
public final class AppendReply extends PeerMessage {
    public static final int MATCH_INDEX_OFFSET = HEADER_LENGTH;
    public static final int ROUND_OFFSET = MATCH_INDEX_OFFSET + SIZE_OF_LONG;
    public static final int PREV_INDEX_OFFSET = ROUND_OFFSET + SIZE_OF_LONG;
    public static final int CONFLICT_INDEX_OFFSET = PREV_INDEX_OFFSET + SIZE_OF_LONG;
    public static final int CONFLICT_TERM_OFFSET = CONFLICT_INDEX_OFFSET + SIZE_OF_LONG;
    public static final int FLAGS_OFFSET = CONFLICT_TERM_OFFSET + SIZE_OF_LONG;
    public static final int LENGTH = FLAGS_OFFSET + SIZE_OF_SHORT;

    private static final int REFUSED = 1;
    private static final int BLANK = 2;

    public AppendReply() {
        super(MessageKind.APPEND_REPLY, LENGTH);
    }

    /** Begins a frame. */
    public AppendReply wrapAndEncode(
            final MutableDirectBuffer destination, final int offset, final int from, final long term) {
        encode(destination, offset, from, term);
        return this;
    }

    /** Up to here the follower's log is durable and equal to the leader's. */
    public long matchIndex() {
        return longAt(MATCH_INDEX_OFFSET);
    }

    public AppendReply matchIndex(final long index) {
        longAt(MATCH_INDEX_OFFSET, index);
        return this;
    }

    /** The newest round of this leader that the follower has seen. */
    public long round() {
        return longAt(ROUND_OFFSET);
    }

    public AppendReply round(final long round) {
        longAt(ROUND_OFFSET, round);
        return this;
    }

    /** Whether the message did not fit behind the follower's log. */
    public boolean isRefused() {
        return flag(FLAGS_OFFSET, REFUSED);
    }

    /** Marks this as a refusal of the message with that {@code prevIndex}. */
    public AppendReply refuse(final long prevIndex, final long conflictIndex, final long conflictTerm) {
        flag(FLAGS_OFFSET, REFUSED, true);
        longAt(PREV_INDEX_OFFSET, prevIndex);
        longAt(CONFLICT_INDEX_OFFSET, conflictIndex);
        longAt(CONFLICT_TERM_OFFSET, conflictTerm);
        return this;
    }

    public long prevIndex() {
        return longAt(PREV_INDEX_OFFSET);
    }

    public long conflictIndex() {
        return longAt(CONFLICT_INDEX_OFFSET);
    }

    public long conflictTerm() {
        return longAt(CONFLICT_TERM_OFFSET);
    }

    /** Whether the follower is blank: it tells what it holds, and none of that counts yet. */
    public boolean isBlank() {
        return flag(FLAGS_OFFSET, BLANK);
    }

    public AppendReply blank(final boolean on) {
        flag(FLAGS_OFFSET, BLANK, on);
        return this;
    }

    @Override
    public String toString() {
        return "AppendReply term=" + term() + " match=" + matchIndex() + " round=" + round()
                + (isBlank() ? " blank" : "")
                + (isRefused()
                        ? " refused prev=" + prevIndex() + " hint=" + conflictIndex() + "@" + conflictTerm()
                        : "");
    }
}
