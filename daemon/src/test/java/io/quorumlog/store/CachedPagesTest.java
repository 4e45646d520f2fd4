package io.quorumlog.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorumlog.codec.record.LogRecord;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class CachedPagesTest {
    private static final long FILE = StoreLayout.FILE_BYTES;
    private static final long KEPT = FILE / 2;

    @TempDir
    Path directory;

    @BeforeEach
    void assumeThatItCanBeSeen() throws IOException {
        PageCache.assumeVisible(directory);
    }

    @Test
    void oldestIsLetGoPieceByPieceAndTheCurrentFileNever() throws IOException, InterruptedException {
        write(1);
        write(2);
        write(3);
        try (CachedPages pages = new CachedPages(directory, 1, KEPT)) {
            pages.letGo(1, FILE);
            assertEquals(FILE, cachedBytes(1));

            pages.letGo(2, 10L * StoreLayout.MIB + 5);
            assertEquals(FILE - (FILE + 10L * StoreLayout.MIB - KEPT), cachedBytes(1));

            pages.letGo(3, KEPT);
            assertEquals(0, cachedBytes(1));
            assertEquals(0, cachedBytes(2));
            pages.letGo(3, FILE);
            assertEquals(FILE, cachedBytes(3));
        }
    }

    private void write(final int file) throws IOException {
        try (FileChannel channel = FileChannel.open(path(file), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            final ByteBuffer bytes = ByteBuffer.allocateDirect(StoreLayout.MIB);
            while (channel.size() < FILE) {
                channel.write(bytes.clear());
            }
            channel.force(true);
        }
    }

    @Test
    @Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void flushThreadLetsGoOfWhatIsFarBehind() throws IOException, InterruptedException {
        final int payload = StoreLayout.MIB - LogRecord.HEADER_LENGTH;
        try (StoreFixture fixture = new StoreFixture(directory).open()) {
            final FlushThread flusher = new FlushThread(fixture.log, false, () -> {}, failure -> {});
            flusher.start();
            final int files = (int) (CachedPages.KEPT_BYTES / FILE) + 2;
            while (fixture.stream.currentFile() <= files) {
                final long index = fixture.stream.lastSeq() + 1;
                while (!fixture.stream.isSpaceReserved() || flusher.durableSeq() < index - 1) {
                    Thread.onSpinWait();
                }
                fixture.append(index, payload);
                flusher.request(index, false);
            }
            final long last = fixture.stream.lastSeq();
            assertTrue(flusher.stop(last, TimeUnit.SECONDS.toNanos(20)), () -> flusher.durableSeq() + " of " + last);

            assertEquals(0, cachedBytes(1));
            assertTrue(cachedBytes(3) > FILE / 2);
        }
    }

    private Path path(final int file) {
        return directory.resolve(FileCycle.fileName(file));
    }

    private long cachedBytes(final int file) throws IOException, InterruptedException {
        return PageCache.bytesOf(path(file));
    }
}
