package io.quorumlog.codec.peer;

import static org.agrona.BitUtil.SIZE_OF_LONG;
import static org.agrona.BitUtil.SIZE_OF_SHORT;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * A leader's entries for a follower (AppendEntries, thesis 3.5); without entries, its heartbeat.
 *
 * <pre>
 *   0        16              24              32              40              48      50
 *  +--------+---------------+---------------+---------------+---------------+-------+-----------
 *  | header |   prevIndex   |   prevTerm    | leaderCommit  |     round     | flags | entries …
 *  +--------+---------------+---------------+---------------+---------------+-------+-----------
 * </pre>
 *
 * The entries are whole {@link io.quorumlog.codec.record.LogRecord records}, one after another, to the frame's end.
 * {@code round} numbers what the leader sends, so that a reply shows that the follower still followed when that round was
 * begun (ReadIndex, thesis 6.4).
 */
public final class AppendEntries extends PeerMessage {
    public static final int PREV_INDEX_OFFSET = HEADER_LENGTH;
    public static final int PREV_TERM_OFFSET = PREV_INDEX_OFFSET + SIZE_OF_LONG;
    public static final int LEADER_COMMIT_OFFSET = PREV_TERM_OFFSET + SIZE_OF_LONG;
    public static final int ROUND_OFFSET = LEADER_COMMIT_OFFSET + SIZE_OF_LONG;
    public static final int FLAGS_OFFSET = ROUND_OFFSET + SIZE_OF_LONG;
    /** Bytes before the entries. */
    public static final int LENGTH = FLAGS_OFFSET + SIZE_OF_SHORT;

    private static final int ENDS_BLANKNESS = 1;

    private final EntryBatch entries = new EntryBatch();

    public AppendEntries() {
        super(MessageKind.APPEND_ENTRIES, LENGTH);
    }

    /** Begins a frame without entries. */
    public AppendEntries wrapAndEncode(
            final MutableDirectBuffer destination, final int offset, final int from, final long term) {
        encode(destination, offset, from, term);
        return this;
    }

    /** Views a frame that was begun elsewhere and copied here, to put entries behind it. */
    public AppendEntries wrapForEntries(final MutableDirectBuffer destination, final int offset) {
        encodeBehind(destination, offset);
        return this;
    }

    /** Index of the entry just before the first one sent; 0 before the log's first. */
    public long prevIndex() {
        return longAt(PREV_INDEX_OFFSET);
    }

    public AppendEntries prevIndex(final long index) {
        longAt(PREV_INDEX_OFFSET, index);
        return this;
    }

    /** Term of the entry at {@link #prevIndex()}; 0 where that is 0. */
    public long prevTerm() {
        return longAt(PREV_TERM_OFFSET);
    }

    public AppendEntries prevTerm(final long term) {
        longAt(PREV_TERM_OFFSET, term);
        return this;
    }

    public long leaderCommit() {
        return longAt(LEADER_COMMIT_OFFSET);
    }

    public AppendEntries leaderCommit(final long index) {
        longAt(LEADER_COMMIT_OFFSET, index);
        return this;
    }

    /** Number of the newest round of messages that this one belongs to; rises during a leader's term. */
    public long round() {
        return longAt(ROUND_OFFSET);
    }

    public AppendEntries round(final long round) {
        longAt(ROUND_OFFSET, round);
        return this;
    }

    /** Whether a blank follower that takes this message is blank no more. */
    public boolean endsBlankness() {
        return flag(FLAGS_OFFSET, ENDS_BLANKNESS);
    }

    public AppendEntries endsBlankness(final boolean on) {
        flag(FLAGS_OFFSET, ENDS_BLANKNESS, on);
        return this;
    }

    /** Says how many bytes of entries have been put behind the fixed part. */
    public AppendEntries entryBytes(final int bytes) {
        frameLength(LENGTH + bytes);
        return this;
    }

    public int entryBytes() {
        return frameLength() - LENGTH;
    }

    /** The entries, from the first; the same view at each call, valid as long as this message. */
    public EntryBatch entries() {
        return entries.wrap(buffer(), offset() + LENGTH, entryBytes());
    }

    @Override
    String invalid(final DirectBuffer source, final int frameOffset, final int frameLength) {
        final String reason = super.invalid(source, frameOffset, frameLength);
        return reason != null ? reason : EntryBatch.invalid(source, frameOffset + LENGTH, frameLength - LENGTH);
    }

    @Override
    public String toString() {
        return "AppendEntries term=" + term() + " prev=" + prevIndex() + "@" + prevTerm() + " commit=" + leaderCommit()
                + " round=" + round() + (endsBlankness() ? " ends-blankness" : "") + " bytes=" + entryBytes();
    }
}
