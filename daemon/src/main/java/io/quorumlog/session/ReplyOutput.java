package io.quorumlog.session;

import org.agrona.MutableDirectBuffer;

/**
 * Where a session's replies go: a bounded queue of bytes before a socket. A session claims room, writes, commits. One
 * thread.
 */
public interface ReplyOutput {
    /** Largest claim. Whoever has more to write does it in pieces. */
    int MAX_CLAIM_BYTES = 32 * 1024;

    /** Least room that is worth a piece: what frames an entry fits. */
    int LEAST_ROOM_BYTES = 1024;

    /**
     * Claims contiguous room of {@code length} bytes, at most {@link #MAX_CLAIM_BYTES}. It is always granted: a session
     * asks {@link #isOverfull} before it answers, and {@link #room} before each piece of a reply that may be long.
     *
     * @return the buffer to write to, from {@link #claimedOffset()}
     */
    MutableDirectBuffer claim(int length);

    /** Where the claimed room begins. */
    int claimedOffset();

    /** Queues the first {@code length} bytes of what was claimed. */
    void commit(int length);

    /**
     * Most bytes that a reply of any length may add now: 0 while too much is queued, otherwise from {@link #LEAST_ROOM_BYTES}
     * to {@link #MAX_CLAIM_BYTES}, less where memory is short.
     */
    int room();

    /** Whether even small replies have piled up so far that requests must wait. */
    boolean isOverfull();

    /**
     * The session has got on by itself, in {@link Sessions#onProgress}: requests that it left unconsumed may be offered
     * again, or it is finished. It may be called back at once.
     */
    void onSessionReady();
}
