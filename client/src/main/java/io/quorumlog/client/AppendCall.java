package io.quorumlog.client;

import java.util.concurrent.CompletableFuture;

/**
 * An append on its way: its bytes, its deadline, and where it stands. The pipeline's thread uses it; to its caller it is
 * the future of the index.
 */
final class AppendCall extends CompletableFuture<Long> {
    final byte[] frame;
    final long deadlineNs;

    /** Position in its connection's stream of bytes just behind the frame. */
    long endPosition;

    /** Whether its caller has been told that it is uncertain, while the connection still waits for the reply. */
    boolean expired;

    AppendCall(byte[] frame, long deadlineNs) {
        this.frame = frame;
        this.deadlineNs = deadlineNs;
    }
}
