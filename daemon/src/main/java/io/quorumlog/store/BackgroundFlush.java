package io.quorumlog.store;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * When to flush what the loop has written in page-cache mode, for which nobody waits: a second after the last flush, or
 * after {@link #MOST_BYTES}. So a power failure costs little more than a second, and an election, which has to flush a vote
 * and all that stands before it, does not wait for gigabytes.
 */
final class BackgroundFlush {
    /** More makes the loop's writes wait longer for the flush (measured with 2 to 64 MiB). */
    static final int MOST_BYTES = 4 * StoreLayout.MIB;

    static final long SPACING_NS = TimeUnit.SECONDS.toNanos(1);

    private final LongSupplier nanoTime;
    private final AtomicLong writtenBytes = new AtomicLong(); // added to by the loop
    private volatile long flushedBytes;
    private long flushedNs; // the flush thread's

    BackgroundFlush(final LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        flushedNs = nanoTime.getAsLong();
    }

    /**
     * The loop's, after it has written, and said that the records count as durable.
     *
     * @return whether the flush thread has to be woken: it may rest while there is nothing to flush
     */
    boolean wrote(final long bytes) {
        final long before = writtenBytes.getAndAdd(bytes);
        final long flushed = flushedBytes;
        return before == flushed || before + bytes - flushed >= MOST_BYTES;
    }

    /** The flush thread's: in how many nanoseconds to flush; {@link Long#MAX_VALUE} while there is nothing to flush. */
    long dueInNs() {
        final long unflushed = writtenBytes.get() - flushedBytes;
        if (unflushed == 0) {
            return Long.MAX_VALUE;
        }
        return unflushed >= MOST_BYTES ? 0 : Math.max(0, SPACING_NS - (nanoTime.getAsLong() - flushedNs));
    }

    /** The flush thread's, before it looks what there is to flush: how much the loop has written, for {@link #flushed}. */
    long writtenBytes() {
        return writtenBytes.get();
    }

    /** The flush thread's: a flush has ended that covers so much of what the loop has written. */
    void flushed(final long bytes) {
        flushedBytes = bytes;
        flushedNs = nanoTime.getAsLong();
    }
}
