package io.quorumlog.bench;

import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * What a load has seen.
 *
 * @param latencies in ns, of each acknowledged append
 * @param durationNs how long it was measured
 * @param unanswered appends that were refused, or had no reply when their connection ended
 */
record LoadResult(Histogram latencies, long durationNs, long unanswered) {
    private static final double[] PERCENTILES = {50, 90, 99, 99.9, 99.99, 100};
    private static final String[] NAMES = {"p50", "p90", "p99", "p99.9", "p99.99", "max"};
    private static final double NS_PER_MS = 1e6;

    /** Acknowledged appends a second. */
    double appendsPerSecond() {
        return latencies.getTotalCount() * (double) TimeUnit.SECONDS.toNanos(1) / durationNs;
    }

    /** For a person: two lines. */
    String text() {
        final StringBuilder text = new StringBuilder();
        text.append(String.format(Locale.ROOT, "%,.0f appends/s, %d unanswered%n", appendsPerSecond(), unanswered));
        text.append("latency in ms:");
        for (int i = 0; i < NAMES.length; i++) {
            text.append(String.format(Locale.ROOT, " %s %.3f", NAMES[i], percentileMs(i)));
        }
        return text.toString();
    }

    /** The members of a JSON object. */
    String json() {
        final StringBuilder json = new StringBuilder();
        json.append(String.format(
                Locale.ROOT,
                "\"appends\":%d,\"seconds\":%.3f,\"appendsPerSecond\":%.1f,\"unanswered\":%d,\"latencyMs\":{",
                latencies.getTotalCount(),
                durationNs / (double) TimeUnit.SECONDS.toNanos(1),
                appendsPerSecond(),
                unanswered));
        for (int i = 0; i < NAMES.length; i++) {
            json.append(String.format(Locale.ROOT, "%s\"%s\":%.6f", i == 0 ? "" : ",", NAMES[i], percentileMs(i)));
        }
        return json.append('}').toString();
    }

    private double percentileMs(final int i) {
        return latencies.getValueAtPercentile(PERCENTILES[i]) / NS_PER_MS;
    }
}
