package io.quorumlog.codec.peer;

import io.quorumlog.codec.record.LogRecord;

/**
 * What a connection between members may demand, in bytes. All members of a cluster are to be given the same largest
 * payload.
 *
 * @param maxEntryBytes largest payload of an entry, 1 to {@link LogRecord#MAX_PAYLOAD_BYTES}
 */
public record PeerLimits(int maxEntryBytes) {
    /** Entries of one message, together, unless the first alone is larger: large enough that a frame's own cost vanishes. */
    public static final int MAX_BATCH_BYTES = 256 * 1024;

    /** Latest term that a frame may name: so many elections nobody holds, and whoever takes it can still raise it. */
    public static final long MAX_TERM = 1L << 62;

    public PeerLimits {
        if (maxEntryBytes < 1 || maxEntryBytes > LogRecord.MAX_PAYLOAD_BYTES) {
            throw new IllegalArgumentException("maxEntryBytes=" + maxEntryBytes);
        }
    }

    /** Largest record of an entry. */
    public int maxRecordBytes() {
        return LogRecord.HEADER_LENGTH + maxEntryBytes;
    }

    /** Largest frame, its length field included: one full batch, or one entry that is larger. */
    public int maxFrameBytes() {
        return AppendEntries.LENGTH + Math.max(MAX_BATCH_BYTES, maxRecordBytes());
    }
}
