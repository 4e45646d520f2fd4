package io.quorumlog.log;

import io.quorumlog.codec.record.Crc32c;
import io.quorumlog.codec.record.LogRecord;
import io.quorumlog.codec.record.RecordKind;
import io.quorumlog.raft.Invariant;
import org.agrona.concurrent.UnsafeBuffer;

/** Makes of a file's index one that no checksum shows to be wrong. */
public final class WrongFileIndex {
    private WrongFileIndex() {}

    /** Moves the place that the index at an offset gives first by one. */
    public static void leadAstray(final UnsafeBuffer buffer, final int offset) {
        Invariant.check(buffer.getByte(offset + LogRecord.KIND_OFFSET) == RecordKind.FILE_INDEX, "there is an index");
        final int slot = offset + FileIndexRecord.SLOTS_OFFSET;
        buffer.putLong(slot, 1 + buffer.getLong(slot));
        final int checked = buffer.getInt(offset + LogRecord.LENGTH_OFFSET) - LogRecord.LENGTH_OFFSET;
        buffer.putInt(
                offset,
                new Crc32c()
                        .update(buffer, offset + LogRecord.LENGTH_OFFSET, checked)
                        .value());
    }
}
