package io.quorumlog.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * What a node does to the machine around it, as the kernel sees it: it writes in its data directory and connects to its
 * cluster's members, and that is all. (The log library can report to its maker; that must stay off.)
 */
@Tag("bad-days")
final class FootprintIT {
    private static final String CALLS =
            "connect,sendto,open,openat,creat,mkdir,mkdirat,rename,renameat,renameat2,link,linkat,"
                    + "symlink,symlinkat,unlink,unlinkat,rmdir,truncate,mknod,mknodat";
    private static final Pattern CALL = Pattern.compile("^\\d+ +(\\w+)\\((.*)$");
    private static final Pattern PATH = Pattern.compile("\"((?:[^\"\\\\]|\\\\.)*)\"");
    private static final Pattern PORT = Pattern.compile("sin6?_port=htons\\((\\d+)\\)");

    /** What the JVM sets of its own process is no file either. */
    private static final String NO_FILES = "/dev/(null|tty)|/proc/self/.*";

    @RegisterExtension
    final ProcessCluster cluster = new ProcessCluster(3);

    @Test
    void aNodeWritesInItsDataDirectoryAndConnectsToMembersOnly() throws Exception {
        final Path home = Files.createDirectory(cluster.directory().resolve("home"));
        final Path temporary = Files.createDirectory(cluster.directory().resolve("tmp"));
        final Path trace = cluster.directory().resolve("trace");
        final ProcessBuilder builder =
                NodeProcess.builder(cluster.directory().resolve("node-1.log"), cluster.arguments(1));
        trace(builder, trace);
        builder.environment().put("HOME", home.toString());
        builder.environment().put("TMPDIR", temporary.toString());
        final String javaOptions = "-Duser.home=" + home + " -Djava.io.tmpdir=" + temporary;
        builder.environment().put("JAVA_OPTS", javaOptions);
        final NodeProcess node =
                cluster.adopt(1, NodeProcess.start(cluster.directory().resolve("node-1.log"), builder));
        cluster.start(2);
        cluster.start(3);
        cluster.awaitCommit(1, cluster.append("x"));
        assertEquals(0, node.terminate(), node::output);

        final List<String> lines = endOf(trace, node.pid());
        final Set<String> written = written(lines);
        assertTrue(written.contains(cluster.dataDir(1).toString()), written::toString);
        written.removeIf(path -> path.startsWith(cluster.dataDir(1).toString()) || path.matches(NO_FILES));
        assertEquals(Set.of(), written);
        assertEquals(Set.of(cluster.peerPort(2), cluster.peerPort(3)), connected(lines, cluster.peerPort(1)));
        assertEquals(List.of(), list(home));
        assertEquals(List.of(), list(temporary));
    }

    @Test
    void theClientWritesNothingAndConnectsToNodesOnly() throws Exception {
        final int leader = cluster.startAll();
        final Path home = Files.createDirectory(cluster.directory().resolve("home"));
        final Path trace = cluster.directory().resolve("trace");
        final ProcessBuilder builder = new ProcessBuilder(
                NodeProcess.ROOT.resolve("scripts/client").toString(), "--servers", cluster.servers(), "append", "x");
        NodeProcess.setJava(builder.environment());
        builder.redirectErrorStream(true);
        builder.redirectOutput(cluster.directory().resolve("client.log").toFile());
        trace(builder, trace);
        builder.environment().put("HOME", home.toString());
        builder.environment().put("JAVA_OPTS", "-Duser.home=" + home);
        final Process client = builder.start();
        assertTrue(client.waitFor(60, TimeUnit.SECONDS));
        assertEquals(0, client.exitValue());

        final List<String> lines = endOf(trace, client.pid());
        final Set<String> written = written(lines);
        written.removeIf(path -> path.matches(NO_FILES));
        assertEquals(Set.of(), written);
        final Set<Integer> connected = connected(lines, 0);
        assertTrue(connected.contains(cluster.clientPort(leader)), connected::toString);
        connected.removeIf(port -> port >= cluster.clientPort(1) && port <= cluster.clientPort(3));
        assertEquals(Set.of(), connected);
        assertEquals(List.of(), list(home));
    }

    /** Has strace watch it, from a process of its own, so that signals go to what is watched. */
    private static void trace(final ProcessBuilder builder, final Path output) throws Exception {
        assumeTrue(canTrace(), "there is no strace, or nothing may be traced here");
        final List<String> command = new ArrayList<>(
                List.of("strace", "-D", "-f", "-s", "4096", "-o", output.toString(), "-e", "trace=" + CALLS));
        command.addAll(builder.command());
        builder.command(command);
    }

    private static boolean canTrace() throws InterruptedException {
        try {
            final Process trial = new ProcessBuilder("strace", "-D", "-f", "-o", "/dev/null", "true")
                    .redirectErrorStream(true)
                    .redirectOutput(Path.of("/dev/null").toFile())
                    .start();
            return trial.waitFor(20, TimeUnit.SECONDS) && trial.exitValue() == 0;
        } catch (final IOException none) {
            return false;
        }
    }

    /** The lines of a process that has ended, once all are written. */
    private static List<String> endOf(final Path trace, final long pid) throws IOException {
        final Pattern end = Pattern.compile("(?m)^" + pid + " +\\+\\+\\+ exited with 0");
        ProcessCluster.untilTrue(
                "the trace to end",
                () -> end.matcher(Files.readString(trace, StandardCharsets.ISO_8859_1))
                        .find());
        return Files.readAllLines(trace, StandardCharsets.ISO_8859_1);
    }

    /** All paths that were changed, or opened for writing. */
    private static Set<String> written(final List<String> lines) {
        final Set<String> written = new TreeSet<>();
        for (final String line : lines) {
            final Matcher call = CALL.matcher(line);
            final boolean isNetwork = line.contains(" connect(") || line.contains(" sendto(");
            if (call.matches() && !isNetwork && !line.contains(" = -1 E") && isWriting(call)) {
                final Matcher path = PATH.matcher(call.group(2));
                while (path.find()) {
                    written.add(path.group(1));
                }
            }
        }
        return written;
    }

    private static boolean isWriting(final Matcher call) {
        return !call.group(1).startsWith("open") || call.group(2).matches(".*\\bO_(WRONLY|RDWR|CREAT)\\b.*");
    }

    /** The ports that were connected to, all of this machine; but for a node's own, to which it connects itself once. */
    private static Set<Integer> connected(final List<String> lines, final int own) {
        final Set<Integer> ports = new TreeSet<>();
        for (final String line : lines) {
            if (line.contains("connect(") && line.contains("sa_family=AF_INET")) {
                final Matcher port = PORT.matcher(line);
                assertTrue(line.contains("127.0.0.1\"") && port.find(), line);
                ports.add(Integer.parseInt(port.group(1)));
            }
            assertTrue(!line.contains(" sendto(") || !line.contains("htons("), line);
        }
        ports.remove(own);
        return ports;
    }

    private static List<Path> list(final Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList();
        }
    }
}
