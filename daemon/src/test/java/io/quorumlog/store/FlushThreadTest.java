package io.quorumlog.store;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorumlog.log.RecordStream;
import io.quorumlog.log.StorageException;
import io.quorumlog.log.StoredFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FlushThreadTest {
    private static final long STOP_NS = TimeUnit.SECONDS.toNanos(20);
    private static final int DIRECTORY = -1;

    @TempDir
    Path directory;

    private final List<StorageException> failures = new CopyOnWriteArrayList<>();
    private final AtomicInteger wakeUps = new AtomicInteger();
    private final Thread loop = Thread.currentThread();
    private int wakeUpsByTheLoop;
    private final GatedForce force = new GatedForce();
    private StoreFixture fixture;
    private FlushThread flusher;

    @BeforeEach
    void open() {
        fixture = new StoreFixture(directory).open();
        fixture.space.maintain(); // so that nobody shortens the file while a test reads it
    }

    @AfterEach
    void close() {
        force.gate.release(1000);
        if (flusher != null) {
            flusher.stop(0, STOP_NS);
        }
        fixture.close();
    }

    private final AtomicLong nowNs = new AtomicLong(5);

    private void start(final boolean pageCache) {
        flusher = new FlushThread(fixture.stream, force, pageCache, this::wakeUp, failures::add, nowNs::get);
        flusher.start();
    }

    private void wakeUp() {
        wakeUps.incrementAndGet();
        if (Thread.currentThread() == loop) {
            wakeUpsByTheLoop++;
        }
    }

    private void appendAndRequest(final boolean withHardState) {
        fixture.append(fixture.stream.lastSeq() + 1, 100);
        flusher.request(fixture.stream.lastSeq(), withHardState);
    }

    @Test
    void recordIsDurableWhenItsForceHasEnded() {
        start(false);
        appendAndRequest(false);
        await().until(() -> force.begun.size() == 1);

        assertEquals(0, flusher.durableSeq());
        force.gate.release(2);

        await().until(() -> flusher.durableSeq() == 1);
        await().until(() -> flusher.flushes() == 1);
        await().until(() -> wakeUps.get() > 0);
        assertEquals(List.of(1, DIRECTORY), force.begun);
    }

    @Test
    void whatWasAskedForIsInTheFileBeforeItIsForced() {
        start(false);
        fixture.append(fixture.stream.lastSeq() + 1, 100);
        appendAndRequest(false);

        await().until(() -> force.begun.size() == 1);

        assertEquals(2, recordsInTheFile());
    }

    /** What a copy of the file would hold now. */
    private int recordsInTheFile() {
        try (StoredFiles.Scan scan = fixture.lock.files().scan(FileCycle.FIRST)) {
            int records = 0;
            while (scan.next() == StoredFiles.Found.RECORD) {
                records++;
            }
            return records;
        }
    }

    @Test
    void slowForceHoldsUpNoAppendAndTheNextOneCoversAllThatCameIn() {
        start(false);
        appendAndRequest(false);
        await().until(() -> force.begun.size() == 1);
        for (int i = 0; i < 1000; i++) {
            appendAndRequest(false);
        }
        assertEquals(0, flusher.durableSeq());
        force.gate.release(2);

        // The first force began when there was one record, whatever came in meanwhile.
        await().until(() -> force.begun.size() == 3);
        assertEquals(1, flusher.durableSeq());
        force.gate.release(1);

        await().until(() -> flusher.durableSeq() == 1001);
        assertEquals(2, flusher.flushes());
    }

    @Test
    void failedForceIsSaidOnceAndNeverTriedAgain() {
        start(false);
        force.failure = new StorageException("19700101-000001R.cq4: flush failed: Input/output error");
        appendAndRequest(false);
        force.gate.release(1);
        await().until(() -> failures.size() == 1);
        force.failure = null;
        force.gate.release(100);

        appendAndRequest(false);

        assertFalse(flusher.stop(2, STOP_NS));
        assertEquals(0, flusher.durableSeq());
        assertEquals(List.of(1), force.begun);
        assertEquals(1, failures.size());
        assertEquals(
                "19700101-000001R.cq4: flush failed: Input/output error",
                failures.get(0).getMessage());
    }

    @Test
    void filesLeftByARollAreForcedFirstAndTheDirectoryOncePerFile() {
        force.gate.release(1000);
        start(false);
        appendAndRequest(false);
        await().until(() -> flusher.durableSeq() == 1);
        appendAndRequest(false);
        await().until(() -> flusher.durableSeq() == 2);
        fixture.stream.fits(StoreLayout.FILE_BYTES, 0);
        await().until(fixture.stream::isNextFileReady);
        fixture.stream.roll();
        appendAndRequest(false);
        await().until(() -> flusher.durableSeq() == 3);
        appendAndRequest(false);
        await().until(() -> flusher.durableSeq() == 4);

        assertEquals(List.of(1, DIRECTORY, 1, 1, 2, DIRECTORY, 2), force.begun);
    }

    @Test
    void pageCacheModeReportsAtOnceAndForcesNothingThen() {
        start(true);

        appendAndRequest(false);

        assertEquals(1, flusher.durableSeq());
        assertEquals(1, recordsInTheFile());
        assertEquals(1, wakeUpsByTheLoop);
        appendAndRequest(false);
        assertEquals(2, flusher.durableSeq());
        assertTrue(force.begun.isEmpty());
    }

    /** The mistake: nothing is flushed until a term changes, and an election waits for gigabytes. */
    @Test
    void pageCacheModeFlushesASecondLaterAndNobodyWaitsForIt() {
        start(true);
        appendAndRequest(false);
        nowNs.addAndGet(BackgroundFlush.SPACING_NS);
        await().until(() -> force.begun.size() == 1);

        appendAndRequest(false);
        assertEquals(2, flusher.durableSeq());
        assertEquals(0, flusher.flushedSeq());
        force.gate.release(2);

        await().until(() -> flusher.flushedSeq() == 1);
        assertEquals(2, flusher.durableSeq());
        nowNs.addAndGet(BackgroundFlush.SPACING_NS);
        force.gate.release(1);
        await().until(() -> flusher.flushedSeq() == 2);
        assertEquals(List.of(1, DIRECTORY, 1), force.begun);
    }

    @Test
    void pageCacheModeFlushesWhenMuchIsWritten() {
        force.gate.release(1000);
        start(true);
        for (int written = 0; written < BackgroundFlush.MOST_BYTES; written += 100_000) {
            await().until(fixture.stream::isSpaceReserved);
            fixture.append(fixture.stream.lastSeq() + 1, 100_000);
            flusher.request(fixture.stream.lastSeq(), false);
        }

        await().until(() -> flusher.flushedSeq() > 0);
    }

    @Test
    void pageCacheModeForcesHardStateAndWhatFollowsWaitsForIt() {
        start(true);
        appendAndRequest(true);
        appendAndRequest(false);
        assertEquals(0, flusher.durableSeq());
        force.gate.release(2);

        await().until(() -> flusher.durableSeq() == 1);
        flusher.request(2, false);

        assertEquals(2, flusher.durableSeq());
        assertEquals(2, recordsInTheFile());
        assertEquals(List.of(1, DIRECTORY), force.begun);
    }

    @Test
    void stopForcesAllInEitherMode() {
        force.gate.release(1000);
        start(true);
        appendAndRequest(false);
        fixture.append(2, 100);

        assertTrue(flusher.stop(2, STOP_NS));

        assertEquals(2, flusher.durableSeq());
        assertEquals(List.of(1, DIRECTORY), force.begun);
    }

    @Test
    void whileAFlushHangsEntriesWaitForSpaceAndTheLoopReservesNone() throws IOException {
        start(false);
        appendAndRequest(false);
        await().until(() -> force.begun.size() == 1);

        int index = 2;
        for (; fixture.stream.isSpaceReserved(); index++) {
            fixture.append(index, 100_000);
        }

        assertTrue(fixture.space.end() > 2L * StoreLayout.MIB, "some room is there without the flush thread");
        assertTrue(fixture.space.end() < Files.size(fixture.file(1)) - StoreFixture.MAX_RECORD_BYTES);
        final long reserved = Files.size(fixture.file(1));
        fixture.append(index, StoreFixture.MAX_RECORD_BYTES - 100); // The one more that was promised to fit.
        assertEquals(reserved, Files.size(fixture.file(1)));
        force.gate.release(1000);
        await().until(fixture.stream::isSpaceReserved);
    }

    @Test
    void stopDoesNotWaitForAHangingDiskForever() {
        start(false);
        appendAndRequest(false);

        assertFalse(assertTimeoutPreemptively(
                Duration.ofSeconds(30), () -> flusher.stop(1, TimeUnit.MILLISECONDS.toNanos(50))));
    }

    @Test
    void realForceMakesFilesDurableAndSpaceComesByItself() {
        flusher = new FlushThread(fixture.log, false, this::wakeUp, failures::add);
        flusher.start();
        for (int index = 1; index <= 40000; index++) {
            while (!fixture.stream.fits(5000, 0)) {
                if (fixture.stream.isNextFileReady()) {
                    fixture.stream.roll();
                }
                Thread.onSpinWait();
            }
            fixture.appendHere(index, 4000);
            flusher.request(index, false);
        }

        assertTrue(flusher.stop(40000, STOP_NS));
        assertEquals(40000, flusher.durableSeq());
        assertEquals(3, fixture.stream.currentFile());
        assertTrue(failures.isEmpty(), failures::toString);
    }

    @Test
    void noteOfWhatIsFlushedIsWrittenThoughNothingMoreIsFlushed() {
        final long position = RecordStream.position(FileCycle.FIRST, 40_000);
        start(false);
        force.gate.release(10);
        appendAndRequest(false);
        await().until(() -> flusher.durableSeq() == 1);
        fixture.stream.noteFlushed(position);

        appendAndRequest(false);

        await().until(() -> FlushedNote.read(directory) == position);
        assertEquals(2, flusher.flushes());
    }

    /** Forces nothing, notes what it was asked for, and goes on only when it is let. */
    private static final class GatedForce implements FlushThread.Force {
        final List<Integer> begun = new CopyOnWriteArrayList<>();
        final Semaphore gate = new Semaphore(0);
        volatile StorageException failure;

        @Override
        public void forceFile(final int file) {
            begun.add(file);
            gate.acquireUninterruptibly();
            if (failure != null) {
                throw failure;
            }
        }

        @Override
        public void forceDirectory() {
            forceFile(DIRECTORY);
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    }
}
