package io.quorumlog.bench;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
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
 * How long one append takes when nothing else is under way: a client that waits for each acknowledgement before it sends
 * the next append, to a cluster as in {@link CommitBenchmark}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 3)
@Measurement(iterations = 4, time = 4)
@Fork(value = 1, jvmArgsAppend = "-XX:+UseSerialGC")
public class CommitLatencyBenchmark {
    private static final int MEMBERS = 3;

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
        load = new ClosedLoop(cluster.address(cluster.awaitLeader()), 1, 1, payloadBytes);
    }

    /** From the request to its reply. */
    @Benchmark
    public void appendAndWait() throws IOException {
        load.fill();
        load.drain();
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
