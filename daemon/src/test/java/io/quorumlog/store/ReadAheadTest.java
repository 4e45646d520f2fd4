package io.quorumlog.store;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@link ClosedFiles} has the disk read of a file of which the page cache holds nothing. */
class ReadAheadTest {
    private static final int RECORDS = 16 * 1024;
    private static final int PAYLOAD_BYTES = 1024;

    /** A buffer and what is ahead of it begin and end within pages. */
    private static final int PAGES_CUT = 4 * 4096;

    @TempDir
    Path directory;

    private final List<Long> offsets = new ArrayList<>();
    private final UnsafeBuffer view = new UnsafeBuffer(0, 0);
    private Path path;

    @BeforeEach
    void writeAFileAndLetItGo() throws IOException, InterruptedException {
        PageCache.assumeVisible(directory);
        path = directory.resolve(FileCycle.fileName(FileCycle.FIRST));
        try (StoreFixture fixture = new StoreFixture(directory).open()) {
            for (int index = 1; index <= RECORDS; index++) {
                offsets.add(fixture.append(index, PAYLOAD_BYTES) & 0xFFFFFFFFL);
            }
        }
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        try (AdvisedFile advised = new AdvisedFile(path)) {
            advised.doNotNeed(0, 0);
        }
        assertTrue(PageCache.bytesOf(path) < ClosedFiles.BUFFER_BYTES);
    }

    @Test
    void whoReadsHereAndThereHasNothingReadAhead() throws IOException, InterruptedException {
        final long before = PageCache.bytesOf(path);
        try (ClosedFiles files = new ClosedFiles(directory)) {
            final int reads = 4;
            for (int i = 1; i <= reads; i++) {
                files.wrap(FileCycle.FIRST, offsets.get(i * RECORDS / 8), view);
            }
            final long read = PageCache.bytesOf(path) - before;
            assertTrue(read <= reads * (ClosedFiles.BUFFER_BYTES + PAGES_CUT), () -> read + " bytes");
        }
    }

    @Test
    void whoWalksHasALittleReadAhead() throws IOException, InterruptedException {
        final int walkers = 2;
        final int steps = RECORDS / 4;
        final long before = PageCache.bytesOf(path);
        try (ClosedFiles files = new ClosedFiles(directory)) {
            for (int i = 0; i < steps; i++) {
                for (int walker = 0; walker < walkers; walker++) {
                    files.wrap(FileCycle.FIRST, offsets.get(walker * RECORDS / 2 + i), view);
                }
            }
            final long walked = walkers * (offsets.get(steps - 1) - offsets.get(0) + view.capacity());
            final long least = walkers * (ClosedFiles.AHEAD_BYTES - ClosedFiles.AHEAD_STEP_BYTES);
            final long most = walkers * (long) (ClosedFiles.BUFFER_BYTES + ClosedFiles.AHEAD_BYTES + PAGES_CUT);
            await().until(() -> PageCache.bytesOf(path) - before >= walked + least);
            final long ahead = PageCache.bytesOf(path) - before - walked;
            assertTrue(ahead <= most, () -> ahead + " bytes");
        }
    }
}
