package io.quorumlog.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Hundreds of clients that send all they can and read nothing, or wait for ever: the node lives, and serves the others. */
@Tag("bad-days")
final class HostileClientsIT {
    private static final int MEBIBYTE = 1024 * 1024;
    private static final int ECHOING = 300;
    private static final int BLOCKED = 100;
    private static final int COUNTING = 100;
    private static final int APPENDS = 20;
    /** What an append may take beside them that fits one read: many times what it takes, and a fraction of a stall. */
    private static final long APPEND_BOUND_MS = 3_000;
    /** One that is read by hundreds of pieces, each of which shares its turn with all the others. */
    private static final long LARGE_APPEND_BOUND_MS = 20_000;
    /** Heap and direct memory that {@code scripts/node} allows, with the JVM's own. */
    private static final long MEMORY_BOUND_KIB = 360L * 1024;

    private static final long PRESSURE_NS = TimeUnit.SECONDS.toNanos(3);

    @RegisterExtension
    final ProcessCluster cluster = new ProcessCluster(1);

    /** Clients of one thread that write the same bytes again and again, as far as they are taken, and never read. */
    private static final class Crowd implements AutoCloseable {
        private final Selector selector = Selector.open();
        private final Thread thread = new Thread(this::write, "crowd");
        private volatile boolean isOver;
        private volatile long sentBytes;
        private volatile Exception failure;

        Crowd() throws IOException {}

        void add(final int port, final int clients, final byte[] first, final byte[] again) throws IOException {
            for (int i = 0; i < clients; i++) {
                final SocketChannel channel = SocketChannel.open();
                // So that the node has to hold back the bytes, and not the kernel.
                channel.setOption(StandardSocketOptions.SO_RCVBUF, 16 * 1024);
                channel.setOption(StandardSocketOptions.SO_SNDBUF, 256 * 1024);
                channel.connect(new InetSocketAddress("127.0.0.1", port));
                channel.write(ByteBuffer.wrap(first));
                channel.configureBlocking(false);
                channel.register(selector, SelectionKey.OP_WRITE, ByteBuffer.wrap(again));
            }
        }

        void start() {
            thread.start();
        }

        private void write() {
            try {
                while (!isOver) {
                    selector.select(key -> writeTo(key), 20);
                }
            } catch (IOException e) {
                failure = e;
            }
        }

        private void writeTo(final SelectionKey key) {
            final ByteBuffer bytes = (ByteBuffer) key.attachment();
            try {
                if (!bytes.hasRemaining()) {
                    bytes.rewind();
                }
                sentBytes += ((SocketChannel) key.channel()).write(bytes);
            } catch (IOException e) {
                failure = e;
                key.cancel();
            }
        }

        @Override
        public void close() throws IOException {
            isOver = true;
            try {
                thread.join();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            for (final SelectionKey key : selector.keys()) {
                key.channel().close();
            }
            selector.close();
        }
    }

    private static byte[] array(final String word, final int length) {
        final byte[] text = new byte[length];
        Arrays.fill(text, (byte) 't');
        return ("*2\r\n$" + word.length() + "\r\n" + word + "\r\n$" + length + "\r\n"
                        + new String(text, StandardCharsets.US_ASCII) + "\r\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    private long residentKib() throws IOException {
        final String line = Files.readAllLines(
                        Path.of("/proc/" + cluster.node(1).pid() + "/status"))
                .stream()
                .filter(some -> some.startsWith("VmRSS:"))
                .findFirst()
                .orElseThrow();
        return Long.parseLong(line.replaceAll("[^0-9]", ""));
    }

    @Test
    void clientsThatNeverReadOrWaitForEverTakeBoundedMemoryAndNobodyElsesTurn() throws Exception {
        cluster.startAll();
        final int port = cluster.clientPort(1);
        final byte[] none = {};
        long slowestMs = 0;
        long slowestLargeMs = 0;
        long mostKib = 0;
        try (Crowd crowd = new Crowd()) {
            crowd.add(port, ECHOING, none, array("ECHO", MEBIBYTE));
            // Not for ever: that they left is seen behind what they sent, when the READ is answered.
            final byte[] read = "READ 1000000000 BLOCK 12000\r\n".getBytes(StandardCharsets.US_ASCII);
            crowd.add(port, BLOCKED, read, array("PING", 3_000));
            crowd.add(port, COUNTING, none, "LAST\r\n".repeat(10_000).getBytes(StandardCharsets.US_ASCII));
            crowd.start();
            final long untilNs = System.nanoTime() + PRESSURE_NS;
            try (RespClient client = cluster.client(1).timeoutMs(30_000)) {
                for (int i = 0; i < APPENDS || System.nanoTime() < untilNs; i++) {
                    final long startNs = System.nanoTime();
                    // Small, middling and large by turns.
                    final int length = i % 10 == 0 ? MEBIBYTE : i % 10 == 5 ? 20_000 : 100;
                    client.sendRaw(array("APPEND", length));
                    assertTrue(client.receive() instanceof Long);
                    final long tookMs = (System.nanoTime() - startNs) / 1_000_000;
                    if (length == MEBIBYTE) {
                        slowestLargeMs = Math.max(slowestLargeMs, tookMs);
                    } else {
                        slowestMs = Math.max(slowestMs, tookMs);
                    }
                    mostKib = Math.max(mostKib, residentKib());
                }
                assertEquals(
                        ECHOING + BLOCKED + COUNTING + 1,
                        Integer.parseInt(client.status().get("client_connections")));
                assertEquals("t".repeat(MEBIBYTE), client.call("ECHO", "t".repeat(MEBIBYTE)));
            }
            assertEquals(null, crowd.failure);
        }
        assertTrue(cluster.node(1).isAlive());
        assertTrue(slowestMs < APPEND_BOUND_MS, "an append took " + slowestMs + " ms");
        assertTrue(slowestLargeMs < LARGE_APPEND_BOUND_MS, "a large append took " + slowestLargeMs + " ms");
        assertTrue(mostKib < MEMORY_BOUND_KIB, mostKib + " KiB are resident");

        ProcessCluster.untilTrue("all to be gone", () -> cluster.figure(1, "client_connections") == 1);
        try (RespClient client = cluster.client(1)) {
            assertEquals("PONG", client.call("PING"));
            assertTrue(client.call("APPEND", "after") instanceof Long);
        }
    }
}
