package io.quorumlog.sim;

/**
 * One member's clocks: a monotonic one that runs a little too fast or too slow, and a wall clock that is set wrong and
 * jumps, backwards too.
 */
final class SimClock {
    private static final long WALL_AT_START_MS = 1_700_000_000_000L;
    private static final long MILLION = 1_000_000;

    private final EventQueue queue;
    private final long offsetNs;
    private final long driftPerMillion;
    private long wallOffsetMs;

    /** @param offsetNs what the monotonic clock shows when the simulation begins: any number */
    SimClock(final EventQueue queue, final long offsetNs, final long driftPerMillion, final long wallOffsetMs) {
        this.queue = queue;
        this.offsetNs = offsetNs;
        this.driftPerMillion = driftPerMillion;
        this.wallOffsetMs = wallOffsetMs;
    }

    /** The monotonic clock. */
    long nowNs() {
        return offsetNs + queue.nowNs() + queue.nowNs() * driftPerMillion / MILLION;
    }

    /** The simulation's time at which the monotonic clock shows this, or a little before. */
    long simulationTimeNs(final long localNs) {
        final long elapsed = localNs - offsetNs;
        final long rate = MILLION + driftPerMillion;
        return elapsed / rate * MILLION + elapsed % rate * MILLION / rate;
    }

    /** The wall clock, milliseconds since the epoch. */
    long wallClockMs() {
        return WALL_AT_START_MS + wallOffsetMs + queue.nowNs() / MILLION;
    }

    /** Somebody sets the wall clock. */
    void jump(final long ms) {
        wallOffsetMs += ms;
    }
}
