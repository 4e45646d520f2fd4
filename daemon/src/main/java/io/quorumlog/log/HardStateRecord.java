package io.quorumlog.log;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static org.agrona.BitUtil.SIZE_OF_INT;
import static org.agrona.BitUtil.SIZE_OF_LONG;

import io.quorumlog.codec.record.LogRecord;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * View of a {@code HARD_STATE} record: term, vote, whether the member is blank, commit watermark, and what was known to be
 * flushed when it was written. A record whose first three are those of the one before is a <em>mark</em>: it says nothing
 * new but the latter two.
 *
 * <pre>
 *   0                        8               16              32          36       40       44              52
 *  +------------------------+---------------+---------------+-----------+--------+--------+---------------+
 *  | crc32c, length         |  commitIndex  |     term      | time 0, … |votedFor| flags  | flushedBefore |
 *  +------------------------+---------------+---------------+-----------+--------+--------+---------------+
 * </pre>
 *
 * {@code commitIndex} is a watermark: at least so much was committed. {@code votedFor} is 0 where no vote was given in
 * the term. Bit 0 of {@code flags} says that the member is blank: the log began empty, or lost entries, and no leader has
 * brought it up to date since. Bit 1, only together with bit 0, says that it lost entries. {@code flushedBefore} is a
 * position in the stream (where the last record known to be flushed ends): everything before it had survived a flush; 0
 * where nothing was known.
 */
final class HardStateRecord {
    static final int VOTED_FOR_OFFSET = LogRecord.HEADER_LENGTH;
    static final int FLAGS_OFFSET = VOTED_FOR_OFFSET + SIZE_OF_INT;
    static final int FLUSHED_BEFORE_OFFSET = FLAGS_OFFSET + SIZE_OF_INT;
    /** Bytes of the whole record. */
    static final int LENGTH = FLUSHED_BEFORE_OFFSET + SIZE_OF_LONG;

    private static final int BLANK = 1;
    private static final int LOST_ENTRIES = 2;

    private final UnsafeBuffer buffer = new UnsafeBuffer(0, 0);

    /** Writes the payload of the record that begins at {@code offset}. */
    static void encodePayload(
            final MutableDirectBuffer target,
            final int offset,
            final int votedFor,
            final boolean blank,
            final boolean lostEntries,
            final long flushedBefore) {
        target.putInt(offset + VOTED_FOR_OFFSET, votedFor, LITTLE_ENDIAN);
        target.putInt(offset + FLAGS_OFFSET, (blank ? BLANK : 0) | (lostEntries ? LOST_ENTRIES : 0), LITTLE_ENDIAN);
        target.putLong(offset + FLUSHED_BEFORE_OFFSET, flushedBefore, LITTLE_ENDIAN);
    }

    /** Wraps a whole record of {@link #LENGTH} bytes; the caller has checked that. */
    HardStateRecord wrap(final DirectBuffer record) {
        buffer.wrap(record, 0, LENGTH);
        return this;
    }

    long commitIndex() {
        return buffer.getLong(LogRecord.INDEX_OFFSET, LITTLE_ENDIAN);
    }

    long term() {
        return buffer.getLong(LogRecord.TERM_OFFSET, LITTLE_ENDIAN);
    }

    int votedFor() {
        return buffer.getInt(VOTED_FOR_OFFSET, LITTLE_ENDIAN);
    }

    boolean isBlank() {
        return (buffer.getInt(FLAGS_OFFSET, LITTLE_ENDIAN) & BLANK) != 0;
    }

    boolean hasLostEntries() {
        return (buffer.getInt(FLAGS_OFFSET, LITTLE_ENDIAN) & LOST_ENTRIES) != 0;
    }

    long flushedBefore() {
        return buffer.getLong(FLUSHED_BEFORE_OFFSET, LITTLE_ENDIAN);
    }
}
