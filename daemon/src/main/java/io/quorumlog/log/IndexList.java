package io.quorumlog.log;

import java.util.Arrays;

/**
 * Rising entry indexes of something rare (about one an election), searched from the newest end. Grows, never shrinks its
 * array; one thread.
 */
final class IndexList {
    private long[] indexes = new long[16];
    private int size;

    /** Adds an index above all that are there. */
    void add(final long index) {
        assert size == 0 || indexes[size - 1] < index;
        if (size == indexes.length) {
            indexes = Arrays.copyOf(indexes, size * 2);
        }
        indexes[size++] = index;
    }

    /** Drops {@code index} and all above. */
    void removeFrom(final long index) {
        while (size > 0 && indexes[size - 1] >= index) {
            size--;
        }
    }

    int size() {
        return size;
    }

    long get(final int i) {
        return indexes[i];
    }

    /** How many are below {@code index}; so {@code get(countBelow(index))} is the first one that is not. */
    int countBelow(final long index) {
        if (size == 0 || indexes[size - 1] < index) {
            return size;
        }
        final int found = Arrays.binarySearch(indexes, 0, size, index);
        return found >= 0 ? found : -found - 1;
    }

    /** The first one at or above {@code index}; {@link Long#MAX_VALUE} if there is none. */
    long firstAtLeast(final long index) {
        final int i = countBelow(index);
        return i == size ? Long.MAX_VALUE : indexes[i];
    }

    /** The greatest number, at most {@code index}, that is not in the list. */
    long lastAbsentAtMost(final long index) {
        long absent = index;
        for (int i = countBelow(index + 1) - 1; i >= 0 && indexes[i] == absent; i--) {
            absent--;
        }
        return absent;
    }
}
