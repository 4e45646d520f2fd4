package io.quorumlog.log;

import java.util.Arrays;

/**
 * Which records of a stream have been superseded by later ones. Fed with the whole stream first. Memory grows with the
 * conflicts, about one an election. One thread.
 */
final class Supersedings {
    /** Of the superseding entries that no later one supersedes; both rise. */
    private long[] positions = new long[16];

    private long[] indexes = new long[16];
    private int size;

    /** The entry at a position, which is behind all those before, supersedes all entries from {@code index} on. */
    void add(final long position, final long index) {
        while (size > 0 && indexes[size - 1] >= index) {
            size--;
        }
        if (size == indexes.length) {
            positions = Arrays.copyOf(positions, size * 2);
            indexes = Arrays.copyOf(indexes, size * 2);
        }
        positions[size] = position;
        indexes[size++] = index;
    }

    /** Whether the entry at a position is superseded by one behind it. */
    boolean isSuperseded(final long position, final long index) {
        final int found = Arrays.binarySearch(positions, 0, size, position + 1);
        final int next = found >= 0 ? found : -found - 1;
        // Of all that stand behind, the next has the lowest index.
        return next < size && indexes[next] <= index;
    }
}
