package io.quorumlog.fuzz;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** Counts what the calling thread allocates. */
final class Allocation {
    /** The first time, the JVM itself may allocate: it links what has not run before. */
    private static final int ATTEMPTS = 3;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private long worstBytes;

    /** Does work that can be done again, and fails if it allocates more than it may each time. */
    void check(final Runnable work, final long mostBytes) {
        long least = Long.MAX_VALUE;
        for (int attempt = 0; attempt < ATTEMPTS && least > mostBytes; attempt++) {
            final long before = threads.getCurrentThreadAllocatedBytes();
            work.run();
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        if (least > mostBytes) {
            throw new AssertionError(least + " bytes allocated, at most " + mostBytes + " are allowed");
        }
        worstBytes = Math.max(worstBytes, least);
    }

    /** The most that any work allocated. */
    long worstBytes() {
        return worstBytes;
    }
}
