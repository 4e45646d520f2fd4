package io.quorumlog.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * What the container's health check and a client's PING say of a node that is ill. Healthy is who answers, whatever its
 * disk or its peers do: to kill it for those would only make things worse. Who does not answer is not healthy, and that is
 * found out in time; but one that recovers a long log has the time that the Dockerfile gives it.
 */
@SuppressWarnings("try") // Faults last as long as their block.
@Tag("bad-days")
final class HealthIT {
    private static final String HEALTH_CHECK = "daemon/src/main/docker/healthcheck";

    /** What the Dockerfile gives it, and a little for a busy machine. */
    private static final long CHECK_LIMIT_MS = 2_500;

    private static final String ALL_OF_THE_DISK = SystemCallFaults.FLUSHES + ",fallocate,ftruncate,pwrite64";
    private static final String HANGS = "delay_enter=100000000";
    /** More than is reserved for the log at a time: it must not be the event loop that then waits for the disk. */
    private static final int RESERVED_MIB = 24;

    @RegisterExtension
    final ProcessCluster cluster = new ProcessCluster(3);

    @BeforeEach
    void findTools() {
        // It looks for the node among all processes; so it is given a view of its own in which there is none but
        // itself.
        assumeTrue(
                Commands.run("unshare", "--pid", "--fork", "--mount-proc", "true") == 0,
                "no process namespace can be made here (unshare, and root)");
    }

    @Test
    void aNodeWhoseDiskHangsAnswersAndCountsAsHealthy() {
        SystemCallFaults.assumePossible();
        final int leader = cluster.startAll();
        final LargeAppends large = new LargeAppends(cluster);
        final AppendLoad load = new AppendLoad(cluster, 1);
        try (load) {
            load.awaitMore(20);
            try (SystemCallFaults disk = SystemCallFaults.inject(cluster.node(leader), ALL_OF_THE_DISK, HANGS)) {
                ProcessCluster.untilTrue("another leader", () -> cluster.leader() != leader && cluster.leader() != 0);
                for (int i = 0; i < 3; i++) {
                    large.append(RESERVED_MIB / 2);
                    assertTrue(isHealthy(leader));
                    try (RespClient client = cluster.client(leader)) {
                        assertEquals("PONG", client.call("PING"));
                        assertEquals(1, ((List<?>) client.call("READ", 0, "COUNT", 1)).size());
                        // Honest: it does not pretend to lead, nor that what hangs is durable.
                        assertFalse(client.status().get("role").equals("leader"));
                        assertTrue(client.call("APPEND", "x") instanceof RespClient.Failure);
                    }
                }
            }
        }
        load.check(cluster.awaitEqualLogs());
    }

    @Test
    void aNodeWithoutMajorityIsHealthyAndAPausedOneIsNot() {
        final int leader = cluster.startAll();
        for (int id = 1; id <= 3; id++) {
            assertTrue(isHealthy(id), "node " + id);
        }
        for (int id = 1; id <= 3; id++) {
            if (id != leader) {
                cluster.kill(id);
            }
        }
        ProcessCluster.untilTrue("the last one to leave office", () -> cluster.leader() == 0);
        assertTrue(isHealthy(leader));

        cluster.pause(leader);
        assertFalse(isHealthy(leader));
        cluster.resume(leader);
        assertTrue(isHealthy(leader));

        cluster.kill(leader);
        assertFalse(isHealthy(leader));
    }

    @Test
    void aNodeOnAFrozenFileSystemAnswersGivesUpItsOfficeAndFollowsWhenItIsThawed() {
        TestDisk.assumeCanFreeze();
        final TestDisk disk = cluster.mountDisk(1, TestDisk.Kind.EXT4, 256);
        cluster.startAll();
        cluster.lead(1);
        final AppendLoad load = new AppendLoad(cluster, 1);
        try (load) {
            load.awaitMore(100);
            disk.freeze();
            ProcessCluster.untilTrue("another leader", () -> cluster.leader() > 1);
            load.awaitMore(100);
            assertTrue(isHealthy(1));
            disk.thaw();
            load.awaitMore(100);
        }
        load.check(cluster.awaitEqualLogs());
    }

    @Test
    void whoAsksANodeThatRecoversItsLogIsKeptWaitingAndThenAnswered() throws Exception {
        SystemCallFaults.assumePossible();
        final int leader = cluster.startAll();
        final int victim = cluster.follower(leader);
        final AppendLoad load = new AppendLoad(cluster, 1);
        try (load) {
            new LargeAppends(cluster).append(RESERVED_MIB);
            cluster.awaitCommit(victim, cluster.figure(leader, "commit_index"));
            cluster.kill(victim);
            cluster.node(victim).forgetOutput();
            // Recovery reads a MiB at a time.
            final Path[] files =
                    Commands.filesBelow(cluster.dataDir(victim), "19").toArray(Path[]::new);
            final NodeProcess node =
                    cluster.startUnder(SystemCallFaults.prefix("pread64", "delay_enter=250000", files), victim);
            ProcessCluster.untilTrue("the node to listen", () -> isListening(victim));

            try (RespClient client = cluster.client(victim).timeoutMs(60_000)) {
                client.send("PING");
                client.send("LAST");
                assertFalse(isHealthy(victim));
                assertFalse(node.output().contains("recovered"), node::output);
                assertEquals("PONG", client.receive());
                assertTrue(node.output().contains("recovered"), node::output);
                // No more than it can know: it does not lead, and may have met no leader yet.
                final String said = ((RespClient.Failure) client.receive()).message();
                assertTrue(said.startsWith("NOTLEADER") || said.startsWith("NOLEADER"), said);
            }
            assertTrue(isHealthy(victim));
            cluster.kill(victim);
            cluster.start(victim);
            load.awaitMore(20);
        }
        load.check(cluster.awaitEqualLogs());
    }

    private boolean isListening(final int id) {
        try (RespClient client = cluster.client(id)) {
            return true;
        } catch (final UncheckedIOException notYet) {
            return false;
        }
    }

    /** Runs the container's health check, which must end in time, on a node. */
    private boolean isHealthy(final int id) {
        final ProcessBuilder builder =
                new ProcessBuilder("unshare", "--pid", "--fork", "--mount-proc", "bash", HEALTH_CHECK);
        builder.directory(NodeProcess.ROOT.toFile());
        builder.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD);
        builder.environment().put("QUORUMLOG_NODE_ID", Integer.toString(id));
        builder.environment().put("QUORUMLOG_CLUSTER", cluster.clusterSetting());
        builder.environment().remove("QUORUMLOG_BIND");
        try {
            final long startedNs = System.nanoTime();
            final Process process = builder.start();
            assertTrue(process.waitFor(30, TimeUnit.SECONDS), "the health check ends");
            final long tookMs = (System.nanoTime() - startedNs) / 1_000_000;
            assertTrue(tookMs < CHECK_LIMIT_MS, () -> "the health check took " + tookMs + " ms");
            return process.exitValue() == 0;
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        } catch (final InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
