package io.quorumlog.net;

/**
 * Direct buffers of a few sizes, taken while bytes are under way and given back as soon as they are not, within a bound on
 * what is taken at a time. Used by the loop's thread; allocates only where no fitting buffer is free.
 *
 * <p>The bound is for the caller to respect: {@link #hasRoomFor} before {@link #take}, which always gives. So a reply that
 * must be written is written, and the decision to begin something is where it can still be put off.
 */
final class BufferPool {
    /** Sizes below a step; each fourfold the one before. */
    private static final int SMALLEST_BYTES = 1024;

    private static final int LARGEST_SMALL_BYTES = 64 * 1024;

    /** Larger ones come in multiples of this. */
    private static final int STEP_BYTES = 16 * 1024;

    private static final int SMALL_SIZES = 4;

    private final long maxTakenBytes;
    private final long maxFreeBytes;
    private final Chunk[] freeSmall = new Chunk[SMALL_SIZES];
    private Chunk freeLarge;
    private long takenBytes;
    private long freeBytes;

    BufferPool(final long maxTakenBytes, final long maxFreeBytes) {
        this.maxTakenBytes = maxTakenBytes;
        this.maxFreeBytes = maxFreeBytes;
    }

    /** Size of the buffer that {@link #take} gives for so many bytes. */
    static int capacityFor(final int bytes) {
        int capacity = SMALLEST_BYTES;
        while (capacity < bytes && capacity < LARGEST_SMALL_BYTES) {
            capacity *= 4;
        }
        return capacity >= bytes ? capacity : (bytes + STEP_BYTES - 1) / STEP_BYTES * STEP_BYTES;
    }

    /** Whether so many more bytes stay within the bound. */
    boolean hasRoomFor(final int bytes) {
        return takenBytes + capacityFor(bytes) <= maxTakenBytes;
    }

    /** Whether as much is taken as may be, or more. */
    boolean isExhausted() {
        return takenBytes >= maxTakenBytes;
    }

    /** The bound on what is taken. */
    long maxTakenBytes() {
        return maxTakenBytes;
    }

    /** Bytes of all buffers that are taken. */
    long takenBytes() {
        return takenBytes;
    }

    /** Makes free buffers, so that who takes them does not wait until the kernel has given and the JVM cleared the memory. */
    void prepare(final int count, final int bytes) {
        for (int i = 0; i < count; i++) {
            final Chunk chunk = new Chunk(capacityFor(bytes));
            takenBytes += chunk.capacity();
            release(chunk);
        }
    }

    /** Gives an empty buffer of at least so many bytes. */
    Chunk take(final int bytes) {
        final int capacity = capacityFor(bytes);
        takenBytes += capacity;
        final Chunk chunk = capacity <= LARGEST_SMALL_BYTES ? takeSmall(capacity) : takeLarge(capacity);
        if (chunk == null) {
            return new Chunk(capacity);
        }
        // A free large one may be a little larger than asked for; it counts by what it is.
        takenBytes += chunk.capacity() - capacity;
        freeBytes -= chunk.capacity();
        chunk.next = null;
        return chunk;
    }

    /** Takes a buffer back; nobody may look at it any more. */
    void release(final Chunk chunk) {
        takenBytes -= chunk.capacity();
        chunk.head = 0;
        chunk.tail = 0;
        final boolean tooMany = freeBytes + chunk.capacity() > maxFreeBytes;
        if (tooMany || takenBytes + freeBytes + chunk.capacity() > maxTakenBytes) {
            chunk.free();
            return;
        }
        freeBytes += chunk.capacity();
        if (chunk.capacity() <= LARGEST_SMALL_BYTES) {
            final int size = sizeOf(chunk.capacity());
            chunk.next = freeSmall[size];
            freeSmall[size] = chunk;
        } else {
            chunk.next = freeLarge;
            freeLarge = chunk;
        }
    }

    private Chunk takeSmall(final int capacity) {
        final int size = sizeOf(capacity);
        final Chunk chunk = freeSmall[size];
        if (chunk != null) {
            freeSmall[size] = chunk.next;
        }
        return chunk;
    }

    /** The free ones are few: no more than fit {@link #maxFreeBytes}. */
    private Chunk takeLarge(final int capacity) {
        Chunk before = null;
        for (Chunk chunk = freeLarge; chunk != null; before = chunk, chunk = chunk.next) {
            if (chunk.capacity() >= capacity && chunk.capacity() <= capacity + capacity / 4) {
                if (before == null) {
                    freeLarge = chunk.next;
                } else {
                    before.next = chunk.next;
                }
                return chunk;
            }
        }
        return null;
    }

    private static int sizeOf(final int capacity) {
        int size = 0;
        for (int bytes = SMALLEST_BYTES; bytes < capacity; bytes *= 4) {
            size++;
        }
        return size;
    }
}
