package io.quorumlog.net;

import java.nio.ByteBuffer;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A direct buffer of a {@link BufferPool}, with the range of it that holds bytes. Owned by whoever took it; the loop's
 * thread only.
 */
final class Chunk {
    final ByteBuffer bytes;
    final UnsafeBuffer buffer;
    /** First byte that is there; at most {@link #tail}. */
    int head;
    /** Behind the last byte that is there. */
    int tail;
    /** The next one in whatever list this is in. */
    Chunk next;

    Chunk(final int capacity) {
        bytes = ByteBuffer.allocateDirect(capacity);
        buffer = new UnsafeBuffer(bytes);
    }

    int capacity() {
        return bytes.capacity();
    }

    int length() {
        return tail - head;
    }

    int room() {
        return bytes.capacity() - tail;
    }

    /** Joins all room behind the bytes that are there. */
    void moveToFront() {
        if (head > 0) {
            final int length = length();
            buffer.putBytes(0, buffer, head, length);
            head = 0;
            tail = length;
        }
    }

    /** The bytes that are there, for a write. */
    ByteBuffer content() {
        return bytes.limit(tail).position(head);
    }

    /** The room behind them, for a read. */
    ByteBuffer space() {
        return bytes.limit(bytes.capacity()).position(tail);
    }

    /** Gives the memory back to the system. A view that somebody kept fails at its bounds check from now on. */
    void free() {
        buffer.wrap(0, 0);
        BufferUtil.free(bytes);
    }
}
