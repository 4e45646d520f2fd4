package io.quorumlog.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import org.agrona.CloseHelper;
import org.agrona.concurrent.NanoClock;

/**
 * Zeros that are written ahead of the log's end, into what is reserved of the current file. Where blocks are only reserved, a
 * flush also has the file system note on the disk that they now hold data: one write and one wait more, on the way of
 * every append. Blocks that hold zeros are written over, and nothing is noted; PostgreSQL fills its log's segments for the
 * same reason ({@code wal_init_zero}). The zeros go past the page cache, which they would only fill.
 *
 * <p>It costs the disk each byte twice. So it is done on ext4, with which it was measured; only while flushes are neither so
 * small that most of them write blocks anew nor so large that the note does not matter; and not for a while after the disk
 * took long for it. Nothing depends on it, and nothing fails with it. Guarded by the lock of the {@link FileImage}.
 */
final class ZeroedSpace implements AutoCloseable {
    /** Written at a time, as the file system takes note of each. Some 0.2 ms on a good disk, between two flushes. */
    static final int PORTION_BYTES = StoreLayout.MIB / 2;

    /** How far the zeros are to be ahead of the log's end. */
    static final int AHEAD_BYTES = 2 * StoreLayout.MIB;

    static final int SMALLEST_FLUSH_BYTES = 16 * 1024;
    static final int LARGEST_FLUSH_BYTES = 256 * 1024;

    /** A portion that takes longer is a disk for which each byte counts. */
    static final long SLOW_NS = TimeUnit.MILLISECONDS.toNanos(2);

    /** For so many bytes a slow disk is left alone. */
    static final int PAUSE_BYTES = 32 * StoreLayout.MIB;

    private final NanoClock clock;
    private final ByteBuffer zeros =
            ByteBuffer.allocateDirect(PORTION_BYTES + FileSpace.PAGE_BYTES).alignedSlice(FileSpace.PAGE_BYTES);
    private boolean isOff;
    private Path path;
    private FileChannel channel;
    private long end;
    private long pausedUntil;

    ZeroedSpace(final Path directory, final NanoClock clock) {
        this.clock = clock;
        isOff = !isOfUse(directory);
    }

    private static boolean isOfUse(final Path directory) {
        try {
            final FileStore disk = Files.getFileStore(directory);
            return disk.type().equals("ext4") && FileSpace.PAGE_BYTES % disk.getBlockSize() == 0;
        } catch (final IOException | UnsupportedOperationException e) {
            return false;
        }
    }

    /** Goes over to another file. */
    void begin(final Path file) {
        CloseHelper.quietClose(channel);
        channel = null;
        path = file;
        end = 0;
        pausedUntil = 0;
    }

    /** Where the zeros end; 0 if none were written. */
    long end() {
        return end;
    }

    /**
     * After a flush: writes a portion, if it is time.
     *
     * @param flushedBytes what the flush wrote
     * @param written where the content of the file ends: zeros go behind that only
     * @param reservedEnd where what is reserved of it ends: they go before that only
     */
    void extend(final long flushedBytes, final long written, final long reservedEnd) {
        if (isOff
                || flushedBytes < SMALLEST_FLUSH_BYTES
                || flushedBytes > LARGEST_FLUSH_BYTES
                || written < StoreFormat.FIRST_DOCUMENT // Chronicle's stores through its mapping are all there is
                || written < pausedUntil) {
            return;
        }
        final long from = Math.max(end, FileSpace.roundUp(written));
        final long to = from + PORTION_BYTES;
        if (to > reservedEnd || to > written + AHEAD_BYTES) {
            return;
        }
        final long startedNs = clock.nanoTime();
        try {
            write(from);
            end = to;
        } catch (final IOException | UnsupportedOperationException e) {
            // The file system does not know direct I/O, or the disk is broken, which the entries will meet, too.
            isOff = true;
        }
        if (clock.nanoTime() - startedNs > SLOW_NS) {
            pausedUntil = written + PAUSE_BYTES;
        }
    }

    private void write(final long from) throws IOException {
        if (channel == null) {
            channel = FileChannel.open(path, StandardOpenOption.WRITE, directOption());
        }
        writeZeros(channel, from, PORTION_BYTES);
    }

    /** As {@link FileSpace} does, but aligned, as direct I/O wants it, and without garbage. */
    private void writeZeros(final FileChannel target, final long from, final int length) throws IOException {
        zeros.clear().limit(length);
        while (zeros.hasRemaining()) {
            target.write(zeros, from + zeros.position());
        }
    }

    /** By its name, because newer compilers warn of the class, though its module exports it. */
    private static OpenOption directOption() {
        try {
            for (final Object option :
                    Class.forName("com.sun.nio.file.ExtendedOpenOption").getEnumConstants()) {
                if (option.toString().equals("DIRECT")) {
                    return (OpenOption) option;
                }
            }
        } catch (final ClassNotFoundException e) {
            throw new UnsupportedOperationException(e);
        }
        throw new UnsupportedOperationException();
    }

    /**
     * Before content is written: fills the page in which it will end, if that is not yet in the page cache, for the kernel
     * would read from the disk what stands in the rest of it.
     *
     * @param from where the content begins: what stands before is in the file
     * @param to where it ends
     */
    void fillLastPage(final FileChannel cached, final long from, final long to) throws IOException {
        final long page = to - to % FileSpace.PAGE_BYTES;
        if (page >= from && to > page && to <= end) {
            writeZeros(cached, page, FileSpace.PAGE_BYTES);
        }
    }

    /** For good: a flush that hung may end when the log is another process' already. */
    @Override
    public void close() {
        isOff = true;
        CloseHelper.quietClose(channel);
    }
}
