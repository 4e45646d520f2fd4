package io.quorumlog.log;

/**
 * One reader's place in the log: the index that it wants next, and where the log found the one before, so that going on is
 * a step and not a search. Mutable, owned by its reader.
 */
public final class EntryCursor {
    long index;
    long position = RecordStream.NONE;
    long generation;

    /** Starts before the entry at {@code index}. */
    public EntryCursor(final long index) {
        this.index = index;
    }

    /** Moves before the entry at {@code index}. */
    public void seek(final long index) {
        if (index != this.index) {
            this.index = index;
            position = RecordStream.NONE;
        }
    }

    /** Index of the entry that is read next. */
    public long index() {
        return index;
    }
}
