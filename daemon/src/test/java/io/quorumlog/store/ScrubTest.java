package io.quorumlog.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorumlog.log.DamagedLogException;
import io.quorumlog.log.StorageException;
import io.quorumlog.log.StoredFiles;
import io.quorumlog.log.WrongFileIndex;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a start has not read is read while the node runs, at a measured pace; and what is wrong with it has consequences. */
class ScrubTest {
    /** So that there are more files than a start reads. */
    private static final int MORE_ENTRIES = 80;

    private static final int DAMAGED_OFFSET = StoreFormat.FIRST_RECORD + 400;

    @TempDir
    Path source;

    @TempDir
    Path directory;

    private WrittenLog written;

    /** Keeps how it ended. */
    private static final class Outcome implements Scrub.Listener {
        boolean canBeMadeGood;
        final CompletableFuture<Integer> files = new CompletableFuture<>();
        private long readBytes;

        @Override
        public void onSound(final int count, final long bytes, final long elapsedNs) {
            readBytes = bytes;
            files.complete(count);
        }

        @Override
        public void onDamage(final DamagedLogException damage, final boolean isGood) {
            canBeMadeGood = isGood;
            files.completeExceptionally(damage);
        }

        @Override
        public void onGivenUp(final String why) {
            files.completeExceptionally(new StorageException(why));
        }

        int await() throws InterruptedException, ExecutionException {
            return files.orTimeout(20, TimeUnit.SECONDS).get();
        }
    }

    @BeforeEach
    void write() throws IOException {
        written = new WrittenLog(source, directory, MORE_ENTRIES);
    }

    private OpenedLog open() {
        return LogDirectory.open(directory, WrittenLog.IDENTITY, StoreLayout.MIB);
    }

    private void flip(final int file) throws IOException {
        try (RandomAccessFile bytes =
                new RandomAccessFile(directory.resolve(FileCycle.fileName(file)).toFile(), "rw")) {
            bytes.seek(DAMAGED_OFFSET);
            final int flipped = bytes.read() ^ 1;
            bytes.seek(DAMAGED_OFFSET);
            bytes.write(flipped);
        }
    }

    @Test
    void theFilesThatAStartDidNotReadAreVerified() throws Exception {
        final Outcome outcome = new Outcome();
        try (OpenedLog opened = open();
                Scrub scrub = new Scrub(opened, WrittenLog.IDENTITY, outcome)) {
            assertTrue(opened.recovered().report().unread() > 0);
            scrub.start();

            assertEquals(opened.recovered().report().unread(), outcome.await());
        }
        long bytes = 0;
        for (final WrittenLog.Written record : written.records()) {
            bytes += record.file() <= outcome.await() ? record.length() : 0;
        }
        // Each file's header is also looked at to see whether the file before it is whole.
        assertTrue(outcome.readBytes >= bytes && outcome.readBytes < bytes * 11 / 10, bytes + " " + outcome.readBytes);
    }

    @Test
    void damageHasTheNextStartReadEverythingAndRepair() throws Exception {
        flip(1);
        final Outcome outcome = new Outcome();
        try (OpenedLog opened = open();
                Scrub scrub = new Scrub(opened, WrittenLog.IDENTITY, outcome)) {
            scrub.start();
            final Throwable damage =
                    assertThrows(ExecutionException.class, outcome::await).getCause();
            assertTrue(damage.getMessage().startsWith(FileCycle.fileName(1) + " at offset "), damage.getMessage());

            assertTrue(outcome.canBeMadeGood);
            final String told = opened.verifyAtNextStart((StorageException) damage);

            assertTrue(told.startsWith(damage.getMessage() + "; the next start reads the whole log"), told);
        }
        final Path verify = directory.resolve("VERIFY");
        assertTrue(Files.readString(verify).startsWith(FileCycle.fileName(1)));
        try (OpenedLog opened = open()) {
            assertEquals(0, opened.recovered().report().unread());
            assertTrue(opened.recovered().hasLostEntries());
            assertTrue(Files.exists(directory.resolve("damaged-1.partial")));
        }
        assertFalse(Files.exists(verify));
    }

    @Test
    void whoAsksForItGetsAStartThatReadsEverythingOnce() throws IOException {
        Files.createFile(directory.resolve("VERIFY"));
        for (int start = 0; start < 2; start++) {
            try (OpenedLog opened = open()) {
                assertEquals(start == 1, opened.recovered().report().unread() > 0);
                assertNull(opened.recovered().report().repair());
            }
        }
    }

    /** Even if it is one of the newest files now: later on it would be believed. */
    @Test
    void anIndexThatLeadsAstrayHasEachStartReadEverything() throws IOException {
        final int newestClosed =
                written.records().get(written.records().size() - 1).file() - 1;
        final WrittenLog.Written index = written.records().stream()
                .filter(record -> record.file() == newestClosed)
                .reduce((first, last) -> last)
                .orElseThrow();
        final Path file = directory.resolve(FileCycle.fileName(newestClosed));
        final byte[] bytes = Files.readAllBytes(file);
        WrongFileIndex.leadAstray(new UnsafeBuffer(bytes), (int) index.offset());
        Files.write(file, bytes);
        for (int start = 0; start < 3; start++) {
            try (OpenedLog opened = open()) {
                assertFalse(opened.recovered().areIndexesRight());
                assertEquals(start == 0, opened.recovered().report().unread() > 0);
            }
        }
    }

    @Test
    void aPersonIsToldWhereTheWishCanNotBeWrittenDown() throws IOException {
        try (OpenedLog opened = open()) {
            Files.createDirectory(directory.resolve("VERIFY"));

            final String told = opened.verifyAtNextStart(new StorageException("it rots"));

            assertTrue(told.startsWith("it rots; put an empty file " + directory.resolve("VERIFY")), told);
        }
    }

    /** A log whose second file is read when the disk pleases. */
    private final class SlowFiles implements StoredFiles {
        final CountDownLatch isWaitedFor = new CountDownLatch(1);
        final CountDownLatch pleases = new CountDownLatch(1);
        private final ChronicleFiles files = new ChronicleFiles(directory);

        @Override
        public int[] numbers() {
            return files.numbers();
        }

        @Override
        public String name(final int file) {
            return files.name(file);
        }

        @Override
        public boolean isForeign(final int file) {
            return files.isForeign(file);
        }

        @Override
        public long flushedBefore() {
            return files.flushedBefore();
        }

        @Override
        public Scan scan(final int file) {
            if (file == 2) {
                isWaitedFor.countDown();
                try {
                    pleases.await();
                } catch (final InterruptedException e) {
                    throw new AssertionError("nobody may interrupt a read: it would close the file", e);
                }
            }
            return files.scan(file);
        }

        @Override
        public Scan scan(final int file, final long offset) {
            return files.scan(file, offset);
        }
    }

    @Test
    void whoClosesItWaitsForTheReadUnderWayAndNoLonger() throws InterruptedException {
        final SlowFiles files = new SlowFiles();
        final Outcome outcome = new Outcome();
        final Scrub scrub = new Scrub(files, written.files() - 1, WrittenLog.IDENTITY, outcome, 20_000);
        scrub.start();
        assertTrue(files.isWaitedFor.await(20, TimeUnit.SECONDS));
        final Thread closer = new Thread(scrub::close);

        closer.start();
        Awaitility.await().until(() -> closer.getState() == Thread.State.TIMED_WAITING);
        files.pleases.countDown();
        closer.join();

        assertFalse(outcome.files.isDone());
    }

    @Test
    @Timeout(10)
    void whoClosesItDoesNotWaitForADiskThatHangs() throws InterruptedException {
        final SlowFiles files = new SlowFiles();
        final Scrub scrub = new Scrub(files, written.files() - 1, WrittenLog.IDENTITY, new Outcome(), 1);
        scrub.start();
        assertTrue(files.isWaitedFor.await(20, TimeUnit.SECONDS));

        scrub.close();

        files.pleases.countDown();
    }
}
