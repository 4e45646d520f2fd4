package io.quorumlog.store;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import io.quorumlog.log.StorageException;
import io.quorumlog.log.StoredFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.zip.CRC32C;
import org.agrona.CloseHelper;

/**
 * How far the log has been flushed, noted beside its files: a position and its checksum, 12 bytes. The log says the same of
 * itself, but what its newest file says goes with that file. A log that ends before what is noted here has lost something,
 * and no crash did it.
 *
 * <p>The note may lag behind the truth, and never leads: it is written after the flush. So it needs no flush of its own, and
 * one that a crash left half written says nothing.
 *
 * <p>The loop hands over positions; the flush thread writes them, once a second at most.
 */
final class FlushedNote implements AutoCloseable {
    static final String NAME = StoredFiles.NOTE_NAME;

    private static final long SPACING_NS = TimeUnit.SECONDS.toNanos(1);

    private static final int CRC_OFFSET = Long.BYTES;
    private static final int LENGTH = CRC_OFFSET + Integer.BYTES;

    private final Path path;
    private final LongSupplier nanoTime;
    private final AtomicLong flushedBefore;

    // Guarded by this.
    private final ByteBuffer bytes = ByteBuffer.allocateDirect(LENGTH).order(LITTLE_ENDIAN);
    private final CRC32C crc = new CRC32C();
    private final FileChannel channel;
    private long written;
    private long writtenNs;

    /**
     * Makes the file, if it is not there, so that there is room for it later.
     *
     * @param flushedBefore position before which all is on the disk; 0 in a new log
     * @throws StorageException if it can't be written
     */
    FlushedNote(final Path directory, final long flushedBefore, final LongSupplier nanoTime) {
        path = directory.resolve(NAME);
        this.nanoTime = nanoTime;
        this.flushedBefore = new AtomicLong(flushedBefore);
        FileChannel opened = null;
        try {
            opened = FileChannel.open(path, CREATE, WRITE);
            channel = opened;
            write();
        } catch (final IOException e) {
            throw failed(path, "written", e);
        } catch (final StorageException e) {
            CloseHelper.quietClose(opened);
            throw e;
        }
    }

    /**
     * What is noted in a directory.
     *
     * @return a position; 0 if nothing is
     * @throws StorageException if it can't be read
     */
    static long read(final Path directory) {
        final Path path = directory.resolve(NAME);
        final ByteBuffer bytes = ByteBuffer.allocate(LENGTH).order(LITTLE_ENDIAN);
        try (FileChannel channel = FileChannel.open(path, READ)) {
            while (bytes.hasRemaining() && channel.read(bytes) >= 0) {
                // A read may bring less than was asked for.
            }
        } catch (final NoSuchFileException e) {
            return 0;
        } catch (final IOException e) {
            throw failed(path, "read", e);
        }
        return !bytes.hasRemaining() && bytes.getInt(CRC_OFFSET) == checksum(new CRC32C(), bytes)
                ? bytes.getLong(0)
                : 0;
    }

    /** Leaves the buffer cleared. */
    private static int checksum(final CRC32C crc, final ByteBuffer bytes) {
        crc.reset();
        crc.update(bytes.position(0).limit(CRC_OFFSET));
        bytes.clear();
        return (int) crc.getValue();
    }

    /** The loop's: all before this position is on the disk. */
    void flushed(final long position) {
        flushedBefore.setRelease(position);
    }

    /** In how many nanoseconds there is something to write; {@link Long#MAX_VALUE} while there is nothing. */
    synchronized long dueInNs() {
        return isWritten() ? Long.MAX_VALUE : Math.max(0, SPACING_NS - (nanoTime.getAsLong() - writtenNs));
    }

    private boolean isWritten() {
        return flushedBefore.get() == written;
    }

    /**
     * Writes what has been handed over, if it is time.
     *
     * @throws StorageException if it can't be written
     */
    synchronized void writeIfDue() {
        if (dueInNs() == 0) {
            write();
        }
    }

    private void write() {
        written = flushedBefore.get();
        bytes.clear().putLong(0, written).putInt(CRC_OFFSET, checksum(crc, bytes));
        try {
            channel.write(bytes, 0);
        } catch (final IOException e) {
            throw failed(path, "written", e);
        }
        writtenNs = nanoTime.getAsLong();
    }

    private static StorageException failed(final Path path, final String what, final IOException e) {
        return new StorageException(path + ": cannot be " + what + ": " + IoReason.of(e), e);
    }

    /** Writes what is left to write. */
    @Override
    public synchronized void close() {
        try {
            if (!isWritten()) {
                write();
            }
        } finally {
            CloseHelper.quietClose(channel);
        }
    }
}
