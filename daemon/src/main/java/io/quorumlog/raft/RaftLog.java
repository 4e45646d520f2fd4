package io.quorumlog.raft;

import io.quorumlog.codec.record.LogRecord;
import org.agrona.DirectBuffer;

/**
 * The log and the hard state as the core sees them: indexes and terms, never payloads. What is appended is in the log at
 * once, and survives a crash only when {@link Raft#onDurable} has reported its record number. All records, entries and
 * hard states alike, go to one stream in the order of the calls, so that a flush that covers one covers all before it.
 *
 * <p>Single-threaded. No call fails: what goes wrong with the disk stops the node.
 */
public interface RaftLog {
    /** Index of the last entry; 0 if there is none. */
    long lastIndex();

    /** Term of the last entry; 0 if there is none. */
    long lastTerm();

    /**
     * Term of the entry at an index.
     *
     * @param index 0 (before the first entry, whose term is 0) to {@link #lastIndex()}
     */
    long termAt(long index);

    /**
     * The greatest index, at most {@code index}, whose entry's term is at most {@code term}; 0 if there is none. Both
     * sides of a conflict pass whole terms with it.
     *
     * @param index at most {@link #lastIndex()}
     */
    long lastIndexWithTermAtMost(long term, long index);

    /**
     * Whether an entry can be appended now. False while no room for it is reserved on the disk, and while a full file waits
     * for the next one to be prepared: entries then stay with whoever sends them.
     */
    boolean acceptsEntries();

    /**
     * Whether entries are gone that this member may have acknowledged, and no leader has brought it up to date since. Such a
     * member is blank.
     */
    boolean hasLostEntries();

    /** Number of the last record appended, counted from the node's start; whatever kind it was. */
    long lastRecordSeq();

    /**
     * Appends an entry of this leader behind the last one.
     *
     * @param kind an entry kind of {@link io.quorumlog.codec.record.RecordKind}
     * @param timestampMs the leader's wall clock; the log keeps timestamps from decreasing
     */
    void appendEntry(byte kind, long term, long timestampMs, DirectBuffer payload, int offset, int length);

    /**
     * Appends a leader's entry byte for byte; where its index is not above {@link #lastIndex()} it supersedes the entry
     * there and drops all behind it. The caller has checked its checksum, and that its index leaves no gap.
     */
    void appendReplicated(LogRecord entry);

    /**
     * Appends the hard state.
     *
     * @param blank whether the log began empty, or lost entries, and no leader has brought it up to date since; once false, it
     *     stays so until entries are lost
     */
    void persistHardState(long term, int votedFor, boolean blank);
}
