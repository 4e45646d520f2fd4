package io.quorumlog.raft;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.management.ThreadMXBean;
import io.quorumlog.codec.peer.AppendEntries;
import io.quorumlog.codec.peer.FrameReader;
import io.quorumlog.codec.peer.PeerMessage;
import io.quorumlog.codec.record.Crc32c;
import io.quorumlog.codec.record.LogRecord;
import java.lang.management.ManagementFactory;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/**
 * Counts the bytes that two cores, a leader and a follower, allocate between them for each entry on its way from proposal to
 * commit: none. What surrounds them here allocates nothing either, so that each byte is theirs.
 */
class RaftAllocationTest {
    private static final int ENTRIES = 100_000;
    private static final int ROUNDS = 6;
    private static final int PAYLOAD_BYTES = 64;

    /** Entries in a ring: old ones are overwritten, for nobody asks for them again. */
    private static final class RingLog implements RaftLog {
        private static final int SLOTS = 256;
        private static final int SLOT_BYTES = 128;

        private final UnsafeBuffer ring = new UnsafeBuffer(new byte[SLOTS * SLOT_BYTES]);
        private final int[] lengths = new int[SLOTS];
        private final TermIndex terms = new TermIndex();
        private final Crc32c crc = new Crc32c();
        private long seq;

        int copy(final long index, final UnsafeBuffer target, final int offset) {
            final int slot = (int) (index % SLOTS);
            target.putBytes(offset, ring, slot * SLOT_BYTES, lengths[slot]);
            return lengths[slot];
        }

        @Override
        public long lastIndex() {
            return terms.lastIndex();
        }

        @Override
        public boolean hasLostEntries() {
            return false;
        }

        @Override
        public long lastTerm() {
            return terms.lastTerm();
        }

        @Override
        public long termAt(final long index) {
            return terms.termAt(index);
        }

        @Override
        public long lastIndexWithTermAtMost(final long term, final long index) {
            return terms.lastIndexWithTermAtMost(term, index);
        }

        @Override
        public boolean acceptsEntries() {
            return true;
        }

        @Override
        public long lastRecordSeq() {
            return seq;
        }

        @Override
        public void appendEntry(
                final byte kind,
                final long term,
                final long timestampMs,
                final DirectBuffer payload,
                final int offset,
                final int length) {
            final long index = lastIndex() + 1;
            final int at = (int) (index % SLOTS) * SLOT_BYTES;
            LogRecord.encodeHeader(ring, at, kind, index, term, timestampMs, payload, offset, length, crc);
            ring.putBytes(at + LogRecord.HEADER_LENGTH, payload, offset, length);
            appended(index, term, LogRecord.HEADER_LENGTH + length);
        }

        @Override
        public void appendReplicated(final LogRecord entry) {
            ring.putBytes((int) (entry.index() % SLOTS) * SLOT_BYTES, entry.buffer(), 0, entry.length());
            appended(entry.index(), entry.term(), entry.length());
        }

        @Override
        public void persistHardState(final long term, final int votedFor, final boolean blank) {
            seq++;
        }

        private void appended(final long index, final long term, final int length) {
            terms.append(index, term);
            lengths[(int) (index % SLOTS)] = length;
            seq++;
        }
    }

    /** One member of two; what it sends lies in the other's inbox until its next turn. */
    private static final class Member implements RaftEffects {
        private static final int INBOX_BYTES = 1 << 20;

        private final RingLog log = new RingLog();
        private final UnsafeBuffer inbox = new UnsafeBuffer(new byte[INBOX_BYTES]);
        private final FrameReader reader = Messages.reader();
        private final Raft core;
        private final int id;
        private Member other;
        private int inboxLength;

        Member(final int id) {
            this.id = id;
            core = new Raft(
                    new RaftConfig(id, new int[] {1, 2}, 50, 300, new UnsafeBuffer(new byte[16])),
                    log,
                    this,
                    boundNs -> 0,
                    0,
                    Raft.NONE,
                    false,
                    0,
                    0);
            core.onConnection(3 - id, true);
        }

        @Override
        public void send(final int to, final PeerMessage message) {
            other.inbox.putBytes(other.inboxLength, message.buffer(), message.offset(), message.frameLength());
            other.inboxLength += message.frameLength();
        }

        @Override
        public long sendEntries(final int to, final AppendEntries message, final long firstIndex, final int maxBytes) {
            final UnsafeBuffer target = other.inbox;
            final int frame = other.inboxLength;
            target.putBytes(frame, message.buffer(), message.offset(), AppendEntries.LENGTH);
            int length = AppendEntries.LENGTH;
            for (long index = firstIndex; index <= log.lastIndex(); index++) {
                length += log.copy(index, target, frame + length);
            }
            target.putInt(frame, length - Integer.BYTES, java.nio.ByteOrder.LITTLE_ENDIAN);
            other.inboxLength += length;
            return log.lastIndex();
        }

        @Override
        public void onCommit(final long commitIndex) {}

        @Override
        public void onVoteWithheld(final int candidate, final long term, final String reason) {}

        @Override
        public void onBlanknessEnded(final long term, final int leaderId) {}

        @Override
        public void onRole(final RoleKind role, final long term, final int leaderId, final String reason) {}

        void turn(final long nowNs) {
            core.time(nowNs, nowNs);
            core.onDurable(log.lastRecordSeq());
            final int limit = inboxLength;
            int position = 0;
            while (position < limit) {
                final int length = reader.frameLength(inbox, position, limit);
                core.onMessage(3 - id, reader.message(inbox, position, length));
                position += length;
            }
            inboxLength = 0;
            core.fireTimers();
            core.sendPending();
        }
    }

    private final Member leader = new Member(1);
    private final Member follower = new Member(2);
    private final UnsafeBuffer payload = new UnsafeBuffer(new byte[PAYLOAD_BYTES]);
    private long nowNs;

    @Test
    void entryOnItsWayFromProposalToCommitAllocatesNothing() {
        leader.other = follower;
        follower.other = leader;
        nowNs = 300;
        for (int i = 0; i < 10; i++) {
            leader.turn(nowNs);
            follower.turn(nowNs);
        }
        final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        final long thread = Thread.currentThread().getId();

        long least = Long.MAX_VALUE;
        for (int round = 0; round < ROUNDS; round++) {
            final long before = threads.getThreadAllocatedBytes(thread);
            replicate();
            least = Math.min(least, threads.getThreadAllocatedBytes(thread) - before);
        }

        assertEquals(1 + ROUNDS * ENTRIES, leader.core.commitIndex());
        assertEquals(0, least, "bytes allocated for " + ENTRIES + " entries");
    }

    /** A few entries a turn, a read now and then, and time for a heartbeat each few turns. */
    private void replicate() {
        for (int i = 0; i < ENTRIES; i++) {
            leader.core.propose(payload, 0, PAYLOAD_BYTES);
            if (i % 5 == 4) {
                if (i % 100 == 4) {
                    leader.core.requestRead();
                }
                nowNs += 10;
                leader.turn(nowNs);
                follower.turn(nowNs);
                leader.core.confirmedRead();
            }
        }
        for (int i = 0; i < 4; i++) {
            leader.turn(nowNs);
            follower.turn(nowNs);
        }
    }
}
