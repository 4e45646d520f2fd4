package io.quorumlog.node;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/**
 * Standard error behind a queue of bounded size, emptied by a thread of its own: a pipe that nobody reads, or that is
 * closed, holds up that thread and nobody else. What finds no room is dropped, and how often is said when there is room
 * again.
 *
 * <p>It takes the place of {@code System.err} and {@code System.out} for the whole process, because a queue in the logging
 * alone is not enough: libraries flush both streams when they are loaded, and wait for the lock of whoever is stuck in a
 * write. Any thread may write; a call costs a copy of the bytes.
 */
final class StandardError extends OutputStream {
    private static final int CAPACITY_BYTES = 64 * 1024;
    private static final int MASK = CAPACITY_BYTES - 1;
    private static final int PIECE_BYTES = 4 * 1024;

    private final byte[] queue = new byte[CAPACITY_BYTES];
    private long written; // guarded by this, as are the next two: bytes ever put in
    private long taken; // bytes ever passed on to the system
    private long dropped; // writes that found no room, since it was last said

    private StandardError() {}

    /** Puts a new one in place of {@code System.err} and {@code System.out}. */
    static StandardError install() {
        final StandardError standardError = new StandardError();
        final Thread writer = new Thread(standardError::passOn, "stderr");
        writer.setDaemon(true);
        writer.start();
        final PrintStream stream = new PrintStream(standardError, false, StandardCharsets.UTF_8);
        System.setErr(stream);
        System.setOut(stream);
        return standardError;
    }

    @Override
    public void write(final int b) {
        write(new byte[] {(byte) b}, 0, 1);
    }

    /** Takes all or nothing. */
    @Override
    public synchronized void write(final byte[] bytes, final int offset, final int length) {
        if (length > CAPACITY_BYTES - (written - taken)) {
            dropped++;
            return;
        }
        for (int i = 0; i < length; i++) {
            queue[(int) (written + i) & MASK] = bytes[offset + i];
        }
        written += length;
        notifyAll();
    }

    /** Waits until the system has taken all that was written, or the time is over. */
    synchronized void drain(final long timeoutMs) throws InterruptedException {
        final long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
        long leftMs = timeoutMs;
        while (taken < written && leftMs > 0) {
            wait(leftMs);
            leftMs = TimeUnit.NANOSECONDS.toMillis(deadlineNs - System.nanoTime());
        }
    }

    private void passOn() {
        final FileOutputStream descriptor = new FileOutputStream(FileDescriptor.err);
        final byte[] piece = new byte[PIECE_BYTES];
        try {
            while (true) {
                final int length = peek(piece);
                try {
                    descriptor.write(piece, 0, length);
                } catch (final IOException nobodyReads) {
                    // There is nowhere else to say so.
                }
                remove(length);
            }
        } catch (final InterruptedException nobodyInterrupts) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized int peek(final byte[] piece) throws InterruptedException {
        while (taken == written) {
            wait();
        }
        final int length = (int) Math.min(written - taken, piece.length);
        for (int i = 0; i < length; i++) {
            piece[i] = queue[(int) (taken + i) & MASK];
        }
        return length;
    }

    private synchronized void remove(final int length) {
        taken += length;
        if (dropped > 0 && taken == written) {
            final byte[] line = ("quorumlog: nobody read standard error; lines lost: " + dropped + "\n")
                    .getBytes(StandardCharsets.US_ASCII);
            dropped = 0;
            write(line, 0, line.length);
        }
        notifyAll();
    }
}
