package io.quorumlog.store;

import io.quorumlog.log.StorageException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.agrona.CloseHelper;

/**
 * Makes records durable, on a thread of its own, beside the loop.
 *
 * <p>The loop appends, then asks, with the number of the last record, once a cycle. The thread takes the highest number
 * asked for, writes what was appended, forces every file that can hold a record up to that number, and publishes it: one
 * volatile long, and a call that wakes the loop. Meanwhile the loop goes on appending and asking; the next flush covers all
 * that came in (group commit). The number is read before the write begins, because only what was appended then is covered
 * for sure.
 *
 * <p>Order within a flush: files left by a roll since the last one, then the current one, then, once per new file, the
 * directory; so no record is called durable whose file could vanish.
 *
 * <p>A force that fails is never tried again: the kernel reports a failed write once, and may then call pages clean that
 * never reached the disk. The thread ends, and says so; the durable number stays where it was.
 *
 * <p>In page-cache mode what was appended is written, and counts as durable, at once, on the loop's thread, but for hard
 * state: a vote that is forgotten elects two leaders. Records behind an unflushed hard state wait with it, for the number
 * must not leap. The rest is flushed later ({@link BackgroundFlush}).
 *
 * <p>Between flushes the same thread reserves disk space ahead of the log ({@link LogSpace}), fills it
 * ({@link ZeroedSpace}), lets go of what the page cache holds of old log ({@link CachedPages}), and notes how far the log
 * has been flushed ({@link FlushedNote}).
 */
public final class FlushThread {

    private final ChronicleRecordStream stream;
    private final LogSpace space;
    private final Force force;
    private final CachedPages cachedPages; // the thread's
    private final FlushedNote flushedNote;
    private final BackgroundFlush background;
    private final boolean pageCache;
    private final Runnable wakeUp;
    private final Consumer<StorageException> onFailure;
    private final Thread thread;

    private volatile long requestedSeq;
    private volatile long durableSeq;
    private volatile long flushedSeq;
    private volatile long flushes;
    private volatile boolean isIdle;
    private volatile boolean isWoken;
    private volatile boolean isStopping;

    private int firstUnforcedFile; // the thread's: nothing before it needs a force
    private int directoryForcedFor = -1; // the thread's
    private boolean isDiskFull; // the thread's: said once

    /**
     * @param pageCache whether records count as durable when they are in the page cache
     * @param wakeUp called, on either thread, when the durable number has risen or space has come; wakes the loop
     * @param onFailure called on the flush thread: once with {@link NoSpaceException} where the disk is full, and then
     *     flushes go on; once when anything else has failed, a write, a force or a reservation, and then the thread ends
     */
    public FlushThread(
            final OpenedLog log,
            final boolean pageCache,
            final Runnable wakeUp,
            final Consumer<StorageException> onFailure) {
        this(log.records(), new FileForce(log.directory()), pageCache, wakeUp, onFailure, System::nanoTime);
    }

    FlushThread(
            final ChronicleRecordStream stream,
            final Force force,
            final boolean pageCache,
            final Runnable wakeUp,
            final Consumer<StorageException> onFailure,
            final LongSupplier nanoTime) {
        this.stream = stream;
        space = stream.space();
        cachedPages = stream.cachedPages();
        flushedNote = stream.flushedNote();
        background = new BackgroundFlush(nanoTime);
        this.force = force;
        this.pageCache = pageCache;
        this.wakeUp = wakeUp;
        this.onFailure = onFailure;
        firstUnforcedFile = space.currentFile();
        thread = new Thread(this::run, "flush");
        thread.setDaemon(true);
    }

    /** Starts the thread. */
    public void start() {
        space.onNeed(this::wake);
        thread.start();
    }

    /**
     * The loop's: asks that all records up to a number become durable. Costs next to nothing when there is nothing new.
     *
     * @param recordSeq number of the last record appended; never falls
     * @param withHardState whether one of those since the last call is a hard state
     */
    public void request(final long recordSeq, final boolean withHardState) {
        if (recordSeq <= durableSeq) {
            return;
        }
        final boolean isOutstanding = requestedSeq > durableSeq;
        if (pageCache && !withHardState) {
            if (!isOutstanding) {
                final long bytes = stream.write();
                durableSeq = recordSeq;
                wakeUp.run();
                if (background.wrote(bytes)) {
                    wake();
                }
            }
        } else if (recordSeq > requestedSeq) {
            requestedSeq = recordSeq;
            wake();
        }
    }

    /** Number of the last record that survives a crash, as far as this mode promises; never falls. */
    public long durableSeq() {
        return durableSeq;
    }

    /** Number of the last record that has really been flushed; in page-cache mode it lags behind {@link #durableSeq}. */
    public long flushedSeq() {
        return flushedSeq;
    }

    /** Flushes that have completed. */
    public long flushes() {
        return flushes;
    }

    /**
     * Forces all that was appended, in either mode, and ends the thread.
     *
     * @param lastSeq number of the last record appended
     * @param timeoutNs how long to wait for it, at most
     * @return whether everything is flushed; false after a failure or when the time was not enough
     */
    public boolean stop(final long lastSeq, final long timeoutNs) {
        requestedSeq = Math.max(requestedSeq, lastSeq);
        isStopping = true;
        wake();
        final long deadlineNs = System.nanoTime() + timeoutNs;
        boolean interrupted = false;
        for (long leftNs = timeoutNs; leftNs > 0 && thread.isAlive(); leftNs = deadlineNs - System.nanoTime()) {
            try {
                TimeUnit.NANOSECONDS.timedJoin(thread, leftNs);
            } catch (final InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return !thread.isAlive() && flushedSeq >= lastSeq;
    }

    private void wake() {
        isWoken = true;
        if (isIdle) {
            LockSupport.unpark(thread);
        }
    }

    private void run() {
        try {
            flushUntilStopped();
        } catch (final StorageException e) {
            onFailure.accept(e);
        } catch (final Throwable t) {
            onFailure.accept(new StorageException("flush thread: " + t, t));
        } finally {
            CloseHelper.quietCloseAll(cachedPages, force::close);
        }
    }

    private void flushUntilStopped() {
        while (true) {
            // Read before the work, so that what is asked for during it is not taken for done.
            isWoken = false;
            final boolean last = isStopping;
            maintainSpace();
            final long writtenByLoop = background.writtenBytes();
            final long target = requestedSeq;
            if (target > flushedSeq) {
                flush(target, writtenByLoop);
            } else if (background.dueInNs() == 0) {
                flush(durableSeq, writtenByLoop);
            }
            cachedPages.letGo(space.currentFile(), space.end());
            flushedNote.writeIfDue();
            if (last) {
                return;
            }
            isIdle = true;
            for (long leftNs = dueInNs(); leftNs > 0 && !isWoken; leftNs = dueInNs()) {
                LockSupport.parkNanos(this, leftNs);
            }
            isIdle = false;
        }
    }

    /** In how many nanoseconds there is work for which nobody asks; {@link Long#MAX_VALUE} while there is none. */
    private long dueInNs() {
        return Math.min(flushedNote.dueInNs(), background.dueInNs());
    }

    private void maintainSpace() {
        if (isDiskFull) {
            return;
        }
        try {
            if (space.maintain()) {
                wakeUp.run();
            }
        } catch (final NoSpaceException e) {
            isDiskFull = true;
            onFailure.accept(e);
        }
    }

    private void flush(final long target, final long writtenByLoop) {
        final int currentFile = space.currentFile();
        final long bytes = stream.write();
        for (int file = firstUnforcedFile; file <= currentFile; file++) {
            force.forceFile(file);
        }
        if (directoryForcedFor != currentFile) {
            force.forceDirectory();
            directoryForcedFor = currentFile;
        }
        firstUnforcedFile = currentFile;
        flushedSeq = target; // If the loop sees this one a moment before the other, it sees what is true.
        if (target > durableSeq) { // or the loop may be raising it
            durableSeq = target;
        }
        background.flushed(writtenByLoop);
        flushes++;
        wakeUp.run();
        if (!pageCache) { // in which the loop writes, and would wait for it
            stream.zeroAhead(bytes);
        }
    }

    /** How files are forced; a failure is a {@link StorageException} that names the file and the error. */
    interface Force {
        /** Forces a file's content to the disk. */
        void forceFile(int file);

        /** Forces the directory's entries to the disk. */
        void forceDirectory();

        /** Closes what is open. */
        void close();
    }
}
