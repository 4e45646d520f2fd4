package io.quorumlog.log;

import org.agrona.DirectBuffer;

/**
 * The files of a log as recovery reads them: of a stopped one, before anything may trust or change them; of one in use,
 * those that nothing changes any more ({@link Recovery#verify}). Reading errors are {@link StorageException}s.
 */
public interface StoredFiles {
    /** Of the file that {@link #flushedBefore()} stands in, for messages. */
    String NOTE_NAME = "FLUSHED";

    /** The files' numbers, ascending. */
    int[] numbers();

    /** A file's name, for messages. */
    String name(int file);

    /** Whether a file begins with what neither the store writes nor a crash leaves: it is another program's, or destroyed. */
    boolean isForeign(int file);

    /**
     * Before which position all had been flushed, as is noted beside the files ({@link RecordStream#noteFlushed}): it may
     * lag behind the truth, and never leads. 0 where nothing is noted.
     */
    long flushedBefore();

    /** Begins to read a file from its first record. */
    Scan scan(int file);

    /** Begins to read a file from the record at an offset, as in a position; what stands there may be anything. */
    Scan scan(int file, long offset);

    /** One pass over a file. */
    interface Scan extends AutoCloseable {
        /**
         * Moves to what stands next, and says what that is: a record whose length fits (its checksum has not been looked
         * at), the clean end of what was written (only zeros follow, or the file's end mark), or something that is no
         * record and no end.
         */
        Found next();

        /**
         * After {@link Found#BROKEN}, or a record whose checksum is wrong: looks behind {@code offset} for the next place
         * at which a record could begin, byte by byte of the alignment. {@link Found#RECORD} or {@link Found#END}.
         */
        Found resync(long offset);

        /**
         * Offset in the file of what was found, as in a position: of the record, of what is none, or, at the end, of where
         * the next record would begin (behind the last byte that is not zero, if what stood last was broken).
         */
        long offset();

        /** The record found; valid until the scan moves. */
        DirectBuffer record();

        @Override
        void close();
    }

    /** What stands at a place in a file. */
    enum Found {
        RECORD,
        END,
        BROKEN
    }
}
