package io.quorumlog.bench;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.HdrHistogram.Histogram;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.ScalarResult;

/**
 * Adds to JMH's results what it can't measure where operations overlap: the latency of each append, from a histogram that
 * the benchmark keeps. {@code scripts/bench} gives it to JMH ({@code -prof io.quorumlog.bench.LatencyProfiler}). Percentiles
 * are those of each iteration, and JMH's figure is their mean; the maximum is that of all.
 */
public final class LatencyProfiler implements InternalProfiler {
    private static final double[] PERCENTILES = {50, 90, 99, 99.9, 99.99};
    private static final double NS_PER_MS = 1e6;

    private static List<Result<?>> reported = List.of();

    /** The benchmark's: says at the end of an iteration what its latencies were, in ns, and forgets them. */
    static synchronized void report(final Histogram latencies) {
        final List<Result<?>> results = new ArrayList<>();
        for (final double percentile : PERCENTILES) {
            final String label =
                    String.format(Locale.ROOT, "latency.p%s", percentile).replace(".0", "");
            results.add(result(label, latencies.getValueAtPercentile(percentile), AggregationPolicy.AVG));
        }
        results.add(result("latency.max", latencies.getMaxValue(), AggregationPolicy.MAX));
        latencies.reset();
        reported = results;
    }

    private static ScalarResult result(final String label, final long latencyNs, final AggregationPolicy policy) {
        return new ScalarResult(label, latencyNs / NS_PER_MS, "ms", policy);
    }

    private static synchronized Collection<? extends Result<?>> takeReported() {
        final List<Result<?>> results = reported;
        reported = List.of();
        return results;
    }

    @Override
    public String getDescription() {
        return "latencies of appends that overlap";
    }

    @Override
    public void beforeIteration(final BenchmarkParams benchmark, final IterationParams iteration) {
        // Nothing: the benchmark records.
    }

    @Override
    public Collection<? extends Result<?>> afterIteration(
            final BenchmarkParams benchmark, final IterationParams iteration, final IterationResult result) {
        return takeReported();
    }
}
