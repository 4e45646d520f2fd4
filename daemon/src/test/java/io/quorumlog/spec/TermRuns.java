package io.quorumlog.spec;

import java.util.Arrays;

/** The terms of a log's entries, or of some in a row; what an entry's payload is does not matter to Raft. */
final class TermRuns {
    /** What no entry has: there is none at that index. */
    static final long NO_ENTRY = -1;

    private final long firstIndex;
    private long[] starts = new long[4];
    private long[] terms = new long[4];
    private int runs;
    private long lastIndex;

    /** Begins empty, for entries from an index on. */
    TermRuns(final long firstIndex) {
        this.firstIndex = firstIndex;
        lastIndex = firstIndex - 1;
    }

    TermRuns copy() {
        final TermRuns copy = new TermRuns(firstIndex);
        copy.starts = starts.clone();
        copy.terms = terms.clone();
        copy.runs = runs;
        copy.lastIndex = lastIndex;
        return copy;
    }

    long firstIndex() {
        return firstIndex;
    }

    /** One below the first where there is no entry: of a whole log 0. */
    long lastIndex() {
        return lastIndex;
    }

    /** Term of the last entry; 0 if there is none. */
    long lastTerm() {
        return runs == 0 ? 0 : terms[runs - 1];
    }

    void append(final long term, final long count) {
        if (count <= 0) {
            return;
        }
        if (runs == 0 || terms[runs - 1] != term) {
            if (runs == starts.length) {
                starts = Arrays.copyOf(starts, 2 * runs);
                terms = Arrays.copyOf(terms, 2 * runs);
            }
            starts[runs] = lastIndex + 1;
            terms[runs++] = term;
        }
        lastIndex += count;
    }

    /** Drops the entry at that index and all behind it. */
    void dropFrom(final long index) {
        lastIndex = Math.min(lastIndex, index - 1);
        while (runs > 0 && starts[runs - 1] > lastIndex) {
            runs--;
        }
    }

    /** Term of the entry at an index; 0 before a log's first entry, {@link #NO_ENTRY} where there is none else. */
    long termAt(final long index) {
        if (index == 0) {
            return 0;
        }
        return index < firstIndex || index > lastIndex ? NO_ENTRY : terms[runAt(index)];
    }

    /** The last index in the same run as the entry at this one, which exists. */
    long runEnd(final long index) {
        final int run = runAt(index);
        return run + 1 < runs ? starts[run + 1] - 1 : lastIndex;
    }

    private int runAt(final long index) {
        final int found = Arrays.binarySearch(starts, 0, runs, index);
        return found >= 0 ? found : -found - 2;
    }

    /** Up to which index, from one on, both have entries of the same terms; one below {@code from} if not even there. */
    long sameUpTo(final TermRuns other, final long from) {
        long index = from;
        while (termAt(index) != NO_ENTRY && termAt(index) == other.termAt(index)) {
            index = Math.min(runEnd(index), other.runEnd(index)) + 1;
        }
        return index - 1;
    }

    boolean isSameAs(final TermRuns other) {
        return lastIndex == other.lastIndex && sameUpTo(other, firstIndex) == lastIndex;
    }

    @Override
    public String toString() {
        final StringBuilder text = new StringBuilder("[");
        for (int run = 0; run < runs; run++) {
            text.append(run == 0 ? "" : " ").append(starts[run]).append('@').append(terms[run]);
        }
        return text.append(" to ").append(lastIndex).append(']').toString();
    }
}
