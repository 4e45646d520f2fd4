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

    /** Moves to where another one is. */
    void seek(final EntryCursor other) {
        index = other.index;
        position = other.position;
        generation = other.generation;
    }

    /** Index of the entry that is read next. */
    public long index() {
        return index;
    }

    /** Where the entry before {@link #index()} stands, if that is known; else {@link RecordStream#NONE}. */
    long position(final long currentGeneration) {
        return generation == currentGeneration ? position : RecordStream.NONE;
    }

    /** The entry at {@link #index()} stands here, in this generation: moves behind it. */
    void advance(final long currentGeneration, final long entryPosition) {
        generation = currentGeneration;
        position = entryPosition;
        index++;
    }

    @Override
    public String toString() {
        return "before " + index;
    }
}
