package io.quorumlog.store;

import io.quorumlog.log.StorageException;
import io.quorumlog.log.StoredFiles;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.agrona.CloseHelper;

/**
 * A data directory that is looked into while no node runs on it. Nothing in it is made, written, or deleted, so that it may
 * be on a medium that can only be read; the lock is shared with others who look, and keeps nodes out. Where there is no
 * lock file, no node has run: it is a copy.
 */
public final class OfflineDirectory implements AutoCloseable {
    private final Path directory;
    private final FileChannel lockChannel; // null without a lock file
    private final ChronicleFiles files;

    private OfflineDirectory(final Path directory, final FileChannel lockChannel) {
        this.directory = directory;
        this.lockChannel = lockChannel;
        files = new ChronicleFiles(directory);
    }

    /** @throws StorageException in one line, if it is none, can't be read, or a node runs on it */
    public static OfflineDirectory open(final Path directory) {
        if (!Files.isDirectory(directory)) {
            throw new StorageException("data directory " + directory
                    + (Files.exists(directory) ? ": is a file, not a directory" : ": does not exist"));
        }
        final OfflineDirectory locked = new OfflineDirectory(directory, lock(directory));
        try {
            if (locked.files.numbers().length == 0) {
                throw new StorageException(
                        "data directory " + directory + ": holds no log; a node that starts there is blank");
            }
        } catch (final StorageException e) {
            locked.close();
            throw e;
        }
        return locked;
    }

    private static FileChannel lock(final Path directory) {
        FileChannel channel = null;
        try {
            channel = FileChannel.open(directory.resolve(LogDirectory.LOCK_NAME), StandardOpenOption.READ);
            if (channel.tryLock(0, Long.MAX_VALUE, true) != null) {
                return channel;
            }
        } catch (final NoSuchFileException e) {
            return null;
        } catch (final OverlappingFileLockException e) {
            // Held in this process: said below.
        } catch (final IOException e) {
            CloseHelper.quietClose(channel);
            throw LogDirectory.failed(directory, "cannot be used", e);
        }
        CloseHelper.quietClose(channel);
        throw LogDirectory.isInUse(directory);
    }

    /** The log's files. */
    public StoredFiles files() {
        return files;
    }

    /**
     * Where a start has set damaged files aside and not yet said so in the log, because it was cut short: the log, cut already
     * perhaps, looks whole, but the next start goes on. Null if there is none.
     */
    public Path repairUnderWay() {
        return DamageRepair.underWay(directory);
    }

    /** What a file takes by its length, zeros that are only reserved included. */
    public long bytes(final int file) {
        try {
            return Files.size(directory.resolve(files.name(file)));
        } catch (final IOException e) {
            throw LogDirectory.failed(directory, "cannot be read", e);
        }
    }

    /** Lets go of the lock. */
    @Override
    public void close() {
        CloseHelper.quietClose(lockChannel);
    }
}
