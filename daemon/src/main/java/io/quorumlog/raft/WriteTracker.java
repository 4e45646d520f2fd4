package io.quorumlog.raft;

import java.util.Arrays;

/**
 * From record numbers to the durable index. A flush reports a number, never an index: an index can be superseded while its
 * flush is under way, and then the old record's arrival on disk says nothing about the new one.
 *
 * <p>Consecutive entries in consecutive records make one run, so that the steady state keeps one or two runs; other records
 * in between (a hard state) begin another. Numbers and indexes of the runs rise.
 */
final class WriteTracker {
    private long[] firstSeqs = new long[16];
    private long[] firstIndexes = new long[16];
    private int[] lengths = new int[16];
    private int head;
    private int tail;
    private long durableIndex;

    /** @param durableIndex last index that was on disk at the start */
    WriteTracker(final long durableIndex) {
        this.durableIndex = durableIndex;
    }

    /** The last index up to which this node's log, as it now stands, is on disk. */
    long durableIndex() {
        return durableIndex;
    }

    /** The record with that number is the entry at that index, which supersedes what stood at it and behind it. */
    void appended(final long seq, final long index) {
        if (head < tail) {
            final int last = tail - 1;
            if (index == firstIndexes[last] + lengths[last]) {
                if (seq == firstSeqs[last] + lengths[last]) {
                    lengths[last]++;
                    return;
                }
            } else {
                supersede(index);
            }
        } else if (index <= durableIndex) {
            supersede(index);
        }
        addRun(seq, index);
    }

    private void supersede(final long index) {
        durableIndex = Math.min(durableIndex, index - 1);
        while (head < tail && firstIndexes[tail - 1] >= index) {
            tail--;
        }
        if (head < tail) {
            final int last = tail - 1;
            lengths[last] = (int) Math.min(lengths[last], index - firstIndexes[last]);
        }
    }

    private void addRun(final long seq, final long index) {
        if (tail == lengths.length) {
            if (head > 0) {
                move();
            } else {
                firstSeqs = Arrays.copyOf(firstSeqs, tail * 2);
                firstIndexes = Arrays.copyOf(firstIndexes, tail * 2);
                lengths = Arrays.copyOf(lengths, tail * 2);
            }
        }
        firstSeqs[tail] = seq;
        firstIndexes[tail] = index;
        lengths[tail] = 1;
        tail++;
    }

    private void move() {
        final int runs = tail - head;
        System.arraycopy(firstSeqs, head, firstSeqs, 0, runs);
        System.arraycopy(firstIndexes, head, firstIndexes, 0, runs);
        System.arraycopy(lengths, head, lengths, 0, runs);
        head = 0;
        tail = runs;
    }

    /** All records up to this number are on disk. */
    void onDurable(final long seq) {
        while (head < tail && firstSeqs[head] <= seq) {
            final int covered = (int) Math.min(lengths[head], seq - firstSeqs[head] + 1);
            durableIndex = firstIndexes[head] + covered - 1;
            if (covered < lengths[head]) {
                firstSeqs[head] += covered;
                firstIndexes[head] += covered;
                lengths[head] -= covered;
                return;
            }
            head++;
        }
        if (head == tail) {
            head = 0;
            tail = 0;
        }
    }
}
