package io.quorumlog.net;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
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
