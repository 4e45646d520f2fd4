package io.quorumlog.store;

import io.quorumlog.codec.record.Crc32c;
import io.quorumlog.codec.record.LogRecord;
import io.quorumlog.codec.record.RecordKind;
import io.quorumlog.log.RecordStream;
import io.quorumlog.log.StorageException;
import io.quorumlog.log.StoredFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueue;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder;
import org.agrona.concurrent.UnsafeBuffer;

/** A log directory that is opened, filled, damaged and opened again. Payloads follow from an entry's index. */
final class StoreFixture implements AutoCloseable {
    static final int MAX_RECORD_BYTES = StoreLayout.MIB;

    final Path directory;
    private final int maxRecordBytes;
    LogDirectory lock;
    OpenedLog log;
    ChronicleRecordStream stream;
    LogSpace space;
    private final UnsafeBuffer header = new UnsafeBuffer(new byte[LogRecord.HEADER_LENGTH]);
    private final UnsafeBuffer payload = new UnsafeBuffer(new byte[StoreLayout.MAX_RECORD_BYTES]);
    private final UnsafeBuffer view = new UnsafeBuffer(0, 0);
    private final LogRecord record = new LogRecord();
    private final Crc32c crc = new Crc32c();

    StoreFixture(final Path directory) {
        this(directory, MAX_RECORD_BYTES);
    }

    /** For entries of up to a size, its header included. */
    StoreFixture(final Path directory, final int maxRecordBytes) {
        this.directory = directory;
        this.maxRecordBytes = maxRecordBytes;
    }

    /** Opens the directory where its records, read until the first that is not intact, end. */
    StoreFixture open() {
        lock = LogDirectory.lock(directory);
        try {
            openStream();
        } catch (final StorageException e) {
            lock.close();
            throw e;
        }
        return this;
    }

    private void openStream() {
        stream = lock.openAt(intactEnd(lock.files()), 0, maxRecordBytes);
        space = stream.space();
        log = new OpenedLog(lock, null, stream, new DamageRepair(directory, lock.files()));
    }

    /** What recovery does, for a log in which all damage may be cut off. */
    long intactEnd(final StoredFiles files) {
        long end = RecordStream.NONE;
        for (final int file : files.numbers()) {
            try (StoredFiles.Scan scan = files.scan(file)) {
                StoredFiles.Found found = scan.next();
                for (; found == StoredFiles.Found.RECORD && isIntact(scan); found = scan.next()) {
                    end = RecordStream.position(
                            file, scan.offset() + scan.record().capacity());
                }
                if (found != StoredFiles.Found.END) {
                    return end == RecordStream.NONE || RecordStream.file(end) != file
                            ? RecordStream.position(file, 0)
                            : end;
                }
            }
        }
        return end;
    }

    private boolean isIntact(final StoredFiles.Scan scan) {
        return record.wrap(scan.record(), 0, scan.record().capacity()).isIntact(crc);
    }

    /** Appends an entry, after rolling where it has to. */
    long append(final long index, final int payloadLength) {
        if (!stream.fits(LogRecord.HEADER_LENGTH + payloadLength, LogRecord.HEADER_LENGTH)) {
            stream.roll();
        }
        return appendHere(index, payloadLength);
    }

    /** Appends an entry to the current file, whatever room there is. */
    long appendHere(final long index, final int payloadLength) {
        fill(index, payloadLength);
        return stream.append(header, 0, LogRecord.HEADER_LENGTH, payload, 0, payloadLength);
    }

    private void fill(final long index, final int payloadLength) {
        final SplittableRandom random = new SplittableRandom(index);
        for (int i = 0; i < payloadLength; i += Long.BYTES) {
            payload.putLong(i, random.nextLong());
        }
        LogRecord.encodeHeader(header, 0, RecordKind.CLIENT, index, 1, 0, payload, 0, payloadLength, crc);
    }

    /** Whether the record at a position is the entry with an index, whole. */
    boolean holds(final long position, final long index, final int payloadLength) {
        stream.wrap(position, view);
        record.wrap(view, 0, view.capacity());
        if (!record.isIntact(crc) || record.index() != index || record.payloadLength() != payloadLength) {
            return false;
        }
        fill(index, payloadLength);
        return header.compareTo(new UnsafeBuffer(view, 0, LogRecord.HEADER_LENGTH)) == 0;
    }

    /** The indexes of all records, walked from file to file. */
    List<Long> walk() {
        final List<Long> indexes = new ArrayList<>();
        for (final int file : lock.files().numbers()) {
            for (long position = first(file); position != RecordStream.NONE; ) {
                stream.wrap(position, view);
                record.wrap(view, 0, view.capacity());
                if (!record.isIntact(crc)) {
                    throw new AssertionError("record at " + position + " is damaged");
                }
                indexes.add(record.index());
                position = stream.next(position, record.length());
            }
        }
        return indexes;
    }

    private long first(final int file) {
        final long none = RecordStream.position(file, StoreFormat.FIRST_DOCUMENT - 4L);
        return stream.next(none, 4);
    }

    Path file(final int number) {
        return directory.resolve(FileCycle.fileName(number));
    }

    /** Opens a directory as anybody with Chronicle Queue would, who appends, if at all, to the file with a number. */
    static SingleChronicleQueue openWithChronicle(final Path directory, final int file) {
        ChronicleFlags.apply();
        return SingleChronicleQueueBuilder.binary(directory)
                .rollCycle(FileCycle.INSTANCE)
                .blockSize(StoreLayout.BLOCK_BYTES)
                .timeProvider(() -> (long) file * FileCycle.CYCLE_MILLIS)
                .build();
    }

    /** Copies what the files hold now, as a crash of the process would leave them. */
    void copyTo(final Path target) throws IOException {
        try (Stream<Path> paths = Files.list(directory)) {
            for (final Path path : paths.toList()) {
                Files.copy(path, target.resolve(path.getFileName()));
            }
        }
    }

    @Override
    public void close() {
        if (log != null) {
            log.close();
        }
    }
}
