package io.quorumlog.process;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A cluster of real processes, ids 1 to n, each with a directory and ports of its own. Registered as an extension, a test
 * finds it stopped and empty; after the test all processes and files are gone, and when it failed, the last lines of each
 * node's output are printed.
 *
 * <pre>{@code
 * @RegisterExtension
 * final ProcessCluster cluster = new ProcessCluster(3);
 * }</pre>
 */
public class ProcessCluster implements BeforeEachCallback, AfterEachCallback {
    /** Generous, because tests share few cores. */
    public static final Duration PATIENCE = Duration.ofSeconds(90);

    private static final int TAIL_LINES = 60;

    private final int size;
    private final Map<String, String> settings = new LinkedHashMap<>();
    private final Map<Integer, NodeProcess> nodes = new TreeMap<>();
    private final Map<Integer, TestDisk> disks = new TreeMap<>();
    private final Map<Integer, TestClock> clocks = new TreeMap<>();
    private Path directory;
    private int[] peerPorts;
    private int[] clientPorts;

    /** @param size number of members, 1 to 9 */
    public ProcessCluster(final int size) {
        this.size = size;
    }

    /** Gives all nodes started from now on a setting. */
    public ProcessCluster setting(final String name, final Object value) {
        settings.put(name, value.toString());
        return this;
    }

    @Override
    public final void beforeEach(final ExtensionContext context) throws IOException {
        open();
    }

    /** Makes the directory and finds the ports; what {@link #close} ends. */
    public void open() throws IOException {
        directory = Files.createTempDirectory(Files.createDirectories(Path.of("target/process-tests")), "cluster")
                .toAbsolutePath();
        moveAll();
    }

    @Override
    public final void afterEach(final ExtensionContext context) throws IOException {
        stopAll();
        if (context.getExecutionException().isPresent()) {
            for (final Map.Entry<Integer, NodeProcess> node : nodes.entrySet()) {
                System.err.println("---- last output of node " + node.getKey() + " in " + context.getDisplayName());
                System.err.println(node.getValue().outputTail(TAIL_LINES));
            }
        }
        close();
    }

    private void stopAll() {
        disks.values().forEach(TestDisk::thaw);
        nodes.values().forEach(NodeProcess::close);
    }

    /** Ends all processes and deletes the directory. */
    public void close() throws IOException {
        closeAndKeepFiles();
        delete(directory);
    }

    /** Ends all processes, for somebody who looks at what they have written. */
    public void closeAndKeepFiles() {
        stopAll();
        nodes.clear();
        disks.values().forEach(TestDisk::close);
        disks.clear();
        clocks.values().forEach(TestClock::close);
        clocks.clear();
    }

    // Processes.

    /** Starts all nodes and waits for a leader that can commit, and until each of them counts for that; its id. */
    public int startAll() {
        for (int id = 1; id <= size; id++) {
            start(id);
        }
        return awaitAllCount();
    }

    /** Waits, after all nodes were started, for a leader that can commit, and until each of them counts for that; its id. */
    public int awaitAllCount() {
        for (int id = 1; id <= size; id++) {
            final int each = id;
            untilTrue(
                    "node " + id + " to be brought up to date",
                    () -> !status(each).isEmpty() && !isBlank(nodes.get(each)));
        }
        return awaitLeader();
    }

    private static boolean isBlank(final NodeProcess node) {
        final String output = node.output();
        return output.lastIndexOf("blank=yes") > output.lastIndexOf("blank=no");
    }

    /** Starts a node on what its directory holds; does not wait. */
    public NodeProcess start(final int id) {
        return start(id, Map.of());
    }

    /** Starts a node with more in its environment. */
    NodeProcess start(final int id, final Map<String, String> environment) {
        final ProcessBuilder builder = NodeProcess.builder(output(id), arguments(id));
        builder.environment().putAll(environment);
        return start(id, builder);
    }

    /** Starts a node by a command that is put before its own, such as a tracer. */
    NodeProcess startUnder(final List<String> prefix, final int id) {
        final ProcessBuilder builder = NodeProcess.builder(output(id), arguments(id));
        builder.command().addAll(0, prefix);
        return start(id, builder);
    }

    private NodeProcess start(final int id, final ProcessBuilder builder) {
        final NodeProcess before = nodes.get(id);
        if (before != null && before.isAlive()) {
            throw new IllegalStateException("node " + id + " runs already");
        }
        builder.command().addAll(0, prefix(id));
        if (clocks.containsKey(id)) {
            builder.environment().putAll(clocks.get(id).environment());
        }
        final NodeProcess node = NodeProcess.start(output(id), builder);
        nodes.put(id, node);
        return node;
    }

    private Path output(final int id) {
        return directory.resolve("node-" + id + ".log");
    }

    /** Takes charge of a node that a test has started in a way of its own. */
    NodeProcess adopt(final int id, final NodeProcess node) {
        nodes.put(id, node);
        return node;
    }

    /** The flags with which a node is started. */
    public List<String> arguments(final int id) {
        final List<String> arguments = new ArrayList<>(List.of(
                "--node-id",
                Integer.toString(id),
                "--cluster",
                clusterSetting(),
                "--data-dir",
                dataDir(id).toString()));
        settings.forEach((name, value) -> arguments.addAll(List.of("--" + name, value)));
        return arguments;
    }

    /** The process of a node, running or ended. */
    public NodeProcess node(final int id) {
        return nodes.get(id);
    }

    /** SIGKILL. */
    public void kill(final int id) {
        node(id).kill();
    }

    /** SIGKILL to all at once. */
    public void killAll() {
        nodes.values().forEach(node -> node.signal("KILL"));
        nodes.values().forEach(NodeProcess::awaitExit);
    }

    /**
     * The power fails for these nodes and their disks at the same moment. Were a node left running, it could still acknowledge
     * what an fdatasync pretends to have stored: one that is under way while its ext4 is shut down returns success now and
     * then (5 of 80 times in a program that does nothing else), which no power failure lets anybody see.
     */
    public void losePower(final List<Integer> ids) {
        ids.forEach(this::pause);
        ids.forEach(id -> disk(id).losePower());
        ids.forEach(this::kill);
    }

    /** SIGSTOP, and its effect awaited. */
    public void pause(final int id) {
        node(id).pause();
    }

    /** SIGCONT. */
    public void resume(final int id) {
        node(id).signal("CONT");
    }

    /** SIGTERM; the exit status. */
    public int terminate(final int id) {
        return node(id).terminate();
    }

    // Places.

    /** Gives all nodes other ports, which hold from their next start on, together with the setting that names them. */
    public void moveAll() throws IOException {
        final int first = FreePorts.nextRun(2 * size);
        peerPorts = IntStream.range(first, first + size).toArray();
        clientPorts = IntStream.range(first + size, first + 2 * size).toArray();
    }

    public int size() {
        return size;
    }

    public Path directory() {
        return directory;
    }

    /** A node's data directory, which need not exist. */
    public Path dataDir(final int id) {
        final TestDisk disk = disks.get(id);
        return disk == null ? directory.resolve("node-" + id) : disk.path().resolve("data");
    }

    /** Gives a node that was never started a small disk for its data. */
    public TestDisk mountDisk(final int id, final TestDisk.Kind kind, final int mib) {
        final TestDisk disk = TestDisk.make(kind, mib, directory.resolve("disk-" + id));
        disks.put(id, disk);
        return disk;
    }

    /** The disk that a node was given. */
    public TestDisk disk(final int id) {
        return disks.get(id);
    }

    /** Gives a node, from its next start on, a wall clock of its own. */
    public TestClock giveClock(final int id) {
        final TestClock clock = TestClock.make(directory.resolve("clock-" + id));
        clocks.put(id, clock);
        return clock;
    }

    /** The wall clock that a node was given. */
    public TestClock clock(final int id) {
        return clocks.get(id);
    }

    public int peerPort(final int id) {
        return peerPorts[id - 1];
    }

    public int clientPort(final int id) {
        return clientPorts[id - 1];
    }

    /** Where a node listens. */
    String host(final int id) {
        return "127.0.0.1";
    }

    /** How the setting {@code cluster} calls the place where a node listens. */
    String memberHost(final int id) {
        return host(id);
    }

    /** What is put before the command by which a node is started. */
    List<String> prefix(final int id) {
        return List.of();
    }

    public String clientAddress(final int id) {
        return host(id) + ":" + clientPort(id);
    }

    /** All client addresses, for {@code --servers}. */
    public String servers() {
        final StringBuilder servers = new StringBuilder();
        for (int id = 1; id <= size; id++) {
            servers.append(id == 1 ? "" : ",").append(clientAddress(id));
        }
        return servers.toString();
    }

    /** The value of the setting {@code cluster}. */
    public String clusterSetting() {
        final StringBuilder cluster = new StringBuilder();
        for (int id = 1; id <= size; id++) {
            cluster.append(id == 1 ? "" : ",")
                    .append(id + "=" + memberHost(id) + ":" + peerPort(id) + ":" + clientPort(id));
        }
        return cluster.toString();
    }

    // Conversation.

    /** A new connection to a node, which must be listening. */
    public RespClient client(final int id) {
        return new RespClient(host(id), clientPort(id));
    }

    /** A node's STATUS; empty if it does not answer. */
    public Map<String, String> status(final int id) {
        try (RespClient client = client(id).timeoutMs(2_000)) {
            return client.status();
        } catch (final UncheckedIOException noAnswer) {
            return Map.of();
        }
    }

    /** A figure of a node's STATUS; -1 if it does not answer. */
    public long figure(final int id, final String key) {
        return Long.parseLong(status(id).getOrDefault(key, "-1"));
    }

    /** Makes a member lead that does not. */
    void lead(final int id) {
        untilTrue("member " + id + " to lead", () -> {
            final int leader = leader();
            if (leader != 0 && leader != id) {
                try (RespClient client = client(leader)) {
                    client.call("TRANSFER", id);
                }
            }
            return leader == id;
        });
    }

    /** Lets time pass that is itself what is tested: a cut that lasts so long. */
    static void pass(final Duration time) {
        await().pollDelay(time).atMost(PATIENCE).until(() -> true);
    }

    /** The latest term that a node which answers is in. */
    public long term() {
        return nodes.keySet().stream().mapToLong(id -> figure(id, "term")).max().orElseThrow();
    }

    /** Waits until a condition holds; a connection that is refused or breaks meanwhile is taken for "not yet". */
    public static void untilTrue(final String what, final Callable<Boolean> condition) {
        await(what)
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(20))
                .ignoreExceptionsInstanceOf(UncheckedIOException.class)
                .until(condition);
    }

    /** Waits until one of the running nodes leads and has committed in its term; its id. */
    public int awaitLeader() {
        return await("a leader that has committed")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(20))
                .until(this::leader, id -> id != 0);
    }

    /** The id of a leader that answers LAST, which it does only when it has committed in its term; 0 if there is none. */
    public int leader() {
        for (final Map.Entry<Integer, NodeProcess> node : nodes.entrySet()) {
            if (node.getValue().isAlive()) {
                try (RespClient client = client(node.getKey()).timeoutMs(1_000)) {
                    if (client.call("LAST") instanceof Long) {
                        return node.getKey();
                    }
                } catch (final UncheckedIOException noAnswer) {
                    // The next one, then.
                }
            }
        }
        return 0;
    }

    /** Some member that runs and does not lead. */
    public int follower(final int leader) {
        return nodes.entrySet().stream()
                .filter(node -> node.getKey() != leader && node.getValue().isAlive())
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow();
    }

    /** Appends by whoever leads, waiting for a leader as need be; the index. Not for payloads that must not be doubled. */
    public long append(final Object payload) {
        return await("an append")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> tryAppend(payload), index -> index > 0);
    }

    private long tryAppend(final Object payload) {
        final int leader = leader();
        if (leader == 0) {
            return 0;
        }
        try (RespClient client = client(leader)) {
            return client.call("APPEND", payload) instanceof Long index ? index : 0;
        } catch (final UncheckedIOException again) {
            return 0;
        }
    }

    /** Waits until a node has committed up to an index. */
    public void awaitCommit(final int id, final long index) {
        await("node " + id + " to commit " + index)
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> figure(id, "commit_index") >= index);
    }

    /** Waits until all running nodes have committed the same, and returns it as one of them gives it; checks the others. */
    public List<RespClient.Entry> awaitEqualLogs() {
        final int leader = awaitLeader();
        final long last = await("the leader's commit index")
                .atMost(PATIENCE)
                .until(() -> figure(leader, "commit_index"), index -> index >= 0);
        List<RespClient.Entry> expected = null;
        for (final Map.Entry<Integer, NodeProcess> node : nodes.entrySet()) {
            if (node.getValue().isAlive()) {
                awaitCommit(node.getKey(), last);
                final List<RespClient.Entry> entries = readUpTo(node.getKey(), last);
                if (expected != null && !expected.equals(entries)) {
                    throw new AssertionError(
                            "node " + node.getKey() + " reads another log: " + firstDifference(expected, entries));
                }
                expected = entries;
            }
        }
        return expected;
    }

    /** Over a network that loses packets, a connection may need more than one try. */
    private List<RespClient.Entry> readUpTo(final int id, final long last) {
        return await("node " + id + " to be read")
                .atMost(PATIENCE)
                .ignoreExceptionsInstanceOf(UncheckedIOException.class)
                .until(
                        () -> {
                            try (RespClient client = client(id)) {
                                return client.readAll(0).stream()
                                        .filter(entry -> entry.index() <= last)
                                        .toList();
                            }
                        },
                        entries -> true);
    }

    private static String firstDifference(final List<RespClient.Entry> expected, final List<RespClient.Entry> actual) {
        for (int i = 0; i < Math.min(expected.size(), actual.size()); i++) {
            if (!expected.get(i).equals(actual.get(i))) {
                return expected.get(i) + " and " + actual.get(i);
            }
        }
        return expected.size() + " and " + actual.size() + " entries";
    }

    /** Deletes a node's data, as a wiped disk would. */
    public void wipe(final int id) {
        delete(dataDir(id));
    }

    static void delete(final Path tree) {
        if (tree == null || !Files.exists(tree)) {
            return;
        }
        try (Stream<Path> paths = Files.walk(tree)) {
            for (final Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
