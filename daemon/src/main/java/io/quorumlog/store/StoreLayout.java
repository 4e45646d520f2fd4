package io.quorumlog.store;

import io.quorumlog.codec.record.LogRecord;

/**
 * Sizes of files, and how much of the disk is reserved ahead of what is written.
 *
 * <p>A file is one block of Chronicle's, and one image of ours, so that places in it stay where they are as long as it is the
 * current one. Chronicle wants a file as long as its mapping of the block and a quarter of it (in which the last record may
 * end), but only what is reserved is ever touched, and only that takes room: the rest is addresses.
 */
final class StoreLayout {
    static final int MIB = 1024 * 1024;

    /** Largest record that can be stored. */
    static final int MAX_RECORD_BYTES = LogRecord.HEADER_LENGTH + LogRecord.MAX_PAYLOAD_BYTES;

    /** What the log may ask to keep free behind a record for the records that close a file. */
    static final int MAX_RESERVE_BYTES = MIB;

    /**
     * Where a file is full. A start scans the newest files, so not larger; each roll holds up the loop for milliseconds, so
     * not smaller.
     */
    static final int FILE_BYTES = 64 * MIB;

    /**
     * Past this, the next file is prepared. The log takes no entries while neither the largest message fits the current
     * file nor the next one is ready, so this is well before.
     */
    static final int NEXT_FILE_AT = 40 * MIB;

    /**
     * Chronicle's mapped block. Larger than {@link #FILE_BYTES} because a node's own records must go in behind a full file's
     * last entry; and a quarter of it holds the largest record, because those who read the files with Chronicle map so much
     * behind a block.
     */
    static final int BLOCK_BYTES = 128 * MIB;

    private static final long MIN_STEP_BYTES = 8 * MIB;
    private static final long MAX_STEP_BYTES = 16 * MIB;
    private static final int LOG_SHARE = 64;
    private static final int DISK_SHARE = 16;
    private static final long STEP_ALIGNMENT = 64 * 1024;

    static {
        if (BLOCK_BYTES / 4 < MAX_RECORD_BYTES || FILE_BYTES < 2 * (MAX_RECORD_BYTES + MAX_RESERVE_BYTES)) {
            throw new AssertionError("a file must hold its largest record and what closes it");
        }
    }

    private StoreLayout() {}

    /**
     * How many bytes are reserved at a time: large enough to be rare, small enough that an idle node wastes little and
     * that a small disk can be filled. The next step is taken when three quarters of this one are left, and no entries are
     * taken when there is no room for the largest record and what closes a file: that is at most half a step, so that the
     * flush thread has the quarter between to get there.
     *
     * @param maxRecordBytes the largest record that this node appends, header included
     * @param logBytes what the log's files take
     * @param diskBytes size of the file system
     */
    static long stepBytes(final long maxRecordBytes, final long logBytes, final long diskBytes) {
        final long wanted = Math.min(MAX_STEP_BYTES, Math.max(MIN_STEP_BYTES, logBytes / LOG_SHARE));
        final long affordable = Math.min(wanted, diskBytes / DISK_SHARE);
        final long step = Math.max(affordable, 2 * (maxRecordBytes + MAX_RESERVE_BYTES));
        return (step + STEP_ALIGNMENT - 1) / STEP_ALIGNMENT * STEP_ALIGNMENT;
    }
}
