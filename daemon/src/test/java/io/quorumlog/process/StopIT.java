package io.quorumlog.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.quorumlog.log.NodeIdentity;
import io.quorumlog.log.RecoveredLog;
import io.quorumlog.log.Recovery;
import io.quorumlog.store.OfflineDirectory;
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
    /** A hard state's record, and what stands between it and the one before. */
    private static final int MARK_BYTES = 64;

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

    /** Also where appends wait for no flush. */
    @Test
    void theLogTellsThatItWasFlushedToItsEnd() {
        final int follower = cluster.setting("durability", "page-cache").follower(cluster.startAll());
        cluster.append("not flushed before");
        cluster.awaitEqualLogs();

        assertEquals(0, cluster.terminate(follower));

        try (OfflineDirectory directory = OfflineDirectory.open(cluster.dataDir(follower))) {
            final RecoveredLog log =
                    Recovery.recover(directory.files(), new NodeIdentity(follower, new int[] {1, 2, 3}));
            final long unknown = log.end() - log.flushedBefore();
            assertTrue(unknown <= MARK_BYTES, unknown + " bytes may not have been flushed");
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
        assertTrue(node.output().contains("stopped node=1"), node::output);
    }

    /** The mistake: until the settings are read, the JVM answers the signal by itself, with status 143. */
    @Test
    void aNodeThatReadsItsSettingsStops() {
        final NodeProcess node = cluster.start(1, Map.of("JAVA_OPTS", "-Xlog:class+load"));
        ProcessCluster.untilTrue(
                "the settings' class to be loaded", () -> node.output().contains("io.quorumlog.node.NodeConfig "));

        assertEquals(0, node.terminate(), () -> node.outputTail(5));
    }

    /** From the first statement on to its first message, whatever class is at work; and nothing is lost by it. */
    @Test
    void aNodeThatOpensItsLogStops() {
        cluster.startAll();
        final long index = cluster.append("before");
        cluster.kill(1);
        for (final String lastLoaded : List.of(
                "node.StopSignal",
                "store.LogDirectory",
                "log.Recovery",
                "store.FlushThread",
                "replica.Replica",
                "raft.Follower")) {
            final int printed = cluster.node(1).output().length();
            final NodeProcess node = cluster.start(1, Map.of("JAVA_OPTS", "-Xlog:class+load"));
            final String line = " io.quorumlog." + lastLoaded + " ";
            ProcessCluster.untilTrue(line, () -> node.output().indexOf(line, printed) >= 0);

            assertEquals(0, node.terminate(), () -> lastLoaded + ": " + node.outputTail(5));
        }

        cluster.start(1);
        cluster.awaitCommit(1, index);
        assertEquals("before", cluster.awaitEqualLogs().get(0).payload());
    }

    @Test
    void aLeaderThatIsHandingOverToOneWhoSleepsStops() {
        final int leader = cluster.startAll();
        final int follower = cluster.follower(leader);
        cluster.append("before");
        cluster.pause(follower);
        try (RespClient client = cluster.client(leader)) {
            client.send("TRANSFER", follower);
            client.send("APPEND", "during");
            // Sent on another connection later, answered earlier: the transfer is under way.
            assertEquals(leader, cluster.figure(leader, "node_id"));

            assertEquals(
                    0, cluster.terminate(leader), () -> cluster.node(leader).output());
        }
        cluster.resume(follower);

        final List<RespClient.Entry> log = cluster.awaitEqualLogs();
        assertEquals("before", log.get(0).payload());
        assertTrue(log.size() <= 2, log::toString);
    }

    @Test
    void allNodesAtOnceUnderLoadStopAndLoseNothing() {
        cluster.startAll();
        final AppendLoad load = new AppendLoad(cluster, 3);
        try (load) {
            for (int round = 0; round < 2; round++) {
                final int enough = load.acknowledged() + 100;
                ProcessCluster.untilTrue("some load", () -> load.acknowledged() > enough);
                for (int id = 1; id <= 3; id++) {
                    cluster.node(id).signal("TERM");
                }
                for (int id = 1; id <= 3; id++) {
                    assertEquals(0, cluster.node(id).awaitExit(), cluster.node(id)::output);
                }
                for (int id = 1; id <= 3; id++) {
                    cluster.start(id);
                }
            }
            final int enough = load.acknowledged() + 10;
            ProcessCluster.untilTrue("some more load", () -> load.acknowledged() > enough);
        }

        load.check(cluster.awaitEqualLogs());
    }

    @Test
    void aPausedNodeStopsWhenItWakes() {
        final int leader = cluster.startAll();
        cluster.pause(leader);
        final NodeProcess node = cluster.node(leader);
        node.signal("TERM");
        ProcessCluster.untilTrue(
                "another leader", () -> cluster.figure(cluster.follower(leader), "leader_id") != leader);

        cluster.resume(leader);

        assertEquals(0, node.awaitExit(), node::output);
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
