package io.quorumlog.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.quorumlog.client.QuorumLogClient;
import io.quorumlog.client.UncertainException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Nodes that are restarted one after the other, or again and again, disturb neither the others nor their clients. */
@Tag("bad-days")
final class RestartIT {
    private static final int ROUNDS = 3;
    private static final int CLIENTS = 4;
    private static final int RESTARTS = 15;
    private static final int DEAD_CONNECTIONS = 1_000;
    /** Of Linux: a line a socket, with its local address, its peer's and its state. */
    private static final List<Path> SOCKETS = List.of(Path.of("/proc/net/tcp"), Path.of("/proc/net/tcp6"));

    @RegisterExtension
    final ProcessCluster cluster = new ProcessCluster(3);

    @Test
    void rollingRestartsAreHiddenFromUsersOfTheClient() throws InterruptedException {
        final long firstTerm = cluster.figure(cluster.startAll(), "term");
        final Map<String, Long> acknowledged = new ConcurrentHashMap<>();
        final ConcurrentLinkedQueue<RuntimeException> failures = new ConcurrentLinkedQueue<>();
        final AtomicBoolean isEnding = new AtomicBoolean();
        final List<Thread> threads = new ArrayList<>();
        try (QuorumLogClient client = QuorumLogClient.builder()
                .servers(cluster.servers())
                .timeout(Duration.ofSeconds(30))
                .build()) {
            for (int i = 0; i < CLIENTS; i++) {
                final String name = "user-" + i;
                final Thread thread = new Thread(() -> append(client, name, acknowledged, failures, isEnding));
                threads.add(thread);
                thread.start();
            }
            try {
                for (int round = 0; round < ROUNDS; round++) {
                    for (int id = 1; id <= 3; id++) {
                        final int enough = acknowledged.size() + 20;
                        ProcessCluster.untilTrue("some load", () -> acknowledged.size() > enough);
                        assertEquals(0, cluster.terminate(id), cluster.node(id)::output);
                        cluster.start(id);
                        cluster.awaitCommit(id, cluster.figure(cluster.awaitLeader(), "commit_index"));
                    }
                }
            } finally {
                isEnding.set(true);
                for (final Thread thread : threads) {
                    thread.join();
                }
            }
        }

        assertTrue(failures.isEmpty(), () -> "a user saw " + failures.peek());
        final List<RespClient.Entry> log = cluster.awaitEqualLogs();
        final Map<String, Long> found =
                log.stream().collect(Collectors.toMap(RespClient.Entry::payload, RespClient.Entry::index));
        acknowledged.forEach((payload, index) -> assertEquals(index, found.get(payload), payload));
        final long terms = cluster.figure(cluster.awaitLeader(), "term") - firstTerm;
        assertTrue(terms <= 3 * ROUNDS, () -> terms + " terms");
    }

    private static void append(
            final QuorumLogClient client,
            final String name,
            final Map<String, Long> acknowledged,
            final ConcurrentLinkedQueue<RuntimeException> failures,
            final AtomicBoolean isEnding) {
        for (int number = 0; !isEnding.get(); number++) {
            final String payload = name + "/" + number;
            try {
                acknowledged.put(payload, client.append(payload.getBytes(StandardCharsets.UTF_8)));
            } catch (final UncertainException allowed) {
                // It may be in the log, but not twice.
            } catch (final RuntimeException e) {
                failures.add(e);
                return;
            }
        }
    }

    /** The mistakes: it campaigns each time, or leaves a file behind. */
    @Test
    void aFollowerThatDiesSoonAfterEachStartDisturbsNobody() throws IOException {
        final int leader = cluster.startAll();
        final int follower = cluster.follower(leader);
        final long term = cluster.figure(leader, "term");
        final int[] before = new int[4];
        for (int id = 1; id <= 3; id++) {
            before[id] = cluster.node(id).output().length();
        }
        final AppendLoad load = new AppendLoad(cluster, 2);
        try (load) {
            for (int round = 0; round < 8; round++) {
                cluster.kill(follower);
                final NodeProcess node = cluster.start(follower);
                // At ever later moments, from the start of its Java on to some time after it has met the others.
                final long ageMs = 200 + 200 * round;
                final long startedNs = System.nanoTime();
                ProcessCluster.untilTrue(
                        "an age of " + ageMs + " ms",
                        () -> !node.isAlive() || System.nanoTime() - startedNs > ageMs * 1_000_000);
                assertTrue(node.isAlive(), node::output);
            }
            cluster.kill(follower);
            for (int round = 0; round < 3; round++) {
                final NodeProcess wrong = cluster.start(follower, Map.of("QUORUMLOG_IDLE", "never"));
                assertEquals(2, wrong.awaitExit(), wrong::output);
            }
            cluster.start(follower);
            final long committed = cluster.figure(leader, "commit_index");
            cluster.awaitCommit(follower, committed);
        }

        load.check(cluster.awaitEqualLogs());
        assertEquals(fileNames(leader), fileNames(follower));
        // A busy machine can make the others lose their leader; but none of them hears of a later term from who
        // restarts.
        final boolean isLost = IntStream.rangeClosed(1, 3)
                .filter(id -> id != follower)
                .anyMatch(id -> hasLostLeader(cluster.node(id).output().substring(before[id])));
        assertTrue(isLost || cluster.figure(leader, "term") == term, () -> "disturbed: " + cluster.status(leader));
    }

    /** The mistake: the dead connections of the process before keep its ports from the next one, for a minute. */
    @Test
    void aNodeRestartedAgainAndAgainAmidDeadConnectionsListensEachTimeAtOnce() throws IOException {
        assumeTrue(SOCKETS.stream().allMatch(Files::isReadable), SOCKETS + " are not there to count connections");
        final int leader = cluster.startAll();
        final long term = cluster.figure(leader, "term");
        final int victim = cluster.follower(leader);
        final List<Socket> clients = new ArrayList<>();
        for (int i = 0; i < DEAD_CONNECTIONS; i++) {
            final int port = i % 20 == 0 ? cluster.peerPort(victim) : cluster.clientPort(victim);
            clients.add(new Socket("127.0.0.1", port));
        }
        try (RespClient last = cluster.client(victim)) {
            last.call("PING"); // so that all before it have been accepted
        }

        for (int round = 0; round < RESTARTS; round++) {
            cluster.kill(victim);
            if (round == 0) {
                // Half of the clients stay, and leave their connections half closed.
                for (final Socket client : clients.subList(0, DEAD_CONNECTIONS / 2)) {
                    client.close();
                }
                ProcessCluster.untilTrue("connections in TIME_WAIT", () -> inTimeWait(victim) > DEAD_CONNECTIONS / 3);
            }
            final NodeProcess node = cluster.start(victim);
            ProcessCluster.untilTrue("the node to answer", () -> {
                assertTrue(node.isAlive(), node::output);
                return !cluster.status(victim).isEmpty();
            });
        }

        assertEquals(List.of(), cluster.node(victim).endLines());
        assertTrue(inTimeWait(victim) > DEAD_CONNECTIONS / 3, () -> inTimeWait(victim) + " in TIME_WAIT");
        assertEquals(term, cluster.figure(leader, "term"));
        for (final Socket client : clients) {
            client.close();
        }
    }

    /** Connections that a node's ports can't forget yet. */
    private long inTimeWait(final int id) {
        final String ports = String.format("(%04X|%04X)", cluster.peerPort(id), cluster.clientPort(id));
        final Pattern timeWait = Pattern.compile(" *\\d+: [0-9A-F]+:" + ports + " [0-9A-F]+:[0-9A-F]{4} 06 .*");
        long count = 0;
        for (final Path table : SOCKETS) {
            try (Stream<String> sockets = Files.lines(table)) {
                count +=
                        sockets.filter(line -> timeWait.matcher(line).matches()).count();
            } catch (final IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return count;
    }

    private static boolean hasLostLeader(final String output) {
        return output.contains("role=pre-candidate") || output.contains("no majority heard");
    }

    /** Days roll over and clocks are put forward in some zones, not in files' names. */
    @Test
    void membersInAllCountriesAndZonesAreOfOneMind() throws IOException {
        final List<Map<String, String>> countries = List.of(
                country("tr", "TR", "Pacific/Apia", "ISO-8859-9"),
                country("ar", "EG", "America/New_York", "US-ASCII"),
                country("th", "TH", "Asia/Kolkata", "UTF-16"));
        final List<Object> said = new ArrayList<>();
        for (int round = 0; round < 3; round++) {
            for (int id = 1; id <= 3; id++) {
                cluster.start(id, countries.get((id + round) % 3));
            }
            final int leader = cluster.awaitLeader();
            final long beganMs = System.currentTimeMillis();
            final String line = cluster.node(leader)
                    .output()
                    .lines()
                    .filter(some -> some.contains(" INFO "))
                    .findFirst()
                    .orElseThrow();
            final Instant logged = Instant.parse(line.split(" ")[0]);
            final Duration ago = Duration.between(logged, Instant.ofEpochMilli(beganMs));
            assertTrue(ago.abs().compareTo(Duration.ofMinutes(10)) < 0, ago::toString);
            try (RespClient client = cluster.client(leader)) {
                final long last = (Long) client.call("last");
                client.sendRaw("appendif " + last + " \u0130\u0131 gr\u00fc\u00df \u0663 " + round + "\r\n");
                final long index = (Long) client.receive();
                client.send("read", index, "count", 1);
                final List<?> entry = (List<?>) ((List<?>) client.receive()).get(0);
                assertEquals("\u0130\u0131 gr\u00fc\u00df \u0663 " + round, entry.get(3));
                final long timestampMs = (Long) entry.get(2);
                assertTrue(timestampMs >= beganMs && timestampMs <= System.currentTimeMillis(), entry::toString);
                cluster.awaitCommit(1, index);
                cluster.awaitCommit(2, index);
                cluster.awaitCommit(3, index);
            }
            for (int id = 1; id <= 3; id++) {
                try (RespClient client = cluster.client(id)) {
                    said.add(List.of(
                            client.call("ping"),
                            client.call("client", "setinfo", "lib-name", "x"),
                            client.call("nosuch i"),
                            client.call("read", "\u0661"),
                            client.call("help").toString().replaceAll("[ -~\r\n]", ""),
                            client.call("info").toString().replaceAll("[ -~\r\n]", "")));
                }
            }
            for (int id = 1; id <= 3; id++) {
                assertEquals(0, cluster.terminate(id), cluster.node(id)::output);
            }
        }

        assertEquals(1, said.stream().distinct().count(), said::toString);
        assertEquals(fileNames(1), fileNames(2));
        assertEquals(fileNames(1), fileNames(3));
        for (int id = 1; id <= 3; id++) {
            assertTrue(cluster.node(id).output().matches("[ -~\n]*"), cluster.node(id)::output);
            cluster.start(id);
        }
        assertEquals(3, cluster.awaitEqualLogs().size());
    }

    private static Map<String, String> country(
            final String language, final String country, final String zone, final String charset) {
        final String options = "-Duser.language=" + language + " -Duser.country=" + country + " -Dfile.encoding="
                + charset + " -Duser.timezone=" + zone;
        final String locale = language + "_" + country + "." + charset;
        return Map.of("JAVA_OPTS", options, "TZ", zone, "LC_ALL", locale, "LANG", locale);
    }

    private List<String> fileNames(final int id) throws IOException {
        try (Stream<Path> files = Files.list(cluster.dataDir(id))) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
