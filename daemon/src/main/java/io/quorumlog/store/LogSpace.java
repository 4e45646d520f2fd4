package io.quorumlog.store;

import java.nio.file.Path;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Disk space ahead of the log's end. What has been promised a place must find it, and Chronicle's store to a mapped page for
 * which the disk has no room kills the process with a signal; so nothing is written where nothing has been reserved with
 * fallocate before. The flush thread reserves in steps ({@link StoreLayout}): it lengthens the current file, and when that is
 * full, prepares the next one under a name at which Chronicle looks when it rolls. It also cuts files that were left to what is
 * used in them, if that is much less.
 *
 * <p>The loop publishes where the log ends, and reads how far it may go. While the flush thread is not ahead of it, because
 * a disk hangs, the log takes no entries ({@link #isAhead}), and the member does not campaign, so that a new leader's first
 * entry finds room; only for what can't wait, a vote perhaps, the loop would reserve by itself. State that belongs together
 * is one immutable object, replaced under a lock.
 */
final class LogSpace {
    /** Behind the last record the end mark takes 8 bytes, and Chronicle stores a few when it takes up a file. */
    private static final int SLACK_BYTES = 64;

    /** Chronicle makes its table file this long. */
    private static final int TABLE_FILE_BYTES = 131072;

    /** So much must be left in a full file for it to be cut: what is freed may hold up the disk, and with it the next flush. */
    private static final int WORTH_CUTTING_BYTES = StoreLayout.MIB / 4;

    /** Chronicle stores to this much of a new file, through a mapping. */
    private static final long HEAD_BYTES = FileSpace.roundUp(StoreFormat.FIRST_DOCUMENT + SLACK_BYTES);

    /** See {@link #scatter}. */
    private static final int SCATTERED_PAGES = 5;

    private final FileSpace files;
    private final long maxRecordBytes;
    private final long aheadBytes; // what must be reserved behind the end for the log to take an entry
    private final ConcurrentLinkedQueue<ClosedFile> closedFiles = new ConcurrentLinkedQueue<>();
    private final long diskBytes;
    private volatile long closedBytes;
    private volatile Runnable onNeed = () -> {};
    private volatile Reservation reservation = new Reservation(0, 0, 0, 0, 0);
    private final AtomicLong end = new AtomicLong(); // set by the loop
    private volatile boolean isNextWanted;
    private Reservation askedFor; // the loop's: of which reservation it has already said that it runs out
    private int trimmedFile; // the flush thread's

    /**
     * @param maxRecordBytes the largest record that will be appended
     * @param closedBytes what the files before the current one take
     */
    LogSpace(final Path directory, final long maxRecordBytes, final long closedBytes) {
        files = new FileSpace(directory);
        this.maxRecordBytes = maxRecordBytes;
        aheadBytes = maxRecordBytes + StoreLayout.MAX_RESERVE_BYTES + SLACK_BYTES;
        this.closedBytes = closedBytes;
        diskBytes = files.diskBytes();
    }

    /** What is called, on the loop's thread, when space runs out soon: wakes who calls {@link #maintain}. */
    void onNeed(final Runnable action) {
        onNeed = action;
    }

    /** Number of the file that is appended to. */
    int currentFile() {
        return reservation.file;
    }

    /** Where what is reserved of a file ends; 0 if it is not, or not yet, the current one. */
    long reservedEnd(final int file) {
        final Reservation current = reservation;
        return current.file == file ? current.reservedEnd : 0;
    }

    /** Where the current file ends by what was written. */
    long end() {
        return end.get();
    }

    /** Bytes that the files take, by what has been written. */
    long bytes() {
        return closedBytes + end.get();
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

    /**
     * The loop's: whether the largest record, and what closes a file, can be stored without waiting for the disk: in this file,
     * or where it is full, in the next.
     */
    boolean isAhead() {
        final Reservation current = reservation;
        return end.get() + aheadBytes <= current.reservedEnd
                || current.reservedEnd >= StoreLayout.FILE_BYTES && current.nextReservedEnd > 0;
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
        // A volatile store for each record would have the loop wait until it has left the processor's store buffer. Who
        // reserves may see this late: up to here there is room for another record, whatever it reserves.
        end.setRelease(newEnd);
        if (newEnd > reservation.dueAt) {
            // Here it is one: either the end is seen by who reserves just now, or what that reserves is seen here.
            end.set(newEnd);
            final Reservation current = reservation;
            if (newEnd > current.dueAt && current != askedFor) {
                askedFor = current;
                onNeed.run();
            }
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
        end.set(newEnd);
        reserved(file, old.file == file ? old.reservedEnd : old.nextReservedEnd, 0);
        if (oldEnd > 0) {
            final long used = FileSpace.roundUp(oldEnd);
            final boolean isCut = old.reservedEnd - used >= WORTH_CUTTING_BYTES;
            final ClosedFile closed = new ClosedFile(old.file, isCut ? used : old.reservedEnd);
            closedBytes += closed.bytes;
            closedFiles.add(closed);
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
        files.allocate("metadata.cq4t", 0, TABLE_FILE_BYTES);
        end.set(usedEnd);
        if (prepared) {
            reserved(file, prepare(file), 0);
        } else {
            final long most = Math.max(StoreLayout.FILE_BYTES, usedEnd + aheadBytes);
            final long reservedEnd = FileSpace.roundUp(Math.min(most, usedEnd + stepBytes()));
            files.allocate(FileCycle.fileName(file), usedEnd, reservedEnd);
            reserved(file, reservedEnd, 0);
        }
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
        if (end.get() > current.lengthenAt) {
            lengthen(Math.min(StoreLayout.FILE_BYTES, Math.max(current.reservedEnd, end.get()) + stepBytes()));
        } else if (current.nextReservedEnd == 0 && (isNextWanted || end.get() > StoreLayout.NEXT_FILE_AT)) {
            prepareNext();
        }
        return reservation != current;
    }

    /** At a clean stop, when Chronicle is closed: gives back what was reserved and not used. */
    void releaseUnused() {
        cutClosedFiles();
        files.trim(FileCycle.fileName(reservation.file), FileSpace.roundUp(end.get()));
        files.delete(FileCycle.preparedName(reservation.file + 1));
    }

    /** Chronicle made the file as long as the mapping. */
    private synchronized void trimCurrent() {
        final Reservation current = reservation;
        final String name = FileCycle.fileName(current.file);
        files.trim(name, current.reservedEnd);
        scatter(name, current.reservedEnd);
        trimmedFile = current.file;
    }

    /**
     * Reserves single pages here and there in what is to be reserved later, so that the file consists of more than a few
     * pieces from the start. ext4 keeps four of them in the inode, and more in a block of its own; with about four it makes that
     * block for each flush and frees it again, and the disk may be told each time. If there is no room for them, a flush takes
     * longer.
     */
    private void scatter(final String name, final long reservedEnd) {
        final long distance = FileSpace.roundUp((StoreLayout.FILE_BYTES - reservedEnd) / (SCATTERED_PAGES + 1));
        for (int i = 1; i <= SCATTERED_PAGES; i++) {
            final long from = reservedEnd + i * distance;
            if (from < StoreLayout.FILE_BYTES) {
                files.allocateBehind(name, from, from + 1);
            }
        }
    }

    private synchronized void lengthen(final long newEnd) {
        final Reservation current = reservation;
        final long reservedEnd = FileSpace.roundUp(newEnd);
        if (current.reservedEnd < reservedEnd) {
            files.allocate(FileCycle.fileName(current.file), current.reservedEnd, reservedEnd);
            reserved(current.file, reservedEnd, current.nextReservedEnd);
        }
    }

    private synchronized void prepareNext() {
        final Reservation current = reservation;
        if (current.nextReservedEnd > 0) {
            return;
        }
        reserved(current.file, current.reservedEnd, prepare(current.file + 1));
    }

    /** Makes a file for Chronicle to take, and says how much of it is reserved. */
    private long prepare(final int file) {
        final String name = FileCycle.preparedName(file);
        files.delete(name);
        final long reservedEnd = FileSpace.roundUp(StoreFormat.FIRST_DOCUMENT + stepBytes());
        files.allocate(name, 0, reservedEnd);
        files.writeZeros(name, 0, HEAD_BYTES);
        return reservedEnd;
    }

    private void reserved(final int file, final long reservedEnd, final long nextReservedEnd) {
        final boolean isWhole = reservedEnd >= StoreLayout.FILE_BYTES;
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
            files.trim(FileCycle.fileName(closed.file), closed.bytes);
            worked = true;
        }
        return worked;
    }

    /**
     * How far the loop may go.
     *
     * @param nextReservedEnd bytes reserved in the next file, or 0 while it is not there
     * @param lengthenAt past this end, more of the current file is reserved
     * @param dueAt past this end, anything is
     */
    private record Reservation(int file, long reservedEnd, long nextReservedEnd, long lengthenAt, long dueAt) {}

    /** A file left by a roll, to be cut to this length if it is longer. */
    private record ClosedFile(int file, long bytes) {}
}
