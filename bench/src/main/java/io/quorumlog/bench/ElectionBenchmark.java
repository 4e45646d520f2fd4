package io.quorumlog.bench;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
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
 * How long a cluster of three processes takes no appends when it changes its leader: from what happens to the leader to
 * the first acknowledgement by another member of an append sent after that ({@link Asker}). Before each measurement all
 * members are up to date, have had a little load, and a second for their compilers: one that was just restarted is slow
 * for a while, and takes the processor from the others.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 1)
@Measurement(iterations = 6)
@Fork(value = 1, jvmArgsAppend = "-XX:+UseSerialGC")
public class ElectionBenchmark {
    private static final int MEMBERS = 3;
    private static final int WARM_UP_APPENDS = 1_000;
    private static final int PAYLOAD_BYTES = 128;
    private static final long REST_NS = TimeUnit.SECONDS.toNanos(1);

    /** The nodes' setting: {@code fsync} or {@code page-cache}. */
    @Param("fsync")
    public String durability;

    /** The nodes' setting. */
    @Param("300")
    public int electionTimeoutMs;

    private LocalCluster cluster;
    private int leader;
    private NodeQuery leaderQuery;
    private Asker asker;
    private Repair repair;

    /** What makes the member whole again to which it happened. */
    private interface Repair {
        void run() throws IOException;
    }

    /** Starts the cluster. */
    @Setup
    public void start() {
        cluster = LocalCluster.launch(
                MEMBERS, "--durability=" + durability, "--election-timeout-ms=" + electionTimeoutMs);
    }

    /** Waits until all members are up to date, and connects to them. */
    @Setup(Level.Iteration)
    public void prepare() throws IOException {
        leader = cluster.awaitLeader();
        try (ClosedLoop load = new ClosedLoop(cluster.address(leader), 1, 1, PAYLOAD_BYTES)) {
            load.fill();
            for (int i = 0; i < WARM_UP_APPENDS; i++) {
                load.awaitAppend();
            }
            load.drain();
        }
        final long restedNs = System.nanoTime() + REST_NS;
        while (System.nanoTime() - restedNs < 0) {
            LockSupport.parkNanos(REST_NS);
        }
        SharpTimers.use();
        leaderQuery = new NodeQuery(cluster.address(leader));
        asker = new Asker(cluster.others(leader));
    }

    /** The leader's process dies ({@code kill -9}). */
    @Benchmark
    public void kill() throws IOException {
        repair = () -> cluster.restart(leader);
        cluster.kill(leader);
        asker.awaitAppend();
    }

    /** The leader falls silent, its connections stay ({@code SIGSTOP}). */
    @Benchmark
    public void silence() throws IOException {
        repair = () -> cluster.resume(leader);
        cluster.pause(leader);
        asker.awaitAppend();
    }

    /** The leader is stopped as an operator would ({@code SIGTERM}). */
    @Benchmark
    public void stop() throws IOException {
        repair = () -> cluster.restart(leader);
        cluster.terminate(leader);
        asker.awaitAppend();
    }

    /** The leader is told to hand over ({@code TRANSFER}). */
    @Benchmark
    public void transfer() throws IOException {
        repair = leaderQuery::receive;
        leaderQuery.send("TRANSFER " + cluster.next(leader));
        asker.awaitAppend();
    }

    /** Makes the cluster whole again. */
    @TearDown(Level.Iteration)
    public void repair() throws IOException {
        asker.close();
        repair.run();
        leaderQuery.close();
    }

    /** Ends the cluster. */
    @TearDown
    public void end() {
        cluster.close();
    }
}
