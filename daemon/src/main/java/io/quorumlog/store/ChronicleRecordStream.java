package io.quorumlog.store;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import com.kenai.jffi.MemoryIO;
import io.quorumlog.codec.record.LogRecord;
import io.quorumlog.log.RecordStream;
import io.quorumlog.log.StorageException;
import io.quorumlog.raft.Invariant;
import java.nio.file.Path;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.bytes.SyncMode;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueue;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder;
import net.openhft.chronicle.wire.DocumentContext;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The stream of records on Chronicle Queue files. A record is a document of its own, copied straight into the mapped
 * file. Reads of the current file go to the same mapping; older files, which never change, are read with
 * {@link ClosedFiles}. No Chronicle tailer reads anything. Nothing is allocated per append or read.
 *
 * <p>The loop's thread only, from the moment of construction on (Chronicle checks).
 */
final class ChronicleRecordStream implements RecordStream, AutoCloseable {
    private final LogSpace space;
    private final ClosedFiles closedFiles;
    private final int firstFile;
    private final UnsafeBuffer mapping = new UnsafeBuffer(0, 0);
    private final SingleChronicleQueue queue;
    private final ExcerptAppender appender;
    private int currentFile;
    private long end; // where the next document begins; the space knows it too, for the flush thread
    private long lastSeq;

    /**
     * Opens Chronicle on a directory in which {@link LogDirectory} has put all in order.
     *
     * @param firstFile number of the oldest file
     * @param currentFile number of the newest file, or of the first to be made
     * @param end where the newest file's records end, or 0 if it is to be made
     */
    ChronicleRecordStream(
            final Path directory, final LogSpace space, final int firstFile, final int currentFile, final long end) {
        this.space = space;
        this.firstFile = firstFile;
        this.currentFile = currentFile;
        closedFiles = new ClosedFiles(directory);
        SingleChronicleQueue opened = null;
        try {
            opened = SingleChronicleQueueBuilder.binary(directory)
                    .rollCycle(FileCycle.INSTANCE)
                    .blockSize(StoreLayout.BLOCK_BYTES)
                    .syncMode(SyncMode.NONE)
                    .timeoutMS(1000)
                    .timeProvider(() -> (long) this.currentFile * FileCycle.CYCLE_MILLIS)
                    // Never by itself: see below.
                    .forceDirectoryListingRefreshIntervalMs(Long.MAX_VALUE)
                    .build();
            queue = opened;
            if (end > 0) {
                // To an appender the newest file is all there is: else it would open the older ones to see whether they
                // have end marks, and trust what is in them, and lengthen them.
                queue.tableStorePut("listing.lowestCycle", currentFile);
            }
            appender = queue.createAppender();
            beginFile(end, 0);
        } catch (final Throwable t) {
            CloseHelper.quietClose(opened);
            throw t instanceof StorageException
                    ? (StorageException) t
                    : new StorageException(
                            "data directory " + directory + ": Chronicle Queue cannot open it: " + IoReason.beneath(t),
                            t);
        }
    }

    /** Makes Chronicle take up the current file, and finds where it is mapped. */
    private void beginFile(final long usedEnd, final long oldEnd) {
        final DocumentContext document = appender.writingDocument();
        final long address;
        final long documentOffset;
        try {
            final Bytes<?> bytes = document.wire().bytes();
            documentOffset = bytes.writePosition() - StoreFormat.DOCUMENT_HEADER_LENGTH;
            address = bytes.addressForWrite(0);
        } finally {
            document.rollbackOnClose();
            document.close();
        }
        if (documentOffset != (usedEnd == 0 ? StoreFormat.FIRST_DOCUMENT : usedEnd)) {
            throw new StorageException(fileName(currentFile) + ": Chronicle Queue would append at offset "
                    + documentOffset + ", but the records end at " + usedEnd);
        }
        // A byte buffer over the mapping rather than its address, because the JDK computes CRCs of byte buffers only.
        mapping.wrap(MemoryIO.getInstance().newDirectByteBuffer(address, StoreLayout.BLOCK_BYTES));
        end = documentOffset;
        space.onFileBegun(currentFile, end, oldEnd);
    }

    @Override
    public long append(
            final DirectBuffer header,
            final int headerOffset,
            final int headerLength,
            final DirectBuffer payload,
            final int payloadOffset,
            final int payloadLength) {
        final int length = headerLength + payloadLength;
        Invariant.check(
                headerLength >= LogRecord.HEADER_LENGTH && payloadLength >= 0 && length <= StoreLayout.MAX_RECORD_BYTES,
                "a record has a header and no more than the largest payload");
        final long offset = end + StoreFormat.DOCUMENT_HEADER_LENGTH;
        space.require(offset + length);
        final DocumentContext document;
        try {
            document = appender.writingDocument();
        } catch (final Throwable t) {
            throw appendFailed(t);
        }
        try {
            write(document, offset, header, headerOffset, headerLength, payload, payloadOffset, payloadLength);
        } catch (final Throwable t) {
            // Else closing would publish what has been copied so far.
            document.rollbackOnClose();
            CloseHelper.quietClose(document);
            throw appendFailed(t);
        }
        try {
            document.close();
        } catch (final Throwable t) {
            throw appendFailed(t);
        }
        end = StoreFormat.align(offset + length);
        lastSeq++;
        space.publishEnd(end);
        return RecordStream.position(currentFile, offset);
    }

    private void write(
            final DocumentContext document,
            final long offset,
            final DirectBuffer header,
            final int headerOffset,
            final int headerLength,
            final DirectBuffer payload,
            final int payloadOffset,
            final int payloadLength) {
        final Bytes<?> bytes = document.wire().bytes();
        Invariant.check(bytes.writePosition() == offset, "Chronicle appends where the last record ended");
        mapping.putBytes((int) offset, header, headerOffset, headerLength);
        if (payloadLength > 0) {
            mapping.putBytes((int) offset + headerLength, payload, payloadOffset, payloadLength);
        }
        bytes.writePosition(offset + headerLength + payloadLength);
    }

    private StorageException appendFailed(final Throwable t) {
        return new StorageException(
                fileName(currentFile) + ": cannot append at offset " + end + ": " + IoReason.beneath(t), t);
    }

    @Override
    public long lastSeq() {
        return lastSeq;
    }

    @Override
    public boolean fits(final int recordLength, final int reserve) {
        return space.fits(end + documentLength(recordLength) + documentLength(reserve));
    }

    private static long documentLength(final int recordLength) {
        return StoreFormat.align((long) StoreFormat.DOCUMENT_HEADER_LENGTH + recordLength);
    }

    @Override
    public boolean isSpaceReserved() {
        return space.isAhead();
    }

    @Override
    public boolean isNextFileReady() {
        return space.isNextReady();
    }

    @Override
    public void roll() {
        // It is there for whoever asked before; a new leader's first entry can't wait.
        space.requireNext();
        final long oldEnd = end + StoreFormat.END_MARK_LENGTH;
        currentFile++;
        try {
            beginFile(0, oldEnd);
        } catch (final StorageException e) {
            throw e;
        } catch (final Throwable t) {
            throw new StorageException(fileName(currentFile) + ": cannot be begun: " + IoReason.beneath(t), t);
        }
    }

    @Override
    public int currentFile() {
        return currentFile;
    }

    @Override
    public int firstFile() {
        return firstFile;
    }

    @Override
    public void wrap(final long position, final UnsafeBuffer view) {
        final int file = RecordStream.file(position);
        if (file == currentFile) {
            final int offset = (int) position;
            view.wrap(mapping, offset, checkedLength(offset));
        } else {
            closedFiles.wrap(file, position & 0xFFFFFFFFL, view);
        }
    }

    @Override
    public void wrapHeader(final long position, final UnsafeBuffer view) {
        final int file = RecordStream.file(position);
        if (file == currentFile) {
            final int offset = (int) position;
            checkedLength(offset);
            view.wrap(mapping, offset, LogRecord.HEADER_LENGTH);
        } else {
            closedFiles.wrapHeader(file, position & 0xFFFFFFFFL, view);
        }
    }

    private int checkedLength(final int offset) {
        if (offset >= StoreFormat.FIRST_RECORD && offset + LogRecord.HEADER_LENGTH <= end) {
            final int length = StoreFormat.recordLength(
                    mapping.getInt(offset - StoreFormat.DOCUMENT_HEADER_LENGTH, LITTLE_ENDIAN));
            if (length > 0
                    && offset + length <= end
                    && length == mapping.getInt(offset + LogRecord.LENGTH_OFFSET, LITTLE_ENDIAN)) {
                return length;
            }
        }
        throw ClosedFiles.noRecord(fileName(currentFile), offset);
    }

    @Override
    public long next(final long position, final int recordLength) {
        final int file = RecordStream.file(position);
        final long document = StoreFormat.align((position & 0xFFFFFFFFL) + recordLength);
        final boolean more = file == currentFile ? document < end : closedFiles.hasRecord(file, document);
        return more ? RecordStream.position(file, document + StoreFormat.DOCUMENT_HEADER_LENGTH) : NONE;
    }

    @Override
    public long bytes() {
        return space.bytes();
    }

    LogSpace space() {
        return space;
    }

    @Override
    public String fileName(final int file) {
        return FileCycle.fileName(file);
    }

    /** Closes the files. What was appended is in the page cache; that it is on the disk is the flush thread's duty. */
    @Override
    public void close() {
        mapping.wrap(0, 0);
        CloseHelper.quietCloseAll(appender, queue, closedFiles);
    }
}
