package io.quorumlog.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAccumulator;

/**
 * Clients that append unique payloads, a few pipelined, to whoever leads, and keep a record of what each was told. A
 * payload whose fate is unknown is never sent again.
 */
public final class AppendLoad implements AutoCloseable {
    private static final int PIPELINED = 8;
    private static final int PATIENCE_MS = 2_000;
    private static final AtomicInteger CLIENTS = new AtomicInteger();

    private final ProcessCluster cluster;
    private final String padding;
    private final Map<String, Long> acknowledged = new ConcurrentHashMap<>();
    private final Map<String, String> refused = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicLong lastAcknowledgedNs = new AtomicLong(System.nanoTime());
    private final LongAccumulator longestPauseNs = new LongAccumulator(Math::max, 0);
    private volatile boolean isEnding;

    /** Starts so many clients. */
    public AppendLoad(final ProcessCluster cluster, final int clients) {
        this(cluster, clients, 0);
    }

    /** Starts so many clients, whose payloads are longer than they need be by so many bytes. */
    public AppendLoad(final ProcessCluster cluster, final int clients, final int paddingBytes) {
        this.cluster = cluster;
        padding = paddingBytes == 0 ? "" : "/" + "x".repeat(paddingBytes - 1);
        for (int i = 0; i < clients; i++) {
            final String name = "client-" + CLIENTS.getAndIncrement();
            final Thread thread = new Thread(() -> run(name), name);
            threads.add(thread);
            thread.start();
        }
    }

    /** How many appends were acknowledged so far. */
    public int acknowledged() {
        return acknowledged.size();
    }

    /** Waits until so many more have been acknowledged, for as long as no client fails. */
    public void awaitMore(final int more) {
        final int enough = acknowledged() + more;
        ProcessCluster.untilTrue("more acknowledged appends", () -> {
            checkClients();
            return acknowledged() >= enough;
        });
    }

    private void checkClients() {
        final Throwable failure = failures.peek();
        if (failure != null) {
            throw new AssertionError("a client failed: " + failure, failure);
        }
    }

    /** From now on {@link #longestPauseMs} speaks of what comes. */
    public void measureAnew() {
        lastAcknowledgedNs.set(System.nanoTime());
        longestPauseNs.reset();
    }

    /** The longest time in which nothing was acknowledged, the one that lasts still among them, in milliseconds. */
    public long longestPauseMs() {
        final long lastsNs = System.nanoTime() - lastAcknowledgedNs.get();
        return TimeUnit.NANOSECONDS.toMillis(Math.max(longestPauseNs.get(), lastsNs));
    }

    private void run(final String name) {
        int number = 0;
        try {
            while (!isEnding) {
                final int leader = cluster.leader();
                if (leader == 0) {
                    Thread.sleep(10);
                    continue;
                }
                try (RespClient client = cluster.client(leader).timeoutMs(PATIENCE_MS)) {
                    boolean isRefused = false;
                    while (!isEnding && !isRefused) {
                        final int first = number;
                        for (int i = 0; i < PIPELINED; i++) {
                            client.send("APPEND", name + "/" + number++ + padding);
                        }
                        for (int i = 0; i < PIPELINED; i++) {
                            isRefused |= !record(name + "/" + (first + i) + padding, client.receive());
                        }
                    }
                } catch (final UncheckedIOException broken) {
                    // What has not been answered is uncertain.
                }
            }
        } catch (final Throwable t) {
            failures.add(t);
        }
    }

    private boolean record(final String payload, final Object reply) {
        if (reply instanceof Long index) {
            acknowledged.put(payload, index);
            final long nowNs = System.nanoTime();
            longestPauseNs.accumulate(nowNs - lastAcknowledgedNs.getAndSet(nowNs));
            return true;
        }
        final String message = ((RespClient.Failure) reply).message();
        if (!message.startsWith("UNCERTAIN")) {
            refused.put(payload, message);
        }
        return false;
    }

    /** Ends the clients. */
    @Override
    public void close() {
        isEnding = true;
        for (final Thread thread : threads) {
            try {
                thread.join();
            } catch (final InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /**
     * After the end: each acknowledged payload stands in the log once and at its index, no refused one does, none is there
     * twice, indexes rise and times don't fall.
     */
    public void check(final List<RespClient.Entry> log) {
        checkClients();
        final Map<String, Long> found = new HashMap<>();
        long lastIndex = 0;
        long lastTimestampMs = 0;
        for (final RespClient.Entry entry : log) {
            assertTrue(entry.index() > lastIndex, () -> "out of order: " + entry);
            final long notBefore = lastTimestampMs;
            assertTrue(entry.timestampMs() >= notBefore, () -> "time falls at " + entry);
            lastIndex = entry.index();
            lastTimestampMs = entry.timestampMs();
            final Long before = found.put(entry.payload(), entry.index());
            assertEquals(null, before, () -> "twice in the log: " + entry);
        }
        acknowledged.forEach(
                (payload, index) -> assertEquals(index, found.get(payload), "acknowledged, of payload " + payload));
        refused.forEach((payload, message) ->
                assertTrue(!found.containsKey(payload), () -> payload + " was refused (" + message + ") but is there"));
    }
}
