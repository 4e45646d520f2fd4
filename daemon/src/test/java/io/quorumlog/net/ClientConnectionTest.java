package io.quorumlog.net;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorumlog.session.SessionSettings;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ClientConnectionTest {
    private static final int MEBIBYTE = 1 << 20;

    private TestNode node;

    @BeforeEach
    void start() throws IOException {
        node = new TestNode(1);
    }

    @AfterEach
    void stop() {
        node.close();
        assertNull(node.failure);
    }

    private static void send(final Socket socket, final String bytes) throws IOException {
        socket.getOutputStream().write(bytes.getBytes(ISO_8859_1));
    }

    private static String readAll(final Socket socket) throws IOException {
        return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
    }

    private static String read(final Socket socket, final int length) throws IOException {
        return new String(socket.getInputStream().readNBytes(length), ISO_8859_1);
    }

    private static byte[] append(final byte[] payload) throws IOException {
        final ByteArrayOutputStream request = new ByteArrayOutputStream();
        request.write(("*2\r\n$6\r\nAPPEND\r\n$" + payload.length + "\r\n").getBytes(ISO_8859_1));
        request.write(payload);
        request.write("\r\n".getBytes(ISO_8859_1));
        return request.toByteArray();
    }

    /** The next reply, which is {@code :n}. */
    private static long integer(final InputStream replies) throws IOException {
        assertEquals(':', replies.read());
        long number = 0;
        for (int digit = replies.read(); digit != '\r'; digit = replies.read()) {
            number = 10 * number + digit - '0';
        }
        assertEquals('\n', replies.read());
        return number;
    }

    private long inputBytes() {
        return node.call(() -> node.loop.clients().inputBytes());
    }

    private long outputBytes() {
        return node.call(() -> node.loop.clients().outputs().takenBytes());
    }

    @Test
    void repliesComeInOrderHoweverTheBytesAreCut() throws IOException {
        try (Socket socket = node.client()) {
            socket.setTcpNoDelay(true);
            final String requests =
                    "PING\r\n*2\r\n$6\r\nAPPEND\r\n$3\r\na\r\n\r\nPING x\nAPPEND b\r\n*1\r\n$4\r\nLAST\r\nQUIT\n";
            for (final char c : requests.toCharArray()) {
                send(socket, String.valueOf(c));
            }

            assertEquals("+PONG\r\n:1\r\n$1\r\nx\r\n:2\r\n:2\r\n+OK\r\n", readAll(socket));
        }
    }

    @Test
    void halfClosedClientGetsAllRepliesThenTheEnd() throws IOException {
        try (Socket socket = node.client()) {
            send(socket, "APPEND x\r\nPING\r\nREAD 9 BLOCK 0\r\nPING\r\nunfinished");
            socket.shutdownOutput();

            assertEquals(":1\r\n+PONG\r\n*0\r\n+PONG\r\n", readAll(socket));
        }
        await().until(() -> node.call(node.loop::clientConnections) == 0);
    }

    @Test
    void blockedReadEndsAtTheEndOfTheStream() throws IOException {
        try (Socket socket = node.client()) {
            send(socket, "READ 1 BLOCK 0\r\n");
            await().until(() -> node.call(() -> node.replica.sessions().readsTotal()) == 1);
            socket.shutdownOutput();

            assertEquals("*0\r\n", readAll(socket));
        }
    }

    @Test
    void lastReplyReachesAClientThatIsStillSending() throws IOException {
        try (Socket socket = node.client()) {
            send(socket, "PING\r\n*-1\r\n");
            // Unread bytes in the node's socket must not turn its end into a reset that eats the replies.
            send(socket, "x".repeat(MEBIBYTE));
            assertEquals("+PONG\r\n-ERR Protocol error: invalid multibulk length\r\n", readAll(socket));
        }
        await().until(() -> node.call(node.loop::clientConnections) == 0);
    }

    @Test
    void lingeringConnectionIsClosedThoughTheClientStays() throws IOException {
        try (Socket socket = node.client()) {
            send(socket, "QUIT\r\n");

            assertEquals("+OK\r\n", readAll(socket));
            await().atMost(TestNode.PATIENCE).until(() -> node.call(node.loop::clientConnections) == 0);
        }
    }

    @Test
    void aLineOfHttpEndsTheConnectionAndRunsNothingBehindIt() throws IOException {
        try (Socket socket = node.client()) {
            send(socket, "APPEND one\r\nPOST / HTTP/1.1\r\nAPPEND evil\r\n");

            assertEquals(":1\r\n", readAll(socket));
        }
        assertEquals(1L, node.call(() -> node.replica.lastIndex()));
    }

    @Test
    void payloadsOfTheLargestSizeAreTakenWholeAndTheirMemoryIsGivenBack() throws IOException {
        final byte[] payload = new byte[TestNode.MAX_ENTRY_BYTES];
        new Random(1).nextBytes(payload);
        try (Socket socket = node.client()) {
            for (int i = 0; i < 3; i++) {
                socket.getOutputStream().write(append(payload));
                socket.getOutputStream().write(append(new byte[] {(byte) i}));
            }

            assertEquals(":1\r\n:2\r\n:3\r\n:4\r\n:5\r\n:6\r\n", read(socket, 24));
            assertArrayEquals(payload, node.call(() -> node.replica.payload(5)));
            assertEquals(0, inputBytes());
        }
    }

    @Test
    void tooLargePayloadIsRefusedAndTheConnectionStays() throws IOException {
        try (Socket socket = node.client()) {
            socket.getOutputStream().write(append(new byte[3 * MEBIBYTE]));
            send(socket, "PING\r\n");
            socket.shutdownOutput();

            final String replies = readAll(socket);
            assertTrue(replies.startsWith("-TOOBIG"), replies);
            assertTrue(replies.endsWith("\r\n+PONG\r\n"), replies);
        }
    }

    @Test
    void manyClientsWithLargePayloadsShareBoundedMemoryAndAllAreServed() throws Exception {
        final byte[] request = append(new byte[TestNode.MAX_ENTRY_BYTES]);
        final List<Socket> sockets = new ArrayList<>();
        final int clients = 60;
        for (int i = 0; i < clients; i++) {
            final Socket socket = node.client();
            sockets.add(socket);
            // Less than the whole: each would hold a buffer for the rest.
            socket.getOutputStream().write(request, 0, 100_000);
        }
        final long bound = node.call(() -> node.loop.clients().maxInputBytes());
        await().atMost(TestNode.PATIENCE).until(() -> inputBytes() > bound / 2);
        final long most = bound + clients * NetLimits.LEAST_READ_BYTES;
        assertTrue(inputBytes() <= most, "held " + inputBytes() + " of " + most);
        try (Socket small = node.client()) {
            send(small, "APPEND small\r\n");
            assertEquals(':', small.getInputStream().read());
        }

        for (final Socket socket : sockets) {
            // Those that had no memory are not read: their bytes wait in the kernel, and a write may have to wait too.
            final Thread rest = new Thread(() -> {
                try {
                    socket.getOutputStream().write(request, 100_000, request.length - 100_000);
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            rest.start();
        }
        for (final Socket socket : sockets) {
            assertEquals(':', socket.getInputStream().read());
            socket.close();
        }
        await().atMost(TestNode.PATIENCE).until(() -> inputBytes() == 0);
    }

    @Test
    void clientThatDoesNotReadIsHeldBackAndGetsEverythingInTheEnd() throws Exception {
        final int requests = 2_000;
        try (Socket filler = node.client()) {
            for (int i = 0; i < 4; i++) {
                filler.getOutputStream().write(append(new byte[MEBIBYTE]));
            }
            read(filler, 16);
        }
        try (Socket socket = node.client()) {
            final Thread writer = new Thread(() -> {
                try {
                    send(socket, "READ 1 COUNT 1\r\n".repeat(requests));
                    socket.shutdownOutput();
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            writer.start();
            await().atMost(TestNode.PATIENCE).until(() -> outputBytes() > 0);
            for (int i = 0; i < 20; i++) {
                assertTrue(outputBytes() < MEBIBYTE, "queued " + outputBytes());
            }

            final InputStream input = new BufferedInputStream(socket.getInputStream(), 1 << 16);
            final long length = "*1\r\n*4\r\n:1\r\n:7\r\n:1\r\n$1048576\r\n\r\n".length() + MEBIBYTE;
            long left = requests * length;
            final byte[] sink = new byte[1 << 16];
            while (left > 0) {
                final int count = input.read(sink);
                assertTrue(count > 0, left + " bytes are missing");
                left -= count;
            }
            assertEquals(-1, input.read());
            writer.join();
        }
        assertEquals(0, outputBytes());
    }

    @Test
    void millionRequestsMayBeSentBeforeTheFirstReplyIsRead() throws IOException {
        final int requests = 1_000_000;
        node.call(() -> node.replica.countsOnly = true);
        try (Socket socket = new Socket()) {
            // So that it is the node that holds the replies, and not the kernel.
            socket.setReceiveBufferSize(1 << 16);
            socket.connect(new InetSocketAddress("127.0.0.1", node.ports.clientPort()));
            final byte[] batch = "APPEND x\r\n".repeat(10_000).getBytes(ISO_8859_1);
            for (int i = 0; i < requests / 10_000; i++) {
                socket.getOutputStream().write(batch);
            }

            final InputStream input = new BufferedInputStream(socket.getInputStream(), 1 << 16);
            for (int i = 1; i <= requests; i++) {
                final byte[] expected = (":" + i + "\r\n").getBytes(ISO_8859_1);
                assertArrayEquals(expected, input.readNBytes(expected.length));
            }
        }
    }

    @Test
    void manyClientsThatDoNotReadCannotExhaustMemory() throws Exception {
        node.call(() -> node.replica.countsOnly = true);
        final List<Socket> sockets = new ArrayList<>();
        final List<Thread> writers = new ArrayList<>();
        final String ask = "PING " + "x".repeat(2_000) + "\r\n";
        for (int i = 0; i < 8; i++) {
            final Socket socket = node.client();
            sockets.add(socket);
            final Thread writer = new Thread(() -> {
                try {
                    for (int j = 0; j < 200; j++) {
                        send(socket, ask.repeat(100));
                    }
                } catch (IOException e) {
                    // Closed by the test while the node did not read any more.
                    return;
                }
            });
            writers.add(writer);
            writer.start();
        }
        final long bound = node.call(() -> node.loop.clients().outputs().maxTakenBytes());

        await().atMost(TestNode.PATIENCE).until(() -> outputBytes() >= bound);
        try (Socket other = node.client()) {
            send(other, "PING\r\nAPPEND x\r\nQUIT\r\n");
            assertEquals("+PONG\r\n:1\r\n+OK\r\n", readAll(other));
        }
        assertTrue(outputBytes() < bound + MEBIBYTE, "queued " + outputBytes() + " of " + bound);

        for (final Socket socket : sockets) {
            socket.close();
        }
        for (final Thread writer : writers) {
            writer.join();
        }
        await().atMost(TestNode.PATIENCE).until(() -> outputBytes() == 0);
    }

    @Test
    void idleConnectionsHoldNoBuffers() throws IOException {
        final List<Socket> sockets = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            final Socket socket = node.client();
            sockets.add(socket);
            send(socket, "PING\r\n");
        }
        for (final Socket socket : sockets) {
            assertEquals("+PONG\r\n", read(socket, 7));
        }

        assertEquals(1_000, node.call(node.loop::clientConnections));
        assertEquals(0, inputBytes());
        assertEquals(0, outputBytes());
        for (final Socket socket : sockets) {
            socket.close();
        }
        await().atMost(TestNode.PATIENCE).until(() -> node.call(node.loop::clientConnections) == 0);
    }

    @Test
    void tailGetsEntriesAsTheyAreCommittedUntilTheNextRequest() throws IOException {
        try (Socket tail = node.client();
                Socket writer = node.client()) {
            send(tail, "TAIL 1\r\n");
            assertEquals("+OK\r\n", read(tail, 5));
            for (int i = 1; i <= 5; i++) {
                send(writer, "APPEND " + i + "\r\n");
                final String expected = "*4\r\n:" + i + "\r\n:7\r\n:1\r\n$1\r\n" + i + "\r\n";
                assertEquals(expected, read(tail, expected.length()));
            }
            send(tail, "QUIT\r\n");
            assertEquals("+OK\r\n", readAll(tail));
        }
    }

    private static String array(final String word, final String argument) {
        return "*2\r\n$" + word.length() + "\r\n" + word + "\r\n$" + argument.length() + "\r\n" + argument + "\r\n";
    }

    /** Sends from a thread of its own; what can't be sent because nobody reads it is no matter. */
    private static void sendBeside(final List<Thread> senders, final Socket socket, final byte[] bytes) {
        final Thread sender = new Thread(() -> {
            try {
                socket.getOutputStream().write(bytes);
            } catch (IOException e) {
                // Closed by the test while the node did not read any more.
                return;
            }
        });
        senders.add(sender);
        sender.start();
    }

    private static void end(final List<Socket> sockets, final List<Thread> senders) throws Exception {
        for (final Socket socket : sockets) {
            socket.close();
        }
        for (final Thread sender : senders) {
            sender.join();
        }
    }

    private Socket clientWithSmallWindow() throws IOException {
        final Socket socket = new Socket();
        socket.setReceiveBufferSize(1 << 12);
        socket.connect(new InetSocketAddress("127.0.0.1", node.ports.clientPort()));
        socket.setSoTimeout((int) TestNode.PATIENCE.toMillis());
        return socket;
    }

    @Test
    void longTextsOfManyClientsThatDoNotReadTakeBoundedMemoryAndWhoReadsIsServed() throws Exception {
        final List<Socket> sockets = new ArrayList<>();
        final List<Thread> senders = new ArrayList<>();
        // Nothing but a little is left for anybody.
        final Chunk taken = node.call(() -> node.loop.clients().outputs().take(1 << 25));
        final String text = "t".repeat(MEBIBYTE);
        final byte[] requests = array("ECHO", text).repeat(8).getBytes(ISO_8859_1);
        final int clients = 200;
        for (int i = 0; i < clients; i++) {
            final Socket socket = clientWithSmallWindow();
            sockets.add(socket);
            sendBeside(senders, socket, requests);
        }
        await().atMost(TestNode.PATIENCE)
                .until(() -> outputBytes() > taken.capacity() + clients * NetLimits.LEAST_OUTPUT_BYTES / 2);

        try (Socket reader = node.client()) {
            sendBeside(senders, reader, (array("ECHO", text) + "APPEND x\r\n").getBytes(ISO_8859_1));
            assertEquals("$1048576\r\n" + text + "\r\n:1\r\n", read(reader, 10 + MEBIBYTE + 2 + 4));
        }
        final long most = taken.capacity() + clients * 2L * NetLimits.LEAST_OUTPUT_BYTES;
        assertTrue(outputBytes() < most, "queued " + outputBytes() + " of " + most);
        assertTrue(inputBytes() <= node.call(() -> node.loop.clients().maxInputBytes()), "held " + inputBytes());
        // One of them reads after all.
        assertEquals("$1048576\r\n" + text + "\r\n$10", read(sockets.get(7), 10 + MEBIBYTE + 5));

        end(sockets, senders);
        node.call(() -> {
            node.loop.clients().outputs().release(taken);
            return null;
        });
        await().atMost(TestNode.PATIENCE).until(() -> outputBytes() == 0 && inputBytes() == 0);
    }

    @Test
    void clientsWithBlockedReadsAndMuchBehindThemLeaveMemoryToOthers() throws Exception {
        final List<Socket> sockets = new ArrayList<>();
        final List<Thread> senders = new ArrayList<>();
        final byte[] requests =
                ("READ 1 BLOCK 0\r\n" + array("PING", "y".repeat(3_000)).repeat(25)).getBytes(ISO_8859_1);
        for (int i = 0; i < 150; i++) {
            final Socket socket = node.client();
            sockets.add(socket);
            sendBeside(senders, socket, requests);
        }
        await().atMost(TestNode.PATIENCE)
                .until(() -> node.call(() -> node.replica.sessions().readsTotal()) == 150);

        assertTrue(inputBytes()
                <= node.call(() -> node.loop.clients().smallInputs().maxTakenBytes()) * 3 / 4);
        try (Socket other = node.client()) {
            // Requests of each size, one piece at a time.
            for (final int length : new int[] {1_500, 5_000, 60_000, 200_000}) {
                final String request = array("PING", "z".repeat(4_000)) + array("APPENDIX", "z".repeat(length));
                send(other, request.substring(0, 4_500));
                assertEquals("$4000\r\n" + "z".repeat(4_000) + "\r\n", read(other, 4_009));
                send(other, request.substring(4_500));
                assertEquals("-ERR unknown command 'APPENDIX'\r\n", read(other, 33));
            }
            send(other, "APPEND x\r\n");
            assertEquals(":1\r\n", read(other, 4));
        }
        for (final Socket socket : sockets) {
            final String entry = "*1\r\n*4\r\n:1\r\n:7\r\n:1\r\n$1\r\nx\r\n";
            final String all = entry + ("$3000\r\n" + "y".repeat(3_000) + "\r\n").repeat(25);
            assertEquals(all, read(socket, all.length()));
        }
        assertEquals(0, inputBytes());
        end(sockets, senders);
    }

    @Test
    void slowSendersOfLargePayloadsAllSucceed() throws Exception {
        final byte[] request = append(new byte[TestNode.MAX_ENTRY_BYTES]);
        final List<Thread> senders = new ArrayList<>();
        final List<Socket> sockets = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            final Socket socket = node.client();
            sockets.add(socket);
            final Thread sender = new Thread(() -> {
                try {
                    for (int sent = 0; sent < request.length; sent += 40_000) {
                        socket.getOutputStream().write(request, sent, Math.min(40_000, request.length - sent));
                        Thread.sleep(10);
                    }
                } catch (IOException | InterruptedException e) {
                    throw new AssertionError(e);
                }
            });
            senders.add(sender);
            sender.start();
        }
        for (final Socket socket : sockets) {
            assertEquals(':', socket.getInputStream().read());
        }
        assertEquals(64L, node.call(() -> node.replica.lastIndex()));
        assertEquals(0, inputBytes());
        end(sockets, senders);
    }

    /** The mistakes: a byte now and then keeps the memory; a slow client that always sends loses it; a pause of ours counts. */
    @Test
    void requestsThatAreNeverEndedDoNotKeepTheirMemoryFromOthers() throws Exception {
        node.close();
        final AtomicLong aheadNs = new AtomicLong();
        node = new TestNode(1, 0, () -> System.nanoTime() + aheadNs.get());
        final byte[] request = append(new byte[TestNode.MAX_ENTRY_BYTES]);
        final int honestPiece = 20_000;
        final List<Thread> senders = new ArrayList<>();
        final List<Socket> sockets = new ArrayList<>();
        try (Socket honest = node.client();
                Socket waiting = node.client()) {
            honest.getOutputStream().write(request, 0, 100_000);
            await().atMost(TestNode.PATIENCE).until(() -> inputBytes() > MEBIBYTE);
            final long bound = node.call(() -> node.loop.clients().largeInputs().maxTakenBytes());
            for (int i = 0; i < bound / MEBIBYTE; i++) {
                sockets.add(node.client());
                sockets.get(i).getOutputStream().write(request, 0, 100_000);
            }
            await().atMost(TestNode.PATIENCE).until(() -> inputBytes() > bound - 2 * MEBIBYTE);
            sendBeside(senders, waiting, request);
            final int connections = sockets.size() + 2;
            await().atMost(TestNode.PATIENCE).until(() -> node.call(node.loop::clientConnections) == connections);

            aheadNs.addAndGet(TimeUnit.MINUTES.toNanos(1));
            node.call(() -> null);
            assertEquals(connections, node.call(node.loop::clientConnections));
            int honestBytes = 100_000;
            for (int seconds = 0; seconds < 20 && waiting.getInputStream().available() == 0; seconds++) {
                honest.getOutputStream().write(request, honestBytes, honestPiece);
                honestBytes += honestPiece;
                for (final Socket socket : sockets) {
                    try {
                        socket.getOutputStream().write('x');
                    } catch (IOException closed) {
                        continue;
                    }
                }
                node.call(() -> null);
                node.call(() -> null);
                aheadNs.addAndGet(TimeUnit.SECONDS.toNanos(1));
                node.call(() -> null);
            }
            assertEquals(':', waiting.getInputStream().read());
            honest.getOutputStream().write(request, honestBytes, request.length - honestBytes);
            assertEquals(':', honest.getInputStream().read());
        }
        end(sockets, senders);
    }

    /** The mistake: a client is closed for a request that it could not go on with, since nobody reads what it sends. */
    @Test
    void clientThatIsNotReadForWhatItHasInFlightIsNotBlamedForAnUnfinishedRequest() throws Exception {
        node.close();
        final AtomicLong aheadNs = new AtomicLong();
        node = new TestNode(1, 0, () -> System.nanoTime() + aheadNs.get());
        node.replica.countsOnly = true;
        node.replica.holdsCommits = true;
        final byte[] request = append(new byte[TestNode.MAX_ENTRY_BYTES]);
        final int pieceBytes = 20_000;
        final int inFlight = SessionSettings.DEFAULT_MAX_PENDING_REPLIES;
        final List<Thread> senders = new ArrayList<>();
        try (Socket full = node.client();
                Socket waiting = node.client()) {
            send(full, "APPEND x\r\n".repeat(inFlight - 1));
            await().atMost(TestNode.PATIENCE).until(() -> node.call(() -> node.replica.lastIndex()) == inFlight - 1);
            // In one piece, or the node would not come to see the large one, which is behind one too many to be read.
            final ByteArrayOutputStream last = new ByteArrayOutputStream();
            last.write("APPEND x\r\n".getBytes(ISO_8859_1));
            last.write(request, 0, pieceBytes);
            full.getOutputStream().write(last.toByteArray());
            await().atMost(TestNode.PATIENCE).until(() -> inputBytes() > MEBIBYTE);
            final BufferPool pool = node.call(() -> node.loop.clients().largeInputs());
            final Chunk taken = node.call(() -> pool.take((int) (pool.maxTakenBytes() - pool.takenBytes())));
            sendBeside(senders, waiting, request);
            await().atMost(TestNode.PATIENCE)
                    .until(() -> node.call(() -> node.loop.clients().isAnybodyWaiting()));

            for (int seconds = 0; seconds < 40; seconds++) {
                aheadNs.addAndGet(TimeUnit.SECONDS.toNanos(1));
                node.call(() -> null);
                node.call(() -> null);
            }
            assertEquals(2, node.call(node.loop::clientConnections));

            node.replica.holdsCommits = false;
            full.getOutputStream().write(request, pieceBytes, request.length - pieceBytes);
            final BufferedInputStream replies = new BufferedInputStream(full.getInputStream());
            for (int index = 1; index <= inFlight + 1; index++) {
                assertEquals(index, integer(replies));
            }
            node.call(() -> {
                pool.release(taken);
                return null;
            });
            assertEquals(inFlight + 2, integer(waiting.getInputStream()));
        }
        end(List.of(), senders);
    }

    @Test
    void slowSendersOfLinesAllSucceed() throws Exception {
        final byte[] line = ("NOSUCH " + "x".repeat(65_000) + "\n").getBytes(ISO_8859_1);
        final List<Socket> sockets = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            sockets.add(node.client());
        }
        final List<Thread> senders = new ArrayList<>();
        for (int sent = 0; sent < 45_000; sent += 15_000) {
            for (final Socket socket : sockets) {
                socket.getOutputStream().write(line, sent, 15_000);
            }
        }
        for (final Socket socket : sockets) {
            sendBeside(senders, socket, Arrays.copyOfRange(line, 45_000, line.length));
        }
        for (final Socket socket : sockets) {
            assertEquals("-ERR unknown command 'NOSUCH'\r\n", read(socket, 31));
        }
        assertEquals(0, inputBytes());
        end(sockets, senders);
    }

    @Test
    void endOfTheStreamBehindABlockedReadIsSeenPastMuchInput() throws Exception {
        for (final int count : new int[] {12_000, 60_000}) {
            try (Socket socket = node.client()) {
                send(socket, "READ 9 BLOCK 0\r\n" + "PING\r\n".repeat(count));
                socket.shutdownOutput();

                assertEquals("*0\r\n" + "+PONG\r\n".repeat(count), readAll(socket));
            }
        }
    }

    @Test
    void endOfTheStreamBehindABlockedReadIsSeenWhenMemoryIsPlentyAgain() throws Exception {
        final BufferPool pool = node.call(() -> node.loop.clients().smallInputs());
        final Chunk taken = node.call(() -> pool.take((int) pool.maxTakenBytes() * 2 / 5));
        try (Socket socket = node.client()) {
            send(socket, "READ 9 BLOCK 0\r\n" + "PING\r\n".repeat(60_000));
            socket.shutdownOutput();
            await().atMost(TestNode.PATIENCE).until(() -> inputBytes() > taken.capacity());
            assertTrue(inputBytes() < taken.capacity() + 100_000);
            node.call(() -> {
                pool.release(taken);
                return null;
            });

            assertEquals("*0\r\n" + "+PONG\r\n".repeat(60_000), readAll(socket));
        }
    }

    @Test
    void endOfTheStreamEndsATail() throws Exception {
        try (Socket socket = node.client()) {
            send(socket, "TAIL 1\r\n" + "\r\n".repeat(100_000) + append(new byte[500_000]).length);
            socket.shutdownOutput();

            assertEquals("+OK\r\n", readAll(socket));
        }
    }

    @Test
    void tooLongLineIsRefusedThoughNothingFollowsIt() throws Exception {
        try (Socket socket = node.client()) {
            send(socket, "x".repeat(65_537));
            assertEquals("-ERR Protocol error: too big inline request\r\n", readAll(socket));
        }
    }

    @Test
    void resetOfAClientHarmsNobodyElse() throws IOException {
        try (Socket other = node.client()) {
            final Socket socket = node.client();
            send(socket, "TAIL 1\r\n");
            assertEquals("+OK\r\n", read(socket, 5));
            socket.setSoLinger(true, 0);
            socket.close();

            await().until(() -> node.call(node.loop::clientConnections) == 1);
            send(other, "PING\r\n");
            assertEquals("+PONG\r\n", read(other, 7));
        }
    }
}
