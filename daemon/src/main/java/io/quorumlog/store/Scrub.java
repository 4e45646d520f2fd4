package io.quorumlog.store;

import io.quorumlog.log.DamagedLogException;
import io.quorumlog.log.NodeIdentity;
import io.quorumlog.log.Recovery;
import io.quorumlog.log.StorageException;
import io.quorumlog.log.StoredFiles;
import java.util.concurrent.locks.LockSupport;
import org.agrona.DirectBuffer;

/**
 * Verifies, while the node runs, the closed files that its start took from their indexes: once, every byte, as a start that
 * reads everything does. A thread of its own reads a little and rests three times as long, so that it takes a quarter of a
 * processor at most, and of the disk. What is damaged is never served meanwhile, for whoever reads an entry compares its
 * checksum.
 */
public final class Scrub implements AutoCloseable {
    /** Read between two rests: some 0.5 ms. */
    private static final int PORTION_BYTES = StoreLayout.MIB;

    private static final int RESTS = 3;

    private static final long CLOSE_LIMIT_MS = 1_000;

    private final StoredFiles files;
    private final int count;
    private final NodeIdentity identity;
    private final Listener listener;
    private final long closeLimitMs;
    private final Thread thread = new Thread(this::run, "scrub");

    private volatile boolean isStopping;

    private long bytes; // the thread's, as is all below
    private long portionBytes;
    private long workedFromNs;

    /** Is told how it ended, once, on the scrub's thread; of one that is closed before, nothing. */
    public interface Listener {
        /** All of the files are as they were written. */
        void onSound(int files, long bytes, long elapsedNs);

        /**
         * They are not.
         *
         * @param canBeMadeGood whether a start that reads everything has it made good by the leader; else it refuses the log
         */
        void onDamage(DamagedLogException damage, boolean canBeMadeGood);

        /** They can't be read, or not now. */
        void onGivenUp(String why);
    }

    /** Of the files that {@code opened} has not read, if there are any. */
    public Scrub(final OpenedLog opened, final NodeIdentity identity, final Listener listener) {
        this(
                new ChronicleFiles(opened.directory()),
                opened.recovered().report().unread(),
                identity,
                listener,
                CLOSE_LIMIT_MS);
    }

    /** @param count how many of the files, the oldest */
    Scrub(
            final StoredFiles files,
            final int count,
            final NodeIdentity identity,
            final Listener listener,
            final long closeLimitMs) {
        this.files = files;
        this.count = count;
        this.identity = identity;
        this.listener = listener;
        this.closeLimitMs = closeLimitMs;
        thread.setDaemon(true);
    }

    /** Begins, if there is anything to verify. */
    public void start() {
        if (count > 0) {
            thread.start();
        }
    }

    /** Ends it where it is, and returns when it has, or when the disk takes too long for that. */
    @Override
    public void close() {
        isStopping = true;
        LockSupport.unpark(thread);
        try {
            thread.join(closeLimitMs);
        } catch (final InterruptedException nobodyInterrupts) {
            Thread.currentThread().interrupt();
        }
    }

    /** For the thread, or for who waits for it. */
    void run() {
        final long startedNs = System.nanoTime();
        workedFromNs = startedNs;
        try {
            Recovery.verify(new PacedFiles(), count, identity);
        } catch (final StoppedException e) {
            return;
        } catch (final DamagedLogException e) {
            listener.onDamage(e, LogDirectory.canBeMadeGood(e, identity));
            return;
        } catch (final StorageException e) {
            listener.onGivenUp(e.getMessage());
            return;
        } catch (final OutOfMemoryError e) {
            listener.onGivenUp("there is not the memory for it now");
            return;
        }
        listener.onSound(count, bytes, System.nanoTime() - startedNs);
    }

    private void onRead(final int length) {
        bytes += length;
        portionBytes += length;
        if (portionBytes >= PORTION_BYTES) {
            portionBytes = 0;
            rest();
        }
        if (isStopping) {
            throw new StoppedException();
        }
    }

    private void rest() {
        final long now = System.nanoTime();
        final long until = now + RESTS * (now - workedFromNs);
        for (long left = until - now; left > 0 && !isStopping; left = until - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
        workedFromNs = System.nanoTime();
    }

    /** The node stops. */
    private static final class StoppedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        StoppedException() {
            super(null, null, false, false);
        }
    }

    /** The files, read at a measured pace. */
    private final class PacedFiles implements StoredFiles {
        @Override
        public int[] numbers() {
            return files.numbers();
        }

        @Override
        public String name(final int file) {
            return files.name(file);
        }

        @Override
        public boolean isForeign(final int file) {
            return files.isForeign(file);
        }

        @Override
        public long flushedBefore() {
            return files.flushedBefore();
        }

        @Override
        public Scan scan(final int file) {
            return new PacedScan(files.scan(file));
        }

        @Override
        public Scan scan(final int file, final long offset) {
            return new PacedScan(files.scan(file, offset));
        }
    }

    private final class PacedScan implements StoredFiles.Scan {
        private final StoredFiles.Scan scan;

        PacedScan(final StoredFiles.Scan scan) {
            this.scan = scan;
        }

        @Override
        public StoredFiles.Found next() {
            final StoredFiles.Found found = scan.next();
            if (found == StoredFiles.Found.RECORD) {
                onRead(scan.record().capacity());
            }
            return found;
        }

        @Override
        public StoredFiles.Found resync(final long offset) {
            return scan.resync(offset);
        }

        @Override
        public long offset() {
            return scan.offset();
        }

        @Override
        public DirectBuffer record() {
            return scan.record();
        }

        @Override
        public void close() {
            scan.close();
        }
    }
}
