package io.quorumlog.client;

import java.util.concurrent.TimeUnit;

/** Counts the bytes of appends that are not yet answered, and makes callers wait while they are too many. Thread-safe. */
final class InflightRoom {
    /** What an append costs beside its bytes: its objects, and its share of the time until those behind it are answered. */
    private static final int COST_OF_A_CALL = 1024;

    private final long maxBytes;
    private long usedBytes;
    private boolean closed;

    InflightRoom(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /**
     * Takes room for a frame; one that is larger than all the room is let in alone.
     *
     * @param mayWait whether to wait for room until the deadline.
     * @throws UnavailableException if there is none in time.
     */
    synchronized void take(int frameBytes, long deadlineNs, boolean mayWait) {
        long bytes = frameBytes + COST_OF_A_CALL;
        while (!closed && usedBytes > 0 && usedBytes + bytes > maxBytes) {
            long leftMs = TimeUnit.NANOSECONDS.toMillis(deadlineNs - System.nanoTime());
            if (!mayWait || leftMs <= 0) {
                throw new UnavailableException(usedBytes + " bytes of appends are in flight: no room for more");
            }
            try {
                wait(leftMs);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new UnavailableException("interrupted");
            }
        }
        if (closed) {
            throw new UnavailableException("the client is closed");
        }
        usedBytes += bytes;
    }

    synchronized void giveBack(int frameBytes) {
        usedBytes -= frameBytes + COST_OF_A_CALL;
        notifyAll();
    }

    synchronized void close() {
        closed = true;
        notifyAll();
    }
}
