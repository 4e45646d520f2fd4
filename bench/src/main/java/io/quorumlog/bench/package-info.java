/**
 * JMH benchmarks, and one load program for what JMH does not measure. {@link io.quorumlog.bench.CommitBenchmark},
 * {@link io.quorumlog.bench.CommitLatencyBenchmark}, {@link io.quorumlog.bench.ReadBenchmark} and
 * {@link io.quorumlog.bench.ElectionBenchmark} run against real processes ({@code LocalCluster}), the others inside their own
 * JVM. {@code scripts/bench} is how all of them are started; the README says which command gives which figure.
 */
package io.quorumlog.bench;
