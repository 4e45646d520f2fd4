package io.quorumlog.raft;

import java.util.Arrays;

/**
 * The terms of the log's entries, as runs of equal term: memory grows with elections, not with entries. Terms never
 * decrease along the log. Owned by the log, one thread.
 */
public final class TermIndex {
    private long[] firstIndexes = new long[16];
    private long[] terms = new long[16];
    private int runs;
    private long lastIndex;

    /** Index of the last entry; 0 if there is none. */
    public long lastIndex() {
        return lastIndex;
    }

    /** Term of the last entry; 0 if there is none. */
    public long lastTerm() {
        return runs == 0 ? 0 : terms[runs - 1];
    }

    /** Adds the next entry. */
    public void append(final long index, final long term) {
        append(index, index, term);
    }

    /** Adds the next entries, {@code index} to {@code last}, which are all of one term. */
    public void append(final long index, final long last, final long term) {
        Invariant.check(index == lastIndex + 1, "an entry leaves a gap (index, last)", index, lastIndex);
        Invariant.check(term >= lastTerm() && term > 0, "terms decrease along the log (term, last)", term, lastTerm());
        if (term != lastTerm()) {
            if (runs == terms.length) {
                firstIndexes = Arrays.copyOf(firstIndexes, runs * 2);
                terms = Arrays.copyOf(terms, runs * 2);
            }
            firstIndexes[runs] = index;
            terms[runs++] = term;
        }
        lastIndex = last;
    }

    /** Drops all entries behind {@code index}. */
    public void truncateAfter(final long index) {
        Invariant.check(index >= 0 && index <= lastIndex, "truncated behind the end (index, last)", index, lastIndex);
        while (runs > 0 && firstIndexes[runs - 1] > index) {
            runs--;
        }
        lastIndex = index;
    }

    /** Term of the entry at 0…{@link #lastIndex()}; 0 for 0. */
    public long termAt(final long index) {
        Invariant.check(index >= 0 && index <= lastIndex, "term of an entry that is not there", index, lastIndex);
        return index == 0 ? 0 : terms[runOf(index)];
    }

    /** The greatest index at most {@code index} whose term is at most {@code term}; 0 if there is none. */
    public long lastIndexWithTermAtMost(final long term, final long index) {
        Invariant.check(index >= 0 && index <= lastIndex, "looked for behind the end", index, lastIndex);
        if (index == 0) {
            return 0;
        }
        int run = runOf(index);
        if (terms[run] <= term) {
            return index;
        }
        while (run >= 0 && terms[run] > term) {
            run--;
        }
        return firstIndexes[run + 1] - 1;
    }

    /** The newest run is asked for nearly always, so the search begins there. */
    private int runOf(final long index) {
        if (firstIndexes[runs - 1] <= index) {
            return runs - 1;
        }
        final int found = Arrays.binarySearch(firstIndexes, 0, runs, index);
        return found >= 0 ? found : -found - 2;
    }
}
