package io.quorumlog.session;

import io.quorumlog.codec.record.Crc32c;
import io.quorumlog.codec.record.LogRecord;
import io.quorumlog.codec.record.RecordKind;
import io.quorumlog.log.EntryCursor;
import io.quorumlog.raft.RoleKind;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** A node in memory that does nothing by itself: role, commit index, reads and time are moved by the test. Member 1 of 3. */
class FakeLog implements ReplicatedLog {
    static final long MS = 1_000_000;
    static final long UNCERTAIN_AFTER_NS = 900 * MS;
    static final long TIMESTAMP_MS = 1_700_000_000_000L;

    private final Crc32c crc = new Crc32c();
    private UnsafeBuffer bytes = new UnsafeBuffer(new byte[1 << 16]);
    private int[] offsets = new int[1 << 8]; // entry i is at [offsets[i - 1], offsets[i])
    private long[] terms = new long[1 << 8];
    private byte[] kinds = new byte[1 << 8];
    private int last;

    RoleKind role = RoleKind.LEADER;
    long term = 1;
    int leaderId = 1;
    long commitIndex;
    long requestedReads;
    long confirmedReads;
    boolean acceptsAppends = true;
    boolean transferring;
    String transferRefusal;
    int transferTarget;
    long nowNs = -5_000 * MS; // the monotonic clock may well be negative
    long skipped;
    long read;

    /** Room for so many entries and bytes, so that none is made later. */
    void reserve(final int entries, final int length) {
        offsets = Arrays.copyOf(offsets, entries + 1);
        terms = Arrays.copyOf(terms, entries + 1);
        kinds = Arrays.copyOf(kinds, entries + 1);
        bytes = new UnsafeBuffer(Arrays.copyOf(bytes.byteArray(), length));
    }

    /** Forgets all entries. */
    void clear() {
        last = 0;
        commitIndex = 0;
    }

    // What the test moves.

    FakeLog leads(final long newTerm) {
        role = RoleKind.LEADER;
        term = newTerm;
        leaderId = 1;
        requestedReads = 0;
        confirmedReads = 0;
        return this;
    }

    FakeLog follows(final long newTerm, final int leader) {
        role = RoleKind.FOLLOWER;
        term = newTerm;
        leaderId = leader;
        confirmedReads = 0;
        return this;
    }

    FakeLog commit(final long index) {
        commitIndex = index;
        return this;
    }

    FakeLog confirmReads() {
        confirmedReads = requestedReads;
        return this;
    }

    FakeLog afterMs(final long ms) {
        nowNs += ms * MS;
        return this;
    }

    /** An entry as a leader's append-entries brings it. */
    FakeLog entry(final long entryTerm, final String payload) {
        return entry(RecordKind.CLIENT, entryTerm, payload.getBytes(StandardCharsets.ISO_8859_1));
    }

    FakeLog noOp(final long entryTerm) {
        return entry(RecordKind.NO_OP, entryTerm, new byte[0]);
    }

    FakeLog entry(final byte kind, final long entryTerm, final byte[] payload) {
        add(kind, entryTerm, new UnsafeBuffer(payload), 0, payload.length);
        return this;
    }

    /** Drops the entries behind an index, as the next entry of a newer leader does. */
    FakeLog truncateAfter(final long index) {
        last = (int) index;
        return this;
    }

    String payload(final long index) {
        final LogRecord view = view(index, new LogRecord());
        return view.buffer().getStringWithoutLengthAscii(LogRecord.HEADER_LENGTH, view.payloadLength());
    }

    // The port.

    @Override
    public long append(final DirectBuffer payload, final int offset, final int length) {
        if (role != RoleKind.LEADER) {
            return NOT_LEADER;
        }
        if (!acceptsAppends) {
            return NOT_NOW;
        }
        add(RecordKind.CLIENT, term, payload, offset, length);
        return last;
    }

    private void add(
            final byte kind, final long entryTerm, final DirectBuffer payload, final int offset, final int length) {
        final int start = offsets[last];
        final int end = start + LogRecord.HEADER_LENGTH + length;
        if (last + 1 == offsets.length || end > bytes.capacity()) {
            reserve(2 * offsets.length, 2 * Math.max(end, bytes.capacity()));
        }
        last++;
        LogRecord.encodeHeader(bytes, start, kind, last, entryTerm, TIMESTAMP_MS + last, payload, offset, length, crc);
        bytes.putBytes(start + LogRecord.HEADER_LENGTH, payload, offset, length);
        offsets[last] = end;
        terms[last] = entryTerm;
        kinds[last] = kind;
    }

    @Override
    public boolean acceptsAppends() {
        return acceptsAppends;
    }

    @Override
    public long lastClientIndex() {
        return lastClientIndexUpTo(last);
    }

    @Override
    public long committedClientIndex() {
        return lastClientIndexUpTo(commitIndex);
    }

    private long lastClientIndexUpTo(final long index) {
        long i = index;
        while (i > 0 && kinds[(int) i] != RecordKind.CLIENT) {
            i--;
        }
        return i;
    }

    @Override
    public long commitIndex() {
        return commitIndex;
    }

    @Override
    public long termAt(final long index) {
        if (index < 1 || index > last) {
            throw new AssertionError("termAt(" + index + ") of " + last);
        }
        return terms[(int) index];
    }

    @Override
    public long lastIndex() {
        return last;
    }

    @Override
    public long term() {
        return term;
    }

    @Override
    public RoleKind role() {
        return role;
    }

    @Override
    public int leaderId() {
        return leaderId;
    }

    @Override
    public String clientAddress(final int member) {
        return member >= 1 && member <= 3 ? "[::1]:" + (6500 + member) : null;
    }

    @Override
    public long requestRead() {
        return role == RoleKind.LEADER ? ++requestedReads : NOT_LEADER;
    }

    @Override
    public long confirmedRead() {
        return confirmedReads;
    }

    @Override
    public String transferTo(final int member) {
        if (transferRefusal == null) {
            transferTarget = member;
            transferring = true;
        }
        return transferRefusal;
    }

    @Override
    public boolean isTransferring() {
        return transferring;
    }

    @Override
    public boolean readEntry(final EntryCursor cursor, final LogRecord view) {
        read++;
        return next(cursor, view) && view.isIntact(crc);
    }

    @Override
    public boolean skipEntry(final EntryCursor cursor, final LogRecord view) {
        skipped++;
        if (!next(cursor, view)) {
            return false;
        }
        view.wrap(view.buffer(), 0, LogRecord.HEADER_LENGTH);
        return true;
    }

    private boolean next(final EntryCursor cursor, final LogRecord view) {
        long index = Math.max(1, cursor.index());
        while (index <= commitIndex && kinds[(int) index] != RecordKind.CLIENT) {
            index++;
        }
        final boolean found = index <= commitIndex;
        if (found) {
            view(index, view);
        }
        cursor.seek(found ? index + 1 : Math.max(index, cursor.index()));
        return found;
    }

    private LogRecord view(final long index, final LogRecord view) {
        final int start = offsets[(int) index - 1];
        return view.wrap(bytes, start, offsets[(int) index] - start);
    }

    @Override
    public long nowNs() {
        return nowNs;
    }

    @Override
    public long uncertainAfterNs() {
        return UNCERTAIN_AFTER_NS;
    }

    @Override
    public NodeStatus status() {
        final long contact = role == RoleKind.LEADER ? 0 : NodeStatus.NEVER;
        final long match = role == RoleKind.LEADER ? 4 : NodeStatus.UNKNOWN;
        return new NodeStatus(
                "0.1",
                1,
                role.toString(),
                term,
                2,
                leaderId,
                leaderId == 0 ? "" : clientAddress(leaderId),
                contact,
                5_000,
                "fsync",
                1,
                last,
                last,
                commitIndex,
                committedClientIndex(),
                1_234,
                7,
                8,
                9,
                10,
                11,
                List.of(
                        new NodeStatus.Member(1, "[::1]:5501", "[::1]:6501", "leader", true, match, contact),
                        new NodeStatus.Member(2, "[::1]:5502", "[::1]:6502", "follower", false, match, 17)));
    }
}
