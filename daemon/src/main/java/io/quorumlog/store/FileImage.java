package io.quorumlog.store;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import com.kenai.jffi.MemoryIO;
import io.quorumlog.log.StorageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicLong;
import org.agrona.BitUtil;
import org.agrona.CloseHelper;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The end of the current file, in memory at the offsets that it has in the file: all that has been appended and not yet
 * written, and some of what was written before. The loop appends to it and reads from it, and so never waits for the disk;
 * whoever makes it safe writes what is new into the file first, all of it at once. What stands before the image has been
 * written, record for record.
 *
 * <p>Written, not stored through a mapping, because that costs a page fault for each page and each flush, and a kernel
 * that reads ahead makes the pages so large that a flush writes many times what was stored.
 *
 * <p>The loop's thread, but for {@link #write} and {@link #zeroAhead}.
 */
final class FileImage implements AutoCloseable {
    /** So much of what has been written stays, for those who read what has just been appended; twice that at most. */
    static final int KEPT_BYTES = 2 * StoreLayout.MIB;

    private static final MemoryIO MEMORY = MemoryIO.getInstance();

    /** A huge page, for the kernel would have to split one of which it takes a part. */
    private static final long GIVEN_BACK_ALIGNMENT = 2L * StoreLayout.MIB;

    private final Path directory;
    private final long address;
    private final UnsafeBuffer buffer = new UnsafeBuffer(0, 0);
    private final ByteBuffer storeHeader = StoreFormat.storeHeader();
    private final ZeroedSpace zeroed; // guarded by this
    private long start;

    private final AtomicLong end = new AtomicLong(); // set by the loop
    private volatile long written; // under the lock of this

    // Guarded by this.
    private final ByteBuffer unwritten;
    private int file;
    private Path path;
    private FileChannel channel;

    FileImage(final Path directory) {
        this.directory = directory;
        zeroed = new ZeroedSpace(directory, System::nanoTime);
        // Not cleared: the kernel gives each page when it is first stored to.
        address = MEMORY.allocateMemory(StoreLayout.BLOCK_BYTES, false);
        // A byte buffer over the memory rather than its address, because the JDK computes CRCs of byte buffers only.
        buffer.wrap(MEMORY.newDirectByteBuffer(address, StoreLayout.BLOCK_BYTES));
        unwritten = MEMORY.newDirectByteBuffer(address, StoreLayout.BLOCK_BYTES);
    }

    /**
     * Goes over to another file; what was left of the one before has been written.
     *
     * @param usedEnd where its records end; 0 for a new file, whose store header goes into the image
     */
    synchronized void begin(final int file, final long usedEnd) {
        CloseHelper.quietClose(channel);
        this.file = file;
        path = directory.resolve(FileCycle.fileName(file));
        try {
            channel = FileChannel.open(path, StandardOpenOption.WRITE);
        } catch (final IOException e) {
            throw new StorageException(path + ": cannot be opened: " + IoReason.of(e), e);
        }
        zeroed.begin(path);
        giveBack(0, end.get());
        start = usedEnd;
        written = usedEnd;
        if (usedEnd == 0) {
            buffer.putBytes(0, storeHeader, 0, StoreFormat.FIRST_DOCUMENT);
            end.set(StoreFormat.FIRST_DOCUMENT);
        } else {
            end.set(usedEnd);
        }
    }

    /** The image; to be appended to behind {@link #end}. */
    UnsafeBuffer buffer() {
        return buffer;
    }

    /** Whether the record at an offset of the current file is in the image. */
    boolean has(final long offset) {
        return offset >= start;
    }

    /**
     * Gives back the memory of what was written long ago, if there is much of it; to be called when nobody looks at the image.
     *
     * @return whether the image now begins later
     */
    boolean release() {
        final long newStart = Math.min(written, end.get() - KEPT_BYTES);
        if (newStart - start < KEPT_BYTES) {
            return false;
        }
        giveBack(start, newStart);
        start = newStart;
        return true;
    }

    /** What is read there next is zero. Of pages that both this and the rest of the image are in, the next call takes care. */
    private void giveBack(final long from, final long to) {
        final long first = BitUtil.align(address, GIVEN_BACK_ALIGNMENT);
        final long low = Math.max(first, alignDown(address + from));
        final long high = alignDown(address + to);
        if (high > low) {
            LibC.madvise(low, high - low, LibC.MADV_DONTNEED);
        }
    }

    private static long alignDown(final long place) {
        return place & -GIVEN_BACK_ALIGNMENT;
    }

    /** Where the file ends, and the next document begins, by what has been appended. */
    long end() {
        return end.get();
    }

    /**
     * Says that the image now reaches to here. It is not a volatile store, with which the loop would wait for each record
     * until it has left the processor's store buffer: another thread is asked to {@link #write} by one, after this.
     */
    void appended(final long newEnd) {
        end.setRelease(newEnd);
    }

    /**
     * Any thread: writes all that had been appended when it was asked to, into the file, that is, into the page cache.
     *
     * @return how many bytes that was
     * @throws StorageException if it can't be written; the node must stop, for a part may be in the file
     */
    synchronized long write() {
        final long from = written;
        final long to = end.get();
        write(from, to);
        written = to;
        return to - from;
    }

    /** The flush thread's, after a flush of so many bytes: see {@link ZeroedSpace}. */
    synchronized void zeroAhead(final long flushedBytes, final LogSpace space) {
        zeroed.extend(flushedBytes, written, space.reservedEnd(file));
    }

    /** Where the zeros ahead of the log end, for tests. */
    synchronized long zeroedEnd() {
        return zeroed.end();
    }

    /** Writes Chronicle's note of where the last document of the file begins, from where it looks for the end. */
    synchronized void writeWritePosition(final long lastDocument) {
        buffer.putLong(StoreFormat.WRITE_POSITION, lastDocument, LITTLE_ENDIAN);
        write(StoreFormat.WRITE_POSITION, StoreFormat.WRITE_POSITION + Long.BYTES);
    }

    private void write(final long from, final long to) {
        unwritten.limit((int) to).position((int) from);
        try {
            zeroed.fillLastPage(channel, from, to);
            while (unwritten.hasRemaining()) {
                channel.write(unwritten, unwritten.position());
            }
        } catch (final IOException e) {
            throw new StorageException(path + ": cannot be written at offset " + from + ": " + IoReason.of(e), e);
        }
    }

    /** To be called once; writes nothing. */
    @Override
    public synchronized void close() {
        buffer.wrap(0, 0);
        CloseHelper.quietCloseAll(zeroed, channel);
        MEMORY.freeMemory(address);
    }
}
