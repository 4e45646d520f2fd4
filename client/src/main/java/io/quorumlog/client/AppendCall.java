package io.quorumlog.client;

import java.util.concurrent.CompletableFuture;

/**
 * An append on its way: its bytes, its deadline, and where it stands. Used by the pipeline's thread; its caller has the
 * result only, so that the bytes do not live as long as that.
 */
final class AppendCall {
    final byte[] frame;
    final long deadlineNs;
    final CompletableFuture<Long> result = new CompletableFuture<>();

    /** Position in its connection's stream of bytes just behind the frame. */
    long endPosition;

    /** Whether its caller has been told that it is uncertain, while the connection still waits for the reply. */
    boolean expired;

    AppendCall(byte[] frame, long deadlineNs) {
        this.frame = frame;
        this.deadlineNs = deadlineNs;
    }
}
