package io.quorumlog.log;

import io.quorumlog.codec.record.RecordKind;
import io.quorumlog.raft.TermIndex;
import org.agrona.DirectBuffer;

/**
 * What the records add up to: hard state, where the entries are, their terms, which of them are no client's, and the
 * cluster's identity. The log applies each record that it writes, recovery each that it reads: the rule of superseding
 * has this one place. Callers have checked what they apply. One thread.
 */
final class LogState {
    private final TermIndex terms = new TermIndex();
    private final EntryIndex entries = new EntryIndex(terms);
    private final IndexList nonClients = new IndexList();
    private long term;
    private int votedFor;
    /** Until a hard state says otherwise: what has none was never up to date. */
    private boolean blank = true;
    /** Entries were cut off that this member may have acknowledged; only while it is blank. */
    private boolean lostEntries;

    private long commitIndex;
    private long lastTimestampMs;
    private ClusterIdentity cluster;
    /** Index of the entry that {@link #cluster} comes from; 0 while there is none, or where it was not looked at. */
    private long clusterIndex;

    /** Applies an entry; one at or below the last index supersedes all from there on. */
    void entry(
            final byte kind,
            final long index,
            final long entryTerm,
            final long timestampMs,
            final long position,
            final DirectBuffer payload,
            final int payloadOffset,
            final int payloadLength) {
        supersedeFrom(index);
        entries.append(index, position);
        terms.append(index, entryTerm);
        lastTimestampMs = timestampMs;
        if (kind != RecordKind.CLIENT) {
            nonClients.add(index);
            if (kind == RecordKind.CLUSTER) {
                cluster = ClusterIdentity.decode(payload, payloadOffset, payloadLength);
                clusterIndex = cluster == null ? 0 : index;
            }
        }
    }

    private void supersedeFrom(final long index) {
        if (index <= terms.lastIndex()) {
            terms.truncateAfter(index - 1);
            nonClients.removeFrom(index);
            if (clusterIndex >= index) {
                cluster = null;
                clusterIndex = 0;
            }
        }
    }

    /**
     * Applies all entries of the newest file, which is closed, by its index: as if each had been applied, but for the time
     * of the last one, which the next file's header tells, and for the cluster ({@link #founded}).
     */
    void closedFile(final FileIndexRecord index, final long indexPosition) {
        supersedeFrom(index.firstIndex());
        entries.appendIndexed(index.firstIndex(), index.lastIndex(), indexPosition);
        for (int i = 0; i < index.runCount(); i++) {
            terms.append(index.runFirstIndex(i), index.runLastIndex(i), index.runTerm(i));
        }
        for (int i = 0; i < index.nonClientCount(); i++) {
            nonClients.add(index.nonClientIndex(i));
        }
    }

    /** The cluster was founded by an entry that is committed, and that is not looked at. */
    void founded(final ClusterIdentity identity) {
        cluster = identity;
    }

    /** Applies what a file's header tells of the state before it. */
    void fileHeader(final long fileTerm, final int fileVotedFor, final long prevTimestampMs) {
        term = fileTerm;
        votedFor = fileVotedFor;
        lastTimestampMs = prevTimestampMs;
    }

    /** Who is not blank any more has made good what it lost. */
    void hardState(final long newTerm, final int newVotedFor, final boolean isBlank) {
        term = newTerm;
        votedFor = newVotedFor;
        blank = isBlank;
        lostEntries &= isBlank;
    }

    /** Entries behind the last one, which this member may have acknowledged, are lost: it is as good as wiped. */
    void loseEntries() {
        blank = true;
        lostEntries = true;
    }

    /** Raises the commit watermark. */
    void commit(final long index) {
        commitIndex = Math.max(commitIndex, index);
    }

    EntryIndex entries() {
        return entries;
    }

    TermIndex terms() {
        return terms;
    }

    IndexList nonClients() {
        return nonClients;
    }

    long lastIndex() {
        return terms.lastIndex();
    }

    long lastTerm() {
        return terms.lastTerm();
    }

    long term() {
        return term;
    }

    int votedFor() {
        return votedFor;
    }

    /** Whether the log began empty, or lost entries, and no leader has brought it up to date since. */
    boolean isBlank() {
        return blank;
    }

    /** Whether the log lost entries, and no leader has brought it up to date since. */
    boolean hasLostEntries() {
        return lostEntries;
    }

    /** At least so much is committed; at most the last index. */
    long commitIndex() {
        return commitIndex;
    }

    /** Of the last entry; 0 if there is none. */
    long lastTimestampMs() {
        return lastTimestampMs;
    }

    /** From the newest {@code CLUSTER} entry, committed or not; null if there is none. */
    ClusterIdentity cluster() {
        return cluster;
    }

    /** The same, but null until its entry is committed. */
    ClusterIdentity committedCluster() {
        return clusterIndex <= commitIndex ? cluster : null;
    }
}
