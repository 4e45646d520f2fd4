package io.quorumlog.raft;

import io.quorumlog.codec.record.Crc32c;
import io.quorumlog.codec.record.LogRecord;
import io.quorumlog.codec.record.RecordKind;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A member's log and disk in memory, as plain as can be: a list of records in the order of the calls. What is flushed, is
 * flushed by hand; a crash loses the rest. Counts on nothing of the core's, and tells each record to a witness.
 */
final class FakeLog implements RaftLog {
    /** An entry's bytes, or a hard state without any. */
    private record Stored(long index, long term, int votedFor, boolean blank, byte[] bytes) {
        boolean isEntry() {
            return bytes != null;
        }
    }

    private final DurabilityWitness witness;
    private final Consumer<String> events;
    private final Crc32c crc = new Crc32c();
    /** What was on the disk at the start. */
    private final List<Stored> base = new ArrayList<>();
    /** Records since the start: number 1 is the first. */
    private final List<Stored> records = new ArrayList<>();

    private final List<Stored> entries = new ArrayList<>();
    private long baseTerm;
    private int baseVote;
    private boolean baseBlank;
    private boolean lostEntries;
    private int flushedRecords;
    private boolean full;

    FakeLog(final DurabilityWitness witness, final Consumer<String> events) {
        this.witness = witness;
        this.events = events;
    }

    /** Puts a log on the disk before the member starts; the payloads say which entries they are. */
    void load(final long term, final int votedFor, final long... terms) {
        base.clear();
        records.clear();
        entries.clear();
        flushedRecords = 0;
        for (final long entryTerm : terms) {
            final byte[] payload =
                    ((base.size() + 1) + "@" + entryTerm).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
            base.add(encoded(
                    RecordKind.CLIENT, base.size() + 1, entryTerm, 0, new UnsafeBuffer(payload), 0, payload.length));
        }
        entries.addAll(base);
        baseTerm = term;
        baseVote = votedFor;
        baseBlank = false;
        lostEntries = false;
        witness.onStart(terms, term, votedFor);
    }

    /** Of what is on the disk before the member starts, only so much is sound, and it knows that. */
    void loseEntriesAfter(final long index) {
        entries.subList((int) index, entries.size()).clear();
        base.clear();
        base.addAll(entries);
        baseBlank = true;
        lostEntries = true;
        witness.onStart(terms(), baseTerm, baseVote);
    }

    /** Puts nothing on the disk before the member starts, and it knows that nothing is there. */
    void wipe() {
        load(0, 0);
        baseBlank = true;
    }

    /** All that is written reaches the disk. @return the last record's number */
    long flush() {
        return flushTo(records.size());
    }

    long flushTo(final long seq) {
        flushedRecords = (int) Math.max(flushedRecords, Math.min(seq, records.size()));
        witness.onFlushed(flushedRecords);
        return flushedRecords;
    }

    boolean isFlushed() {
        return flushedRecords == records.size();
    }

    /** What was not flushed is gone; the numbers begin anew. */
    void crash() {
        if (!isFlushed()) {
            events.accept("loses #" + (flushedRecords + 1) + " to #" + records.size());
        }
        entries.clear();
        entries.addAll(base);
        for (final Stored record : records.subList(0, flushedRecords)) {
            if (record.isEntry()) {
                supersede(record);
            } else {
                baseTerm = record.term;
                baseVote = record.votedFor;
                baseBlank = record.blank;
            }
        }
        base.clear();
        base.addAll(entries);
        records.clear();
        flushedRecords = 0;
        witness.onStart(terms(), baseTerm, baseVote);
    }

    /** Term and vote as they were found at the start. */
    long startTerm() {
        return baseTerm;
    }

    int startVote() {
        return baseVote;
    }

    boolean startBlank() {
        return baseBlank;
    }

    /** From now on, or no longer, the log waits for its next file. */
    void full(final boolean on) {
        full = on;
    }

    long[] terms() {
        return entries.stream().mapToLong(Stored::term).toArray();
    }

    /** An entry's whole record. */
    byte[] entry(final long index) {
        return entries.get((int) index - 1).bytes;
    }

    byte kindAt(final long index) {
        return entry(index)[LogRecord.KIND_OFFSET];
    }

    @Override
    public long lastIndex() {
        return entries.size();
    }

    @Override
    public long lastTerm() {
        return termAt(lastIndex());
    }

    @Override
    public long termAt(final long index) {
        return index == 0 ? 0 : entries.get((int) index - 1).term;
    }

    @Override
    public long lastIndexWithTermAtMost(final long term, final long index) {
        Invariant.check(index <= lastIndex(), "looked for behind the end");
        long found = index;
        while (found > 0 && termAt(found) > term) {
            found--;
        }
        return found;
    }

    @Override
    public boolean acceptsEntries() {
        return !full;
    }

    @Override
    public boolean hasLostEntries() {
        return lostEntries;
    }

    @Override
    public long lastRecordSeq() {
        return records.size();
    }

    @Override
    public void appendEntry(
            final byte kind,
            final long term,
            final long timestampMs,
            final DirectBuffer payload,
            final int offset,
            final int length) {
        append(encoded(kind, lastIndex() + 1, term, timestampMs, payload, offset, length));
    }

    @Override
    public void appendReplicated(final LogRecord entry) {
        final byte[] bytes = new byte[entry.length()];
        entry.buffer().getBytes(0, bytes);
        append(new Stored(entry.index(), entry.term(), 0, false, bytes));
    }

    @Override
    public void persistHardState(final long term, final int votedFor, final boolean blank) {
        records.add(new Stored(0, term, votedFor, blank, null));
        lostEntries &= blank;
        events.accept(
                "persist #" + records.size() + " term=" + term + " votedFor=" + votedFor + (blank ? " blank" : ""));
        witness.onHardState(records.size(), term, votedFor);
    }

    private void append(final Stored entry) {
        Invariant.check(!full, "appended to a log that takes no entries");
        records.add(entry);
        final String name = entry.index + "@" + entry.term;
        events.accept("append #" + records.size() + " " + name
                + (entry.index <= lastIndex() ? " superseding to " + lastIndex() : ""));
        supersede(entry);
        witness.onEntry(records.size(), entry.index, entry.term);
    }

    private void supersede(final Stored entry) {
        Invariant.check(entry.index > 0 && entry.index <= lastIndex() + 1, "an entry leaves a gap");
        entries.subList((int) entry.index - 1, entries.size()).clear();
        entries.add(entry);
    }

    private Stored encoded(
            final byte kind,
            final long index,
            final long term,
            final long timestampMs,
            final DirectBuffer payload,
            final int offset,
            final int length) {
        return new Stored(
                index, term, 0, false, Messages.entry(kind, index, term, timestampMs, payload, offset, length, crc));
    }
}
