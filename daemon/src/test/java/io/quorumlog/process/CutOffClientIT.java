package io.quorumlog.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorumlog.client.QuorumLogClient;
import io.quorumlog.client.UncertainException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The leader vanishes without a word for its clients too: none clings to it, and none repeats what may have happened. */
@Tag("bad-days")
final class CutOffClientIT {
    private static final int TIMEOUT_S = 5;
    private static final int PIPELINED = 200;
    /** So that the appends behind the fault take longer than the leader's silence is borne. */
    private static final int PAUSE_MS = 6;

    @RegisterExtension
    final NetworkCluster cluster = new NetworkCluster(3);

    private final List<Process> clients = new ArrayList<>();

    private enum Fault {
        BLACK_HOLE,
        PAUSE
    }

    @AfterEach
    void endClients() {
        clients.forEach(Process::destroyForcibly);
    }

    private void vanish(final Fault fault, final int leader) {
        if (fault == Fault.PAUSE) {
            cluster.pause(leader);
        } else {
            cluster.network().blackHole(leader);
        }
    }

    /** One that is idle, one that tails, and one that only comes now and knows nothing better than to ask the dead one first. */
    @ParameterizedTest
    @EnumSource
    void textClientsGoOnWithTheNextLeader(final Fault fault) throws IOException, InterruptedException {
        final int leader = cluster.startAll();
        cluster.awaitAllFollow();
        final Process idle = client(leader);
        final Process tail = client(leader, "tail", "1");
        try (Writer commands = idle.outputWriter();
                BufferedReader indexes = idle.inputReader();
                BufferedReader entries = tail.inputReader()) {
            final String first = append(commands, indexes, "first");
            assertEquals(first + "\tfirst", entries.readLine());
            vanish(fault, leader);
            cluster.awaitLeader();

            final long beganNs = System.nanoTime();
            final String second = append(commands, indexes, "second");
            final Duration took = Duration.ofNanos(System.nanoTime() - beganNs);
            assertTrue(took.toSeconds() < TIMEOUT_S, "the idle client needs " + took);
            assertEquals(second + "\tsecond", entries.readLine());
            final Duration tailTook = Duration.ofNanos(System.nanoTime() - beganNs);
            assertTrue(tailTook.toSeconds() < TIMEOUT_S, "the tail needs " + tailTook);

            final Process late = client(leader, "append", "third");
            final String third;
            try (BufferedReader index = late.inputReader()) {
                third = index.readLine();
            }
            assertEquals(0, late.waitFor());
            assertEquals(third + "\tthird", entries.readLine());
        }
        cluster.network().heal();
        cluster.resume(leader);
        final List<String> payloads =
                cluster.awaitEqualLogs().stream().map(RespClient.Entry::payload).toList();
        assertEquals(List.of("first", "second", "third"), payloads);
    }

    private String append(final Writer commands, final BufferedReader indexes, final String payload)
            throws IOException {
        commands.write("append " + payload + "\n");
        commands.flush();
        return indexes.readLine();
    }

    /** The text client, which asks this member first. */
    private Process client(final int first, final String... command) throws IOException {
        final StringBuilder servers = new StringBuilder(cluster.clientAddress(first));
        for (int id = 1; id <= cluster.size(); id++) {
            servers.append(id == first ? "" : "," + cluster.clientAddress(id));
        }
        final List<String> words = new ArrayList<>(List.of(
                NodeProcess.ROOT.resolve("scripts/client").toString(),
                "--servers",
                servers.toString(),
                "--timeout",
                Integer.toString(TIMEOUT_S)));
        words.addAll(List.of(command));
        final ProcessBuilder builder = new ProcessBuilder(words).redirectError(ProcessBuilder.Redirect.INHERIT);
        NodeProcess.setJava(builder.environment());
        final Process client = builder.start();
        clients.add(client);
        return client;
    }

    /** Each append that is under way tells what became of it, and nothing is in the log twice. */
    @ParameterizedTest
    @EnumSource
    void libraryTellsOfEachAppendWhatIsTrue(final Fault fault) throws InterruptedException, TimeoutException {
        final int leader = cluster.startAll();
        cluster.awaitAllFollow();
        final List<CompletableFuture<Long>> appends = new ArrayList<>();
        try (QuorumLogClient client = QuorumLogClient.builder()
                .servers(cluster.servers())
                .timeout(Duration.ofSeconds(TIMEOUT_S))
                .build()) {
            client.append("0".getBytes(StandardCharsets.UTF_8));
            for (int i = 1; i <= 3 * PIPELINED; i++) {
                if (i == PIPELINED) {
                    vanish(fault, leader);
                }
                appends.add(client.appendAsync(Integer.toString(i).getBytes(StandardCharsets.UTF_8)));
                TimeUnit.MILLISECONDS.sleep(i < PIPELINED ? 1 : PAUSE_MS);
            }
            final long beganNs = System.nanoTime();
            CompletableFuture.allOf(appends.toArray(CompletableFuture[]::new))
                    .exceptionally(some -> null)
                    .get(2 * TIMEOUT_S, TimeUnit.SECONDS);
            final Duration took = Duration.ofNanos(System.nanoTime() - beganNs);
            assertTrue(took.toSeconds() <= TIMEOUT_S, "no call blocks beyond its timeout: " + took);
            client.append("last".getBytes(StandardCharsets.UTF_8));
        } catch (final ExecutionException e) {
            throw new AssertionError(e);
        }
        cluster.network().heal();
        cluster.resume(leader);
        final List<RespClient.Entry> log = cluster.awaitEqualLogs();
        for (int i = 1; i <= appends.size(); i++) {
            final String payload = Integer.toString(i);
            final List<Long> indexes = log.stream()
                    .filter(entry -> entry.payload().equals(payload))
                    .map(RespClient.Entry::index)
                    .toList();
            final CompletableFuture<Long> append = appends.get(i - 1);
            if (!append.isCompletedExceptionally()) {
                assertEquals(List.of(append.join()), indexes, payload);
            } else if (append.handle((index, e) -> e instanceof UncertainException)
                    .join()) {
                assertTrue(indexes.size() <= 1, () -> payload + " at " + indexes);
            } else {
                assertEquals(List.of(), indexes, () -> payload + ": " + append);
            }
        }
        assertFalse(appends.get(appends.size() - 1).isCompletedExceptionally(), "the client has found the next leader");
        assertEquals(
                log.size() - 1,
                log.stream().map(RespClient.Entry::payload).toList().indexOf("last"));
    }
}
