package io.quorumlog.sim;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.quorumlog.codec.record.Crc32c;
import io.quorumlog.codec.record.LogRecord;
import io.quorumlog.codec.record.RecordKind;
import io.quorumlog.log.MemoryRecordStream;
import io.quorumlog.log.StoredFiles;
import java.util.function.ObjIntConsumer;
import org.agrona.concurrent.UnsafeBuffer;

/** Changes what a disk holds, so that it looks as if it had been written by a product with a defect. */
final class StoredRecords {
    private static final int VOTED_FOR_OFFSET = LogRecord.HEADER_LENGTH;

    private StoredRecords() {}

    /** Takes the votes out of all hard states, as if none had been given. */
    static void forgetVotes(final MemoryRecordStream stream) {
        changeHardStates(stream, (bytes, offset) -> bytes.putInt(offset + VOTED_FOR_OFFSET, 0, LITTLE_ENDIAN));
    }

    /** Takes out of all hard states what they say of flushes. */
    static void forgetEvidence(final MemoryRecordStream stream) {
        changeHardStates(
                stream, (bytes, offset) -> bytes.putLong(offset + Evidence.FLUSHED_BEFORE_OFFSET, 0, LITTLE_ENDIAN));
    }

    private static void changeHardStates(final MemoryRecordStream stream, final ObjIntConsumer<UnsafeBuffer> change) {
        final StoredFiles files = stream.storedFiles();
        for (final int file : files.numbers()) {
            try (StoredFiles.Scan scan = files.scan(file)) {
                while (scan.next() == StoredFiles.Found.RECORD) {
                    if (scan.record().getByte(LogRecord.KIND_OFFSET) == RecordKind.HARD_STATE) {
                        change.accept(stream.bytes(file), (int) scan.offset());
                        fixChecksum(
                                stream.bytes(file),
                                (int) scan.offset(),
                                scan.record().capacity());
                    }
                }
            }
        }
    }

    /** Gives a record the checksum of what stands there. */
    static void fixChecksum(final UnsafeBuffer bytes, final int offset, final int length) {
        final int checked = offset + LogRecord.LENGTH_OFFSET;
        final int checksum = new Crc32c()
                .reset()
                .update(bytes, checked, length - LogRecord.LENGTH_OFFSET)
                .value();
        bytes.putInt(offset + LogRecord.CRC_OFFSET, checksum, LITTLE_ENDIAN);
    }
}
