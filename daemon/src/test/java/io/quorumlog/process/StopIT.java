package io.quorumlog.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** SIGTERM ends a node with status 0, whatever state it and the others are in; and stderr can't hold it up. */
final class StopIT {
    @RegisterExtension
    final ProcessCluster cluster = new ProcessCluster(3);

    @Test
    void aLeaderHandsOverAndEveryNodeEndsWithStatusZero() {
        final int leader = cluster.startAll();
        cluster.append("before");
        final long term = cluster.figure(leader, "term");

        assertEquals(0, cluster.terminate(leader), () -> cluster.node(leader).output());

        final int next = cluster.awaitLeader();
        assertNotEquals(leader, next);
        assertEquals(term + 1, cluster.figure(next, "term"), "handed over, not fought for");
        for (int id = 1; id <= 3; id++) {
            if (id != leader) {
                assertEquals(0, cluster.terminate(id), cluster.node(id)::output);
            }
        }
    }

    @Test
    void aNodeThatLooksForALeaderInVainStops() {
        final NodeProcess node = cluster.start(1);
        ProcessCluster.untilTrue("the node to answer", () -> !cluster.status(1).isEmpty());

        assertEquals(0, node.terminate(), node::output);
    }

    @Test
    void aNodeThatIsStartingStops() {
        final NodeProcess node = cluster.start(1);
        ProcessCluster.untilTrue("the first line", () -> node.output().contains("start node=1"));

        assertEquals(0, node.terminate(), node::output);
    }

    /** The mistake: until the settings are read, the JVM answers the signal by itself, with status 143. */
    @Test
    void aNodeThatReadsItsSettingsStops() {
        final NodeProcess node = cluster.start(1, Map.of("JAVA_OPTS", "-Xlog:class+load"));
        ProcessCluster.untilTrue(
                "the settings' class to be loaded", () -> node.output().contains("io.quorumlog.node.NodeConfig "));

        assertEquals(0, node.terminate(), () -> node.outputTail(5));
    }

    @Test
    void aLeaderWhoseFollowersSleepStops() {
        final int leader = cluster.startAll();
        for (int id = 1; id <= 3; id++) {
            if (id != leader) {
                cluster.pause(id);
            }
        }

        assertEquals(0, cluster.terminate(leader), () -> cluster.node(leader).output());
    }

    @Test
    void aSecondSignalChangesNothing() {
        final int leader = cluster.startAll();
        final NodeProcess node = cluster.node(leader);

        node.signal("TERM");
        node.signal("TERM");
        node.signal("INT");

        assertEquals(0, node.awaitExit(), node::output);
    }

    @Test
    void whatWasAcknowledgedBeforeAStopUnderLoadIsThere() {
        cluster.startAll();
        final AppendLoad load = new AppendLoad(cluster, 3);
        try (load) {
            for (int round = 0; round < 3; round++) {
                final int enough = load.acknowledged() + 100;
                ProcessCluster.untilTrue("some load", () -> load.acknowledged() > enough);
                final int leader = cluster.awaitLeader();
                assertEquals(
                        0, cluster.terminate(leader), () -> cluster.node(leader).output());
                cluster.start(leader);
            }
        }

        load.check(cluster.awaitEqualLogs());
    }

    @Test
    void aClosedStandardErrorIsNoHindrance() throws IOException {
        final NodeProcess node = startByShell("exec \"$@\" 2>&- >&-");

        assertWorksAndStops(node);
    }

    @Test
    void aPipeThatNobodyReadsIsNoHindrance() throws IOException {
        final NodeProcess node = startByShell("head -c 65536 /dev/zero >&2; exec \"$@\"");

        assertWorksAndStops(node);
    }

    @Test
    void aPipeWhoseReaderIsGoneIsNoHindrance() throws IOException {
        assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "only bash can start a process with such a pipe");
        final NodeProcess node = startByShell("exec bash -c 'exec \"$@\" 2> >(exec true)' bash \"$@\"");

        assertWorksAndStops(node);
    }

    /** Starts node 1 of three by a line of shell, its standard error a pipe that is never read. */
    private NodeProcess startByShell(final String line) throws IOException {
        final ProcessBuilder node = NodeProcess.builder(cluster.directory().resolve("unused"), cluster.arguments(1));
        final List<String> command = new ArrayList<>(List.of("sh", "-c", line, "sh"));
        command.addAll(node.command());
        node.command(command);
        node.redirectErrorStream(false);
        node.redirectError(ProcessBuilder.Redirect.PIPE);
        node.redirectOutput(ProcessBuilder.Redirect.DISCARD);
        return cluster.adopt(1, NodeProcess.start(cluster.directory().resolve("unused"), node));
    }

    private void assertWorksAndStops(final NodeProcess node) {
        ProcessCluster.untilTrue("the node to answer", () -> !cluster.status(1).isEmpty());
        cluster.start(2);
        cluster.awaitLeader();
        assertTrue(cluster.append("x") > 0);
        assertEquals(0, node.terminate());
    }
}
