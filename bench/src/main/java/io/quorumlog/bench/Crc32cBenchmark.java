package io.quorumlog.bench;

import io.quorumlog.codec.record.Crc32c;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;
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
import org.openjdk.jmh.annotations.Warmup;

/** One checksum over bytes of the heap, of a socket's buffer, and of memory that is known by its address alone. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {JvmFlags.REFLECT, JvmFlags.MISC})
public class Crc32cBenchmark {
    /** Bytes that are summed: a small record, and a batch. */
    @Param({"160", "65536"})
    public int bytes;

    /** Where they are: {@code heap}, {@code direct} or {@code address}. */
    @Param({"heap", "direct", "address"})
    public String memory;

    private final Crc32c crc = new Crc32c();
    private ByteBuffer direct;
    private UnsafeBuffer buffer;

    /** Makes the buffer. */
    @Setup
    public void setUp() {
        direct = ByteBuffer.allocateDirect(bytes);
        buffer = new UnsafeBuffer(direct);
        switch (memory) {
            case "heap" -> buffer.wrap(new byte[bytes]);
            case "direct" -> {}
            case "address" -> buffer.wrap(buffer.addressOffset(), bytes);
            default -> throw new IllegalArgumentException("memory=" + memory);
        }
    }

    /** One checksum. */
    @Benchmark
    public int checksum() {
        return crc.reset().update(buffer, 0, bytes).value();
    }
}
