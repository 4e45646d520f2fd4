package io.quorumlog.bench;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What it costs a leader to write one entry into its log: header, checksum and payload into memory, then all of
 * them into the file, and the index. Each shot appends the same number of entries, so that a run needs a bounded place on the disk.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 10)
@Measurement(iterations = 15)
@Fork(
        value = 1,
        jvmArgsAppend = {JvmFlags.REFLECT, JvmFlags.MISC, JvmFlags.CHANNELS, JvmFlags.REFERENCES})
public class RecordAppendBenchmark {
    private static final int TURNS = 1_000;
    private static final int ENTRIES_A_TURN = 100;

    /** Bytes of each payload. */
    @Param({"16", "128", "1024"})
    public int payloadBytes;

    private BenchLog log;

    /** Makes an empty log. */
    @Setup
    public void open() throws IOException {
        log = new BenchLog(payloadBytes);
    }

    /** Many entries; the score is for one. */
    @Benchmark
    @OperationsPerInvocation(TURNS * ENTRIES_A_TURN)
    public void append() {
        for (int i = 0; i < TURNS; i++) {
            log.append(ENTRIES_A_TURN);
        }
    }

    /** Deletes it. */
    @TearDown
    public void close() {
        log.close();
    }
}
