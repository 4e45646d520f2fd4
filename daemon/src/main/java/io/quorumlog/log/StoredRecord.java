package io.quorumlog.log;

import io.quorumlog.codec.record.Crc32c;
import io.quorumlog.codec.record.LogRecord;
import io.quorumlog.codec.record.RecordKind;
import org.agrona.DirectBuffer;

/**
 * A record as recovery comes upon it in a file, one at a time: whether it is whole, whether it is of a version that can be
 * read, and what it testifies to.
 */
final class StoredRecord {
    private final StoredFiles files;
    private final Crc32c crc = new Crc32c();
    private final LogRecord record = new LogRecord();
    private final HardStateRecord hardState = new HardStateRecord();
    private final FileHeaderRecord fileHeader = new FileHeaderRecord();

    StoredRecord(final StoredFiles files) {
        this.files = files;
    }

    /** The record of the last {@link #isIntact}. */
    LogRecord record() {
        return record;
    }

    /** A hard state, once it has been wrapped. */
    HardStateRecord hardState() {
        return hardState;
    }

    /** The header of the last {@link #isHeader}. */
    FileHeaderRecord fileHeader() {
        return fileHeader;
    }

    /** Wraps {@link #record}. */
    boolean isIntact(final DirectBuffer bytes) {
        return bytes.capacity() >= LogRecord.HEADER_LENGTH
                && record.wrap(bytes, 0, bytes.capacity()).isIntact(crc);
    }

    /** Whether bytes that may be a record claim to be one that counts behind a hole; spares checksums over noise. */
    static boolean isKnownKind(final DirectBuffer bytes) {
        if (bytes.capacity() < LogRecord.HEADER_LENGTH) {
            return false;
        }
        final byte kind = bytes.getByte(LogRecord.KIND_OFFSET);
        return RecordKind.isEntry(kind) || kind >= RecordKind.HARD_STATE && kind <= RecordKind.FILE_INDEX;
    }

    /** Whether bytes are a header that can be read, be it of a newer format. Wraps {@link #fileHeader}. */
    boolean isHeader(final DirectBuffer bytes) {
        if (bytes.capacity() < FileHeaderRecord.FILE_OFFSET
                || bytes.getByte(LogRecord.KIND_OFFSET) != RecordKind.FILE_HEADER) {
            return false;
        }
        fileHeader.wrap(bytes);
        return fileHeader.magic() == FileHeaderRecord.MAGIC
                && (fileHeader.format() > FileHeaderRecord.FORMAT || fileHeader.isWellFormed());
    }

    /** Before which position, as the whole record says, everything had been flushed; 0 if it says nothing. */
    long evidence(final DirectBuffer bytes) {
        if (record.kind() == RecordKind.HARD_STATE && bytes.capacity() == HardStateRecord.LENGTH) {
            return hardState.wrap(bytes).flushedBefore();
        }
        final boolean isReadable = record.kind() == RecordKind.FILE_HEADER
                && isHeader(bytes)
                && fileHeader.format() <= FileHeaderRecord.FORMAT;
        return isReadable ? fileHeader.flushedBefore() : 0;
    }

    /** @throws StorageException if the record is of a newer version than ours */
    void checkVersion(final int file, final long offset) {
        final byte version = record.version();
        if (version > LogRecord.VERSION) {
            throw newer(file, offset, "a record of version " + version);
        }
    }

    /** @throws StorageException if the header is of a newer format than ours */
    void checkFormat(final int file, final long offset) {
        if (fileHeader.format() > FileHeaderRecord.FORMAT) {
            throw newer(file, offset, "format " + fileHeader.format());
        }
    }

    /** What stands there is no damage, but nothing that we can read. */
    StorageException newer(final int file, final long offset, final String what) {
        return new StorageException(files.name(file) + " at offset " + offset + " has " + what
                + ": it was written by a newer version; start that one");
    }
}
