package io.quorumlog.log;

/**
 * What recovery read: the state that the records add up to, for one {@link ReplicaLog} to go on with, and where they
 * {@linkplain #end() end}. <em>Before</em> the log goes on, whoever owns the files removes what lies behind: first the files
 * of which nothing is kept, newest first, so that a crash meanwhile leaves no gap, then the end of the newest one that is
 * kept. Then it flushes what was kept, from the file of {@link #flushedBefore()} on.
 */
public final class RecoveredLog {
    /** No file. */
    public static final int NO_FILE = -1;

    private LogState state;
    private final int newestFile;
    private final long lastPosition;
    private final long end;
    private final boolean closed;
    private final boolean marked;
    private final int cutFile;
    private final long cutOffset;
    private final int[] filesToDelete;
    private final long flushedBefore;
    private final boolean areIndexesRight;
    private final RecoveryReport report;

    RecoveredLog(
            final LogState state,
            final long lastPosition,
            final long end,
            final boolean closed,
            final boolean marked,
            final int cutFile,
            final long cutOffset,
            final int[] filesToDelete,
            final long flushedBefore,
            final boolean areIndexesRight,
            final RecoveryReport report) {
        this.state = state;
        newestFile = state.entries().isEmpty() ? NO_FILE : state.entries().newestFile();
        this.lastPosition = lastPosition;
        this.end = end;
        this.closed = closed;
        this.marked = marked;
        this.cutFile = cutFile;
        this.cutOffset = cutOffset;
        this.filesToDelete = filesToDelete;
        this.flushedBefore = flushedBefore;
        this.areIndexesRight = areIndexesRight;
        this.report = report;
    }

    /** The newest file that keeps records: appending goes on in it, or in the next one; {@link #NO_FILE} in a new log. */
    int newestFile() {
        return newestFile;
    }

    /** The file whose end is to be cut off; {@link #NO_FILE} if none. It is the {@link #newestFile()}. */
    int cutFile() {
        return cutFile;
    }

    /** Offset, as in a position, from which on nothing of {@link #cutFile()} is kept. */
    long cutOffset() {
        return cutOffset;
    }

    /** Files of which nothing is kept, in the order in which to delete them: newest first. A copy. */
    int[] filesToDelete() {
        return filesToDelete.clone();
    }

    /** Whether anything must be cut or deleted. */
    public boolean needsRepair() {
        return cutFile != NO_FILE || filesToDelete.length > 0;
    }

    /** Where what {@link #needsRepair() must be cut or deleted} begins, as a position. */
    public long keptEnd() {
        return cutFile != NO_FILE
                ? RecordStream.position(cutFile, cutOffset)
                : RecordStream.position(filesToDelete[filesToDelete.length - 1], 0);
    }

    /**
     * Before which position everything is known to have been flushed; what is behind may be in the page cache only. At most
     * where the log ends now.
     */
    public long flushedBefore() {
        return Math.min(flushedBefore, end);
    }

    /** Whether the indexes of the files that were read are those of their entries, so that a start may trust them. */
    public boolean areIndexesRight() {
        return areIndexesRight;
    }

    public RecoveryReport report() {
        return report;
    }

    /** Whether no record was found: a new node, or one whose disk was wiped. */
    public boolean isEmpty() {
        return newestFile == NO_FILE;
    }

    /**
     * The same for a log whose damaged end has been set aside: the member may have acknowledged what stood there, and voted
     * since. It is blank, votes for nobody, and writes that down before all else ({@link ReplicaLog}).
     */
    public RecoveredLog withLostEntries() {
        state.loseEntries();
        return this;
    }

    /** Whether entries were lost, and no leader has brought the member up to date since; not to be asked once a log goes on. */
    public boolean hasLostEntries() {
        return state.hasLostEntries();
    }

    /** The state, once. */
    LogState takeState() {
        if (state == null) {
            throw new IllegalStateException("a recovered log is gone on with once");
        }
        final LogState taken = state;
        state = null;
        return taken;
    }

    /** Position of the last record kept; {@link RecordStream#NONE} if there is none. */
    long lastPosition() {
        return lastPosition;
    }

    /** Where the last record kept ends, as a position; 0 if there is none. */
    public long end() {
        return end;
    }

    /** Whether the last record kept is a {@code FILE_INDEX}, behind which only a new file may begin. */
    boolean isClosed() {
        return closed;
    }

    /** Whether the last record kept is a mark that testifies to all before it. */
    boolean isMarked() {
        return marked;
    }
}
