package io.quorumlog.store;

import io.quorumlog.log.StorageException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.agrona.CloseHelper;

/**
 * Forces files with fdatasync, which covers the dirty pages of every mapping of a file. The current file stays open, so
 * that no error that the kernel has for it is reported to somebody else. One thread's: the flush thread's or, at a start,
 * that of who opens the log.
 */
final class FileForce implements FlushThread.Force, AutoCloseable {
    private static final int NO_FILE = -1;

    private final Path directory;
    private FileChannel channel;
    private Path path;
    private int openFile = NO_FILE;

    FileForce(final Path directory) {
        this.directory = directory;
    }

    @Override
    public void forceFile(final int file) {
        try {
            if (file != openFile) {
                close();
                path = directory.resolve(FileCycle.fileName(file));
                channel = FileChannel.open(path, StandardOpenOption.WRITE);
                openFile = file;
            }
            channel.force(false);
        } catch (final IOException e) {
            throw new StorageException(path + ": flush failed: " + IoReason.of(e), e);
        }
    }

    @Override
    public void forceDirectory() {
        forceDirectory(directory);
    }

    /** Forces the names in a directory to the disk. */
    static void forceDirectory(final Path directory) {
        try (FileChannel names = FileChannel.open(directory, StandardOpenOption.READ)) {
            names.force(true);
        } catch (final IOException e) {
            throw new StorageException(directory + ": flush failed: " + IoReason.of(e), e);
        }
    }

    @Override
    public void close() {
        CloseHelper.quietClose(channel);
        openFile = NO_FILE;
    }
}
