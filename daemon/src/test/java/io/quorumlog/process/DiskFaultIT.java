package io.quorumlog.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Disks that are slow, hang, or fail, under running nodes. */
@SuppressWarnings("try") // Faults last as long as their block.
@Tag("bad-days")
final class DiskFaultIT {
    private static final int ELECTION_TIMEOUT_MS = 600;

    /** Shorter than it takes to leave office, longer than an election timeout. */
    private static final String HICCUP = "delay_enter=800000:when=3+8";

    @RegisterExtension
    final ProcessCluster cluster = new ProcessCluster(3);

    @BeforeEach
    void findStrace() {
        SystemCallFaults.assumePossible();
        cluster.setting("election-timeout-ms", ELECTION_TIMEOUT_MS);
    }

    @Test
    void flushesThatTakeLongNowAndThenChangeNoLeader() {
        final int leader = cluster.startAll();
        final long term = cluster.figure(leader, "term");
        final AppendLoad load = new AppendLoad(cluster, 2);
        try (load;
                SystemCallFaults ofLeader =
                        SystemCallFaults.inject(cluster.node(leader), SystemCallFaults.FLUSHES, HICCUP);
                SystemCallFaults ofFollower = SystemCallFaults.inject(
                        cluster.node(cluster.follower(leader)), SystemCallFaults.FLUSHES, HICCUP)) {
            final long flushes = cluster.figure(leader, "flushes_total");
            ProcessCluster.untilTrue("some slow flushes", () -> cluster.figure(leader, "flushes_total") > flushes + 40);
            load.awaitMore(20);
        }

        assertEquals(leader, cluster.awaitLeader());
        assertEquals(term, cluster.figure(leader, "term"));
        load.check(cluster.awaitEqualLogs());
    }

    @Test
    void aLeaderWhoseFlushesHangLeavesOfficeAnswersAndFollowsWhenTheDiskIsBack() {
        final int leader = cluster.startAll();
        // Enough to use up what was reserved for the log: it must not be the event loop that then waits for the disk.
        final AppendLoad load = new AppendLoad(cluster, 2, 50_000);
        try (load) {
            load.awaitMore(50);
            try (SystemCallFaults disk = SystemCallFaults.inject(
                    cluster.node(leader), SystemCallFaults.FLUSHES_AND_WRITES, SystemCallFaults.HANGS)) {
                final long hangsSinceNs = System.nanoTime();
                ProcessCluster.untilTrue(
                        "the leader to leave office", () -> !role(leader).equals("leader"));
                final long tookMs = (System.nanoTime() - hangsSinceNs) / 1_000_000;
                assertTrue(tookMs > 5 * ELECTION_TIMEOUT_MS, "left office after " + tookMs + " ms");
                final long elections = cluster.figure(leader, "elections_total");
                assertNotEquals(leader, cluster.awaitLeader());
                load.awaitMore(50);

                try (RespClient client = cluster.client(leader)) {
                    assertEquals("PONG", client.call("PING"));
                    assertTrue(((List<?>) client.call("READ", 0, "COUNT", 20)).size() == 20);
                    assertNotEquals("leader", client.status().get("role"));
                }
                assertEquals(elections, cluster.figure(leader, "elections_total"));
            }
            load.awaitMore(50);
        }

        final List<RespClient.Entry> log = cluster.awaitEqualLogs();
        load.check(log);
        assertEquals("follower", role(leader));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aFlushThatFailsOnceEndsTheNodeWithALineAndIsNeverTriedAgain(final boolean isLeader) {
        final int leader = cluster.startAll();
        final int victim = isLeader ? leader : cluster.follower(leader);
        final AppendLoad load = new AppendLoad(cluster, 2);
        try (load) {
            load.awaitMore(50);
            final NodeProcess node = cluster.node(victim);
            try (SystemCallFaults disk = SystemCallFaults.inject(node, SystemCallFaults.FLUSHES, "error=EIO:when=3")) {
                assertEquals(1, node.awaitExit());
            }
            final List<String> lines = node.endLines();
            assertEquals(1, lines.size(), node::output);
            assertTrue(lines.get(0).startsWith("quorumlog: " + cluster.dataDir(victim)), lines.get(0));
            assertTrue(lines.get(0).contains(".cq4: flush failed: Input/output error"), lines.get(0));
            load.awaitMore(50);
            cluster.start(victim);
            load.awaitMore(50);
        }

        load.check(cluster.awaitEqualLogs());
    }

    @Test
    void aNodeStartedAgainAndAgainOnASickDiskDisturbsNobody() {
        final int leader = cluster.startAll();
        final long term = cluster.figure(leader, "term");
        final int victim = cluster.follower(leader);
        final AppendLoad load = new AppendLoad(cluster, 2);
        try (load) {
            cluster.kill(victim);
            for (final String fault : List.of("error=EIO", "error=EIO:when=4+", "error=EIO:when=6+")) {
                cluster.node(victim).forgetOutput();
                final NodeProcess node =
                        cluster.startUnder(SystemCallFaults.prefix(SystemCallFaults.FLUSHES, fault), victim);
                assertEquals(1, node.awaitExit(), node::output);
                final List<String> lines = node.endLines();
                assertEquals(1, lines.size(), node::output);
                assertTrue(lines.get(0).contains(cluster.dataDir(victim).toString()), lines.get(0));
                assertTrue(lines.get(0).contains("Input/output error"), lines.get(0));
                load.awaitMore(20);
            }
            assertEquals(leader, cluster.leader());
            assertEquals(term, cluster.figure(leader, "term"));
            cluster.start(victim);
        }

        load.check(cluster.awaitEqualLogs());
        assertEquals(term, cluster.figure(leader, "term"));
    }

    private String role(final int id) {
        return cluster.status(id).getOrDefault("role", "silent");
    }
}
