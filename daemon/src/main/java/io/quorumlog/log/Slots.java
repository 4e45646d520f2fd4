package io.quorumlog.log;

import java.util.Arrays;

/**
 * One file's sparse table: entry indexes, rising, and the offset in the file of each one's record. From a slot on, up to
 * the next slot's index, the entries of the file follow one another without a gap. One thread.
 */
final class Slots {
    private long[] indexes = new long[64];
    private int[] offsets = new int[64];
    private int size;

    void add(final long index, final long offset) {
        assert size == 0 || indexes[size - 1] < index;
        if (size == indexes.length) {
            indexes = Arrays.copyOf(indexes, size * 2);
            offsets = Arrays.copyOf(offsets, size * 2);
        }
        indexes[size] = index;
        offsets[size++] = (int) offset;
    }

    /** Drops the slots at {@code index} and above. */
    void removeFrom(final long index) {
        while (size > 0 && indexes[size - 1] >= index) {
            size--;
        }
    }

    void clear() {
        size = 0;
    }

    int size() {
        return size;
    }

    long index(final int slot) {
        return indexes[slot];
    }

    /** Offset in the file, unsigned. */
    long offset(final int slot) {
        return Integer.toUnsignedLong(offsets[slot]);
    }

    /** The last slot whose index is at most {@code index}; -1 if there is none. */
    int floor(final long index) {
        if (size > 0 && indexes[size - 1] <= index) {
            return size - 1;
        }
        final int found = Arrays.binarySearch(indexes, 0, size, index);
        return found >= 0 ? found : -found - 2;
    }
}
