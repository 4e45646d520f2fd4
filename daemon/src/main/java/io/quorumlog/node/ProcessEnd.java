package io.quorumlog.node;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * The one way in which the process ends, but for a signal while there is no node ({@link StopSignal}): a last line on
 * stderr, if stderr takes it soon enough, and then at once, whatever other threads do or hold. Any thread may call; the
 * first one's status and line count.
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

    private final StandardError standardError;
    private final AtomicBoolean isEnding = new AtomicBoolean();

    ProcessEnd(final StandardError standardError) {
        this.standardError = standardError;
    }

    /** Ends the process without a line; does not return. */
    void quietly(final int status) {
        end(status, null);
    }

    /** Ends the process with a line for the operator; does not return. */
    void withLine(final int status, final String line) {
        end(status, ("quorumlog: " + oneLine(line) + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /** Ends the process because of what nobody foresaw; does not return. */
    void withThrowable(final Throwable thrown) {
        byte[] line = OUT_OF_MEMORY;
        try {
            if (!(thrown instanceof OutOfMemoryError)) {
                line = ("quorumlog: " + oneLine(describe(thrown)) + "\n").getBytes(StandardCharsets.UTF_8);
            } else if (thrown.getMessage() != null) {
                line = ("quorumlog: out of memory (" + thrown.getMessage() + "); the node ends" + "\n")
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
            if (line != null) {
                standardError.write(line, 0, line.length);
            }
            standardError.drain(LINE_TIMEOUT_MS);
        } catch (final Throwable anyway) {
            // Nothing may keep the process from ending.
        } finally {
            Runtime.getRuntime().halt(status);
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
