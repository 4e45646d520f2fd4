package io.quorumlog.store;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.quorumlog.codec.record.LogRecord;
import io.quorumlog.codec.record.RecordKind;
import io.quorumlog.log.LogSurvey;
import io.quorumlog.log.NodeIdentity;
import io.quorumlog.log.ReplicaLog;
import io.quorumlog.log.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk of 64 MiB that fills up. What goes wrong here ends the test's process with a signal. */
class FullDiskTest {
    private static final int DISK_MIB = 64;
    private static final int PAYLOAD_BYTES = 10_000;
    private static final NodeIdentity IDENTITY = new NodeIdentity(2, new int[] {1, 2, 3});
    private static final long STOP_NS = TimeUnit.SECONDS.toNanos(20);

    @TempDir
    Path mountPoint;

    private boolean isMounted;
    private Path directory;
    private final List<StorageException> failures = new CopyOnWriteArrayList<>();

    @BeforeEach
    void mountSmallDisk() throws Exception {
        isMounted = run("mount", "-t", "tmpfs", "-o", "size=" + DISK_MIB + "m", "tmpfs", mountPoint.toString());
        assumeTrue(isMounted, "a small file system can only be mounted by root");
        directory = mountPoint.resolve("data");
    }

    @AfterEach
    void unmount() throws Exception {
        if (isMounted) {
            run("umount", mountPoint.toString());
        }
    }

    private static boolean run(final String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command).redirectErrorStream(true).start().waitFor() == 0;
    }

    @Test
    void fullDiskIsToldWhileThereIsRoomToStopAndNothingIsLost() throws Exception {
        final long entries;
        try (StoreFixture fixture = new StoreFixture(directory).open()) {
            final FlushThread flusher = new FlushThread(fixture.log, false, () -> {}, failures::add);
            flusher.start();
            fillUntilTold(fixture, flusher);
            final long told = fixture.stream.lastSeq();
            for (int i = 0; i < 8; i++) {
                fixture.appendHere(fixture.stream.lastSeq() + 1, 100);
            }
            assertTrue(told * PAYLOAD_BYTES > (DISK_MIB - 12L) * StoreLayout.MIB, told + " entries");
            assertThrows(NoSpaceException.class, () -> fillBlindly(fixture));
            entries = fixture.stream.lastSeq();
            assertTrue(flusher.stop(entries, STOP_NS), () -> entries + " " + flusher.durableSeq() + failures);
        }
        assertEquals(1, failures.size(), failures::toString);
        final String message = failures.get(0).getMessage();
        assertTrue(message.startsWith("data directory " + directory + ": the log needs "), message);

        final Path filler = fillTheRest();
        final StorageException refused = assertThrows(NoSpaceException.class, () -> new StoreFixture(directory).open());
        assertTrue(refused.getMessage().contains(" more bytes, but the disk has "), refused.getMessage());
        Files.delete(filler);

        try (StoreFixture fixture = new StoreFixture(directory).open()) {
            assertEquals(LongStream.rangeClosed(1, entries).boxed().toList(), fixture.walk());
            fixture.append(entries + 1, 100);
        }
    }

    /**
     * Who may campaign has room for the largest entry; so, after it took one, for all that a term begins with, and would have
     * without the disk's help. The mistake: a new leader's first entry is written where nothing is reserved.
     */
    @Test
    void termCanBeginWhereEntriesWereTakenThoughTheDiskIsFull() throws Exception {
        final UnsafeBuffer payload = new UnsafeBuffer(new byte[StoreFixture.MAX_RECORD_BYTES]);
        final int largest = StoreFixture.MAX_RECORD_BYTES - LogRecord.HEADER_LENGTH;
        long last;
        try (OpenedLog opened = LogDirectory.open(directory, IDENTITY, StoreFixture.MAX_RECORD_BYTES)) {
            final ReplicaLog log = new ReplicaLog(opened.stream(), opened.recovered(), IDENTITY);
            long term = 1;
            log.persistHardState(term, 2, false);
            fillTheRest();
            while (log.acceptsEntries()) {
                log.appendEntry(RecordKind.CLIENT, term, 0, payload, 0, 1_000);
            }
            log.appendEntry(RecordKind.CLIENT, term, 0, payload, 0, largest); // as could have come instead of the last
            for (; term < 100; term++) {
                log.persistHardState(term + 1, 2, false);
                log.appendEntry(RecordKind.NO_OP, term + 1, 0, payload, 0, 0);
            }
            // Whoever would go on nevertheless is told so, and not ended by a signal.
            last = log.lastIndex();
            assertThrows(NoSpaceException.class, () -> {
                while (true) {
                    log.appendEntry(RecordKind.NO_OP, log.term(), 0, payload, 0, 0);
                }
            });
            assertTrue(log.lastIndex() > last, "there was room for more");
            last = log.lastIndex();
        }
        final LogSurvey survey = LogSurvey.of(new ChronicleFiles(directory));
        assertNull(survey.damage());
        assertEquals(last, survey.lastIndex());
    }

    private void fillUntilTold(final StoreFixture fixture, final FlushThread flusher) {
        while (failures.isEmpty()) {
            fixture.append(fixture.stream.lastSeq() + 1, PAYLOAD_BYTES);
            flusher.request(fixture.stream.lastSeq(), false);
            // At the pace of the flushes, as a leader goes whose clients wait.
            await().pollDelay(0, TimeUnit.MILLISECONDS)
                    .pollInterval(1, TimeUnit.MILLISECONDS)
                    .until(() -> !failures.isEmpty() || fixture.stream.lastSeq() - flusher.durableSeq() < 50);
        }
    }

    private static void fillBlindly(final StoreFixture fixture) {
        while (true) {
            fixture.append(fixture.stream.lastSeq() + 1, PAYLOAD_BYTES);
        }
    }

    private Path fillTheRest() throws Exception {
        final Path filler = mountPoint.resolve("filler");
        run("sh", "-c", "head -c 100000000 /dev/zero > " + filler);
        return filler;
    }
}
