package io.quorumlog.replica;

import io.quorumlog.codec.record.LogRecord;
import io.quorumlog.raft.RaftLog;
import org.agrona.DirectBuffer;

/** The log as the core sees it; what it writes is seen by the trace. */
final class TracedLog implements RaftLog {
    private final RaftLog log;
    private final ActionTrace trace;
    private boolean blank;

    TracedLog(final RaftLog log, final boolean blank, final ActionTrace trace) {
        this.log = log;
        this.blank = blank;
        this.trace = trace;
    }

    @Override
    public long lastIndex() {
        return log.lastIndex();
    }

    @Override
    public long lastTerm() {
        return log.lastTerm();
    }

    @Override
    public long termAt(final long index) {
        return log.termAt(index);
    }

    @Override
    public long lastIndexWithTermAtMost(final long term, final long index) {
        return log.lastIndexWithTermAtMost(term, index);
    }

    @Override
    public boolean acceptsEntries() {
        return log.acceptsEntries();
    }

    @Override
    public boolean hasLostEntries() {
        return log.hasLostEntries();
    }

    @Override
    public long lastRecordSeq() {
        return log.lastRecordSeq();
    }

    @Override
    public void appendEntry(
            final byte kind,
            final long term,
            final long timestampMs,
            final DirectBuffer payload,
            final int offset,
            final int length) {
        log.appendEntry(kind, term, timestampMs, payload, offset, length);
        trace.onAppended("ClientRequest", log.lastIndex(), term, log.lastRecordSeq());
    }

    @Override
    public void appendReplicated(final LogRecord entry) {
        final boolean supersedes = entry.index() <= log.lastIndex();
        log.appendReplicated(entry);
        trace.onAppended(
                supersedes ? "ConflictAppendEntriesRequest" : "NoConflictAppendEntriesRequest",
                entry.index(),
                entry.term(),
                log.lastRecordSeq());
    }

    @Override
    public void persistHardState(final long term, final int votedFor, final boolean isBlank) {
        log.persistHardState(term, votedFor, isBlank);
        trace.onHardState(term, votedFor, isBlank, blank && !isBlank, log.lastRecordSeq());
        blank = isBlank;
    }
}
