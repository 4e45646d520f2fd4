package io.quorumlog.log;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.management.ThreadMXBean;
import io.quorumlog.codec.record.LogRecord;
import io.quorumlog.codec.record.RecordKind;
import java.lang.management.ManagementFactory;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** Counts the bytes that the hot paths allocate: the least of several rounds, as other things may be counted in one. */
final class ReplicaLogAllocationTest {
    private static final int ENTRIES = 20_000;
    private static final int ROUNDS = 6;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final UnsafeBuffer payload = new UnsafeBuffer(new byte[128]);

    @Test
    void appendingReplicatingCopyingAndReadingAllocateNothing() {
        // All rounds fit one file: what a roll allocates is counted per file, not per entry.
        final LogFixture fixture = new LogFixture(ENTRIES * ROUNDS * 2 * 200 + 4 * 1024 * 1024);
        final ReplicaLog log = fixture.log;
        log.persistHardState(1, 0, false);
        final UnsafeBuffer target = new UnsafeBuffer(new byte[64 * 1024]);
        final LogRecord entry = LogFixture.record(RecordKind.CLIENT, 1, 1, 0, new byte[128]);
        final UnsafeBuffer entryBytes = (UnsafeBuffer) entry.buffer();
        final LogRecord view = new LogRecord();
        final EntryCursor reader = new EntryCursor(1);
        final EntryCursor counter = new EntryCursor(1);
        long append = Long.MAX_VALUE;
        long replicate = Long.MAX_VALUE;
        long copyNewest = Long.MAX_VALUE;
        long copy = Long.MAX_VALUE;
        long read = Long.MAX_VALUE;
        long skip = Long.MAX_VALUE;
        long firstFollower = 1;
        long secondFollower = 1;

        for (int round = 0; round < ROUNDS; round++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < ENTRIES; i++) {
                log.appendEntry(RecordKind.CLIENT, 1, i, payload, 0, 128);
                if ((i & 127) == 0) {
                    fixture.flush();
                }
            }
            append = Math.min(append, threads.getCurrentThreadAllocatedBytes() - before);

            before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 1; i < 300; i++) {
                log.copyEntries(log.lastIndex() - i, 60_000, target, 0);
                log.copyEntries(log.lastIndex() - i, 60_000, target, 0);
            }
            copyNewest = Math.min(copyNewest, threads.getCurrentThreadAllocatedBytes() - before);

            before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < ENTRIES; i++) {
                entryBytes.putLong(LogRecord.INDEX_OFFSET, log.lastIndex() + 1);
                log.appendReplicated(entry);
                if ((i & 127) == 0) {
                    fixture.flush();
                }
            }
            replicate = Math.min(replicate, threads.getCurrentThreadAllocatedBytes() - before);

            // The replicated entries' checksums are of index 1 only, so readers stop before them.
            final long limit = log.lastIndex() - ENTRIES;
            before = threads.getCurrentThreadAllocatedBytes();
            while (firstFollower + 400 <= limit) {
                firstFollower = log.copyEntries(firstFollower, 60_000, target, 0) + 1;
                if (secondFollower + 1_000 < firstFollower) {
                    secondFollower = log.copyEntries(secondFollower, 2_000, target, 0) + 1;
                }
            }
            copy = Math.min(copy, threads.getCurrentThreadAllocatedBytes() - before);
            firstFollower = log.lastIndex() + 1;
            secondFollower = firstFollower;

            before = threads.getCurrentThreadAllocatedBytes();
            while (log.read(reader, limit, view)) {}
            read = Math.min(read, threads.getCurrentThreadAllocatedBytes() - before);
            reader.seek(log.lastIndex() + 1);

            before = threads.getCurrentThreadAllocatedBytes();
            while (log.skip(counter, log.lastIndex(), view)) {}
            skip = Math.min(skip, threads.getCurrentThreadAllocatedBytes() - before);
        }

        assertEquals(0, append, "appendEntry");
        assertEquals(0, replicate, "appendReplicated");
        assertEquals(0, copyNewest, "copyEntries, the newest");
        assertEquals(0, copy, "copyEntries");
        assertEquals(0, read, "read");
        assertEquals(0, skip, "skip");
    }
}
