package io.quorumlog.session;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** An output whose socket writes only when the test says so. */
final class FakeOutput implements ReplyOutput {
    private final UnsafeBuffer claimed = new UnsafeBuffer(new byte[MAX_CLAIM_BYTES + 64]);
    private byte[] queued = new byte[256 * 1024];
    private int length;
    private int claimedLength = -1;

    int roomBelow = 64 * 1024;
    int pieces = MAX_CLAIM_BYTES; // of long replies
    int overfullAbove = 256 * 1024;
    int largest; // that was ever queued
    Runnable whenReady = () -> {};

    @Override
    public MutableDirectBuffer claim(final int wanted) {
        if (wanted <= 0 || wanted > MAX_CLAIM_BYTES || claimedLength >= 0) {
            throw new AssertionError("claim of " + wanted + " after " + claimedLength);
        }
        claimedLength = wanted;
        // No more than what was asked for can be written to.
        claimed.wrap(claimed.byteArray(), 0, claimedOffset() + wanted);
        return claimed;
    }

    @Override
    public int claimedOffset() {
        return 7;
    }

    @Override
    public void commit(final int written) {
        if (written > claimedLength) {
            throw new AssertionError("committed " + written + " of " + claimedLength);
        }
        claimedLength = -1;
        if (length + written > queued.length) {
            queued = Arrays.copyOf(queued, 2 * (length + written));
        }
        claimed.getBytes(claimedOffset(), queued, length, written);
        length += written;
        largest = Math.max(largest, length);
    }

    @Override
    public int room() {
        return length < roomBelow ? pieces : 0;
    }

    @Override
    public boolean isOverfull() {
        return length > overfullAbove;
    }

    @Override
    public void onSessionReady() {
        whenReady.run();
    }

    /** The socket takes all that is queued. */
    String drain() {
        final String text = new String(queued, 0, length, StandardCharsets.ISO_8859_1);
        length = 0;
        return text;
    }

    /** The socket takes all that is queued, and nobody looks. */
    void discard() {
        length = 0;
    }
}
