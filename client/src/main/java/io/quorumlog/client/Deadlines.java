package io.quorumlog.client;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Points in time as {@link System#nanoTime()} counts. */
final class Deadlines {
    private static final long NEVER_NS = TimeUnit.DAYS.toNanos(36_500);

    private Deadlines() {}

    /** The time so long from now; a century stands for ever. */
    static long after(Duration duration) {
        return System.nanoTime() + ns(duration);
    }

    static long ns(Duration duration) {
        return duration.compareTo(Duration.ofNanos(NEVER_NS)) > 0 ? NEVER_NS : duration.toNanos();
    }

    /**
     * Sleeps, but not beyond the deadline.
     *
     * @throws UnavailableException if interrupted; the thread's interrupt status stays set.
     */
    static void pause(long pauseNs, long deadlineNs) {
        try {
            TimeUnit.NANOSECONDS.sleep(Math.min(pauseNs, deadlineNs - System.nanoTime()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnavailableException("interrupted");
        }
    }
}
