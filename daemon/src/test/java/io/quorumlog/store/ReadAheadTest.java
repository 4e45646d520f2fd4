package io.quorumlog.store;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import net.openhft.chronicle.core.OS;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@link ClosedFiles} has the disk read of a file of which the page cache holds nothing. */
class ReadAheadTest {
    private static final int PAYLOAD_BYTES = 1024;
    private static final int LOG_BYTES = 16 * StoreLayout.MIB;

    /** A buffer and what is ahead of it begin and end within pages. */
    private static final int PAGES_CUT = 4 * OS.pageSize();

    @TempDir
    Path directory;

    private final List<Long> offsets = new ArrayList<>();
    private final UnsafeBuffer view = new UnsafeBuffer(0, 0);
    private Path path;

    @BeforeEach
    void assumeThatItCanBeSeen() throws IOException {
        PageCache.assumeVisible(directory);
    }

    private void writeAFileAndLetItGo(final int payloadBytes) throws IOException {
        path = directory.resolve(FileCycle.fileName(FileCycle.FIRST));
        try (StoreFixture fixture = new StoreFixture(directory).open()) {
            for (int index = 1; index <= LOG_BYTES / payloadBytes; index++) {
                offsets.add(fixture.append(index, payloadBytes) & 0xFFFFFFFFL);
            }
        }
        try (FileForce force = new FileForce(directory)) {
            force.forceFile(FileCycle.FIRST);
        }
        try (AdvisedFile advised = new AdvisedFile(path)) {
            await("file let go").until(() -> {
                advised.doNotNeed(0, 0);
                return PageCache.bytesOf(path) < ClosedFiles.BUFFER_BYTES;
            });
        }
    }

    @Test
    void whoReadsHereAndThereHasNothingReadAhead() throws IOException, InterruptedException {
        writeAFileAndLetItGo(PAYLOAD_BYTES);
        final long before = PageCache.bytesOf(path);
        try (ClosedFiles files = new ClosedFiles(directory)) {
            final int reads = 4;
            for (int i = 1; i <= reads; i++) {
                files.wrap(FileCycle.FIRST, offsets.get(i * offsets.size() / 8), view);
            }
            final long read = PageCache.bytesOf(path) - before;
            assertTrue(read < reads * ReadAhead.AHEAD_BYTES / 2, () -> read + " bytes");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {PAYLOAD_BYTES, 3 * ClosedFiles.BUFFER_BYTES + 2})
    void whoWalksHasALittleReadAhead(final int payloadBytes) throws IOException, InterruptedException {
        writeAFileAndLetItGo(payloadBytes);
        final int walkers = 2;
        final int steps = offsets.size() / 4;
        final long before = PageCache.bytesOf(path);
        try (ClosedFiles files = new ClosedFiles(directory)) {
            for (int i = 0; i < steps; i++) {
                for (int walker = 0; walker < walkers; walker++) {
                    files.wrap(FileCycle.FIRST, offsets.get(walker * offsets.size() / 2 + i), view);
                }
            }
            final long walked = walkers * (offsets.get(steps - 1) - offsets.get(0) + view.capacity());
            final long least = walkers * (ReadAhead.AHEAD_BYTES - ReadAhead.STEP_BYTES);
            final long most = walkers * (long) (ClosedFiles.BUFFER_BYTES + ReadAhead.AHEAD_BYTES + PAGES_CUT);
            await("what is ahead read").until(() -> PageCache.bytesOf(path) - before >= walked + least);
            final long ahead = PageCache.bytesOf(path) - before - walked;
            assertTrue(ahead <= most, () -> ahead + " bytes");
        }
    }
}
