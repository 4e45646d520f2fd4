package io.quorumlog.bench;

import io.quorumlog.codec.record.LogRecord;
import io.quorumlog.log.EntryCursor;
import java.io.IOException;
import java.util.SplittableRandom;
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

/** Where is entry n? What the index of a log of several files takes to say so: for any n, and for the next one. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {JvmFlags.REFLECT, JvmFlags.MISC, JvmFlags.CHANNELS, JvmFlags.REFERENCES})
public class EntryIndexBenchmark {
    private static final int LOOKUPS = 1_024;
    private static final int ENTRIES_A_TURN = 100;
    private static final long SEED = 7;

    /** Bytes of each payload. */
    @Param("128")
    public int payloadBytes;

    /** Entries in the log. */
    @Param("1000000")
    public int entries;

    private final int[] indexes = new int[LOOKUPS];
    private final EntryCursor cursor = new EntryCursor(1);
    private final LogRecord view = new LogRecord();
    private BenchLog log;

    /** Fills a log, and draws the entries to look up. */
    @Setup
    public void fill() throws IOException {
        log = new BenchLog(payloadBytes);
        for (int i = 0; i < entries; i += ENTRIES_A_TURN) {
            log.append(ENTRIES_A_TURN);
        }
        final SplittableRandom random = new SplittableRandom(SEED);
        for (int i = 0; i < LOOKUPS; i++) {
            indexes[i] = random.nextInt(1, entries);
        }
    }

    /** Finds entries anywhere; the score is for one. */
    @Benchmark
    @OperationsPerInvocation(LOOKUPS)
    public long anywhere() {
        long sum = 0;
        for (final int index : indexes) {
            cursor.seek(index);
            sum += next();
        }
        return sum;
    }

    /** Goes from entry to entry; the score is for one. */
    @Benchmark
    @OperationsPerInvocation(LOOKUPS)
    public long inOrder() {
        if (cursor.index() + LOOKUPS > entries) {
            cursor.seek(1);
        }
        long sum = 0;
        for (int i = 0; i < LOOKUPS; i++) {
            sum += next();
        }
        return sum;
    }

    private long next() {
        if (!log.log().skip(cursor, entries, view)) {
            throw new IllegalStateException("no entry at " + cursor.index());
        }
        return view.index();
    }

    /** Deletes the log. */
    @TearDown
    public void close() {
        log.close();
    }
}
