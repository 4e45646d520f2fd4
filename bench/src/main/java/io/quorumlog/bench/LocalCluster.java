package io.quorumlog.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * A cluster of real processes on this machine, started by {@code scripts/node} on free ports, ids 1 to n. Its data is in a
 * new directory below the one in the system property {@code quorumlog.bench.dir} ({@code data/bench} of the clone), which
 * should be on the disk that is to be measured. {@link ProcessGuard} sees to it that neither outlives this JVM.
 *
 * <p>One thread. What waits gives up after {@value #PATIENCE_S} s.
 */
final class LocalCluster implements AutoCloseable {
    private static final int PATIENCE_S = 60;
    private static final int PAUSE_MS = 20;
    private static final int LOG_LINES = 20;
    /** Below the ports that the system gives to outgoing connections, of which one could take that of a node that is down. */
    private static final int FIRST_PORT = 10_000;

    private static final int LAST_PORT = 32_000;

    private final Path directory;
    private final ProcessGuard guard;
    private final List<String> settings;
    private final List<InetSocketAddress> addresses = new ArrayList<>();
    private final Map<Integer, Process> processes = new TreeMap<>();
    private final StringBuilder members = new StringBuilder();

    private LocalCluster(final int size, final List<String> settings) throws IOException {
        this.settings = settings;
        final Path parent = directory();
        Files.createDirectories(parent);
        directory = Files.createTempDirectory(parent, "cluster");
        guard = new ProcessGuard(directory);
        for (int id = 1; id <= size; id++) {
            final int clientPort = freePort();
            addresses.add(new InetSocketAddress(InetAddress.getLoopbackAddress(), clientPort));
            members.append(id > 1 ? "," : "").append(id).append("=127.0.0.1:").append(freePort());
            members.append(':').append(clientPort);
        }
    }

    /**
     * Starts a cluster and waits until it serves and all members are up to date.
     *
     * @param size number of members, 1 to 9
     * @param settings flags that every node gets, such as {@code --durability page-cache}
     */
    static LocalCluster launch(final int size, final String... settings) {
        try {
            final LocalCluster cluster = new LocalCluster(size, List.of(settings));
            try {
                for (int id = 1; id <= size; id++) {
                    cluster.start(id);
                }
                cluster.awaitLeader();
                return cluster;
            } catch (final RuntimeException | IOException e) {
                cluster.close();
                throw e;
            }
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where benchmarks write. */
    static Path directory() {
        return Path.of(System.getProperty(
                        "quorumlog.bench.dir", root().resolve("data/bench").toString()))
                .toAbsolutePath();
    }

    private static Path root() {
        return Path.of(System.getProperty("quorumlog.root", ""));
    }

    private static int freePort() throws IOException {
        for (int tries = 0; tries < 1_000; tries++) {
            final int port = ThreadLocalRandom.current().nextInt(FIRST_PORT, LAST_PORT);
            try (ServerSocket socket = new ServerSocket()) {
                socket.setReuseAddress(true);
                socket.bind(new InetSocketAddress(port));
                return port;
            } catch (final IOException taken) {
                // the next one
            }
        }
        throw new IOException("no free port between " + FIRST_PORT + " and " + LAST_PORT);
    }

    // Members.

    /** Where clients reach the members, in the order of their ids. */
    List<InetSocketAddress> addresses() {
        return addresses;
    }

    /** Where clients reach a member. */
    InetSocketAddress address(final int id) {
        return addresses.get(id - 1);
    }

    /** Where clients reach all members but one. */
    List<InetSocketAddress> others(final int id) {
        final List<InetSocketAddress> others = new ArrayList<>(addresses);
        others.remove(id - 1);
        return others;
    }

    /** A member other than this one: the next id. */
    int next(final int id) {
        return id % addresses.size() + 1;
    }

    /** Waits for a leader that commits and whose log all members have, entry for entry; its id. */
    int awaitLeader() {
        final int[] leader = new int[1];
        await("a leader and all members up to date", () -> {
            final InetSocketAddress found = NodeQuery.findLeader(addresses);
            leader[0] = addresses.indexOf(found) + 1;
            return found != null && areAllUpToDate(NodeQuery.status(found), leader[0]);
        });
        return leader[0];
    }

    private boolean areAllUpToDate(final Map<String, String> status, final int leader) {
        final String match = ",connected=yes,match_index=" + status.get("last_index") + ",";
        for (int id = 1; id <= addresses.size(); id++) {
            if (id != leader && !status.getOrDefault("member_" + id, "").contains(match)) {
                return false;
            }
        }
        return true;
    }

    private void await(final String what, final BooleanSupplier condition) {
        final long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadlineNs > 0) {
                throw new IllegalStateException(what + ": not within " + PATIENCE_S + " s\n" + logTails());
            }
            processes.forEach((id, process) -> {
                if (!process.isAlive()) {
                    throw new IllegalStateException("node " + id + " has ended\n" + logTails());
                }
            });
            try {
                Thread.sleep(PAUSE_MS);
            } catch (final InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(what + ": interrupted", e);
            }
        }
    }

    // Processes.

    /** Starts a member on what its directory holds; does not wait. */
    void start(final int id) throws IOException {
        final List<String> command = new ArrayList<>(List.of(
                root().resolve("scripts/node").toAbsolutePath().toString(),
                "--node-id=" + id,
                "--cluster=" + members,
                "--data-dir=" + directory.resolve("node-" + id)));
        command.addAll(settings);
        final ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(logFile(id).toFile()))
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
        builder.environment().keySet().removeIf(name -> name.startsWith("QUORUMLOG_"));
        processes.put(id, builder.start());
        guard.watch(processes.values());
    }

    /** SIGKILL; does not wait. */
    void kill(final int id) {
        processes.get(id).destroyForcibly();
    }

    /** SIGTERM; does not wait. */
    void terminate(final int id) {
        processes.get(id).destroy();
    }

    /** SIGSTOP. */
    void pause(final int id) {
        signal("STOP", id);
    }

    /** SIGCONT. */
    void resume(final int id) {
        signal("CONT", id);
    }

    private void signal(final String name, final int id) {
        final String pid = Long.toString(processes.get(id).pid());
        try {
            new ProcessBuilder("kill", "-s", name, pid).inheritIO().start().waitFor();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits for the end of a member that was told to end, and starts it again on its data; does not wait for that. */
    void restart(final int id) throws IOException {
        try {
            if (!processes.get(id).waitFor(PATIENCE_S, TimeUnit.SECONDS)) {
                throw new IllegalStateException("node " + id + " does not end\n" + logTail(id));
            }
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
        start(id);
    }

    private Path logFile(final int id) {
        return directory.resolve("node-" + id + ".log");
    }

    private String logTails() {
        final StringBuilder tails = new StringBuilder();
        processes.keySet().forEach(id -> tails.append(logTail(id)));
        return tails.toString();
    }

    private String logTail(final int id) {
        try {
            final List<String> lines = Files.readString(logFile(id), StandardCharsets.ISO_8859_1)
                    .lines()
                    .toList();
            return "---- last output of node " + id + "\n"
                    + String.join("\n", lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size())) + "\n";
        } catch (final IOException e) {
            return "---- no output of node " + id + ": " + e.getMessage() + "\n";
        }
    }

    /** Ends all members, paused ones too, and deletes what they wrote. */
    @Override
    public void close() {
        guard.close();
    }
}
