package io.quorumlog.bench;

import io.quorumlog.codec.peer.AppendEntries;
import io.quorumlog.codec.peer.EntryBatch;
import io.quorumlog.codec.peer.FrameReader;
import io.quorumlog.codec.peer.PeerLimits;
import io.quorumlog.codec.record.Crc32c;
import io.quorumlog.codec.record.LogRecord;
import io.quorumlog.codec.record.RecordKind;
import java.nio.ByteBuffer;
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

/**
 * What the codec costs an entry, from the leader's acceptance to the follower's check: the record is encoded with its
 * checksum, put into an append-entries frame, found again by the frame reader, and checked. Bytes stay in memory.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {JvmFlags.REFLECT, JvmFlags.MISC})
public class CodecBenchmark {
    private static final int ENTRIES = 64;

    /** Bytes of each entry's payload. */
    @Param({"16", "128", "1024"})
    public int payloadBytes;

    private final Crc32c crc = new Crc32c();
    private final AppendEntries message = new AppendEntries();
    private final UnsafeBuffer header = new UnsafeBuffer(ByteBuffer.allocateDirect(LogRecord.HEADER_LENGTH));
    private UnsafeBuffer payload;
    private UnsafeBuffer frame;
    private FrameReader reader;

    /** Makes the buffers and a payload that does not change. */
    @Setup
    public void setUp() {
        final PeerLimits limits = new PeerLimits(1024 * 1024);
        final byte[] bytes = new byte[payloadBytes];
        new Random(payloadBytes).nextBytes(bytes);
        payload = new UnsafeBuffer(ByteBuffer.allocateDirect(payloadBytes));
        payload.putBytes(0, bytes);
        frame = new UnsafeBuffer(ByteBuffer.allocateDirect(limits.maxFrameBytes()));
        reader = new FrameReader(limits);
    }

    /** A frame of 64 entries there and back; the score is for one entry. */
    @Benchmark
    @OperationsPerInvocation(ENTRIES)
    public long roundTrip() {
        final int frameLength = encode();
        if (reader.frameLength(frame, 0, frameLength) != frameLength) {
            throw new IllegalStateException("the frame is not whole");
        }
        final EntryBatch entries = ((AppendEntries) reader.message(frame, 0, frameLength)).entries();
        long lastIndex = 0;
        while (entries.next()) {
            if (!entries.entry().isIntact(crc)) {
                throw new IllegalStateException("checksum");
            }
            lastIndex = entries.entry().index();
        }
        return lastIndex;
    }

    private int encode() {
        message.wrapAndEncode(frame, 0, 1, 7)
                .prevIndex(100)
                .prevTerm(7)
                .leaderCommit(90)
                .round(1);
        int end = AppendEntries.LENGTH;
        for (int i = 0; i < ENTRIES; i++) {
            LogRecord.encodeHeader(header, 0, RecordKind.CLIENT, 101 + i, 7, 1_000_000, payload, 0, payloadBytes, crc);
            frame.putBytes(end, header, 0, LogRecord.HEADER_LENGTH);
            frame.putBytes(end + LogRecord.HEADER_LENGTH, payload, 0, payloadBytes);
            end += LogRecord.HEADER_LENGTH + payloadBytes;
        }
        message.entryBytes(end - AppendEntries.LENGTH);
        return end;
    }
}
