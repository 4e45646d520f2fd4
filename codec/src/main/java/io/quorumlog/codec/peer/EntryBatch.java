package io.quorumlog.codec.peer;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.quorumlog.codec.record.LogRecord;
import io.quorumlog.codec.record.RecordKind;
import org.agrona.DirectBuffer;

/**
 * Entries in place, one record after another: {@code while (batch.next()) … batch.entry()}. A view over a message, whose
 * lengths and kinds have been checked when the frame was read; the checksums are the receiver's to check.
 */
public final class EntryBatch {
    private final LogRecord entry = new LogRecord();
    private DirectBuffer buffer;
    private int position;
    private int limit;

    EntryBatch wrap(final DirectBuffer source, final int offset, final int length) {
        buffer = source;
        position = offset;
        limit = offset + length;
        return this;
    }

    /** Moves to the next entry; false behind the last. */
    public boolean next() {
        if (position >= limit) {
            return false;
        }
        final int length = LogRecord.lengthAt(buffer, position, limit - position);
        entry.wrap(buffer, position, length);
        position += length;
        return true;
    }

    /** The entry that {@link #next()} moved to; the same view each time. */
    public LogRecord entry() {
        return entry;
    }

    /** What is wrong with the lengths, kinds and order of these bytes, or null. */
    static String invalid(final DirectBuffer source, final int offset, final int length) {
        int done = 0;
        while (done < length) {
            final int recordLength = LogRecord.lengthAt(source, offset + done, length - done);
            if (recordLength == 0) {
                return "entry at byte " + done + " of " + length + " has an impossible length";
            }
            final byte kind = source.getByte(offset + done + LogRecord.KIND_OFFSET);
            if (!RecordKind.isEntry(kind)) {
                return "record of kind " + kind + " is no entry";
            }
            final byte version = source.getByte(offset + done + LogRecord.VERSION_OFFSET);
            if (version < 1 || version > LogRecord.VERSION) {
                return "entry of version " + Byte.toUnsignedInt(version) + "; " + LogRecord.VERSION + " can be read";
            }
            final long index = source.getLong(offset + done + LogRecord.INDEX_OFFSET, LITTLE_ENDIAN);
            if (kind == RecordKind.CLUSTER && index != 1) {
                return "entry " + index + " is a cluster's identity, which only the first can be";
            }
            done += recordLength;
        }
        return null;
    }
}
