package io.quorumlog.store;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import io.quorumlog.log.StorageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/** The disk space of single files: reserves it with fallocate, and gives it back. Any thread; keeps no file open. */
final class FileSpace {
    static final int PAGE_BYTES = 4096;
    private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(65536).asReadOnlyBuffer();

    private final Path directory;

    FileSpace(final Path directory) {
        this.directory = directory;
    }

    /** The next multiple of a page. */
    static long roundUp(final long bytes) {
        return (bytes + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
    }

    /** Size of the file system. */
    long diskBytes() {
        try {
            return Files.getFileStore(directory).getTotalSpace();
        } catch (final IOException e) {
            throw new StorageException("data directory " + directory + ": " + IoReason.of(e), e);
        }
    }

    private long freeBytes() {
        try {
            return Files.getFileStore(directory).getUsableSpace();
        } catch (final IOException e) {
            return 0;
        }
    }

    /**
     * Reserves the bytes from {@code from} to {@code to} of a file, which it makes if it is not there.
     *
     * @throws NoSpaceException if the disk is full
     */
    void allocate(final String name, final long from, final long to) {
        final Path path = directory.resolve(name);
        try (FileChannel channel = FileChannel.open(path, CREATE, READ, WRITE)) {
            boolean isReserved = false;
            try {
                isReserved = fallocate(path, 0, from, to) || fillIfThereIsRoom(channel, from, to);
            } finally {
                if (!isReserved) {
                    channel.truncate(from); // what it could get is there
                }
            }
            if (isReserved) {
                return;
            }
        } catch (final IOException e) {
            if (freeBytes() >= to - from) {
                throw new StorageException(path + ": cannot reserve " + (to - from) + " bytes: " + IoReason.of(e), e);
            }
        }
        throw new NoSpaceException(directory, to - from, freeBytes());
    }

    /**
     * Reserves the bytes from {@code from} to {@code to} of a file that is shorter than that, and leaves its length as it is.
     *
     * @return whether the file system did
     */
    boolean allocateBehind(final String name, final long from, final long to) {
        return fallocate(directory.resolve(name), LibC.FALLOC_FL_KEEP_SIZE, from, to);
    }

    private static boolean fallocate(final Path path, final int mode, final long from, final long to) {
        final int descriptor = LibC.open(path, LibC.O_RDWR);
        if (descriptor < 0) {
            return false;
        }
        final int result = LibC.fallocate(descriptor, mode, from, to - from);
        LibC.close(descriptor);
        return result == 0;
    }

    /**
     * Whatever fallocate was refused for: if there is room, the file system may not know it, but what has been written once can
     * be written again.
     */
    private boolean fillIfThereIsRoom(final FileChannel channel, final long from, final long to) throws IOException {
        channel.truncate(from);
        if (freeBytes() < to - from) {
            return false;
        }
        writeZeros(channel, from, to);
        return true;
    }

    /**
     * Writes zeros where something is to be stored through a mapping: a store to a page that is not in memory makes a kernel
     * that reads ahead fetch, or clear, many MiB before it returns.
     */
    void writeZeros(final String name, final long from, final long to) {
        final Path path = directory.resolve(name);
        try (FileChannel channel = FileChannel.open(path, WRITE)) {
            writeZeros(channel, from, to);
        } catch (final IOException e) {
            throw new StorageException(path + ": cannot be written: " + IoReason.of(e), e);
        }
    }

    private static void writeZeros(final FileChannel channel, final long from, final long to) throws IOException {
        final ByteBuffer zeros = ZEROS.duplicate();
        for (long position = from; position < to; ) {
            zeros.clear().limit((int) Math.min(zeros.capacity(), to - position));
            position += channel.write(zeros, position);
        }
    }

    /** Cuts a file to a length; nothing is ever stored behind that, nor is it mapped there by anyone who would. */
    void trim(final String name, final long length) {
        final Path path = directory.resolve(name);
        try (FileChannel channel = FileChannel.open(path, READ, WRITE)) {
            if (channel.size() > length) {
                channel.truncate(length);
            }
        } catch (final IOException e) {
            throw new StorageException(path + ": cannot be cut to " + length + " bytes: " + IoReason.of(e), e);
        }
    }

    /** Deletes a file, if it is there. */
    void delete(final String name) {
        final Path path = directory.resolve(name);
        try {
            Files.deleteIfExists(path);
        } catch (final IOException e) {
            throw new StorageException(path + ": cannot be deleted: " + IoReason.of(e), e);
        }
    }
}
