package io.quorumlog.bench;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Appends a second that a cluster of three processes commits, on this machine's sockets and disk. An operation is one
 * acknowledged append; the number in flight stays the same. The load ({@link AppendPipe}) is made of prepared bytes, so
 * that as much as possible of the machine is the nodes'. Latencies come from {@link LatencyProfiler}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 5) // The nodes' compilers are done after some million entries.
@Measurement(iterations = 4, time = 5)
@Fork(value = 1, jvmArgsAppend = "-XX:+UseSerialGC")
public class CommitBenchmark {
    private static final int MEMBERS = 3;
    private static final int CONNECTIONS = 8;

    /** Appends in flight: up to 8 over one connection, more over 8. */
    @Param("1024")
    public int inFlight;

    /** Bytes of each payload. */
    @Param("128")
    public int payloadBytes;

    /** The nodes' setting: {@code fsync} or {@code page-cache}. */
    @Param("fsync")
    public String durability;

    private LocalCluster cluster;
    private ClosedLoop load;

    /** Starts the cluster, and connects to its leader. */
    @Setup
    public void start() throws IOException {
        cluster = LocalCluster.launch(MEMBERS, "--durability=" + durability);
        final int connections = inFlight <= CONNECTIONS ? 1 : CONNECTIONS;
        load = new ClosedLoop(cluster.address(cluster.awaitLeader()), connections, inFlight, payloadBytes);
    }

    /** Sends what shall be in flight. */
    @Setup(Level.Iteration)
    public void fill() throws IOException {
        load.fill();
    }

    /** One acknowledged append. */
    @Benchmark
    public void append() throws IOException {
        load.awaitAppend();
    }

    /** Waits for what is in flight, so that the pause between iterations is in no latency. */
    @TearDown(Level.Iteration)
    public void drain() throws IOException {
        load.drain();
        LatencyProfiler.report(load.latencies());
    }

    /** Ends the cluster. */
    @TearDown
    public void stop() throws IOException {
        try {
            load.close();
        } finally {
            cluster.close();
        }
    }
}
