package io.quorumlog.client;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts the bytes of appends that are not yet answered, and makes callers wait while they are too many. Thread-safe; no
 * lock is taken as long as there is room.
 */
final class InflightRoom {
    /** What an append costs beside its bytes: its objects, and its share of the time until those behind it are answered. */
    private static final int COST_OF_A_CALL = 1024;

    private final long maxBytes;
    private final AtomicLong usedBytes = new AtomicLong();
    private volatile int waiters; // written under the lock; raised before they look for room once more
    private volatile boolean closed;

    InflightRoom(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /**
     * Takes room for a frame; one that is larger than all the room is let in alone.
     *
     * @param mayWait whether to wait for room until the deadline.
     * @throws UnavailableException if there is none in time.
     */
    void take(int frameBytes, long deadlineNs, boolean mayWait) {
        long bytes = frameBytes + COST_OF_A_CALL;
        if (closed || !tryTake(bytes)) {
            awaitRoom(bytes, deadlineNs, mayWait);
        }
    }

    private boolean tryTake(long bytes) {
        long used = usedBytes.get();
        while (used == 0 || used + bytes <= maxBytes) {
            if (usedBytes.compareAndSet(used, used + bytes)) {
                return true;
            }
            used = usedBytes.get();
        }
        return false;
    }

    private synchronized void awaitRoom(long bytes, long deadlineNs, boolean mayWait) {
        waiters++;
        try {
            while (!closed && !tryTake(bytes)) {
                long leftMs = TimeUnit.NANOSECONDS.toMillis(deadlineNs - System.nanoTime());
                if (!mayWait || leftMs <= 0) {
                    throw new UnavailableException(
                            usedBytes.get() + " bytes of appends are in flight: no room for more");
                }
                wait(leftMs);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnavailableException("interrupted");
        } finally {
            waiters--;
        }
        if (closed) {
            throw new UnavailableException("the client is closed");
        }
    }

    /** Gives back what a frame took. */
    void giveBack(int frameBytes) {
        usedBytes.addAndGet(-(frameBytes + COST_OF_A_CALL));
        if (waiters > 0) {
            synchronized (this) {
                notifyAll();
            }
        }
    }

    synchronized void close() {
        closed = true;
        notifyAll();
    }
}
