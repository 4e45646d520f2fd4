package io.quorumlog.log;

/**
 * One reader's place in the log: the index that it wants next, and where the log found the one before, so that going on is
 * a step and not a search. Mutable, owned by its reader.
 */
public final class EntryCursor {
    private long index;
    /** Of the entry before {@link #index}; {@link RecordStream#NONE} while a search must find the next one. */
    private long position = RecordStream.NONE;
    /** The index's generation when the position was found: a position outlives no superseding. */
    private long generation;
    /** In that generation, the first index at which the entries do not go on behind one another. */
    private long jump;

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

    /** Where the entry before {@link #index()} stands, if the next one follows it; else {@link RecordStream#NONE}. */
    long position(final long currentGeneration) {
        return generation == currentGeneration && index != jump ? position : RecordStream.NONE;
    }

    /** Says from where on, in this generation, a search is needed again. */
    void jump(final long currentGeneration, final long nextJump) {
        generation = currentGeneration;
        jump = nextJump;
        position = RecordStream.NONE;
    }

    /** The entry at {@link #index()} stands here: moves behind it. */
    void advance(final long entryPosition) {
        position = entryPosition;
        index++;
    }

    @Override
    public String toString() {
        return "before " + index;
    }
}
