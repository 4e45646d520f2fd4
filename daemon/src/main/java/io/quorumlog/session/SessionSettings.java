package io.quorumlog.session;

import io.quorumlog.codec.record.LogRecord;

/**
 * What sessions are told of the node's settings.
 *
 * @param maxEntryBytes largest payload, 0 to {@link LogRecord#MAX_PAYLOAD_BYTES}
 * @param maxPendingReplies how many requests of one session may be in flight at most, a power of two; its connection is not
 *     read any further when there are as many
 * @param transferTimeoutNs how long TRANSFER waits for the new leader, nanoseconds: the shortest election timeout
 */
public record SessionSettings(int maxEntryBytes, int maxPendingReplies, long transferTimeoutNs) {
    /**
     * Some tens of milliseconds of the fastest pipeline that was ever measured on such a log; 17 bytes each, so that a
     * session costs at most 1.1 MiB of slots; what all of them may cost, {@link ReplySlots} bounds.
     */
    public static final int DEFAULT_MAX_PENDING_REPLIES = 64 * 1024;

    public SessionSettings {
        if (maxEntryBytes < 0 || maxEntryBytes > LogRecord.MAX_PAYLOAD_BYTES) {
            throw new IllegalArgumentException("maxEntryBytes=" + maxEntryBytes);
        }
        if (Integer.bitCount(maxPendingReplies) != 1 || maxPendingReplies < 1) {
            throw new IllegalArgumentException("maxPendingReplies=" + maxPendingReplies + ": must be a power of two");
        }
        if (transferTimeoutNs <= 0) {
            throw new IllegalArgumentException("transferTimeoutNs=" + transferTimeoutNs);
        }
    }

    /** With {@link #DEFAULT_MAX_PENDING_REPLIES}. */
    public SessionSettings(final int maxEntryBytes, final long transferTimeoutNs) {
        this(maxEntryBytes, DEFAULT_MAX_PENDING_REPLIES, transferTimeoutNs);
    }
}
