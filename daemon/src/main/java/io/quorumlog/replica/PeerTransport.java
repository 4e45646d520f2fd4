package io.quorumlog.replica;

import org.agrona.MutableDirectBuffer;

/**
 * The connections to the other members, as the replica sends by them: bounded queues of bytes. What can't be queued is
 * lost, as on any network. One thread.
 */
public interface PeerTransport {
    /**
     * Claims contiguous room for a frame.
     *
     * @return the buffer to write to, from {@link #claimedOffset()}; null if there is no connection or too much is queued
     */
    MutableDirectBuffer claim(int member, int maxLength);

    /** Where the room claimed last begins. */
    int claimedOffset();

    /** Queues the first {@code length} bytes of what was claimed last; 0 gives the claim back. */
    void commit(int length);
}
