package io.quorumlog.net;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.GatheringByteChannel;
import org.agrona.MutableDirectBuffer;

/**
 * Bytes that wait for a socket, in buffers of a pool, which it holds only while there are such bytes. Room is claimed and
 * committed one at a time; nothing is allocated by either. How much may be queued is the owner's to decide.
 */
final class OutputBuffer {
    private final BufferPool pool;
    private int firstChunkBytes;
    private int largestChunkBytes;
    private Chunk first;
    private Chunk last;
    private long queuedBytes;
    private long heldBytes;
    private int claimedLength;

    /**
     * @param firstChunkBytes size of the first buffer; the next are four times the one before …
     * @param largestChunkBytes … up to this, unless one claim needs more; while the pool is exhausted they are as small as
     *     may be
     */
    OutputBuffer(final BufferPool pool, final int firstChunkBytes, final int largestChunkBytes) {
        this.pool = pool;
        this.firstChunkBytes = firstChunkBytes;
        this.largestChunkBytes = largestChunkBytes;
    }

    /** From now on the buffers it takes are of this size, unless one claim needs more. */
    void chunkBytes(final int bytes) {
        firstChunkBytes = bytes;
        largestChunkBytes = bytes;
    }

    /** Claims contiguous room, from {@link #claimedOffset()} on. */
    MutableDirectBuffer claim(final int length) {
        if (last == null || last.room() < length) {
            if (hasRoomAtFront(length)) {
                last.moveToFront();
            } else {
                addChunk(length);
            }
        }
        claimedLength = length;
        return last.buffer;
    }

    int claimedOffset() {
        return last.tail;
    }

    /** Queues the first bytes of what was claimed last; 0 gives the claim back. */
    void commit(final int length) {
        if (length < 0 || length > claimedLength) {
            throw new IllegalArgumentException("commit of " + length + " bytes, claimed were " + claimedLength);
        }
        claimedLength = 0;
        last.tail += length;
        queuedBytes += length;
        if (queuedBytes == 0) {
            release();
        }
    }

    boolean isEmpty() {
        return queuedBytes == 0;
    }

    /** Bytes that wait. */
    long queuedBytes() {
        return queuedBytes;
    }

    /** Bytes of the buffers they wait in. */
    long heldBytes() {
        return heldBytes;
    }

    /** Bytes of buffers that a claim of this length would add. */
    int growthFor(final int length) {
        return last != null && last.room() >= length || hasRoomAtFront(length)
                ? 0
                : BufferPool.capacityFor(nextChunkBytes(length));
    }

    /**
     * Writes what waits, as far as the socket takes it and a turn's share allows.
     *
     * @param gather scratch for one gathering write
     * @return whether nothing waits any more
     */
    boolean writeTo(final GatheringByteChannel channel, final ByteBuffer[] gather) throws IOException {
        long written = 0;
        while (queuedBytes > 0 && written < NetLimits.WRITE_BYTES_PER_TURN) {
            int count = 0;
            long offered = 0;
            for (Chunk chunk = first; chunk != null && count < gather.length; chunk = chunk.next) {
                if (chunk.length() > 0) {
                    gather[count++] = chunk.content();
                    offered += chunk.length();
                }
            }
            final long taken = count == 1 ? channel.write(gather[0]) : channel.write(gather, 0, count);
            advance(taken);
            written += taken;
            if (taken < offered) {
                return false;
            }
        }
        return queuedBytes == 0;
    }

    /** Drops what waits and gives all buffers back. */
    void release() {
        while (first != null) {
            dropFirst();
        }
        queuedBytes = 0;
    }

    private void advance(final long bytes) {
        queuedBytes -= bytes;
        if (queuedBytes == 0) {
            release();
            return;
        }
        long left = bytes;
        while (left >= first.length()) {
            left -= first.length();
            dropFirst();
        }
        first.head += (int) left;
    }

    private void dropFirst() {
        final Chunk chunk = first;
        first = chunk.next;
        if (first == null) {
            last = null;
        }
        heldBytes -= chunk.capacity();
        pool.release(chunk);
    }

    /** Whether moving what waits makes room; never more bytes than have left since the last move. */
    private boolean hasRoomAtFront(final int length) {
        return last != null && first == last && last.head >= last.length() && last.capacity() - last.length() >= length;
    }

    private int nextChunkBytes(final int length) {
        if (pool.isExhausted()) {
            return length;
        }
        final int regular = last == null
                ? firstChunkBytes
                : Math.min(largestChunkBytes, Math.max(firstChunkBytes, 4 * last.capacity()));
        return Math.max(length, regular);
    }

    private void addChunk(final int length) {
        final Chunk chunk = pool.take(nextChunkBytes(length));
        heldBytes += chunk.capacity();
        if (last == null) {
            first = chunk;
        } else {
            last.next = chunk;
        }
        last = chunk;
    }
}
