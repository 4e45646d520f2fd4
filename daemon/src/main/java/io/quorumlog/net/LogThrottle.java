package io.quorumlog.net;

/**
 * Bounds how many lines one kind of event puts into the log: a few at once, then one an interval; what is left out is
 * counted, and the count stands in the next line. Time is handed in.
 */
public final class LogThrottle {
    private final int burst;
    private final long intervalNs;
    private int permits;
    private long refilledNs;
    private long omitted;
    private boolean used;

    /**
     * @param burst lines at once after a quiet time
     * @param intervalNs after how long one more is allowed
     */
    public LogThrottle(final int burst, final long intervalNs) {
        this.burst = burst;
        this.intervalNs = intervalNs;
        this.permits = burst;
    }

    /** Whether a line may be written now; if not, it is counted. */
    public boolean permits(final long nowNs) {
        if (!used) {
            used = true;
            refilledNs = nowNs;
        }
        final long earned = (nowNs - refilledNs) / intervalNs;
        if (earned > 0) {
            permits = (int) Math.min(burst, permits + earned);
            refilledNs += earned * intervalNs;
        }
        if (permits == 0) {
            omitted++;
            return false;
        }
        permits--;
        return true;
    }

    /** What to put behind a line: how many like it were left out before it; counts anew from here. */
    public String omitted() {
        final long count = omitted;
        omitted = 0;
        return count == 0 ? "" : " (and " + count + " more before)";
    }
}
