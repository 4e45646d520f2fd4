package io.quorumlog.store;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import com.kenai.jffi.MemoryIO;
import io.quorumlog.log.StorageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.agrona.CloseHelper;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * What has been appended to the current file since it became that, in memory at the offsets that it has in the file. The
 * loop appends to it and reads from it, and so never waits for the disk; whoever makes it safe writes what is new into the
 * file first, all of it at once.
 *
 * <p>Written, not stored through a mapping, because that costs a page fault for each page and each flush, and a kernel
 * that reads ahead makes the pages so large that a flush writes many times what was stored.
 *
 * <p>The loop's thread, but for {@link #write}.
 */
final class FileImage implements AutoCloseable {
    private static final MemoryIO MEMORY = MemoryIO.getInstance();

    private final Path directory;
    private final long address;
    private final UnsafeBuffer buffer = new UnsafeBuffer(0, 0);
    private long start;

    private volatile long end;

    // Guarded by this.
    private final ByteBuffer unwritten;
    private Path path;
    private FileChannel channel;
    private long written;

    FileImage(final Path directory) {
        this.directory = directory;
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
        path = directory.resolve(FileCycle.fileName(file));
        try {
            channel = FileChannel.open(path, StandardOpenOption.WRITE);
        } catch (final IOException e) {
            throw new StorageException(path + ": cannot be opened: " + IoReason.of(e), e);
        }
        start = usedEnd;
        written = usedEnd;
        if (usedEnd == 0) {
            buffer.putBytes(0, StoreFormat.storeHeader(), 0, StoreFormat.FIRST_DOCUMENT);
            end = StoreFormat.FIRST_DOCUMENT;
        } else {
            end = usedEnd;
        }
    }

    /** The image; to be appended to behind {@link #end}. */
    UnsafeBuffer buffer() {
        return buffer;
    }

    /** Whether the bytes at an offset of the current file are in the image: what stood there before is not. */
    boolean has(final long offset) {
        return offset >= start;
    }

    /** Where the file ends, by what has been appended. */
    long end() {
        return end;
    }

    /** Says that the image now reaches to here. */
    void appended(final long newEnd) {
        end = newEnd;
    }

    /**
     * Any thread: writes all that has been appended before the call into the file, that is, into the page cache.
     *
     * @throws StorageException if it can't be written; the node must stop, for a part may be in the file
     */
    synchronized void write() {
        final long to = end;
        write(written, to);
        written = to;
    }

    /** Writes Chronicle's note of where the last document of the file begins, from where it looks for the end. */
    synchronized void writeWritePosition(final long lastDocument) {
        buffer.putLong(StoreFormat.WRITE_POSITION, lastDocument, LITTLE_ENDIAN);
        write(StoreFormat.WRITE_POSITION, StoreFormat.WRITE_POSITION + Long.BYTES);
    }

    private void write(final long from, final long to) {
        unwritten.limit((int) to).position((int) from);
        try {
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
        CloseHelper.quietClose(channel);
        MEMORY.freeMemory(address);
    }
}
