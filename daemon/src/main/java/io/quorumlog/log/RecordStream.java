package io.quorumlog.log;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * An append-only stream of records over files, as the log sees the disk. A position is where a record begins:
 * {@code file << 32 | offset}; positions rise along the stream. Whoever implements it knows nothing of what is in a record
 * but its length field.
 *
 * <p>One thread. An append is visible to reads at once and survives a crash once a flush that began after it has ended.
 * Every failure is a {@link StorageException}, which stops the node.
 */
public interface RecordStream {
    /** No position. */
    long NONE = -1;

    /** The file that a position lies in. */
    static int file(final long position) {
        return (int) (position >>> 32);
    }

    /** Where in its file a position is. */
    static long offset(final long position) {
        return position & 0xFFFF_FFFFL;
    }

    /** Makes a position. */
    static long position(final int file, final long offset) {
        return (long) file << 32 | offset;
    }

    /**
     * Appends a record in two pieces, copying each once; its number is the new {@link #lastSeq()}.
     *
     * @return position of the record
     */
    long append(
            DirectBuffer header,
            int headerOffset,
            int headerLength,
            DirectBuffer payload,
            int payloadOffset,
            int payloadLength);

    /** Number of the last record appended since the start; 0 before the first. */
    long lastSeq();

    /** Whether a record of so many bytes, and behind it one of {@code reserve}, still fit the current file. */
    boolean fits(int recordLength, int reserve);

    /**
     * Whether room on the disk has been reserved for the largest record and what closes a file. While it is false, the log
     * takes no entries, for an append would wait for the disk; it becomes true by itself or the node stops.
     */
    boolean isSpaceReserved();

    /**
     * Whether {@link #roll} can go on at once: the next file has been prepared. While it is false and the current file is
     * full, the log takes no entries (they stay with whoever sends them); it becomes true by itself or the node stops.
     */
    boolean isNextFileReady();

    /** Begins the next file; the caller has written the current one's last record and writes the new one's first. */
    void roll();

    /** Number of the file that is appended to. */
    int currentFile();

    /**
     * Wraps {@code view} over the whole record at a position.
     *
     * @param view valid until the next call of {@link #wrap}, {@link #next} or {@link #append}
     * @throws DamagedLogException if the length field is not one
     */
    void wrap(long position, UnsafeBuffer view);

    /** Like {@link #wrap}, but only the header is sure to be there: for walks that pass over payloads. */
    void wrapHeader(long position, UnsafeBuffer view);

    /** Position of the record behind one, in the same file; {@link #NONE} while nothing stands behind it there. */
    long next(long position, int recordLength);

    /**
     * All before this position is known to be on the disk: to be noted beside the files, at leisure, for
     * {@link StoredFiles#flushedBefore()}. Never falls.
     */
    void noteFlushed(long position);

    /** Bytes that the files take, by what has been written. */
    long bytes();

    /** A file's name, for messages. */
    String fileName(int file);
}
