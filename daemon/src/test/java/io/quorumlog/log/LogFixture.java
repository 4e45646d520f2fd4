package io.quorumlog.log;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.quorumlog.codec.record.Crc32c;
import io.quorumlog.codec.record.LogRecord;
import io.quorumlog.codec.record.RecordKind;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** A log on a stream in memory, and short ways to write to it, crash it and start it again. */
final class LogFixture {
    static final NodeIdentity IDENTITY = new NodeIdentity(2, new int[] {1, 2, 3});

    final MemoryRecordStream stream;
    ReplicaLog log;
    RecoveryReport report;

    LogFixture(final int fileBytes) {
        this(new MemoryRecordStream(fileBytes));
    }

    /** Starts on a stream as it is. */
    LogFixture(final MemoryRecordStream stream) {
        this.stream = stream;
        start();
    }

    void start() {
        start(Integer.MAX_VALUE);
    }

    /** Starts by reading so many of the newest files. */
    void start(final int filesRead) {
        final RecoveredLog recovered = Recovery.recover(stream.storedFiles(), IDENTITY, filesRead);
        report = recovered.report();
        stream.reopen(recovered);
        log = new ReplicaLog(stream, recovered, IDENTITY);
    }

    RecoveredLog recover() {
        return Recovery.recover(stream.storedFiles(), IDENTITY);
    }

    /** Loses power and starts again. */
    void restart(final MemoryRecordStream.CrashFate fate) {
        stream.crash(fate);
        start();
    }

    void append(final String payload) {
        append(RecordKind.CLIENT, payload.getBytes(UTF_8), 0);
    }

    void append(final byte kind, final byte[] payload, final long timestampMs) {
        log.appendEntry(kind, log.term(), timestampMs, new UnsafeBuffer(payload), 0, payload.length);
    }

    void replicate(final long index, final long term, final String payload) {
        log.appendReplicated(record(RecordKind.CLIENT, index, term, 0, payload.getBytes(UTF_8)));
    }

    /** A flush of everything appended ends, and is reported. */
    void flush() {
        stream.flushed(stream.lastSeq());
        log.onFlushed(stream.lastSeq());
    }

    /** Flushes, writes a mark about it, and flushes that. */
    void settle() {
        flush();
        log.mark();
        flush();
    }

    String payloadAt(final long index) {
        final LogRecord view = new LogRecord();
        return log.read(new EntryCursor(index), index, view) ? payload(view) : null;
    }

    static String payload(final LogRecord view) {
        final byte[] bytes = new byte[view.payloadLength()];
        view.buffer().getBytes(LogRecord.HEADER_LENGTH, bytes);
        return new String(bytes, UTF_8);
    }

    static LogRecord record(
            final byte kind, final long index, final long term, final long timestampMs, final byte[] payload) {
        final DirectBuffer source = new UnsafeBuffer(payload);
        final UnsafeBuffer bytes = new UnsafeBuffer(new byte[LogRecord.HEADER_LENGTH + payload.length]);
        LogRecord.encodeHeader(bytes, 0, kind, index, term, timestampMs, source, 0, payload.length, new Crc32c());
        bytes.putBytes(LogRecord.HEADER_LENGTH, payload);
        return new LogRecord().wrap(bytes, 0, bytes.capacity());
    }
}
