package io.quorumlog.process;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Load that hurts: memory stays bounded, nobody is starved, no leader changes, and everything is back to normal afterwards. The
 * election timeout is longer than usual, for these tests share few cores; what they would find blocks for longer than that.
 */
@Tag("bad-days")
final class LoadIT {
    private static final int ELECTION_TIMEOUT_MS = 2_000;
    private static final int MEBIBYTE = 1024 * 1024;
    private static final long LARGE_PAYLOADS = 150;
    private static final int LARGE_CLIENTS = 32;
    private static final int PIPELINED = 1_000_000;
    private static final int APPENDED = 200_000;
    private static final int PLAIN = 300;
    private static final int BLOCKED = 500;
    private static final int TAILS = 200;
    private static final int READING_TAILS = 20;
    private static final int TAILED = 300;
    /** Heap and direct memory that {@code scripts/node} allows, with the JVM's own and the log's end. */
    private static final long MEMORY_BOUND_KIB = 360L * 1024;
    /** What a paused or lost follower may cost its leader. */
    private static final long GROWTH_BOUND_KIB = 150L * 1024;

    @RegisterExtension
    final ProcessCluster cluster = new ProcessCluster(3).setting("election-timeout-ms", ELECTION_TIMEOUT_MS);

    /** Clients that each append one payload after the other to the leader, which must take them all. */
    private final class Load implements AutoCloseable {
        private final AtomicLong acknowledged = new AtomicLong();
        private final ConcurrentLinkedQueue<Long> latenciesMs = new ConcurrentLinkedQueue<>();
        private final ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
        private final List<Thread> threads = new ArrayList<>();
        private volatile boolean isEnding;

        Load(final int leader, final int clients, final int payloadBytes) {
            for (int i = 0; i < clients; i++) {
                final Thread thread = new Thread(() -> run(leader, new byte[payloadBytes]), "load-" + i);
                threads.add(thread);
                thread.start();
            }
        }

        private void run(final int leader, final byte[] payload) {
            try (RespClient client = cluster.client(leader).timeoutMs(60_000)) {
                while (!isEnding) {
                    final long beganNs = System.nanoTime();
                    final Object reply = client.call("APPEND", payload);
                    assertInstanceOf(Long.class, reply, reply::toString);
                    latenciesMs.add((System.nanoTime() - beganNs) / 1_000_000);
                    acknowledged.incrementAndGet();
                }
            } catch (final Throwable t) {
                failures.add(t);
            }
        }

        /** Waits until so many are acknowledged in all. */
        void await(final long appends) {
            ProcessCluster.untilTrue(appends + " appends", () -> acknowledged.get() >= appends || !failures.isEmpty());
            check();
        }

        void check() {
            assertTrue(failures.isEmpty(), () -> "an append failed: " + failures.peek());
        }

        /** Says how long the appends since the last report took. */
        void report(final String during) {
            final List<Long> taken = new ArrayList<>();
            for (Long next = latenciesMs.poll(); next != null; next = latenciesMs.poll()) {
                taken.add(next);
            }
            final long[] sorted =
                    taken.stream().mapToLong(Long::longValue).sorted().toArray();
            if (sorted.length > 0) {
                System.out.printf(
                        "%s: %d appends, p50 %d ms, p99 %d ms%n",
                        during, sorted.length, sorted[sorted.length / 2], sorted[sorted.length * 99 / 100]);
            }
        }

        @Override
        public void close() throws InterruptedException {
            isEnding = true;
            for (final Thread thread : threads) {
                thread.join();
            }
        }
    }

    private long memoryKib(final int id) throws IOException {
        final String line = Files.readAllLines(
                        Path.of("/proc/" + cluster.node(id).pid() + "/status"))
                .stream()
                .filter(some -> some.startsWith("RssAnon:"))
                .findFirst()
                .orElseThrow();
        return Long.parseLong(line.replaceAll("[^0-9]", ""));
    }

    @Test
    void largestPayloadsFromManyAPausedAndThenAnEmptyFollowerChangeNoLeader() throws Exception {
        final int leader = cluster.startAll();
        final int follower = cluster.follower(leader);
        final long term = cluster.figure(leader, "term");
        final long memoryKib = memoryKib(leader);
        try (Load load = new Load(leader, LARGE_CLIENTS, MEBIBYTE)) {
            cluster.pause(follower);
            load.await(LARGE_PAYLOADS);
            load.report("1 MiB by " + LARGE_CLIENTS + " clients, a follower paused");
            assertTrue(memoryKib(leader) < memoryKib + GROWTH_BOUND_KIB, memoryKib + " grew to " + memoryKib(leader));

            cluster.resume(follower);
            cluster.awaitCommit(follower, cluster.figure(leader, "commit_index"));
            load.report("1 MiB by " + LARGE_CLIENTS + " clients, it catches up");
            assertEquals(term, cluster.figure(follower, "term"));
            load.await(2 * LARGE_PAYLOADS);
        }

        cluster.kill(follower);
        cluster.wipe(follower);
        try (Load load = new Load(leader, 4, 1_000)) {
            load.await(100);
            load.report("1,000 bytes by 4 clients, a follower down");
            cluster.start(follower);
            cluster.awaitCommit(follower, cluster.figure(leader, "commit_index"));
            load.check();
            load.report("1,000 bytes by 4 clients, an empty follower joins");
        }
        assertEquals(term, cluster.figure(leader, "term"));
        assertEquals(term, cluster.figure(follower, "term"));
        assertTrue(memoryKib(leader) < memoryKib + GROWTH_BOUND_KIB, memoryKib + " grew to " + memoryKib(leader));
    }

    @Test
    void aClientMayPipelineAMillionRequestsBeforeItReads() throws Exception {
        final int leader = cluster.startAll();
        final StringBuilder requests = new StringBuilder(PIPELINED * 13);
        final StringBuilder replies = new StringBuilder(PIPELINED * 13);
        for (int i = 0; i < PIPELINED; i++) {
            final String number = Integer.toString(1_000_000 + i);
            requests.append("ECHO ").append(number).append('\n');
            replies.append("$7\r\n").append(number).append("\r\n");
        }
        try (RespClient client = cluster.client(leader).timeoutMs(60_000);
                RespClient other = cluster.client(leader).timeoutMs(60_000)) {
            client.sendRaw(requests.toString());
            assertInstanceOf(Long.class, other.call("APPEND", "beside it"));
            assertArrayEquals(
                    replies.toString().getBytes(StandardCharsets.US_ASCII), client.receiveRaw(replies.length()));

            client.sendRaw("APPEND x\n".repeat(APPENDED));
            assertInstanceOf(Long.class, other.call("APPEND", "beside it"));
            long last = 0;
            for (int i = 0; i < APPENDED; i++) {
                final long index = assertInstanceOf(Long.class, client.receive());
                assertTrue(index > last, index + " behind " + last);
                last = index;
            }
        }
        assertTrue(memoryKib(leader) < MEMORY_BOUND_KIB, memoryKib(leader) + " KiB");
    }

    @Test
    void aThousandClientsOfWhomManyWaitOrDoNotReadLeaveTheOthersServed() throws Exception {
        final int leader = cluster.startAll();
        final long term = cluster.figure(leader, "term");
        final byte[] payload = new byte[100_000];
        Arrays.fill(payload, (byte) 'p');
        final List<RespClient> clients = new ArrayList<>();
        try (RespClient appender = cluster.client(leader).timeoutMs(60_000)) {
            final long first = (Long) appender.call("APPEND", payload);
            for (int i = 0; i < TAILED / 2; i++) {
                appender.call("APPEND", payload);
            }
            for (int i = 0; i < TAILS; i++) {
                clients.add(cluster.client(leader).timeoutMs(60_000));
                clients.get(i).sendRaw("TAIL " + first + "\n");
            }
            for (int i = 0; i < BLOCKED; i++) {
                clients.add(cluster.client(leader));
                clients.get(TAILS + i).sendRaw("READ 1000000000 BLOCK 3600000\n");
            }
            for (int i = 0; i < PLAIN; i++) {
                clients.add(cluster.client(leader));
                assertEquals("PONG", clients.get(TAILS + BLOCKED + i).call("PING"));
            }

            long last = 0;
            for (int i = 0; i < TAILED / 2; i++) {
                last = (Long) appender.call("APPEND", payload);
            }
            for (int i = 0; i < READING_TAILS; i++) {
                assertEquals("OK", clients.get(i).receive());
                long next = first;
                while (next <= last) {
                    final RespClient.Entry entry =
                            RespClient.Entry.of(clients.get(i).receive());
                    assertEquals(next++, entry.index());
                    assertEquals(payload.length, entry.payload().length());
                }
            }
            assertEquals(clients.size() + 1, Integer.parseInt(appender.status().get("client_connections")));
            assertTrue(memoryKib(leader) < MEMORY_BOUND_KIB, memoryKib(leader) + " KiB");
        } finally {
            clients.forEach(RespClient::close);
        }
        ProcessCluster.untilTrue("all to be gone", () -> cluster.figure(leader, "client_connections") == 1);
        assertEquals(term, cluster.figure(leader, "term"));
        cluster.append("after");
    }
}
