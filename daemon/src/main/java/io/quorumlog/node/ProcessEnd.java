package io.quorumlog.node;

import ch.qos.logback.classic.LoggerContext;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.LoggerFactory;

/**
 * The one way in which the process ends: a last line on stderr, if stderr takes it soon enough, and then at once, whatever
 * other threads do or hold. Any thread may call; the first one's status and line count.
 *
 * <p>The line is written by a thread that was started beforehand, because a pipe that is full may take it never, and
 * because there may be no memory left for a thread.
 */
final class ProcessEnd {
    /** Asked to stop, and done. */
    static final int STOPPED = 0;
    /** Can't start, or can't go on. */
    static final int FAILED = 1;
    /** A setting is wrong. */
    static final int WRONG_SETTING = 2;

    private static final long LINE_TIMEOUT_MS = 500;
    private static final int FRAMES_SHOWN = 6;
    private static final byte[] OUT_OF_MEMORY =
            "quorumlog: out of memory; the node ends\n".getBytes(StandardCharsets.US_ASCII);

    private final AtomicBoolean isEnding = new AtomicBoolean();
    private final CountDownLatch isWritten = new CountDownLatch(1);
    private final Thread writer = new Thread(this::writeLine, "last-line");
    private volatile byte[] lastLine;

    ProcessEnd() {
        writer.setDaemon(true);
        writer.start();
    }

    /** Ends the process without a line; does not return. */
    void quietly(final int status) {
        end(status, null);
    }

    /** Ends the process with a line for the operator; does not return. */
    void withLine(final int status, final String line) {
        end(status, ("quorumlog: " + oneLine(line) + System.lineSeparator()).getBytes(StandardCharsets.UTF_8));
    }

    /** Ends the process because of what nobody foresaw; does not return. */
    void withThrowable(final Throwable thrown) {
        byte[] line = OUT_OF_MEMORY;
        try {
            if (!(thrown instanceof OutOfMemoryError)) {
                line = ("quorumlog: " + oneLine(describe(thrown)) + System.lineSeparator())
                        .getBytes(StandardCharsets.UTF_8);
            } else if (thrown.getMessage() != null) {
                line = ("quorumlog: out of memory (" + thrown.getMessage() + "); the node ends"
                                + System.lineSeparator())
                        .getBytes(StandardCharsets.UTF_8);
            }
        } catch (final Throwable noMemory) {
            // The line that needs none is good enough.
        } finally {
            end(FAILED, line);
        }
    }

    private void end(final int status, final byte[] line) {
        if (!isEnding.compareAndSet(false, true)) {
            while (true) {
                LockSupport.park(this);
            }
        }
        try {
            if (LoggerFactory.getILoggerFactory() instanceof LoggerContext logging) {
                // What was logged before comes first; waits a bounded time.
                logging.stop();
            }
            if (line != null) {
                lastLine = line;
                LockSupport.unpark(writer);
                isWritten.await(LINE_TIMEOUT_MS, TimeUnit.MILLISECONDS);
            }
        } catch (final Throwable anyway) {
            // Nothing may keep the process from ending.
        } finally {
            Runtime.getRuntime().halt(status);
        }
    }

    private void writeLine() {
        while (lastLine == null) {
            LockSupport.park(this);
        }
        // Not by System.err, whose lock a thread may hold that is stuck in a write. Closing it is the process's end's.
        final FileOutputStream standardError = new FileOutputStream(FileDescriptor.err);
        try {
            standardError.write(lastLine);
        } catch (final IOException nobodyReads) {
            // There is nowhere else to say so.
        } finally {
            isWritten.countDown();
        }
    }

    /** What was thrown and where, innermost frames first, for a line that a developer will want. */
    private static String describe(final Throwable thrown) {
        final StringBuilder text = new StringBuilder("internal error: ").append(thrown);
        for (Throwable cause = thrown.getCause(); cause != null; cause = cause.getCause()) {
            text.append("; caused by ").append(cause);
        }
        final StackTraceElement[] frames = thrown.getStackTrace();
        for (int i = 0; i < Math.min(frames.length, FRAMES_SHOWN); i++) {
            text.append(i == 0 ? " at " : " < ").append(frames[i]);
        }
        return text.toString();
    }

    private static String oneLine(final String text) {
        final StringBuilder line = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            line.append(Character.isISOControl(text.charAt(i)) ? ' ' : text.charAt(i));
        }
        return line.toString();
    }
}
