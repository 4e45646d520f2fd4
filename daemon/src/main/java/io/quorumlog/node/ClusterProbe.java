package io.quorumlog.node;

import io.quorumlog.store.LogDirectory;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What {@code scripts/cluster} asks the nodes that it runs on this machine, since a plain shell can't speak TCP. Nodes are
 * given as {@code id:pid:clientPort}, pid 0 where none runs. It uses little of the JDK, so that it starts quickly.
 *
 * <ul>
 *   <li>{@code startable MEMBERS PORT...}: are the settings in the environment possible in a cluster of these members? If
 *       not, prints why and ends with status {@link ProcessEnd#WRONG_SETTING}. Can the ports be listened on? Prints those
 *       that can't and ends with status {@link #PROBLEM}.
 *   <li>{@code held DIRECTORY}: prints the data directories in it that a process holds, if any, and ends with status
 *       {@link #PROBLEM}.
 *   <li>{@code status NODE...}: prints a line a node.
 *   <li>{@code leader SECONDS NODE...}: waits for a leader that can commit, and then until every node answers that is not
 *       paused; prints the leader's id.
 *   <li>{@code follows SECONDS NODE}: waits until the node answers, and then a little until it knows a leader.
 * </ul>
 *
 * <p>The two that wait end with status {@link #PROBLEM} as soon as a node's process is no more, and print its id; and with
 * status {@link #TIMEOUT} when the time is over and there is no leader, or the node has not answered.
 */
final class ClusterProbe {
    private static final int PROBLEM = 3;
    private static final int TIMEOUT = 4;

    private static final int ANSWER_TIMEOUT_MS = 1_000;
    private static final int PAUSE_MS = 25;
    /** A restarted node of a cluster that has no majority waits for a leader in vain. */
    private static final int FOLLOW_TIMEOUT_MS = 5_000;
    /** STATUS is a page of text. */
    private static final int MAX_ANSWER_BYTES = 1 << 16;

    private ClusterProbe() {}

    public static void main(final String[] arguments) throws InterruptedException {
        System.exit(
                switch (arguments[0]) {
                    case "startable" -> startable(arguments);
                    case "held" -> held(Path.of(arguments[1]));
                    case "status" -> status(arguments);
                    case "leader" -> leader(arguments);
                    case "follows" -> follows(arguments);
                    default -> throw new IllegalArgumentException(arguments[0]);
                });
    }

    private static int startable(final String[] arguments) {
        try {
            // Every id is a member's, every directory possible: what can be wrong is what the operator added.
            final String[] flags = {"--node-id", "1", "--cluster", arguments[1], "--data-dir", "."};
            NodeConfig.parse(flags, System.getenv(), "");
        } catch (final ConfigException e) {
            System.out.println(e.getMessage());
            return ProcessEnd.WRONG_SETTING;
        }
        final StringBuilder taken = new StringBuilder();
        for (int i = 2; i < arguments.length; i++) {
            try (ServerSocket socket = new ServerSocket()) {
                socket.setReuseAddress(true);
                socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(arguments[i])));
            } catch (final IOException e) {
                taken.append(taken.length() == 0 ? "" : " ").append(arguments[i]);
            }
        }
        if (taken.length() == 0) {
            return 0;
        }
        System.out.println(taken);
        return PROBLEM;
    }

    private static int held(final Path directory) {
        final List<Path> held;
        try (Stream<Path> paths = Files.walk(directory.toRealPath())) {
            held = paths.filter(LogDirectory::isHeld).toList();
        } catch (final IOException | UncheckedIOException e) {
            System.out.println(directory + ", perhaps: it can't be searched (" + e.getMessage() + ")");
            return PROBLEM;
        }
        if (held.isEmpty()) {
            return 0;
        }
        System.out.println(held.stream().map(Path::toString).collect(Collectors.joining(" and ")));
        return PROBLEM;
    }

    private static int status(final String[] nodes) throws InterruptedException {
        final StatusQuery[] queries = new StatusQuery[nodes.length];
        for (int i = 1; i < nodes.length; i++) {
            queries[i] = new StatusQuery(new Target(nodes[i]));
            queries[i].start();
        }
        for (int i = 1; i < nodes.length; i++) {
            queries[i].join();
            System.out.println(queries[i].line());
        }
        return 0;
    }

    private static int leader(final String[] arguments) throws InterruptedException {
        final long deadlineNs = deadlineNs(arguments[1]);
        final Target[] targets = targets(arguments);
        String leader = null;
        while (System.nanoTime() - deadlineNs < 0) {
            if (printEnded(targets)) {
                return PROBLEM;
            }
            if (leader == null) {
                leader = findLeader(targets);
            }
            if (leader != null && allAnswer(targets)) {
                break;
            }
            Thread.sleep(PAUSE_MS);
        }
        if (leader == null) {
            return TIMEOUT;
        }
        System.out.println(leader);
        return 0;
    }

    /** The id of the one that leads and has committed in its term, or null. */
    private static String findLeader(final Target[] targets) {
        for (final Target target : targets) {
            // LAST is answered by a leader only, and only when an entry of its own term is committed.
            if (target.ask("LAST").startsWith(":")) {
                return target.id;
            }
        }
        return null;
    }

    /** A majority is enough for a leader, so one may still be starting; but clients are told the addresses of all. */
    private static boolean allAnswer(final Target[] targets) {
        for (final Target target : targets) {
            if (!target.isInState('T') && target.ask("PING").isEmpty()) {
                return false;
            }
        }
        return true;
    }

    private static int follows(final String[] arguments) throws InterruptedException {
        final long deadlineNs = deadlineNs(arguments[1]);
        final Target[] targets = targets(arguments);
        long answeredNs = 0;
        boolean hasAnswered = false;
        while (System.nanoTime() - deadlineNs < 0) {
            if (printEnded(targets)) {
                return PROBLEM;
            }
            final Map<String, String> status = targets[0].status();
            if (!status.isEmpty()) {
                if (!hasAnswered) {
                    hasAnswered = true;
                    answeredNs = System.nanoTime();
                }
                if (!"0".equals(status.get("leader_id"))
                        || System.nanoTime() - answeredNs > FOLLOW_TIMEOUT_MS * 1_000_000L) {
                    return 0;
                }
            }
            Thread.sleep(PAUSE_MS);
        }
        return hasAnswered ? 0 : TIMEOUT;
    }

    private static long deadlineNs(final String seconds) {
        return System.nanoTime() + Integer.parseInt(seconds) * 1_000_000_000L;
    }

    private static Target[] targets(final String[] arguments) {
        final Target[] targets = new Target[arguments.length - 2];
        for (int i = 0; i < targets.length; i++) {
            targets[i] = new Target(arguments[i + 2]);
        }
        return targets;
    }

    private static boolean printEnded(final Target[] targets) {
        final StringBuilder ended = new StringBuilder();
        for (final Target target : targets) {
            if (!target.runs()) {
                ended.append(ended.length() == 0 ? "" : " ").append(target.id);
            }
        }
        if (ended.length() > 0) {
            System.out.println(ended);
        }
        return ended.length() > 0;
    }

    /** Asks one node, so that one that does not answer does not make the others' lines late. */
    private static final class StatusQuery extends Thread {
        private final Target target;
        private Map<String, String> status = Map.of();

        StatusQuery(final Target target) {
            this.target = target;
            setDaemon(true);
        }

        @Override
        public void run() {
            if (target.runs()) {
                status = target.status();
            }
        }

        /** Once the thread has ended. A value that isn't known is a dash. */
        String line() {
            return target.id
                    + (target.runs() ? " up pid=" + target.pid : " down pid=-")
                    + value("role", "role")
                    + value("term", "term")
                    + value("commit_index", "commit_index")
                    + value("leader", "leader_id");
        }

        private String value(final String name, final String key) {
            return " " + name + "=" + status.getOrDefault(key, "-");
        }
    }

    /** A node to be asked. */
    private static final class Target {
        private final String id;
        private final long pid;
        private final int port;

        Target(final String text) {
            final int first = text.indexOf(':');
            final int last = text.lastIndexOf(':');
            id = text.substring(0, first);
            pid = Long.parseLong(text.substring(first + 1, last));
            port = Integer.parseInt(text.substring(last + 1));
        }

        /** Whether its process is there; one that has ended and is only waited for by its parent isn't. */
        boolean runs() {
            return pid != 0 && ProcessHandle.of(pid).isPresent() && !isInState('Z');
        }

        /** Whether the system shows its process in a state: Z ended and not yet waited for, T paused. */
        boolean isInState(final char state) {
            try {
                final String stat = Files.readString(Path.of("/proc/" + pid + "/stat"), StandardCharsets.ISO_8859_1);
                return stat.charAt(stat.lastIndexOf(')') + 2) == state;
            } catch (final IOException noProc) {
                return false;
            }
        }

        Map<String, String> status() {
            final Map<String, String> status = new HashMap<>();
            for (final String line : ask("STATUS").split("\r\n")) {
                final int colon = line.indexOf(':');
                if (colon > 0) {
                    status.put(line.substring(0, colon), line.substring(colon + 1));
                }
            }
            return status;
        }

        /** A reply of one line as it comes, or the text of a bulk string; empty if there is none in time. */
        String ask(final String command) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), ANSWER_TIMEOUT_MS);
                socket.setSoTimeout(ANSWER_TIMEOUT_MS);
                socket.getOutputStream().write((command + "\r\n").getBytes(StandardCharsets.US_ASCII));
                final DataInputStream in = new DataInputStream(socket.getInputStream());
                final String line = readLine(in);
                if (!line.startsWith("$")) {
                    return line;
                }
                final byte[] text = new byte[Math.min(Integer.parseInt(line.substring(1)), MAX_ANSWER_BYTES)];
                in.readFully(text);
                return new String(text, StandardCharsets.UTF_8);
            } catch (final IOException | NumberFormatException noAnswer) {
                return "";
            }
        }

        private static String readLine(final DataInputStream in) throws IOException {
            final StringBuilder line = new StringBuilder();
            for (int c = in.readUnsignedByte(); c != '\n'; c = in.readUnsignedByte()) {
                if (line.length() == MAX_ANSWER_BYTES) {
                    throw new IOException("a reply without end");
                }
                if (c != '\r') {
                    line.append((char) c);
                }
            }
            return line.toString();
        }
    }
}
