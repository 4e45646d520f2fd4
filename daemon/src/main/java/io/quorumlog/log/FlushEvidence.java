package io.quorumlog.log;

/**
 * How far the stream is known to have survived a flush, as a position. Flushes are reported by record number; a ring of
 * samples (number, and where that record ends) turns numbers into positions without a long for each record in flight. What
 * it forgets, it forgets on the safe side: the position may lag behind the truth, never lead. No allocation; one thread.
 */
final class FlushEvidence {
    /** Bytes between two samples: what the position may lag by, unless the flush covers everything. */
    private static final int SAMPLE_SPACING_BYTES = 4 * 1024;
    /** Samples in flight; a power of two. More than this unflushed, and samples are left out. */
    private static final int CAPACITY = 1024;

    private final long[] seqs = new long[CAPACITY];
    private final long[] ends = new long[CAPACITY];
    private long head;
    private long tail;
    private long sampledEnd;

    private long lastSeq;
    private long lastEnd;
    private long flushedSeq;
    private long flushedBefore;

    /** @param recoveredEnd where what recovery read ends: all of that is flushed */
    FlushEvidence(final long lastSeq, final long recoveredEnd) {
        this.lastSeq = lastSeq;
        flushedSeq = lastSeq;
        lastEnd = recoveredEnd;
        sampledEnd = recoveredEnd;
        flushedBefore = recoveredEnd;
    }

    /** A record was appended that ends before this position. */
    void onAppended(final long seq, final long end) {
        lastSeq = seq;
        lastEnd = end;
        if (end - sampledEnd >= SAMPLE_SPACING_BYTES && tail - head < CAPACITY) {
            final int slot = (int) tail++ & CAPACITY - 1;
            seqs[slot] = seq;
            ends[slot] = end;
            sampledEnd = end;
        }
    }

    /** All records up to this number are on disk. */
    void onFlushed(final long seq) {
        flushedSeq = Math.max(flushedSeq, seq);
        while (head < tail && seqs[(int) head & CAPACITY - 1] <= flushedSeq) {
            flushedBefore = ends[(int) head++ & CAPACITY - 1];
        }
        if (flushedSeq >= lastSeq) {
            flushedBefore = lastEnd;
        }
    }

    /** Everything before this position has survived a flush; 0 where nothing is known. Monotone. */
    long flushedBefore() {
        return flushedBefore;
    }

    boolean isEverythingFlushed() {
        return flushedSeq >= lastSeq;
    }
}
