package io.quorumlog.sim;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.quorumlog.codec.record.LogRecord;
import io.quorumlog.codec.record.RecordKind;

/**
 * Up to where the records on a disk testify that those before them had been flushed. A record's testimony counts from when
 * it is flushed itself; of those that are not, the newest is enough, for testimonies only grow.
 */
final class Evidence {
    static final int FLUSHED_BEFORE_OFFSET = LogRecord.HEADER_LENGTH + 2 * Integer.BYTES;

    private long flushedBefore;
    private long waiting;
    private long waitingSeq;

    /** A record is on the disk, flushed. */
    void recovered(final LogRecord record) {
        flushedBefore = Math.max(flushedBefore, testimony(record));
    }

    /** A record is written. */
    void written(final LogRecord record, final long seq) {
        final long testimony = testimony(record);
        if (testimony > Math.max(flushedBefore, waiting)) {
            waiting = testimony;
            waitingSeq = seq;
        }
    }

    /** All records up to this number are flushed. */
    void flushed(final long seq) {
        if (waiting > flushedBefore && waitingSeq <= seq) {
            flushedBefore = waiting;
        }
    }

    /** The position before which everything is shown to have been flushed; 0 for none. */
    long flushedBefore() {
        return flushedBefore;
    }

    /** A process begins, and numbers records anew. */
    void clear() {
        flushedBefore = 0;
        waiting = 0;
        waitingSeq = 0;
    }

    private static long testimony(final LogRecord record) {
        return record.kind() == RecordKind.HARD_STATE
                ? record.buffer().getLong(FLUSHED_BEFORE_OFFSET, LITTLE_ENDIAN)
                : 0;
    }
}
