package io.quorumlog.store;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.quorumlog.codec.record.LogRecord;
import io.quorumlog.log.RecordStream;
import io.quorumlog.log.StorageException;
import io.quorumlog.raft.Invariant;
import java.nio.file.Path;
import net.openhft.chronicle.bytes.SyncMode;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueue;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder;
import net.openhft.chronicle.wire.DocumentContext;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The stream of records on Chronicle Queue files. Chronicle makes the files, and leaves one for the next; a record is a
 * document of its own, and goes into the {@linkplain FileImage image} of the current file, which is written into the file
 * before a flush. Reads go to the image too; what it does not hold, which never changes, is read with {@link ClosedFiles}. No
 * Chronicle tailer reads anything. Nothing is allocated per append or read.
 *
 * <p>The loop's thread only, from the moment of construction on (Chronicle checks), but for {@link #write} and
 * {@link #zeroAhead}.
 */
final class ChronicleRecordStream implements RecordStream, AutoCloseable {
    private final Path directory;
    private final LogSpace space;
    private final FlushedNote flushedNote;
    private final ClosedFiles closedFiles;
    private final FileImage image;
    private final UnsafeBuffer buffer;
    private final SingleChronicleQueue queue;
    private final ExcerptAppender appender;
    private int currentFile;
    private long lastDocument; // where the last one begins
    private long lastSeq;

    /**
     * Opens Chronicle on a directory in which {@link LogDirectory} has put all in order.
     *
     * @param currentFile number of the newest file, or of the first to be made
     * @param end where the newest file's records end, or 0 if it is to be made
     */
    ChronicleRecordStream(
            final Path directory,
            final LogSpace space,
            final FlushedNote flushedNote,
            final int currentFile,
            final long end) {
        this.directory = directory;
        this.space = space;
        this.flushedNote = flushedNote;
        this.currentFile = currentFile;
        closedFiles = new ClosedFiles(directory);
        image = new FileImage(directory);
        buffer = image.buffer();
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
            CloseHelper.quietCloseAll(opened, image);
            throw t instanceof StorageException
                    ? (StorageException) t
                    : new StorageException(
                            "data directory " + directory + ": Chronicle Queue cannot open it: " + IoReason.beneath(t),
                            t);
        }
    }

    /** Makes Chronicle take up the current file. */
    private void beginFile(final long usedEnd, final long oldEnd) {
        final DocumentContext document = appender.writingDocument();
        final long documentOffset;
        try {
            documentOffset = document.wire().bytes().writePosition() - StoreFormat.DOCUMENT_HEADER_LENGTH;
        } finally {
            document.rollbackOnClose();
            document.close();
        }
        if (documentOffset != (usedEnd == 0 ? StoreFormat.FIRST_DOCUMENT : usedEnd)) {
            throw new StorageException(fileName(currentFile) + ": Chronicle Queue would append at offset "
                    + documentOffset + ", but the records end at " + usedEnd);
        }
        image.begin(currentFile, usedEnd);
        lastDocument = StoreFormat.FIRST_DOCUMENT;
        space.onFileBegun(currentFile, documentOffset, oldEnd);
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
        final int document = (int) image.end();
        final int offset = document + StoreFormat.DOCUMENT_HEADER_LENGTH;
        final int newEnd = (int) StoreFormat.align(offset + length);
        space.require(newEnd);
        if (image.release()) {
            // What is read of this file from now on reaches farther than what was.
            closedFiles.forget(currentFile);
        }
        buffer.putInt(newEnd - Integer.BYTES, 0); // what the record does not reach of its last four bytes
        buffer.putInt(document, length, LITTLE_ENDIAN);
        buffer.putBytes(offset, header, headerOffset, headerLength);
        if (payloadLength > 0) {
            buffer.putBytes(offset + headerLength, payload, payloadOffset, payloadLength);
        }
        lastDocument = document;
        lastSeq++;
        image.appended(newEnd);
        space.publishEnd(newEnd);
        return RecordStream.position(currentFile, offset);
    }

    /**
     * Any thread: writes what had been appended when it was asked to into the files, that is, into the page cache, where it
     * survives the process.
     *
     * @return how many bytes that was
     */
    long write() {
        return image.write();
    }

    /** For the flush thread to keep the page cache for what is new. */
    CachedPages cachedPages() {
        return new CachedPages(directory, currentFile, CachedPages.KEPT_BYTES);
    }

    /** The flush thread's, after a flush of so many bytes: makes the next ones cheaper ({@link ZeroedSpace}). */
    void zeroAhead(final long flushedBytes) {
        image.zeroAhead(flushedBytes, space);
    }

    /** Where the zeros ahead of the log end, for tests. */
    long zeroedEnd() {
        return image.zeroedEnd();
    }

    @Override
    public long lastSeq() {
        return lastSeq;
    }

    @Override
    public boolean fits(final int recordLength, final int reserve) {
        return space.fits(image.end() + documentLength(recordLength) + documentLength(reserve));
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
        final long oldEnd = endFile();
        closedFiles.forget(currentFile);
        currentFile++;
        try {
            beginFile(0, oldEnd);
        } catch (final StorageException e) {
            throw e;
        } catch (final Throwable t) {
            throw new StorageException(fileName(currentFile) + ": cannot be begun: " + IoReason.beneath(t), t);
        }
    }

    /**
     * Leaves the file as Chronicle would, which finds the end mark at once where it looks for it, behind the last document.
     *
     * @return where the file ends now
     */
    private long endFile() {
        final int mark = (int) image.end();
        buffer.putInt(mark, StoreFormat.END_OF_FILE, LITTLE_ENDIAN);
        buffer.putInt(mark + Integer.BYTES, StoreFormat.END_OF_FILE_NAME, LITTLE_ENDIAN);
        image.appended(mark + StoreFormat.END_MARK_LENGTH);
        image.write();
        image.writeWritePosition(lastDocument);
        return image.end();
    }

    @Override
    public int currentFile() {
        return currentFile;
    }

    @Override
    public void wrap(final long position, final UnsafeBuffer view) {
        if (isInImage(position)) {
            final int offset = (int) position;
            view.wrap(buffer, offset, checkedLength(offset));
        } else {
            closedFiles.wrap(RecordStream.file(position), RecordStream.offset(position), view);
        }
    }

    @Override
    public void wrapHeader(final long position, final UnsafeBuffer view) {
        if (isInImage(position)) {
            final int offset = (int) position;
            checkedLength(offset);
            view.wrap(buffer, offset, LogRecord.HEADER_LENGTH);
        } else {
            closedFiles.wrapHeader(RecordStream.file(position), RecordStream.offset(position), view);
        }
    }

    private boolean isInImage(final long position) {
        return RecordStream.file(position) == currentFile && image.has(RecordStream.offset(position));
    }

    private int checkedLength(final int offset) {
        final long end = image.end();
        if (offset >= StoreFormat.FIRST_RECORD && offset + LogRecord.HEADER_LENGTH <= end) {
            final int length =
                    StoreFormat.recordLength(buffer.getInt(offset - StoreFormat.DOCUMENT_HEADER_LENGTH, LITTLE_ENDIAN));
            if (length > 0
                    && offset + length <= end
                    && length == buffer.getInt(offset + LogRecord.LENGTH_OFFSET, LITTLE_ENDIAN)) {
                return length;
            }
        }
        throw ClosedFiles.noRecord(fileName(currentFile), offset);
    }

    @Override
    public long next(final long position, final int recordLength) {
        final int file = RecordStream.file(position);
        final long document = StoreFormat.align(RecordStream.offset(position) + recordLength);
        final boolean more = file == currentFile ? document < image.end() : closedFiles.hasRecord(file, document);
        return more ? RecordStream.position(file, document + StoreFormat.DOCUMENT_HEADER_LENGTH) : NONE;
    }

    @Override
    public long bytes() {
        return space.bytes();
    }

    @Override
    public void noteFlushed(final long position) {
        flushedNote.flushed(position);
    }

    FlushedNote flushedNote() {
        return flushedNote;
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
        try {
            image.write();
        } finally {
            CloseHelper.quietCloseAll(appender, queue, closedFiles, image, flushedNote);
        }
    }
}
