package io.quorumlog.bench;

import io.quorumlog.codec.resp.RequestParser;
import io.quorumlog.codec.resp.RequestParser.Result;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;
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
import org.openjdk.jmh.annotations.Warmup;

/** What it costs to find one APPEND and its payload among a client's bytes. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {JvmFlags.REFLECT, JvmFlags.MISC})
public class RequestParserBenchmark {
    private static final int REQUESTS = 64;
    private static final int MAX_PAYLOAD_BYTES = 1024 * 1024;

    /** Bytes of each payload. */
    @Param({"16", "128", "1024"})
    public int payloadBytes;

    private final RequestParser parser = new RequestParser(MAX_PAYLOAD_BYTES);
    private UnsafeBuffer input;

    /** Writes the requests down. */
    @Setup
    public void setUp() {
        final byte[] head = ("*2\r\n$6\r\nAPPEND\r\n$" + payloadBytes + "\r\n").getBytes(StandardCharsets.US_ASCII);
        final byte[] payload = new byte[payloadBytes];
        new Random(payloadBytes).nextBytes(payload);
        final ByteBuffer bytes = ByteBuffer.allocateDirect(REQUESTS * (head.length + payloadBytes + 2));
        for (int i = 0; i < REQUESTS; i++) {
            bytes.put(head).put(payload).put((byte) '\r').put((byte) '\n');
        }
        input = new UnsafeBuffer(bytes);
    }

    /** All requests of a buffer; the score is for one. */
    @Benchmark
    @OperationsPerInvocation(REQUESTS)
    public int parse() {
        int payloads = 0;
        int offset = 0;
        while (offset < input.capacity()) {
            if (parser.parse(input, offset, input.capacity()) != Result.REQUEST) {
                throw new IllegalStateException("not a request");
            }
            offset += parser.consumed();
            payloads += parser.request().argumentLength(1);
        }
        return payloads;
    }
}
