package io.quorumlog.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorumlog.codec.ProtocolException;
import io.quorumlog.codec.peer.FrameReader;
import io.quorumlog.codec.peer.Handshake;
import io.quorumlog.codec.peer.KeepAlive;
import io.quorumlog.codec.peer.PeerLimits;
import io.quorumlog.codec.peer.PeerMessage;
import io.quorumlog.fuzz.FuzzRun;
import io.quorumlog.log.MemoryRecordStream;
import io.quorumlog.log.NodeIdentity;
import io.quorumlog.log.RecoveredLog;
import io.quorumlog.log.Recovery;
import io.quorumlog.log.ReplicaLog;
import io.quorumlog.raft.Invariant;
import java.util.List;
import java.util.SplittableRandom;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/**
 * Whatever frames members send, in whatever order: a {@link ProtocolException}, which closes the connection, is all that
 * comes of them; term, commit index and what is committed stay as they were or go on; and what is on the disk afterwards can
 * be started from, and is what was there before.
 *
 * <p>Where the line is drawn: Raft does not bear members that lie. A message that claims to be from a leader and says that
 * something committed is otherwise, or that leads in a term in which another one does, is either a lie or shows that safety
 * is lost already. That can't be told apart, so the member stops; only these three may do that.
 */
final class ReplicaFuzzTest {
    private static final int ROUNDS = 4_000;
    private static final int MESSAGES = 50;
    private static final int[] IDS = {1, 2, 3};
    private static final int MAX_ENTRY_BYTES = 1024;
    private static final long HEARTBEAT_NS = 50_000_000;

    private static final List<String> SAFETY_IS_LOST = List.of(
            "two leaders in one term",
            "a leader contradicts what is committed",
            "a committed entry would be superseded");

    private final NodeIdentity identity = new NodeIdentity(1, IDS);
    private final FrameReader reader = new FrameReader(new PeerLimits(MAX_ENTRY_BYTES));
    private final AbsurdFrames frames = new AbsurdFrames();

    private MemoryRecordStream stream;
    private ReplicaLog log;
    private Replica replica;
    private long nowNs;
    private int refusals;
    private int stops;
    private int taken;

    @Test
    void absurdFramesAreRefusedAndHarmNothing() {
        final long rounds = Math.max(1, Long.getLong("fuzz.inputs", (long) ROUNDS * MESSAGES) / MESSAGES);
        final long seed = Long.getLong("fuzz.seed", 1);
        final long from = Long.getLong("fuzz.from", 0);
        for (long round = from; round < from + rounds; round++) {
            try {
                round(FuzzRun.random(seed, round));
            } catch (final Throwable t) {
                throw new AssertionError(
                        "fails in round " + round + " of seed " + seed + " (-Dfuzz.seed=" + seed + " -Dfuzz.from="
                                + round + " -Dfuzz.inputs=1)",
                        t);
            }
        }
        System.out.println("fuzz replica: " + rounds * MESSAGES + " messages of seed " + seed + ", " + taken
                + " taken, " + refusals + " refused, " + stops + " stops");
        assertTrue(rounds < 100 || taken > rounds && refusals > rounds, taken + " taken, " + refusals + " refused");
    }

    private void round(final SplittableRandom random) {
        stream = new MemoryRecordStream(1 << 14);
        nowNs = 0;
        start();
        for (int i = 0; i < MESSAGES; i++) {
            final long term = replica.term();
            final long commit = replica.commitIndex();
            try {
                step(random);
            } catch (final ProtocolException e) {
                refusals++;
            } catch (final Invariant.Violation e) {
                assertTrue(SAFETY_IS_LOST.stream().anyMatch(e.getMessage()::startsWith), e.getMessage());
                stops++;
                restart();
            }
            assertTrue(replica.term() >= term, "the term falls");
            assertTrue(replica.commitIndex() >= Math.min(commit, log.commitWatermark()), "the commit index falls");
        }
        restart();
    }

    private void start() {
        final RecoveredLog recovered = Recovery.recover(stream.storedFiles(), identity);
        stream.reopen(recovered);
        log = new ReplicaLog(stream, recovered, identity);
        replica = new Replica(
                new ReplicaConfig(1, members(), HEARTBEAT_NS, 6 * HEARTBEAT_NS, MAX_ENTRY_BYTES, 7, 7, "t", "fsync"),
                log,
                new Sink(),
                bound -> bound / 2,
                new NoSurroundings(true),
                null,
                nowNs);
        for (int id = 2; id <= 3; id++) {
            replica.onPeerGreeting(id, false);
            replica.onPeerConnection(id, true);
        }
    }

    /** The process ends and comes back, with all that it has written. */
    private void restart() {
        final long term = log.term();
        final long last = log.lastIndex();
        final long lastTerm = log.lastTerm();
        start();
        assertEquals(term, log.term());
        assertEquals(last, log.lastIndex());
        assertEquals(lastTerm, log.lastTerm());
    }

    private static List<ReplicaConfig.Member> members() {
        return List.of(
                new ReplicaConfig.Member(1, "a:1", "a:2"),
                new ReplicaConfig.Member(2, "b:1", "b:2"),
                new ReplicaConfig.Member(3, "c:1", "c:2"));
    }

    private void step(final SplittableRandom random) {
        final int from = random.nextInt(16) == 0 ? random.nextInt(65_536) : 2 + random.nextInt(2);
        switch (random.nextInt(8)) {
            case 0 -> passTime(random);
            case 1 -> {
                stream.flushed(stream.lastSeq());
                replica.onDurable(stream.lastSeq(), stream.lastSeq());
            }
            case 2 -> replica.onEntriesUnderWay(from, AbsurdFrames.any(random, replica.term()));
            default -> receive(from, frames.next(random, from, replica, log));
        }
        replica.sendPending();
        replica.answerClients();
    }

    private void passTime(final SplittableRandom random) {
        nowNs += random.nextLong(8 * HEARTBEAT_NS);
        replica.time(nowNs, 1_700_000_000_000L + nowNs / 1_000_000);
        replica.fireTimers();
    }

    /** As a connection does: what is no frame is refused before the replica sees it. */
    private void receive(final int from, final byte[] frame) {
        final UnsafeBuffer buffer = new UnsafeBuffer(frame);
        final int length = reader.frameLength(buffer, 0, frame.length);
        final PeerMessage message = length == 0 ? null : reader.message(buffer, 0, length);
        if (message != null && !(message instanceof Handshake) && !(message instanceof KeepAlive)) {
            replica.onPeerMessage(from, message);
            taken++;
        }
        buffer.setMemory(0, frame.length, (byte) '#');
    }

    /** Connections that take everything; who reads it checks that it is frames. */
    private final class Sink implements PeerTransport {
        private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[512 * 1024]);

        @Override
        public MutableDirectBuffer claim(final int member, final int maxLength) {
            return buffer;
        }

        @Override
        public int claimedOffset() {
            return 5;
        }

        @Override
        public void commit(final int length) {
            assertEquals(length, reader.frameLength(buffer, 5, 5 + length));
            reader.message(buffer, 5, length);
        }
    }
}
