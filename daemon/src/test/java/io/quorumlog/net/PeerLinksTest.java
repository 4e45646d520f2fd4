package io.quorumlog.net;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorumlog.LogCapture;
import io.quorumlog.codec.peer.AppendEntries;
import io.quorumlog.codec.peer.Handshake;
import io.quorumlog.codec.peer.KeepAlive;
import io.quorumlog.codec.peer.MessageKind;
import io.quorumlog.codec.peer.PeerLimits;
import io.quorumlog.codec.peer.PeerMessage;
import io.quorumlog.codec.peer.VoteRequest;
import io.quorumlog.codec.record.Crc32c;
import io.quorumlog.codec.record.LogRecord;
import io.quorumlog.codec.record.RecordKind;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PeerLinksTest {
    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void stop() throws Exception {
        for (final AutoCloseable closeable : open) {
            closeable.close();
            if (closeable instanceof TestNode node) {
                assertNull(node.failure);
            }
        }
    }

    private <T extends AutoCloseable> T closed(final T closeable) {
        open.add(closeable);
        return closeable;
    }

    /** Member 2 of 1 and 2, which waits to be dialed. */
    private TestNode acceptor() throws IOException {
        return closed(new TestNode(2, TestNode.nobody(1)));
    }

    // A peer by hand.

    private static byte[] handshake(final int from, final int... members) {
        return handshakeOfCluster(0, 0, from, members);
    }

    private static byte[] handshakeOfCluster(final long high, final long low, final int from, final int... members) {
        return handshake(high, low, 1, from, members);
    }

    /** Of another process than the other handshakes, which have the incarnation 1. */
    private static byte[] handshakeOfDouble(final int from, final int... members) {
        return handshake(0, 0, 2, from, members);
    }

    private static byte[] handshake(
            final long high, final long low, final long incarnation, final int from, final int... members) {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[Handshake.MAX_LENGTH]);
        final Handshake handshake = new Handshake()
                .wrapAndEncode(buffer, 0, from, 1)
                .clusterId(high, low)
                .incarnation(incarnation)
                .members(members);
        return bytes(buffer, handshake);
    }

    private static byte[] bytes(final UnsafeBuffer buffer, final PeerMessage message) {
        final byte[] bytes = new byte[message.frameLength()];
        buffer.getBytes(0, bytes);
        return bytes;
    }

    private static byte[] keepAlive(final int from) {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[KeepAlive.LENGTH]);
        return bytes(buffer, new KeepAlive().wrapAndEncode(buffer, 0, from, 1));
    }

    private static byte[] voteRequest(final int from, final long term) {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[VoteRequest.LENGTH]);
        return bytes(buffer, new VoteRequest().wrapAndEncode(buffer, 0, from, term));
    }

    /** @return the kind of the next frame; -1 at the end of the stream */
    private static int nextKind(final Socket socket) throws IOException {
        final byte[] length = socket.getInputStream().readNBytes(4);
        if (length.length < 4) {
            return -1;
        }
        final int rest = new UnsafeBuffer(length).getInt(0, ByteOrder.LITTLE_ENDIAN);
        return socket.getInputStream().readNBytes(rest)[0];
    }

    private static int nextKindButKeepAlive(final Socket socket) throws IOException {
        int kind = MessageKind.KEEP_ALIVE;
        while (kind == MessageKind.KEEP_ALIVE) {
            kind = nextKind(socket);
        }
        return kind;
    }

    private Socket connectAs(final TestNode node, final int from) throws IOException {
        return connectAs(node, from, from, node.id);
    }

    private Socket connectAs(final TestNode node, final int from, final int... members) throws IOException {
        final Socket socket = closed(node.peerSocket());
        socket.getOutputStream().write(handshake(from, members));
        assertEquals(MessageKind.HANDSHAKE, nextKind(socket));
        socket.getOutputStream().write(keepAlive(from));
        return socket;
    }

    private static boolean endsSoon(final Socket socket) throws IOException {
        try {
            int kind = 0;
            while (kind >= 0) {
                kind = nextKind(socket);
            }
        } catch (SocketException e) {
            return true;
        }
        return true;
    }

    // Two nodes.

    @Test
    void theLowerIdDialsAndFramesGoBothWaysInOrder() throws IOException {
        final TestNode second = acceptor();
        final TestNode first = closed(new TestNode(1, second.asPeer()));
        first.awaitEvents("up 2");
        second.awaitEvents("up 1");

        for (int i = 1; i <= 1_000; i++) {
            sendVoteRequest(first, 2, i);
            sendVoteRequest(second, 1, i);
        }

        await().atMost(TestNode.PATIENCE).until(() -> second.events().size() == 1_001);
        await().atMost(TestNode.PATIENCE).until(() -> first.events().size() == 1_001);
        for (int i = 1; i <= 1_000; i++) {
            assertEquals(
                    "1: VoteRequest term=" + i + " last=0@0", second.events().get(i));
            assertEquals(
                    "2: VoteRequest term=" + i + " last=0@0", first.events().get(i));
        }
        assertTrue(first.call(() -> first.loop.isConnected(2)));
        assertFalse(first.call(() -> first.loop.isConnected(3)));
    }

    private static void sendVoteRequest(final TestNode node, final int to, final long term) {
        node.call(() -> {
            queueVoteRequest(node, to, term);
            return null;
        });
    }

    private static void queueVoteRequest(final TestNode node, final int to, final long term) {
        final MutableDirectBuffer buffer = node.loop.peerTransport().claim(to, VoteRequest.LENGTH);
        new VoteRequest().wrapAndEncode(buffer, node.loop.peerTransport().claimedOffset(), node.id, term);
        node.loop.peerTransport().commit(VoteRequest.LENGTH);
    }

    /** Each answer to a heartbeat would wake a leader that nobody uses. */
    @Test
    void whatPeersSendWakesNobodyAtRestAndIsFoundInTheNextTurn() throws IOException {
        final TestNode node = acceptor();
        final Socket peer = connectAs(node, 1);
        node.awaitEvents("up 1");
        final int frames = 200;

        node.replica.isAtRest = true;
        final long before = node.call(() -> node.replica.turns);
        for (int i = 1; i <= frames; i++) {
            peer.getOutputStream().write(voteRequest(1, i));
            LockSupport.parkNanos(1_000_000);
        }
        final long turns = node.call(() -> node.replica.turns) - before;
        assertTrue(turns < frames / 4, turns + " turns");
        await().atMost(TestNode.PATIENCE).until(() -> node.events().size() == 1 + frames);

        node.replica.isAtRest = false;
        final long beforeAwake = node.call(() -> node.replica.turns);
        for (int i = 1; i <= frames; i++) {
            peer.getOutputStream().write(voteRequest(1, frames + i));
            node.awaitEvents("1: VoteRequest term=" + (frames + i) + " last=0@0");
        }
        final long turnsAwake = node.call(() -> node.replica.turns) - beforeAwake;
        assertTrue(turnsAwake >= frames, turnsAwake + " turns");
    }

    @Test
    void endOfAConnectionIsFoundAtRest() throws IOException {
        // With a clock that runs, a keep-alive would find it sooner or later.
        final TestNode node = closed(new TestNode(2, 0, () -> 0, TestNode.nobody(1)));
        final Socket peer = connectAs(node, 1);
        node.awaitEvents("up 1");
        node.replica.isAtRest = true;
        node.call(() -> null);

        peer.close();

        await().atMost(TestNode.PATIENCE).until(() -> {
            node.call(() -> null); // a turn
            return node.events().contains("down 1");
        });
    }

    @Test
    void nonsenseAtRestEndsItsConnectionAlone() throws IOException {
        final TestNode node = acceptor();
        final Socket peer = connectAs(node, 1);
        node.awaitEvents("up 1");
        node.replica.isAtRest = true;
        node.call(() -> null);

        peer.getOutputStream().write(voteRequest(9, 1));

        node.awaitEvents("down 1");
        connectAs(node, 1);
        await().atMost(TestNode.PATIENCE)
                .until(() -> node.events().stream().filter("up 1"::equals).count() == 2);
    }

    /** A large frame does not fit a socket: who read only once a heartbeat would wait long for it. */
    @Test
    void frameThatIsPartlyHereIsReadAtRest() throws IOException {
        final TestNode node = acceptor();
        final Socket peer = connectAs(node, 1);
        node.awaitEvents("up 1");
        node.replica.isAtRest = true;
        final byte[] frame = voteRequest(1, 1);
        peer.getOutputStream().write(frame, 0, 5);
        node.call(() -> null);
        final long before = node.call(() -> node.replica.turns);
        for (int i = 5; i < frame.length; i++) {
            peer.getOutputStream().write(frame, i, 1);
            LockSupport.parkNanos(3_000_000);
        }
        node.awaitEvents("1: VoteRequest term=1 last=0@0");
        final long turns = node.call(() -> node.replica.turns) - before;
        assertTrue(turns > 10, turns + " turns");
    }

    /** The kernel takes 10 ms to give what a connection's buffer needs, and in an election everybody would wait for it. */
    @Test
    void whoCampaignsNeedsNoMemoryForWritingToAllPeersAtOnce() throws IOException {
        final TestNode node = closed(new TestNode(3, TestNode.nobody(1), TestNode.nobody(2)));
        for (final int peer : new int[] {1, 2}) {
            connectAs(node, peer, 1, 2, 3);
        }
        node.awaitEvents("up 1", "up 2");
        final BufferPoolMXBean direct = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> "direct".equals(pool.getName()))
                .findFirst()
                .orElseThrow();

        final long grown = node.call(() -> {
            final long before = direct.getMemoryUsed();
            queueVoteRequest(node, 1, 1);
            queueVoteRequest(node, 2, 1);
            return direct.getMemoryUsed() - before;
        });

        assertTrue(grown <= 0, grown + " bytes more");
    }

    @Test
    void framesOfTheLargestSizeArriveWhole() throws IOException {
        final TestNode second = acceptor();
        final TestNode first = closed(new TestNode(1, second.asPeer()));
        first.awaitEvents("up 2");
        final int payload = TestNode.MAX_ENTRY_BYTES;

        // As many at a time as are taken: they arrive cut anywhere.
        final int[] next = {0};
        await().atMost(TestNode.PATIENCE)
                .until(() -> first.call(() -> {
                    while (next[0] < 20 && sendEntry(first, 2, next[0], payload - next[0] % 2 * 700_000)) {
                        next[0]++;
                    }
                    return next[0] == 20;
                }));

        await().atMost(TestNode.PATIENCE).until(() -> second.events().size() == 21);
        for (int i = 0; i < 20; i++) {
            assertTrue(second.events().get(i + 1).startsWith("1: AppendEntries term=" + i));
        }
    }

    private static boolean sendEntry(final TestNode node, final int to, final long term, final int payload) {
        final int record = LogRecord.HEADER_LENGTH + payload;
        final MutableDirectBuffer buffer = node.loop.peerTransport().claim(to, AppendEntries.LENGTH + record);
        if (buffer == null) {
            return false;
        }
        final int offset = node.loop.peerTransport().claimedOffset();
        final AppendEntries message = new AppendEntries().wrapAndEncode(buffer, offset, node.id, term);
        LogRecord.encodeHeader(
                buffer,
                offset + AppendEntries.LENGTH,
                RecordKind.CLIENT,
                1,
                term,
                1,
                new UnsafeBuffer(new byte[payload]),
                0,
                payload,
                new Crc32c());
        node.loop.peerTransport().commit(message.entryBytes(record).frameLength());
        return true;
    }

    @Test
    void whatIsQueuedForAPeerThatDoesNotReadIsBounded() throws IOException {
        final TestNode second = acceptor();
        final TestNode first = closed(new TestNode(1, second.asPeer()));
        first.awaitEvents("up 2");
        second.pause();

        final int sent = first.call(() -> {
            int count = 0;
            while (count < 1_000 && sendEntry(first, 2, 1, 100_000)) {
                count++;
            }
            return count;
        });

        assertTrue(sent >= 30 && sent < 80, "sent " + sent);
        second.resume();
    }

    @Test
    void claimsOfTheLargestFrameOfWhichLittleIsUsedDoNotFillTheQueue() throws IOException {
        final TestNode second = acceptor();
        final TestNode first = closed(new TestNode(1, second.asPeer()));
        first.awaitEvents("up 2");
        second.awaitEvents("up 1");
        second.pause();

        final int sent = first.call(() -> {
            final int frame = new PeerLimits(TestNode.MAX_ENTRY_BYTES).maxFrameBytes();
            int count = 0;
            for (MutableDirectBuffer buffer = claim(first, frame); buffer != null; buffer = claim(first, frame)) {
                new VoteRequest()
                        .wrapAndEncode(buffer, first.loop.peerTransport().claimedOffset(), 1, ++count);
                first.loop.peerTransport().commit(VoteRequest.LENGTH);
            }
            return count;
        });

        assertTrue(sent > NetLimits.PEER_OUTPUT_BYTES / VoteRequest.LENGTH, "sent " + sent);
        second.resume();
        second.awaitEvents("1: VoteRequest term=" + sent + " last=0@0");
    }

    private static MutableDirectBuffer claim(final TestNode node, final int length) {
        return node.loop.peerTransport().claim(2, length);
    }

    @Test
    void deadPeerIsNoticedAtOnceAndFoundAgainWhenItIsBack() throws IOException {
        final TestNode second = acceptor();
        final TestNode first = closed(new TestNode(1, second.asPeer()));
        first.awaitEvents("up 2");
        final int port = second.ports.peerPort();

        second.close();
        first.awaitEvents("down 2");
        first.replica.events.clear();
        final TestNode again = closed(new TestNode(2, port, first.asPeer()));

        first.awaitEvents("up 2");
        again.awaitEvents("up 1");
    }

    @Test
    void idleLinkStaysUpByKeepAlives() throws IOException {
        final TestNode second = acceptor();
        final TestNode first = closed(new TestNode(1, second.asPeer()));
        first.awaitEvents("up 2");
        final long silenceMs = TimeUnit.NANOSECONDS.toMillis(3 * TestNode.ELECTION_TIMEOUT_NS);

        await().pollDelay(2 * silenceMs, TimeUnit.MILLISECONDS)
                .atMost(TestNode.PATIENCE)
                .until(() -> true);

        assertEquals(List.of("up 2"), first.events());
        assertEquals(List.of("up 1"), second.events());
    }

    @Test
    void whoIsAwakeSaysALittleEarlierThatItLives() throws IOException {
        final AtomicLong nowNs = new AtomicLong(1);
        final TestNode node = closed(new TestNode(2, 0, nowNs::get, TestNode.nobody(1)));
        final Socket socket = connectAs(node, 1);
        node.awaitEvents("up 1");

        nowNs.addAndGet(NetSettings.KEEP_ALIVE_NS - PeerLink.KEEP_ALIVE_EARLY_NS - 1);
        takeATurn(node);
        assertEquals(0, socket.getInputStream().available());
        nowNs.addAndGet(1);
        takeATurn(node);

        assertEquals(MessageKind.KEEP_ALIVE, nextKind(socket));
    }

    /** Between two calls. */
    private static void takeATurn(final TestNode node) {
        node.call(() -> null);
        node.call(() -> null);
    }

    @Test
    void silentPeerIsGivenUpByBothSides() throws IOException {
        final TestNode second = acceptor();
        final TestNode first = closed(new TestNode(1, second.asPeer()));
        first.awaitEvents("up 2");
        second.awaitEvents("up 1");

        second.pause();
        first.awaitEvents("up 2", "down 2");
        first.replica.events.clear();
        second.resume();

        second.awaitEvents("down 1");
        first.awaitEvents("up 2");
        await().atMost(TestNode.PATIENCE).until(() -> second.call(() -> second.loop.isConnected(1)));
    }

    // The accepting side.

    private enum Refusal {
        OTHER_MEMBERS(handshake(1, 1, 2, 3), "its cluster has the members [1, 2, 3], ours [1, 2]"),
        OWN_ID(handshake(2, 1, 2), "it claims to be member 2, as this member is"),
        UNKNOWN_ID(handshake(9, 1, 2), "member 9 is not of this cluster"),
        OTHER_CLUSTER(handshakeOfCluster(5, 5, 1, 1, 2), "member 1 is of cluster 00000000000000050000000000000005"),
        OTHER_VERSION(changed(b -> b[Handshake.PROTOCOL_VERSION_OFFSET] = 99), "it speaks version 99 of the protocol"),
        WRONG_MAGIC(changed(b -> b[Handshake.MAGIC_OFFSET] ^= 1), "magic"),
        NO_HANDSHAKE(voteRequest(1, 5), "no handshake, but VoteRequest"),
        HUGE_FRAME(new byte[] {0, 0, 0, 127, 1, 1}, "no handshake, but a frame of 2130706432 bytes"),
        NEGATIVE_FRAME(new byte[] {0, 0, 0, -1, 1, 1}, "no handshake, but a frame of 4278190080 bytes"),
        HTTP("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII), "no handshake"),
        SILENCE(new byte[0], "no handshake within 1000 ms");

        private final byte[] bytes;
        private final String reason;

        Refusal(final byte[] bytes, final String reason) {
            this.bytes = bytes;
            this.reason = reason;
        }

        private static byte[] changed(final Consumer<byte[]> change) {
            final byte[] bytes = handshake(1, 1, 2);
            change.accept(bytes);
            return bytes;
        }
    }

    @ParameterizedTest
    @EnumSource
    void wrongHandshakeIsRefusedWithItsReason(final Refusal refusal) throws IOException {
        final TestNode node = acceptor();
        node.replica.clusterIdHigh = 3;
        node.replica.clusterIdLow = 4;

        final String log = logOf(() -> {
            final Socket socket = closed(node.peerSocket());
            socket.getOutputStream().write(refusal.bytes);
            assertTrue(endsSoon(socket));
        });

        assertTrue(log.contains(refusal.reason), log);
        assertEquals(List.of(), node.events());
    }

    private interface Steps {
        void run() throws IOException;
    }

    /** What the log says meanwhile, on standard error. */
    private static String logOf(final Steps steps) throws IOException {
        try (LogCapture capture = LogCapture.begin()) {
            steps.run();
            await().atMost(TestNode.PATIENCE).until(() -> !capture.lines().isEmpty());
            return String.join("\n", capture.lines());
        }
    }

    // The cluster's id, known only later.

    /** Makes the node know its cluster, in a turn of its own. */
    private static void know(final TestNode node, final long high, final long low) {
        node.call(() -> {
            node.replica.clusterIdHigh = high;
            node.replica.clusterIdLow = low;
            return null;
        });
        node.loop.wakeUp();
    }

    @Test
    void clusterIdThatBecomesKnownIsToldOnALinkThatStands() throws IOException {
        final TestNode node = acceptor();
        final Socket socket = connectAs(node, 1);
        node.awaitEvents("up 1");

        know(node, 3, 4);
        assertEquals(MessageKind.HANDSHAKE, nextKindButKeepAlive(socket));
        socket.getOutputStream().write(handshakeOfCluster(3, 4, 1, 1, 2));
        socket.getOutputStream().write(voteRequest(1, 9));

        node.awaitEvents("1: VoteRequest term=9 last=0@0");
        assertEquals(List.of("up 1", "1: VoteRequest term=9 last=0@0"), node.events());
    }

    @Test
    void linkBetweenMembersOfWhatTurnOutToBeTwoClustersIsGivenUpForGood() throws IOException {
        final TestNode second = acceptor();
        final TestNode first = closed(new TestNode(1, second.asPeer()));
        first.awaitEvents("up 2");
        second.awaitEvents("up 1");
        final LogCapture capture = closed(LogCapture.begin());

        know(first, 1, 1);
        know(second, 2, 2);
        first.awaitEvents("down 2");
        second.awaitEvents("down 1");

        final String reason = "refused: member 2 is of cluster 00000000000000020000000000000002";
        await().atMost(TestNode.PATIENCE)
                .until(() -> String.join("\n", capture.lines()).contains(reason)
                        && first.call(() -> first.loop.links().link(2).attempts()) >= 3);
        capture.close();
        assertEquals(List.of("up 2", "down 2"), first.events());
        assertEquals(List.of("up 1", "down 1"), second.events());
    }

    @Test
    void peerThatNamedAClusterBeforeThisMemberKnewItsOwnIsCheckedThen() throws IOException {
        final TestNode node = acceptor();
        final Socket socket = closed(node.peerSocket());
        socket.getOutputStream().write(handshakeOfCluster(5, 5, 1, 1, 2));
        assertEquals(MessageKind.HANDSHAKE, nextKind(socket));
        socket.getOutputStream().write(keepAlive(1));
        node.awaitEvents("up 1");

        final String log = logOf(() -> {
            know(node, 3, 4);
            node.awaitEvents("down 1");
        });

        assertTrue(log.contains("refused: member 1 is of cluster 00000000000000050000000000000005"), log);
        assertEquals(MessageKind.HANDSHAKE, nextKindButKeepAlive(socket), "it is told of which one this is");
        assertTrue(endsSoon(socket));
    }

    @Test
    void peerThatBrokeOffIsNotDialedAtOnce() throws IOException {
        final TestNode second = acceptor();
        final TestNode first = closed(new TestNode(1, second.asPeer()));
        first.awaitEvents("up 2");
        final long upNs = System.nanoTime();
        await().until(() ->
                System.nanoTime() - upNs > NetLimits.SHORTEST_REDIAL_NS); // so that it could be dialed at once
        final long attempts = first.call(() -> first.loop.links().link(2).attempts());

        final long brokenNs = System.nanoTime();
        second.close();
        await().pollInterval(1, TimeUnit.MILLISECONDS)
                .atMost(TestNode.PATIENCE)
                .until(() -> first.call(() -> first.loop.links().link(2).attempts()) > attempts);

        assertTrue(System.nanoTime() - brokenNs >= NetLimits.SHORTEST_REDIAL_NS);
    }

    @Test
    void memberWithTheHigherIdDoesNotDial() throws IOException {
        final TestNode node = closed(new TestNode(1, TestNode.nobody(2)));

        final String log = logOf(() -> {
            final Socket socket = closed(node.peerSocket());
            socket.getOutputStream().write(handshake(2, 1, 2));
            assertTrue(endsSoon(socket));
        });

        assertTrue(log.contains("member 2 dialed, which is for the lower id to do"), log);
    }

    @Test
    void bothSidesOfARefusedConnectionNameTheReason() throws IOException {
        final TestNode second = closed(new TestNode(2, TestNode.nobody(1), TestNode.nobody(3)));

        final LogCapture capture = closed(LogCapture.begin());
        final TestNode first = closed(new TestNode(1, second.asPeer()));
        await().atMost(TestNode.PATIENCE)
                .until(() -> String.join("\n", capture.lines()).contains("[1, 2], ours [1, 2, 3]")
                        && String.join("\n", capture.lines()).contains("[1, 2, 3], ours [1, 2]"));
        capture.close();

        assertEquals(List.of(), first.events());
        final String log = String.join("\n", capture.lines());
        assertTrue(log.contains("peer=2 link=unreachable"), log);
    }

    @Test
    void clusterIdThatOneSideDoesNotKnowYetIsNoObstacle() throws IOException {
        final TestNode node = acceptor();
        node.replica.clusterIdHigh = 3;
        node.replica.clusterIdLow = 4;

        connectAs(node, 1);

        node.awaitEvents("up 1");
    }

    @Test
    void newestConnectionReplacesTheOlderOneWhoseBytesAreIgnored() throws IOException {
        final TestNode node = acceptor();
        final Socket older = connectAs(node, 1);
        node.awaitEvents("up 1");

        final Socket newer = closed(node.peerSocket());
        newer.getOutputStream().write(handshake(1, 1, 2));
        assertEquals(MessageKind.HANDSHAKE, nextKind(newer));
        // Both are ready in one turn, the newer one first.
        node.pause();
        newer.getOutputStream().write(keepAlive(1));
        older.getOutputStream().write(voteRequest(1, 66));
        newer.getOutputStream().write(voteRequest(1, 77));
        node.resume();

        node.awaitEvents("1: VoteRequest term=77 last=0@0");
        assertEquals(List.of("up 1", "down 1", "up 1", "1: VoteRequest term=77 last=0@0"), node.events());
        assertTrue(endsSoon(older));
    }

    @Test
    void anotherProcessUnderAConnectedMembersIdIsRefused() throws IOException {
        final TestNode second = acceptor();
        final TestNode first = closed(new TestNode(1, second.asPeer()));
        second.awaitEvents("up 1");
        final LogCapture capture = closed(LogCapture.begin());

        final TestNode copy = closed(new TestNode(1, second.asPeer()));
        await().atMost(TestNode.PATIENCE).until(() -> {
            final String lines = String.join("\n", capture.lines());
            return lines.contains("refused: another process is connected as member 1, from 127.0.0.1:")
                    && lines.contains("refused: member 2 is connected with another process that runs as member 1");
        });
        capture.close();

        assertEquals(List.of(), copy.events());
        assertEquals(List.of("up 1"), second.events());
        first.close();
        copy.awaitEvents("up 2");
        await().atMost(TestNode.PATIENCE).until(() -> second.events().equals(List.of("up 1", "down 1", "up 1")));
    }

    @Test
    void ofTwoProcessesThatGreetAtOnceTheFirstToConfirmStays() throws IOException {
        final TestNode node = acceptor();
        final Socket first = closed(node.peerSocket());
        first.getOutputStream().write(handshake(1, 1, 2));
        assertEquals(MessageKind.HANDSHAKE, nextKind(first));
        final Socket other = closed(node.peerSocket());
        other.getOutputStream().write(handshakeOfDouble(1, 1, 2));
        assertEquals(MessageKind.HANDSHAKE, nextKind(other));

        other.getOutputStream().write(keepAlive(1));
        node.awaitEvents("up 1");
        first.getOutputStream().write(keepAlive(1));

        assertTrue(endsSoon(first));
        assertEquals(List.of("up 1"), node.events());
    }

    @Test
    void entriesAreKnownToBeUnderWayBeforeTheyAreWhole() throws IOException {
        final TestNode node = acceptor();
        final Socket leader = connectAs(node, 1);
        node.awaitEvents("up 1");
        final UnsafeBuffer whole = new UnsafeBuffer(new byte[AppendEntries.LENGTH + 500_000]);
        new AppendEntries().wrapAndEncode(whole, 0, 1, 9).entryBytes(500_000);
        final byte[] frame = new byte[PeerMessage.HEADER_LENGTH];
        whole.getBytes(0, frame);

        leader.getOutputStream().write(frame, 0, frame.length - 1);
        leader.getOutputStream().write(frame, frame.length - 1, 1);

        await().atMost(TestNode.PATIENCE).until(() -> "term 9 from 1".equals(node.replica.entriesUnderWay));
    }

    @Test
    void connectionThatIsNotConfirmedDoesNotReplaceTheOneThatWorks() throws IOException {
        final TestNode node = acceptor();
        final Socket working = connectAs(node, 1);
        node.awaitEvents("up 1");

        final Socket stray = closed(node.peerSocket());
        stray.getOutputStream().write(handshake(1, 1, 2));
        assertEquals(MessageKind.HANDSHAKE, nextKind(stray));
        stray.close();
        working.getOutputStream().write(voteRequest(1, 5));

        node.awaitEvents("1: VoteRequest term=5 last=0@0");
        assertEquals(List.of("up 1", "1: VoteRequest term=5 last=0@0"), node.events());
    }

    @Test
    void whoLeavesBeforeItIsUpIsNoNews() throws IOException {
        final TestNode node = acceptor();
        final LogCapture capture = closed(LogCapture.begin());

        node.peerSocket().close();
        final Socket impatient = node.peerSocket();
        impatient.getOutputStream().write(handshake(1, 1, 2));
        assertEquals(MessageKind.HANDSHAKE, nextKind(impatient));
        impatient.close();
        await().atMost(TestNode.PATIENCE)
                .until(() -> node.call(() -> node.loop.links().strangers()) == 0);
        connectAs(node, 1);
        node.awaitEvents("up 1");

        capture.close();
        assertEquals(1, capture.lines().size(), String.join("\n", capture.lines()));
    }

    @Test
    void frameInAnotherMembersNameEndsTheConnection() throws IOException {
        final TestNode node = acceptor();
        final Socket socket = connectAs(node, 1);

        socket.getOutputStream().write(voteRequest(3, 5));

        node.awaitEvents("up 1", "down 1");
        assertTrue(endsSoon(socket));
        assertEquals(List.of("up 1", "down 1"), node.events());
    }

    @Test
    void framesMayComeByteByByte() throws IOException {
        final TestNode node = acceptor();
        final Socket socket = closed(node.peerSocket());
        socket.setTcpNoDelay(true);
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write(handshake(1, 1, 2));
        bytes.write(keepAlive(1));
        bytes.write(voteRequest(1, 8));
        for (final byte b : bytes.toByteArray()) {
            socket.getOutputStream().write(b);
        }

        node.awaitEvents("up 1", "1: VoteRequest term=8 last=0@0");
    }

    @Test
    void floodOfStrangersIsBoundedAndLoggedSparingly() throws IOException {
        final TestNode node = acceptor();
        final LogCapture capture = closed(LogCapture.begin());
        for (int i = 0; i < 300; i++) {
            closed(node.peerSocket());
        }
        final Socket member = connectAs(node, 1);
        node.awaitEvents("up 1");

        assertFalse(member.isClosed());
        assertTrue(node.call(() -> node.loop.links().strangers()) <= NetLimits.MAX_STRANGERS);
        capture.close();
        assertTrue(capture.lines().size() < 10, capture.lines().size() + " lines");
    }

    // The dialing side.

    @Test
    void peerThatAcceptsAndClosesCostsFewAttempts() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"))) {
            final Thread closer = new Thread(() -> {
                try {
                    while (true) {
                        server.accept().close();
                    }
                } catch (IOException e) {
                    // The test is over.
                    return;
                }
            });
            closer.start();
            assertFewAttempts(closed(new TestNode(1, new NetSettings.Peer(2, "127.0.0.1", server.getLocalPort()))));
        }
    }

    /** The reasons must not use up the lines that the change itself is to have. */
    @Test
    void peerThatComesBackIsAnnouncedHoweverManyReasonsItWasAwayFor() throws Exception {
        final LogCapture capture = closed(LogCapture.begin());
        final TestNode node;
        final int port;
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"))) {
            port = server.getLocalPort();
            node = closed(new TestNode(1, new NetSettings.Peer(2, "127.0.0.1", port)));
            for (int i = 0; i < 10; i++) {
                try (Socket socket = server.accept()) {
                    if (i % 2 == 0) {
                        socket.getOutputStream().write(voteRequest(2, 1));
                        endsSoon(socket);
                    }
                }
            }
        }
        closed(new TestNode(2, port, node.asPeer()));

        node.awaitEvents("up 2");
        capture.close();
        assertTrue(String.join("\n", capture.lines()).contains("peer=2 link=up"), () -> "" + capture.lines());
        assertTrue(capture.lines().size() <= 8, () -> "" + capture.lines());
    }

    @Test
    void peerThatRefusesCostsFewAttempts() throws IOException {
        assertFewAttempts(closed(new TestNode(1, TestNode.nobody(2))));
    }

    @Test
    void peerThatAcceptsAndSaysNothingCostsFewAttempts() throws IOException {
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"))) {
            assertFewAttempts(closed(new TestNode(1, new NetSettings.Peer(2, "127.0.0.1", server.getLocalPort()))));
        }
    }

    private static void assertFewAttempts(final TestNode node) {
        final LogCapture capture = LogCapture.begin();
        await().pollDelay(2, TimeUnit.SECONDS).atMost(TestNode.PATIENCE).until(() -> true);
        capture.close();

        final long attempts = node.call(() -> node.loop.links().link(2).attempts());
        assertTrue(attempts >= 2 && attempts <= 12, attempts + " attempts");
        final long turns = node.call(() -> node.replica.turns);
        assertTrue(turns < 200, turns + " turns");
        assertTrue(capture.lines().size() <= 3, String.join("\n", capture.lines()));
        assertEquals(List.of(), node.events());
    }

    @Test
    void nameThatCannotBeFoundIsLookedUpOffTheLoop() throws IOException {
        final LogCapture capture = closed(LogCapture.begin());
        final TestNode node = closed(new TestNode(1, new NetSettings.Peer(2, "no-such-host.invalid", 5500)));

        await().atMost(TestNode.PATIENCE)
                .until(() -> String.join("\n", capture.lines()).contains("host no-such-host.invalid has no address"));
        capture.close();
        assertEquals(List.of(), node.events());
    }

    @Test
    void namesAreFoundAsWell() throws IOException {
        final TestNode second = acceptor();
        final NetSettings.Peer byName = new NetSettings.Peer(2, "localhost", second.ports.peerPort());

        closed(new TestNode(1, byName)).awaitEvents("up 2");
    }

    @Test
    void anotherMemberAtThePeersAddressIsRefused() throws IOException {
        final TestNode third = closed(new TestNode(3, TestNode.nobody(1), TestNode.nobody(2)));
        final NetSettings.Peer wrong = new NetSettings.Peer(2, "127.0.0.1", third.ports.peerPort());

        final LogCapture capture = closed(LogCapture.begin());
        final TestNode first = closed(new TestNode(1, wrong, TestNode.nobody(3)));

        await().atMost(TestNode.PATIENCE)
                .until(() ->
                        String.join("\n", capture.lines()).contains("member 3 answers at the address of member 2"));
        capture.close();
        assertEquals(List.of(), third.events());
        assertEquals(List.of(), first.events());
    }

    @Test
    void nodeThatMetItselfRefuses() throws IOException {
        final TestNode node = acceptor();
        final Socket socket = closed(node.peerSocket());
        socket.getOutputStream().write(handshake(2, 1, 2));

        assertEquals(MessageKind.HANDSHAKE, nextKindButKeepAlive(socket));
        assertTrue(endsSoon(socket));
    }
}
