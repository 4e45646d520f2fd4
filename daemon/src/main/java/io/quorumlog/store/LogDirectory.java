package io.quorumlog.store;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import io.quorumlog.log.DamagedLogException;
import io.quorumlog.log.NodeIdentity;
import io.quorumlog.log.RecordStream;
import io.quorumlog.log.RecoveredLog;
import io.quorumlog.log.Recovery;
import io.quorumlog.log.StorageException;
import io.quorumlog.log.StoredFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.agrona.CloseHelper;

/**
 * A node's data directory, held by a lock. Opening it goes in this order, and may be cut short by a crash anywhere:
 *
 * <ol>
 *   <li>the directory is made if it is not there, locked, and freed of what a killed process left behind;
 *   <li>{@link Recovery} reads the files and says where the log ends; what is damaged is set aside ({@link DamageRepair});
 *   <li>what lies behind is removed, newest file first; the newest file that stays is cut, and the stream is opened on it.
 * </ol>
 *
 * <p>So that a start hardly takes longer with a longer log, recovery reads the newest files, and all of them only where a
 * file called {@code VERIFY} asks for it, which a node leaves that comes upon damage or an index that leads astray, or where it
 * must; what it has not read, a {@link Scrub} reads then.
 *
 * <p>Chronicle cannot cut a file, and damage in its store header makes it lose records or hang. Instead of copying the
 * good records into a new file, we cut the file itself and lay a fresh store header over the old one, always: its bytes
 * are the same for every file ({@link StoreFormat}), so doing it again after a crash half-way ends the same.
 */
public final class LogDirectory implements AutoCloseable {
    /** Of two members, one alone is no majority. */
    private static final int SMALLEST_CLUSTER_THAT_REPAIRS = 3;

    /** Of the newest files, a start reads so many: what takes 0.2 s, or half a second from a disk. */
    private static final int FILES_READ = 5;

    /** What an operator names the directory by. */
    private static final String SETTING = "data-dir";

    static final String LOCK_NAME = "LOCK";
    static final String VERIFY_NAME = "VERIFY";

    private final Path directory;
    private final FileChannel lockChannel;
    private final ChronicleFiles files;

    private LogDirectory(final Path directory, final FileChannel lockChannel) {
        this.directory = directory;
        this.lockChannel = lockChannel;
        files = new ChronicleFiles(directory);
    }

    /**
     * Opens a node's log: locks, recovers, repairs. All that the log holds is on the disk when this returns.
     *
     * @param identity whose log it must be, if it is any
     * @param maxRecordBytes the largest record that will be appended, as a rule; header included
     * @return what the calling thread, and no other, appends to and closes
     * @throws NoSpaceException if the disk has no room for what a start needs
     * @throws StorageException in one line, if the directory can't be made or used, another process uses it, or its log is
     *     another's, or damaged in a way that other members can't make good; or if native code can't be loaded
     */
    public static OpenedLog open(final Path directory, final NodeIdentity identity, final int maxRecordBytes) {
        final LogDirectory locked = lock(directory);
        try {
            LibC.require();
            final DamageRepair repair = new DamageRepair(directory, locked.files);
            final RecoveredLog recovered = locked.recover(identity, repair);
            final long end = recovered.isEmpty() ? RecordStream.NONE : recovered.end();
            return new OpenedLog(
                    locked, recovered, locked.openAt(end, recovered.flushedBefore(), maxRecordBytes), repair);
        } catch (final Throwable t) {
            locked.close();
            throw t;
        }
    }

    /** Recovers, cutting off what is damaged as often as that must be done. */
    RecoveredLog recover(final NodeIdentity identity, final DamageRepair repair) {
        final Path verify = directory.resolve(VERIFY_NAME);
        final boolean isToBeVerified = Files.exists(verify);
        final int filesRead = isToBeVerified || repair.isUnderWay() ? Integer.MAX_VALUE : FILES_READ;
        long cutAt = Long.MAX_VALUE;
        while (true) {
            try {
                final RecoveredLog recovered = Recovery.recover(files, identity, filesRead);
                if (isToBeVerified && recovered.areIndexesRight()) {
                    delete(verify);
                } else if (!isToBeVerified && !recovered.areIndexesRight()) {
                    verifyAtNextStart("a closed file's index is not that of its entries");
                }
                if (!repair.isUnderWay()) {
                    return recovered;
                }
                if (!recovered.needsRepair()) {
                    return recovered.withLostEntries();
                }
                // Looks like a torn tail, but what told it from damage may have been set aside before a crash.
                repair.cutOff(recovered.keptEnd());
            } catch (final DamagedLogException e) {
                if (!canBeMadeGood(e, identity) || e.position() >= cutAt) {
                    throw e;
                }
                cutAt = e.position();
                repair.cutOff(e);
            }
        }
    }

    /**
     * Whether others can bring this member up to date, and can't do without it by mistake: a majority is left without it, and
     * it remembers by its first entry that there was a cluster. Who remembers nothing might found a new one with others who
     * lost theirs.
     */
    static boolean canBeMadeGood(final DamagedLogException damage, final NodeIdentity identity) {
        return damage.position() != RecordStream.NONE
                && damage.soundIndex() > 0
                && identity.memberIds().length >= SMALLEST_CLUSTER_THAT_REPAIRS;
    }

    /**
     * Has the next start read the whole log. Any thread.
     *
     * @param why for a person
     * @return what the next start does, or what a person must do, in words
     */
    String verifyAtNextStart(final String why) {
        final Path path = directory.resolve(VERIFY_NAME);
        try {
            Files.writeString(path, why + "\n");
            return "the next start reads the whole log";
        } catch (final IOException e) {
            return "put an empty file " + path
                    + " there, so that the next start reads the whole log (it can't be made: " + IoReason.of(e) + ")";
        }
    }

    /** Takes hold of a data directory, for the life of this object. */
    static LogDirectory lock(final Path directory) {
        ChronicleFlags.apply();
        create(directory);
        final Path lock = directory.resolve(LOCK_NAME);
        FileChannel channel = null;
        try {
            channel = FileChannel.open(lock, CREATE, WRITE);
            if (tryLock(channel) == null) {
                throw isInUse(directory);
            }
            final LogDirectory locked = new LogDirectory(directory, channel);
            locked.deleteLeftovers();
            return locked;
        } catch (final IOException e) {
            CloseHelper.quietClose(channel);
            final String why = Files.exists(lock)
                    ? "cannot be locked: " + IoReason.of(e)
                    : "cannot be made: " + IoReason.ofMaking(lock, SETTING, e);
            throw new StorageException(lock + ": " + why, e);
        } catch (final StorageException e) {
            CloseHelper.quietClose(channel);
            throw e;
        }
    }

    /** Whether a node holds this directory now, as far as this user may know: a lock that can't be opened counts as held. */
    public static boolean isHeld(final Path directory) {
        final Path lock = directory.resolve(LOCK_NAME);
        if (!Files.isRegularFile(lock)) {
            return false;
        }
        try (FileChannel channel = FileChannel.open(lock, WRITE)) {
            return tryLock(channel) == null;
        } catch (final IOException e) {
            return true;
        }
    }

    private static void create(final Path directory) {
        try {
            Files.createDirectory(directory);
            final Path parent = directory.toAbsolutePath().getParent();
            if (parent != null) {
                FileForce.forceDirectory(parent);
            }
        } catch (final FileAlreadyExistsException e) {
            if (!Files.isDirectory(directory)) {
                throw unusable(
                        directory,
                        Files.exists(directory) ? "is a file, not a directory; " : "is a link to what does not exist; ",
                        e);
            }
        } catch (final IOException e) {
            throw new StorageException(
                    "data directory " + directory + ": cannot be made: " + IoReason.ofMaking(directory, SETTING, e), e);
        }
        if (!Files.isWritable(directory) || !Files.isExecutable(directory)) {
            throw unusable(
                    directory,
                    isReadOnly(directory)
                            ? "is on a read-only file system; mount it for writing, or "
                            : "is not writable for this user; allow it, or ",
                    null);
        }
    }

    private static StorageException unusable(final Path directory, final String why, final IOException cause) {
        return new StorageException("data directory " + directory + ": " + why + "choose another " + SETTING, cause);
    }

    private static boolean isReadOnly(final Path directory) {
        try {
            return Files.getFileStore(directory).isReadOnly();
        } catch (final IOException notKnown) {
            return false;
        }
    }

    private static FileLock tryLock(final FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (final OverlappingFileLockException e) {
            return null; // held in this process
        }
    }

    /**
     * Chronicle's table file holds locks of processes that may be gone, and nothing that it would not find by itself; the
     * others were being made when a process died.
     */
    private void deleteLeftovers() {
        final List<Path> leftovers;
        try (Stream<Path> paths = Files.list(directory)) {
            leftovers = paths.filter(LogDirectory::isLeftover).toList();
        } catch (final IOException e) {
            throw failed(directory, "cannot be listed", e);
        }
        leftovers.forEach(this::delete);
    }

    private static boolean isLeftover(final Path path) {
        final String name = path.getFileName().toString();
        // The last is a native library, which is unpacked here, loaded and deleted.
        return name.equals("metadata.cq4t")
                || name.endsWith(".discard")
                || name.endsWith(".precreated")
                || name.startsWith("jffi") && name.endsWith(".so");
    }

    /** The log's files, for recovery. */
    StoredFiles files() {
        return files;
    }

    /**
     * Removes what lies behind the log's end, and opens the stream for appending there.
     *
     * @param endPosition behind the last record to keep; {@link RecordStream#NONE} to keep nothing
     * @param flushedBefore position before which all is known to be on the disk
     */
    ChronicleRecordStream openAt(final long endPosition, final long flushedBefore, final int maxRecordBytes) {
        final long kept = removeBehind(endPosition);
        final int[] numbers = files.numbers();
        final boolean isNew = kept == RecordStream.NONE;
        final int current = isNew ? FileCycle.FIRST : RecordStream.file(kept);
        final long end = isNew ? 0 : StoreFormat.align(RecordStream.offset(kept));
        if (!isNew) {
            prepareForAppending(path(current), end);
            forceFrom(RecordStream.file(flushedBefore), numbers);
        } else {
            delete(directory.resolve(FlushedNote.NAME)); // of a log that is gone
        }
        FileForce.forceDirectory(directory);

        final LogSpace space = new LogSpace(directory, maxRecordBytes, closedBytes(numbers));
        space.reserveFirst(current, isNew, isNew ? StoreFormat.FIRST_DOCUMENT : end);
        final FlushedNote flushedNote = new FlushedNote(directory, isNew ? 0 : kept, System::nanoTime);
        try {
            return new ChronicleRecordStream(directory, space, flushedNote, current, end);
        } catch (final Throwable t) {
            CloseHelper.quietClose(flushedNote);
            throw t;
        }
    }

    /** Returns the end that the log has now, which is that of the file before if nothing is left in the one cut. */
    private long removeBehind(final long endPosition) {
        final int[] numbers = files.numbers();
        for (int i = numbers.length - 1; i >= 0; i--) {
            final int file = numbers[i];
            if (endPosition == RecordStream.NONE || file > RecordStream.file(endPosition)) {
                delete(path(file));
            } else if (RecordStream.offset(endPosition) > StoreFormat.FIRST_RECORD) {
                return endPosition;
            } else {
                delete(path(file));
                return i == 0 ? RecordStream.NONE : RecordStream.position(numbers[i - 1], end(numbers[i - 1]));
            }
        }
        return RecordStream.NONE;
    }

    /** Where a whole file's records end. */
    private long end(final int file) {
        try (StoredFiles.Scan scan = files.scan(file)) {
            long end = StoreFormat.FIRST_DOCUMENT;
            while (scan.next() == StoredFiles.Found.RECORD) {
                end = scan.offset() + scan.record().capacity();
            }
            return end;
        }
    }

    private static void prepareForAppending(final Path path, final long end) {
        try (FileChannel channel = FileChannel.open(path, READ, WRITE)) {
            // Also takes the end mark away, if the process died between that and the next file.
            channel.truncate(end);
            final ByteBuffer header = StoreFormat.storeHeader();
            while (header.hasRemaining()) {
                channel.write(header, header.position());
            }
            // An aligned end may lie behind the last byte kept.
            if (channel.size() < end) {
                channel.write(ByteBuffer.allocate((int) (end - channel.size())), channel.size());
            }
            channel.force(true);
        } catch (final IOException e) {
            throw new StorageException(path + ": cannot be made ready for appending: " + IoReason.of(e), e);
        }
    }

    /** What recovery read may have been in the page cache only; from now on it counts as flushed. */
    private void forceFrom(final int firstFile, final int[] numbers) {
        try (FileForce force = new FileForce(directory)) {
            for (final int number : numbers) {
                if (number >= firstFile) {
                    force.forceFile(number);
                }
            }
        }
    }

    private long closedBytes(final int[] numbers) {
        long bytes = 0;
        try {
            for (int i = 0; i < numbers.length - 1; i++) {
                bytes += Files.size(path(numbers[i]));
            }
        } catch (final IOException e) {
            throw failed(directory, "cannot be read", e);
        }
        return bytes;
    }

    private Path path(final int file) {
        return directory.resolve(FileCycle.fileName(file));
    }

    private void delete(final Path path) {
        try {
            Files.deleteIfExists(path);
        } catch (final IOException e) {
            throw new StorageException(path + ": cannot be deleted: " + IoReason.of(e), e);
        }
    }

    Path path() {
        return directory;
    }

    static StorageException isInUse(final Path directory) {
        return new StorageException("data directory " + directory + ": another process uses it (it holds "
                + directory.resolve(LOCK_NAME) + ")");
    }

    static StorageException failed(final Path directory, final String what, final IOException e) {
        return new StorageException("data directory " + directory + ": " + what + ": " + IoReason.of(e), e);
    }

    /** Lets go of the lock. */
    @Override
    public void close() {
        CloseHelper.quietClose(lockChannel);
    }
}
