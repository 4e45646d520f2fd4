package io.quorumlog.store;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.quorumlog.codec.record.Crc32c;
import io.quorumlog.codec.record.LogRecord;
import io.quorumlog.codec.record.RecordKind;
import io.quorumlog.log.ClusterIdentity;
import io.quorumlog.log.ForwardingRecordStream;
import io.quorumlog.log.NodeIdentity;
import io.quorumlog.log.RecordStream;
import io.quorumlog.log.ReplicaLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A small log of several files with records of every kind, written through the real store, and what is known of it without
 * reading it: where each record stands, what the log held when it was written, and what it testifies to. The last records
 * were not flushed.
 */
final class WrittenLog {
    static final NodeIdentity IDENTITY = new NodeIdentity(2, new int[] {1, 2, 3});

    /** So that a few dozen records fill several files. */
    private static final int RECORD_BYTES_A_FILE = 1_800;

    /** Zeros that are kept behind a file's last record and end mark. */
    private static final int ZEROS = 16;

    private final List<Written> records = new ArrayList<>();
    private Contents contents = Contents.NONE;
    private Contents next; // with the record that is asked for
    private ReplicaLog log;
    private FileForce force;
    private long flushedBefore;
    private long commitIndex;

    /** @param entries that are not superseded, as {@link #entry} tells them */
    record Contents(List<String> entries, long term, int votedFor, boolean isBlank, long commitIndex) {
        static final Contents NONE = new Contents(List.of(), 0, 0, true, 0);

        Contents withEntry(final int index, final String entry) {
            final List<String> with = new ArrayList<>(entries.subList(0, index - 1));
            with.add(entry);
            return new Contents(List.copyOf(with), term, votedFor, isBlank, commitIndex);
        }

        Contents withHardState(final long newTerm, final int newVotedFor, final boolean blank) {
            return new Contents(entries, newTerm, newVotedFor, blank, commitIndex);
        }

        Contents withCommitIndex(final long index) {
            return new Contents(entries, term, votedFor, isBlank, index);
        }
    }

    /**
     * A record.
     *
     * @param evidence before which, it says, everything had been flushed; 0 if it says nothing
     * @param after what a log holds that ends with it
     */
    record Written(long position, int length, long evidence, Contents after) {
        int file() {
            return RecordStream.file(position);
        }

        long offset() {
            return position & 0xFFFF_FFFFL;
        }

        long end() {
            return offset() + length;
        }
    }

    /** @param target gets the files, without the space that is only reserved */
    WrittenLog(final Path source, final Path target) throws IOException {
        this(source, target, 0);
    }

    /** @param more entries than there would be otherwise, each with a mark */
    WrittenLog(final Path source, final Path target, final int more) throws IOException {
        try (OpenedLog opened = LogDirectory.open(source, IDENTITY, StoreLayout.MIB)) {
            force = new FileForce(source);
            log = new ReplicaLog(new SmallFiles(opened.stream()), opened.recovered(), IDENTITY);
            write();
            for (int i = 0; i < more; i++) {
                appendMany(1);
                flush();
                mark();
            }
            opened.records().write();
            force.close();
            for (int file = 1; file <= files(); file++) {
                final byte[] bytes = Files.readAllBytes(source.resolve(FileCycle.fileName(file)));
                final int used = end(file) + StoreFormat.END_MARK_LENGTH;
                Files.write(target.resolve(FileCycle.fileName(file)), Arrays.copyOf(bytes, used + ZEROS));
            }
        }
    }

    private void write() {
        hardState(1, 0, true);
        hardState(1, 2, true);
        final ExpandableArrayBuffer cluster = new ExpandableArrayBuffer();
        final int length = new ClusterIdentity(1, 2, new int[] {1, 2, 3}).encode(cluster, 0);
        append(RecordKind.CLUSTER, cluster, length);
        hardState(1, 2, false);
        flush();
        appendMany(6);
        commit(4);
        mark();
        appendMany(14);
        flush();
        hardState(2, 3, false);
        supersede(18);
        supersede(19);
        appendMany(8);
        flush();
        mark();
        flush();
        hardState(4, 2, false);
        append(RecordKind.NO_OP, cluster, 0);
        // More than a file of it, so that the next file is no witness, but the one behind it is.
        appendMany(26);
        commit(25);
        flush();
        mark();
        appendMany(12);
        hardState(5, 0, false);
        supersede(56);
        appendMany(9);
    }

    private void appendMany(final int count) {
        for (int i = 0; i < count; i++) {
            // Of every length that the alignment tells apart, and of none.
            final int length = (records.size() * 7 + i) % 23;
            append(RecordKind.CLIENT, new UnsafeBuffer(payload(length)), length);
        }
    }

    private byte[] payload(final int length) {
        final byte[] payload = new byte[length];
        for (int i = 0; i < length; i++) {
            payload[i] = (byte) ('a' + (records.size() + i) % 26);
        }
        return payload;
    }

    private void append(final byte kind, final DirectBuffer payload, final int length) {
        next = contents.withEntry(
                contents.entries.size() + 1,
                entry(contents.entries.size() + 1, contents.term, kind, payload, 0, length));
        log.appendEntry(kind, contents.term, 1_700_000_000_000L + records.size(), payload, 0, length);
    }

    private void supersede(final int index) {
        final byte[] bytes = ("anew " + records.size()).getBytes(US_ASCII);
        final UnsafeBuffer payload = new UnsafeBuffer(bytes);
        final UnsafeBuffer record = new UnsafeBuffer(new byte[LogRecord.HEADER_LENGTH + bytes.length]);
        LogRecord.encodeHeader(
                record, 0, RecordKind.CLIENT, index, contents.term, 0, payload, 0, bytes.length, new Crc32c());
        record.putBytes(LogRecord.HEADER_LENGTH, bytes);
        next = contents.withEntry(index, entry(index, contents.term, RecordKind.CLIENT, payload, 0, bytes.length));
        log.appendReplicated(new LogRecord().wrap(record, 0, record.capacity()));
    }

    private void hardState(final long term, final int votedFor, final boolean blank) {
        next = contents.withHardState(term, votedFor, blank);
        log.persistHardState(term, votedFor, blank);
    }

    private void mark() {
        next = contents;
        log.mark();
    }

    private void commit(final long index) {
        commitIndex = index;
        log.onCommit(index);
    }

    private void flush() {
        force.forceFile(files());
        log.onFlushed(log.lastRecordSeq());
        final Written last = last();
        flushedBefore = RecordStream.position(last.file(), last.end());
    }

    /** An entry in one line. */
    static String entry(
            final long index,
            final long term,
            final byte kind,
            final DirectBuffer buffer,
            final int payloadOffset,
            final int length) {
        final byte[] payload = new byte[length];
        buffer.getBytes(payloadOffset, payload);
        return index + "@" + term + " " + kind + " " + Arrays.toString(payload);
    }

    private void written(final byte kind, final long position, final int length) {
        final boolean testifies = kind == RecordKind.HARD_STATE || kind == RecordKind.FILE_HEADER;
        if (RecordKind.isEntry(kind) || kind == RecordKind.HARD_STATE) {
            contents = next;
        }
        if (testifies) {
            contents = contents.withCommitIndex(commitIndex);
        }
        records.add(new Written(position, length, testifies ? flushedBefore : 0, contents));
    }

    /** All records, in order. */
    List<Written> records() {
        return records;
    }

    /** Number, from 0, of a file's first record; how many there are at all, where it is the file behind the last. */
    int first(final int file) {
        int first = 0;
        while (first < records.size() && records.get(first).file() < file) {
            first++;
        }
        return first;
    }

    Written last() {
        return records.get(records.size() - 1);
    }

    /** Number of the last file; the first is 1. */
    int files() {
        return last().file();
    }

    /** Where a file's records end, and its end mark begins. */
    int end(final int file) {
        return (int) StoreFormat.align(records.get(first(file + 1) - 1).end());
    }

    /** Where a file's next record would stand. */
    long endPosition(final int file) {
        return RecordStream.position(file, end(file) + StoreFormat.DOCUMENT_HEADER_LENGTH);
    }

    /** The store's stream, whose files are full soon; it tells of each record. */
    private final class SmallFiles extends ForwardingRecordStream {
        private final RecordStream stream;
        private int bytesInFile;

        SmallFiles(final RecordStream stream) {
            this.stream = stream;
        }

        @Override
        protected RecordStream stream() {
            return stream;
        }

        @Override
        public long append(
                final DirectBuffer header,
                final int headerOffset,
                final int headerLength,
                final DirectBuffer payload,
                final int payloadOffset,
                final int payloadLength) {
            final long position =
                    stream.append(header, headerOffset, headerLength, payload, payloadOffset, payloadLength);
            bytesInFile += headerLength + payloadLength;
            written(header.getByte(headerOffset + LogRecord.KIND_OFFSET), position, headerLength + payloadLength);
            return position;
        }

        @Override
        public boolean fits(final int recordLength, final int reserve) {
            return bytesInFile + recordLength + reserve <= RECORD_BYTES_A_FILE;
        }

        @Override
        public void roll() {
            bytesInFile = 0;
            stream.roll();
        }
    }
}
