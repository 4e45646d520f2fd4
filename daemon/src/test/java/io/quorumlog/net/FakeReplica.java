package io.quorumlog.net;

import io.quorumlog.codec.peer.PeerMessage;
import io.quorumlog.codec.record.Crc32c;
import io.quorumlog.codec.record.LogRecord;
import io.quorumlog.codec.record.RecordKind;
import io.quorumlog.log.EntryCursor;
import io.quorumlog.raft.RoleKind;
import io.quorumlog.replica.ReplicaPort;
import io.quorumlog.session.NodeStatus;
import io.quorumlog.session.ReplicatedLog;
import io.quorumlog.session.SessionSettings;
import io.quorumlog.session.Sessions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A replica that always leads and commits what is durable, with real sessions over a log in memory. What peers do is
 * noted. The loop's thread, but for {@link #events}.
 */
final class FakeReplica implements ReplicaPort, ReplicatedLog, Flusher {
    static final long TERM = 7;

    /** {@code blank 2} (only if it is), {@code up 2}, {@code down 2}, and each message. */
    final ConcurrentLinkedQueue<String> events = new ConcurrentLinkedQueue<>();

    private final Sessions sessions;
    private final Crc32c crc = new Crc32c();
    private final List<UnsafeBuffer> entries = new ArrayList<>();
    private long lastIndex;
    private long commitIndex;
    private long requestedReads;
    private long confirmedReads;
    private long nowNs;

    /** Entries are only counted, not kept. */
    boolean countsOnly;
    /** Nothing is committed meanwhile. */
    volatile boolean holdsCommits;

    volatile long clusterIdHigh;
    volatile long clusterIdLow;
    volatile long durableSeq;
    volatile boolean blank;
    volatile boolean isAtRest;
    volatile Error errorOnDurable;
    volatile String entriesUnderWay;
    long turns;

    FakeReplica(final int maxEntryBytes) {
        sessions = new Sessions(this, new SessionSettings(maxEntryBytes, 1_000_000_000L));
    }

    // The loop's port.

    @Override
    public void time(final long now, final long wallClockMs) {
        nowNs = now;
        turns++;
    }

    @Override
    public void onDurable(final long durable, final long flushed) {
        if (errorOnDurable != null) {
            throw errorOnDurable;
        }
    }

    @Override
    public void onPeerMessage(final int from, final PeerMessage message) {
        if (!countsOnly) {
            events.add(from + ": " + message);
        }
    }

    @Override
    public void onPeerAlive(final int member) {
        // No news: keep-alives come all the time.
    }

    @Override
    public void onEntriesUnderWay(final int from, final long ofTerm) {
        entriesUnderWay = "term " + ofTerm + " from " + from;
    }

    @Override
    public void onPeerGreeting(final int member, final boolean isBlank) {
        if (isBlank) {
            events.add("blank " + member);
        }
    }

    @Override
    public boolean isBlank() {
        return blank;
    }

    @Override
    public void onPeerConnection(final int member, final boolean up) {
        events.add((up ? "up " : "down ") + member);
    }

    @Override
    public Sessions sessions() {
        return sessions;
    }

    @Override
    public void fireTimers() {
        // Nothing is ever due but what the sessions wait for.
    }

    @Override
    public void sendPending() {
        commitIndex = holdsCommits ? commitIndex : lastIndex;
        confirmedReads = requestedReads;
    }

    @Override
    public void answerClients() {
        sessions.onProgress();
    }

    @Override
    public long deadlineNs() {
        return sessions.deadlineNs();
    }

    @Override
    public boolean isAtRest() {
        return isAtRest;
    }

    @Override
    public long lastRecordSeq() {
        return lastIndex;
    }

    @Override
    public boolean hasUnflushedHardState() {
        return false;
    }

    @Override
    public long clusterIdHigh() {
        return clusterIdHigh;
    }

    @Override
    public long clusterIdLow() {
        return clusterIdLow;
    }

    // The flusher.

    @Override
    public long durableSeq() {
        return durableSeq;
    }

    @Override
    public long flushedSeq() {
        return durableSeq;
    }

    @Override
    public void request(final long recordSeq, final boolean hardState) {
        // Durable or not: the fake commits by itself.
    }

    // The log.

    @Override
    public long append(final DirectBuffer payload, final int offset, final int length) {
        lastIndex++;
        if (!countsOnly) {
            final UnsafeBuffer record = new UnsafeBuffer(new byte[LogRecord.HEADER_LENGTH + length]);
            LogRecord.encodeHeader(record, 0, RecordKind.CLIENT, lastIndex, TERM, 1, payload, offset, length, crc);
            record.putBytes(LogRecord.HEADER_LENGTH, payload, offset, length);
            entries.add(record);
        }
        return lastIndex;
    }

    byte[] payload(final int index) {
        final UnsafeBuffer record = entries.get(index - 1);
        final byte[] payload = new byte[record.capacity() - LogRecord.HEADER_LENGTH];
        record.getBytes(LogRecord.HEADER_LENGTH, payload);
        return payload;
    }

    @Override
    public boolean acceptsAppends() {
        return true;
    }

    @Override
    public long lastClientIndex() {
        return lastIndex;
    }

    @Override
    public long committedClientIndex() {
        return commitIndex;
    }

    @Override
    public long commitIndex() {
        return commitIndex;
    }

    @Override
    public long termAt(final long index) {
        return TERM;
    }

    @Override
    public long lastIndex() {
        return lastIndex;
    }

    @Override
    public long term() {
        return TERM;
    }

    @Override
    public RoleKind role() {
        return RoleKind.LEADER;
    }

    @Override
    public int leaderId() {
        return 1;
    }

    @Override
    public String clientAddress(final int member) {
        return "127.0.0.1:1";
    }

    @Override
    public long requestRead() {
        return ++requestedReads;
    }

    @Override
    public long confirmedRead() {
        return confirmedReads;
    }

    @Override
    public String transferTo(final int member) {
        return "not here";
    }

    @Override
    public boolean isTransferring() {
        return false;
    }

    @Override
    public boolean readEntry(final EntryCursor cursor, final LogRecord view) {
        final long index = Math.max(1, cursor.index());
        if (index > commitIndex) {
            return false;
        }
        final UnsafeBuffer record = entries.get((int) index - 1);
        view.wrap(record, 0, record.capacity());
        cursor.seek(index + 1);
        return true;
    }

    @Override
    public boolean skipEntry(final EntryCursor cursor, final LogRecord view) {
        return readEntry(cursor, view);
    }

    @Override
    public long nowNs() {
        return nowNs;
    }

    @Override
    public long uncertainAfterNs() {
        return 1_000_000_000L;
    }

    @Override
    public NodeStatus status() {
        throw new UnsupportedOperationException("not asked for here");
    }
}
