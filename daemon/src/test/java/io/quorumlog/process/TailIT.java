package io.quorumlog.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorumlog.client.QuorumLogClient;
import io.quorumlog.client.UncertainException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A TAIL that is begun again behind its last entry whenever it breaks, while leaders die and files roll. */
@Tag("bad-days")
final class TailIT {
    private static final String PADDING = "/" + "x".repeat(64 * 1024);
    /** Enough for each node to begin a third file. */
    private static final int APPENDS = 2_300;

    private static final int KILLS = 6;
    private static final int APPENDERS = 4;
    /** After so many a TAIL is given up, if nothing else has ended it. */
    private static final int ENTRIES_PER_TAIL = 150;

    private static final String LAST = "last";

    @RegisterExtension
    final ProcessCluster cluster = new ProcessCluster(3).setting("durability", "page-cache");

    /** Follows the log at one node after the other, whichever lives. */
    private final class Follower extends Thread {
        private final Map<Long, String> seen = new TreeMap<>();
        private volatile Throwable failure;
        private volatile boolean isEnded;
        private long last;

        @Override
        public void run() {
            try {
                for (int round = 0; !isEnded; round++) {
                    follow(1 + round % 3);
                }
            } catch (final Throwable t) {
                failure = t;
            }
        }

        private void follow(final int id) {
            try (RespClient client = cluster.client(id)) {
                assertEquals("OK", client.call("TAIL", last + 1));
                for (int i = 0; i < ENTRIES_PER_TAIL && !isEnded; i++) {
                    final RespClient.Entry entry = RespClient.Entry.of(client.receive());
                    assertTrue(entry.index() > last, () -> entry.index() + " behind " + last);
                    last = entry.index();
                    seen.put(last, name(entry));
                    isEnded = name(entry).equals(LAST);
                }
            } catch (final UncheckedIOException broken) {
                // Goes on at the next one.
            }
        }
    }

    private static String name(final RespClient.Entry entry) {
        return entry.payload().substring(0, entry.payload().indexOf('/'));
    }

    @Test
    void aTailSeesEachEntryOnceThroughDeathsOfLeadersAndRollsOfFiles() throws Exception {
        cluster.startAll();
        final Map<Long, String> acknowledged = new ConcurrentHashMap<>();
        final Follower follower = new Follower();
        follower.start();
        try (QuorumLogClient client =
                QuorumLogClient.builder().servers(cluster.servers()).build()) {
            final AtomicInteger begun = new AtomicInteger();
            final Thread[] appenders = new Thread[APPENDERS];
            for (int i = 0; i < APPENDERS; i++) {
                appenders[i] = new Thread(() -> append(client, begun, acknowledged));
                appenders[i].start();
            }
            for (int kill = 1; kill <= KILLS; kill++) {
                final int enough = kill * APPENDS / (KILLS + 1);
                ProcessCluster.untilTrue("some load", () -> begun.get() >= enough);
                final int leader = cluster.awaitLeader();
                cluster.kill(leader);
                cluster.start(leader);
            }
            for (final Thread appender : appenders) {
                appender.join();
            }
            acknowledged.put(client.append(payload(LAST)), LAST);
        }
        follower.join(ProcessCluster.PATIENCE.toMillis());
        follower.isEnded = true;
        assertNull(follower.failure);
        acknowledged.forEach((index, name) -> assertEquals(name, follower.seen.get(index), "at " + index));
        assertEquals(
                follower.seen.size(), follower.seen.values().stream().distinct().count());

        final int leader = cluster.awaitLeader();
        try (Stream<?> files = Files.list(cluster.dataDir(leader))
                .filter(file -> file.toString().endsWith(".cq4"))) {
            assertTrue(files.count() >= 3);
        }
        final int other = cluster.follower(leader);
        cluster.awaitCommit(other, cluster.figure(leader, "commit_index"));
        endsInMidStream(other);
    }

    private static void append(
            final QuorumLogClient client, final AtomicInteger begun, final Map<Long, String> acknowledged) {
        for (int i = begun.incrementAndGet(); i <= APPENDS; i = begun.incrementAndGet()) {
            try {
                acknowledged.put(client.append(payload("" + i)), "" + i);
            } catch (final UncertainException allowed) {
                // It may be there, but not twice.
            }
        }
    }

    /** What is asked behind a TAIL is answered behind the last entry pushed, and nothing is pushed after it. */
    private void endsInMidStream(final int id) {
        try (RespClient client = cluster.client(id)) {
            client.send("TAIL", 1);
            assertEquals("OK", client.receive());
            long last = 0;
            for (int i = 0; i < 100; i++) {
                last = RespClient.Entry.of(client.receive()).index();
            }
            client.send("PING");
            Object reply = client.receive();
            while (!"PONG".equals(reply)) {
                final long index = RespClient.Entry.of(reply).index();
                assertTrue(index > last);
                last = index;
                reply = client.receive();
            }
            assertEquals("end", client.call("ECHO", "end"));
        }
    }

    private static byte[] payload(final String name) {
        return (name + PADDING).getBytes(StandardCharsets.US_ASCII);
    }
}
