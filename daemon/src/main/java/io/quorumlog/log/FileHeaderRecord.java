package io.quorumlog.log;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static org.agrona.BitUtil.SIZE_OF_INT;
import static org.agrona.BitUtil.SIZE_OF_LONG;
import static org.agrona.BitUtil.SIZE_OF_SHORT;

import io.quorumlog.codec.record.LogRecord;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * View of a {@code FILE_HEADER} record, the first of each file: whose file it is, and the state before it, so that the
 * file can be understood without those before it.
 *
 * <pre>
 *   0             8               16              24               32         36              44       48       52
 *  +-------------+---------------+---------------+----------------+----------+---------------+--------+--------+
 *  | crc, length |   prevIndex   |   prevTerm    | prevTimestamp  | kind, …  |     magic     | format |  file  |
 *  +-------------+---------------+---------------+----------------+----------+---------------+--------+--------+
 *
 *   52       56       60              68              76              84              92              100
 *  +--------+--------+---------------+---------------+---------------+---------------+---------------+
 *  | nodeId |votedFor|     term      |  commitIndex  | clusterIdHigh | clusterIdLow  | flushedBefore |
 *  +--------+--------+---------------+---------------+---------------+---------------+---------------+
 *
 *   100             108     110
 *  +---------------+-------+-----------
 *  | prevPosition  | count | ids (2 B)
 *  +---------------+-------+-----------
 * </pre>
 *
 * {@code magic} reads {@code QLOGFILE}; {@code format} is the version of the format of files; {@code file} the file's own
 * number. {@code prevIndex}, {@code prevTerm} and {@code prevTimestamp} are those of the last entry before the file, 0 if
 * there was none. {@code prevPosition} is where the last record of the file before begins (its {@code FILE_INDEX}), -1 in
 * a log's first file. The cluster id is zero until its entry is committed. {@code flushedBefore} is as in
 * {@link HardStateRecord}. The member ids ascend.
 */
final class FileHeaderRecord {
    /** "QLOGFILE", as its little-endian bytes. */
    static final long MAGIC = 0x454C_4946_474F_4C51L;
    /** The format that this program writes; it refuses what is newer. */
    static final int FORMAT = 1;

    static final int MAGIC_OFFSET = LogRecord.HEADER_LENGTH;
    static final int FORMAT_OFFSET = MAGIC_OFFSET + SIZE_OF_LONG;
    static final int FILE_OFFSET = FORMAT_OFFSET + SIZE_OF_INT;
    static final int NODE_ID_OFFSET = FILE_OFFSET + SIZE_OF_INT;
    static final int VOTED_FOR_OFFSET = NODE_ID_OFFSET + SIZE_OF_INT;
    static final int TERM_OFFSET = VOTED_FOR_OFFSET + SIZE_OF_INT;
    static final int COMMIT_INDEX_OFFSET = TERM_OFFSET + SIZE_OF_LONG;
    static final int CLUSTER_ID_HIGH_OFFSET = COMMIT_INDEX_OFFSET + SIZE_OF_LONG;
    static final int CLUSTER_ID_LOW_OFFSET = CLUSTER_ID_HIGH_OFFSET + SIZE_OF_LONG;
    static final int FLUSHED_BEFORE_OFFSET = CLUSTER_ID_LOW_OFFSET + SIZE_OF_LONG;
    static final int PREV_POSITION_OFFSET = FLUSHED_BEFORE_OFFSET + SIZE_OF_LONG;
    static final int MEMBER_COUNT_OFFSET = PREV_POSITION_OFFSET + SIZE_OF_LONG;
    static final int MEMBERS_OFFSET = MEMBER_COUNT_OFFSET + SIZE_OF_SHORT;
    /** Bytes of the longest record. */
    static final int MAX_LENGTH = MEMBERS_OFFSET + NodeIdentity.MAX_MEMBERS * SIZE_OF_SHORT;

    private final UnsafeBuffer buffer = new UnsafeBuffer(0, 0);

    /**
     * Writes the payload of the record that begins at {@code offset}.
     *
     * @return length of the whole record
     */
    static int encodePayload(
            final MutableDirectBuffer target,
            final int offset,
            final int file,
            final NodeIdentity identity,
            final LogState state,
            final long flushedBefore,
            final long prevPosition) {
        final ClusterIdentity cluster = state.committedCluster();
        target.putLong(offset + MAGIC_OFFSET, MAGIC, LITTLE_ENDIAN);
        target.putInt(offset + FORMAT_OFFSET, FORMAT, LITTLE_ENDIAN);
        target.putInt(offset + FILE_OFFSET, file, LITTLE_ENDIAN);
        target.putInt(offset + NODE_ID_OFFSET, identity.nodeId(), LITTLE_ENDIAN);
        target.putInt(offset + VOTED_FOR_OFFSET, state.votedFor(), LITTLE_ENDIAN);
        target.putLong(offset + TERM_OFFSET, state.term(), LITTLE_ENDIAN);
        target.putLong(offset + COMMIT_INDEX_OFFSET, state.commitIndex(), LITTLE_ENDIAN);
        target.putLong(offset + CLUSTER_ID_HIGH_OFFSET, cluster == null ? 0 : cluster.high(), LITTLE_ENDIAN);
        target.putLong(offset + CLUSTER_ID_LOW_OFFSET, cluster == null ? 0 : cluster.low(), LITTLE_ENDIAN);
        target.putLong(offset + FLUSHED_BEFORE_OFFSET, flushedBefore, LITTLE_ENDIAN);
        target.putLong(offset + PREV_POSITION_OFFSET, prevPosition, LITTLE_ENDIAN);
        final int[] memberIds = identity.memberIds();
        target.putShort(offset + MEMBER_COUNT_OFFSET, (short) memberIds.length, LITTLE_ENDIAN);
        for (int i = 0; i < memberIds.length; i++) {
            target.putShort(offset + MEMBERS_OFFSET + i * SIZE_OF_SHORT, (short) memberIds[i], LITTLE_ENDIAN);
        }
        return MEMBERS_OFFSET + memberIds.length * SIZE_OF_SHORT;
    }

    /** Wraps a whole record of at least {@link #FILE_OFFSET} bytes, which the caller has checked. */
    FileHeaderRecord wrap(final DirectBuffer record) {
        buffer.wrap(record);
        return this;
    }

    /** Whether lengths and magic are those of a header of our format; only magic and format may be read before. */
    boolean isWellFormed() {
        return buffer.capacity() >= MEMBERS_OFFSET
                && magic() == MAGIC
                && buffer.capacity() == MEMBERS_OFFSET + memberCount() * SIZE_OF_SHORT;
    }

    long prevIndex() {
        return buffer.getLong(LogRecord.INDEX_OFFSET, LITTLE_ENDIAN);
    }

    long prevTerm() {
        return buffer.getLong(LogRecord.TERM_OFFSET, LITTLE_ENDIAN);
    }

    long prevTimestampMs() {
        return buffer.getLong(LogRecord.TIMESTAMP_OFFSET, LITTLE_ENDIAN);
    }

    long magic() {
        return buffer.getLong(MAGIC_OFFSET, LITTLE_ENDIAN);
    }

    int format() {
        return buffer.getInt(FORMAT_OFFSET, LITTLE_ENDIAN);
    }

    int file() {
        return buffer.getInt(FILE_OFFSET, LITTLE_ENDIAN);
    }

    int nodeId() {
        return buffer.getInt(NODE_ID_OFFSET, LITTLE_ENDIAN);
    }

    int votedFor() {
        return buffer.getInt(VOTED_FOR_OFFSET, LITTLE_ENDIAN);
    }

    long term() {
        return buffer.getLong(TERM_OFFSET, LITTLE_ENDIAN);
    }

    long commitIndex() {
        return buffer.getLong(COMMIT_INDEX_OFFSET, LITTLE_ENDIAN);
    }

    long clusterIdHigh() {
        return buffer.getLong(CLUSTER_ID_HIGH_OFFSET, LITTLE_ENDIAN);
    }

    long clusterIdLow() {
        return buffer.getLong(CLUSTER_ID_LOW_OFFSET, LITTLE_ENDIAN);
    }

    long flushedBefore() {
        return buffer.getLong(FLUSHED_BEFORE_OFFSET, LITTLE_ENDIAN);
    }

    long prevPosition() {
        return buffer.getLong(PREV_POSITION_OFFSET, LITTLE_ENDIAN);
    }

    int memberCount() {
        return Short.toUnsignedInt(buffer.getShort(MEMBER_COUNT_OFFSET, LITTLE_ENDIAN));
    }

    /** Allocates. */
    int[] memberIds() {
        return ClusterIdentity.memberIds(buffer, MEMBERS_OFFSET, memberCount());
    }
}
