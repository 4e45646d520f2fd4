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
import java.util.concurrent.ConcurrentLinkedQueue;
import net.openhft.posix.PosixAPI;

/**
 * Disk space ahead of the log's end. What has been promised a place must find it, and Chronicle's store to a mapped page for
 * which the disk has no room kills the process with a signal; so nothing is written where nothing has been reserved with
 * fallocate before. The flush thread reserves in steps ({@link StoreLayout}): it lengthens the current file, and when that is
 * full, prepares the next one under a name at which Chronicle looks when it rolls. It also cuts files that were left to what is
 * used in them.
 *
 * <p>The loop publishes where the log ends, and reads how far it may go. While the flush thread is not ahead of it, because
 * a disk hangs, the log takes no entries ({@link #isAhead}), and the member does not campaign, so that a new leader's first
 * entry finds room; only for what can't wait, a vote perhaps, the loop would reserve by itself. State that belongs together
 * is one immutable object, replaced under a lock.
 */
final class LogSpace {
    /** Chronicle clears 8 bytes behind each record, and the end mark takes 4. */
    private static final int SLACK_BYTES = 64;

    /** Chronicle makes its table file this long. */
    private static final int TABLE_FILE_BYTES = 131072;

    private static final long PAGE_BYTES = 4096;
    private static final int FILL_CHUNK_BYTES = 65536;

    // O_RDWR of Linux.
    private static final int OPEN_READ_WRITE = 2;

    private final Path directory;
    private final long maxRecordBytes;
    private final long aheadBytes; // what must be reserved behind the end for the log to take an entry
    private final ConcurrentLinkedQueue<ClosedFile> closedFiles = new ConcurrentLinkedQueue<>();
    private final long diskBytes;
    private volatile long closedBytes;
    private volatile Runnable onNeed = () -> {};
    private volatile Reservation reservation = new Reservation(0, 0, 0, 0, 0);
    private volatile long end;
    private volatile boolean isNextWanted;
    private Reservation askedFor; // the loop's: of which reservation it has already said that it runs out
    private int trimmedFile; // the flush thread's

    /**
     * @param maxRecordBytes the largest record that will be appended
     * @param closedBytes what the files before the current one take
     */
    LogSpace(final Path directory, final long maxRecordBytes, final long closedBytes) {
        this.directory = directory;
        this.maxRecordBytes = maxRecordBytes;
        aheadBytes = maxRecordBytes + StoreLayout.MAX_RESERVE_BYTES + SLACK_BYTES;
        this.closedBytes = closedBytes;
        try {
            diskBytes = Files.getFileStore(directory).getTotalSpace();
        } catch (final IOException e) {
            throw new StorageException("data directory " + directory + ": " + IoReason.of(e), e);
        }
    }

    /** What is called, on the loop's thread, when space runs out soon: wakes who calls {@link #maintain}. */
    void onNeed(final Runnable action) {
        onNeed = action;
    }

    /** Number of the file that is appended to. */
    int currentFile() {
        return reservation.file;
    }

    /** Where the current file ends by what was written. */
    long end() {
        return end;
    }

    /** Bytes that the files take, by what has been written. */
    long bytes() {
        return closedBytes + end;
    }

    /** The loop's: whether a file that ends at {@code newEnd} is not over its size; if not, the next one is asked for. */
    boolean fits(final long newEnd) {
        if (newEnd + SLACK_BYTES <= StoreLayout.FILE_BYTES) {
            return true;
        }
        if (!isNextWanted) {
            isNextWanted = true;
            onNeed.run();
        }
        return false;
    }

    /** The loop's: whether the largest record, and what closes a file, can be stored without waiting for the disk. */
    boolean isAhead() {
        return end + aheadBytes <= reservation.reservedEnd;
    }

    /** The loop's: whether the next file has been prepared. */
    boolean isNextReady() {
        return reservation.nextReservedEnd > 0;
    }

    /**
     * The loop's: makes sure that a record ending at {@code newEnd} can be stored. So it is wherever {@link #isAhead} was
     * asked before; else the loop reserves by itself.
     *
     * @throws NoSpaceException if the disk is full
     */
    void require(final long newEnd) {
        if (newEnd + SLACK_BYTES > reservation.reservedEnd) {
            lengthen(newEnd + SLACK_BYTES);
        }
    }

    /**
     * The loop's: makes sure that the next file is prepared, by itself if it must.
     *
     * @throws NoSpaceException if the disk is full
     */
    void requireNext() {
        if (!isNextReady()) {
            prepareNext();
        }
    }

    /** The loop's: says that the log now ends here. */
    void publishEnd(final long newEnd) {
        end = newEnd;
        final Reservation current = reservation;
        if (newEnd > current.dueAt && current != askedFor) {
            askedFor = current;
            onNeed.run();
        }
    }

    /**
     * The loop's: says that a file has become the current one, which had been reserved by {@link #reserveFirst} or as the
     * next one.
     *
     * @param newEnd where its records end
     * @param oldEnd where the file before it ends, its end mark included; 0 if none was left
     */
    synchronized void onFileBegun(final int file, final long newEnd, final long oldEnd) {
        final Reservation old = reservation;
        isNextWanted = false;
        end = newEnd;
        reserved(file, old.file == file ? old.reservedEnd : old.nextReservedEnd, 0);
        if (oldEnd > 0) {
            final long used = roundUp(oldEnd);
            closedBytes += used;
            closedFiles.add(new ClosedFile(old.file, used));
            onNeed.run();
        }
    }

    /**
     * Before Chronicle is opened: reserves what its table file takes, and the first step of the current file.
     *
     * @param file its number
     * @param prepared whether it does not exist yet, and is to be prepared for Chronicle to take
     * @param usedEnd where its records end
     * @throws NoSpaceException if the disk is full
     */
    void reserveFirst(final int file, final boolean prepared, final long usedEnd) {
        allocate(directory.resolve("metadata.cq4t"), 0, TABLE_FILE_BYTES);
        final long reservedEnd = roundUp(usedEnd + stepBytes());
        final String name = prepared ? FileCycle.preparedName(file) : FileCycle.fileName(file);
        allocate(directory.resolve(name), prepared ? 0 : usedEnd, reservedEnd);
        end = usedEnd;
        reserved(file, reservedEnd, 0);
    }

    /**
     * The flush thread's: does what is due, and says whether there was anything.
     *
     * @throws NoSpaceException if the disk is full; what is reserved so far stays good
     */
    boolean maintain() {
        boolean worked = cutClosedFiles();
        if (reservation.file != trimmedFile) {
            trimCurrent();
            worked = true;
        }
        while (reserveWhatIsDue()) {
            worked = true;
        }
        return worked;
    }

    private synchronized boolean reserveWhatIsDue() {
        final Reservation current = reservation;
        if (end > current.lengthenAt) {
            lengthen(Math.min(wholeBytes(), Math.max(current.reservedEnd, end) + stepBytes()));
        } else if (current.nextReservedEnd == 0 && (isNextWanted || end > StoreLayout.NEXT_FILE_AT)) {
            prepareNext();
        }
        return reservation != current;
    }

    /** So much of a file is reserved at most: behind a full one there is still room for what can't wait. */
    private long wholeBytes() {
        return StoreLayout.FILE_BYTES + aheadBytes;
    }

    /** At a clean stop, when Chronicle is closed: gives back what was reserved and not used. */
    void releaseUnused() {
        cutClosedFiles();
        trim(reservation.file, roundUp(end));
        delete(directory.resolve(FileCycle.preparedName(reservation.file + 1)));
    }

    /** Chronicle made the file as long as the mapping. */
    private synchronized void trimCurrent() {
        final Reservation current = reservation;
        trim(current.file, current.reservedEnd);
        trimmedFile = current.file;
    }

    private synchronized void lengthen(final long newEnd) {
        final Reservation current = reservation;
        final long reservedEnd = roundUp(newEnd);
        if (current.reservedEnd < reservedEnd) {
            allocate(directory.resolve(FileCycle.fileName(current.file)), current.reservedEnd, reservedEnd);
            reserved(current.file, reservedEnd, current.nextReservedEnd);
        }
    }

    private synchronized void prepareNext() {
        final Reservation current = reservation;
        if (current.nextReservedEnd > 0) {
            return;
        }
        final Path prepared = directory.resolve(FileCycle.preparedName(current.file + 1));
        delete(prepared);
        final long nextReservedEnd = roundUp(StoreFormat.FIRST_DOCUMENT + stepBytes());
        allocate(prepared, 0, nextReservedEnd);
        reserved(current.file, current.reservedEnd, nextReservedEnd);
    }

    private void reserved(final int file, final long reservedEnd, final long nextReservedEnd) {
        final boolean isWhole = reservedEnd >= wholeBytes();
        final long lengthenAt = isWhole ? Long.MAX_VALUE : reservedEnd - stepBytes() * 3 / 4;
        final long nextAt = nextReservedEnd > 0 ? Long.MAX_VALUE : StoreLayout.NEXT_FILE_AT;
        reservation = new Reservation(file, reservedEnd, nextReservedEnd, lengthenAt, Math.min(lengthenAt, nextAt));
    }

    private long stepBytes() {
        return StoreLayout.stepBytes(maxRecordBytes, bytes(), diskBytes);
    }

    private boolean cutClosedFiles() {
        boolean worked = false;
        for (ClosedFile closed = closedFiles.poll(); closed != null; closed = closedFiles.poll()) {
            trim(closed.file, closed.usedBytes);
            worked = true;
        }
        return worked;
    }

    /** Cuts a file to a length; nothing is ever stored behind that, nor is it mapped there by anyone who would. */
    private void trim(final int file, final long length) {
        final Path path = directory.resolve(FileCycle.fileName(file));
        try (FileChannel channel = FileChannel.open(path, READ, WRITE)) {
            if (channel.size() > length) {
                channel.truncate(length);
            }
        } catch (final IOException e) {
            throw new StorageException(path + ": cannot be cut to " + length + " bytes: " + IoReason.of(e), e);
        }
    }

    /** Reserves the bytes from {@code from} to {@code to} of a file, which it makes if it is not there. */
    private void allocate(final Path path, final long from, final long to) {
        try (FileChannel channel = FileChannel.open(path, CREATE, READ, WRITE)) {
            boolean isReserved = false;
            try {
                isReserved = fallocate(path, from, to) || fillIfThereIsRoom(channel, from, to);
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

    private static boolean fallocate(final Path path, final long from, final long to) {
        final PosixAPI posix = PosixAPI.posix();
        final int descriptor = posix.open(path.toString(), OPEN_READ_WRITE, 0);
        if (descriptor < 0) {
            return false;
        }
        final int result = posix.fallocate(descriptor, 0, from, to - from);
        posix.close(descriptor);
        return result >= 0;
    }

    /**
     * Why fallocate was refused can't be learned: the error number that PosixAPI keeps is not always that of its last
     * call. If there is room, the file system does not know it; but what has been written once can be written again.
     */
    private boolean fillIfThereIsRoom(final FileChannel channel, final long from, final long to) throws IOException {
        channel.truncate(from);
        if (freeBytes() < to - from) {
            return false;
        }
        final ByteBuffer zeros = ByteBuffer.allocateDirect(FILL_CHUNK_BYTES);
        for (long position = from; position < to; ) {
            zeros.clear().limit((int) Math.min(FILL_CHUNK_BYTES, to - position));
            position += channel.write(zeros, position);
        }
        return true;
    }

    private void delete(final Path path) {
        try {
            Files.deleteIfExists(path);
        } catch (final IOException e) {
            throw new StorageException(path + ": cannot be deleted: " + IoReason.of(e), e);
        }
    }

    private long freeBytes() {
        try {
            return Files.getFileStore(directory).getUsableSpace();
        } catch (final IOException e) {
            return 0;
        }
    }

    private static long roundUp(final long bytes) {
        return (bytes + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
    }

    /**
     * How far the loop may go.
     *
     * @param nextReservedEnd bytes reserved in the next file, or 0 while it is not there
     * @param lengthenAt past this end, more of the current file is reserved
     * @param dueAt past this end, anything is
     */
    private record Reservation(int file, long reservedEnd, long nextReservedEnd, long lengthenAt, long dueAt) {}

    /** A file left by a roll, to be cut to what is used in it. */
    private record ClosedFile(int file, long usedBytes) {}
}
