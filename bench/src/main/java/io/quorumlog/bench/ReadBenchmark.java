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

/** Entries a second that one connection reads from a log that is there, from its first entry to its last and again. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(value = 1, jvmArgsAppend = "-XX:+UseSerialGC")
public class ReadBenchmark {
    private static final int MEMBERS = 3;
    private static final int CONNECTIONS = 8;
    private static final int IN_FLIGHT = 1024;

    /** {@code TAIL} or {@code READ}. */
    @Param({"TAIL", "READ"})
    public String command;

    /** Who is asked: {@code leader} or {@code follower}. */
    @Param("leader")
    public String member;

    /** Bytes of each payload. */
    @Param("128")
    public int payloadBytes;

    /** Entries in the log. */
    @Param("1000000")
    public int entries;

    private LocalCluster cluster;
    private EntryStream stream;

    /** Starts a cluster and fills its log. */
    @Setup
    public void start() throws IOException {
        cluster = LocalCluster.launch(MEMBERS);
        final int leader = cluster.awaitLeader();
        try (ClosedLoop load = new ClosedLoop(cluster.address(leader), CONNECTIONS, IN_FLIGHT, payloadBytes)) {
            load.fill();
            for (int i = IN_FLIGHT; i < entries; i++) {
                load.awaitAppend();
            }
            load.drain();
        }
        final int asked = member.equals("leader") ? cluster.awaitLeader() : cluster.next(cluster.awaitLeader());
        final long lastIndex =
                Long.parseLong(NodeQuery.status(cluster.address(asked)).get("last_client_index"));
        stream = new EntryStream(cluster.address(asked), command.equals("TAIL"), lastIndex);
    }

    /** One entry. */
    @Benchmark
    public void entry() throws IOException {
        stream.awaitEntry();
    }

    /** Ends the cluster. */
    @TearDown
    public void stop() throws IOException {
        try {
            stream.close();
        } finally {
            cluster.close();
        }
    }
}
