package io.quorumlog.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Processes die at any moment; what was acknowledged stays. */
final class CrashIT {
    private static final int ROUNDS = 4;

    @RegisterExtension
    final ProcessCluster cluster = new ProcessCluster(3);

    @ParameterizedTest
    @ValueSource(strings = {"fsync", "page-cache"})
    void killingAnyNodeUnderLoadLosesNothing(final String durability) {
        cluster.setting("durability", durability);
        cluster.startAll();
        final Random random = new Random(7);
        final AppendLoad load = new AppendLoad(cluster, 3);
        try (load) {
            for (int round = 0; round < ROUNDS; round++) {
                load.awaitMore(50);
                final int victim = round % 2 == 0 ? cluster.awaitLeader() : 1 + random.nextInt(3);
                cluster.kill(victim);
                load.awaitMore(50);
                cluster.start(victim);
            }
            load.awaitMore(50);
        }

        load.check(cluster.awaitEqualLogs());
    }

    @Test
    void killingAllNodesAtOnceUnderLoadLosesNothing() {
        cluster.startAll();
        final AppendLoad load = new AppendLoad(cluster, 3);
        try (load) {
            for (int round = 0; round < ROUNDS; round++) {
                load.awaitMore(50);
                cluster.killAll();
                for (int id = 1; id <= 3; id++) {
                    cluster.start(id);
                }
            }
            load.awaitMore(50);
        }

        load.check(cluster.awaitEqualLogs());
    }

    @Test
    void aPausedLeaderIsReplacedAndComesBackAsFollower() {
        final int leader = cluster.startAll();
        cluster.append("before");
        final AppendLoad load = new AppendLoad(cluster, 2);
        try (load) {
            load.awaitMore(20);
            cluster.pause(leader);
            load.awaitMore(50);
            cluster.resume(leader);
            load.awaitMore(50);
        }

        final List<RespClient.Entry> log = cluster.awaitEqualLogs();
        assertEquals("before", log.get(0).payload());
        load.check(log.subList(1, log.size()));
    }

    @Test
    void aNodeThatIsKilledAgainAndAgainWhileItStartsNeedsNoHelp() {
        cluster.startAll();
        final long index = cluster.append("before");
        final Random random = new Random(11);
        for (int round = 0; round < 10; round++) {
            cluster.kill(1);
            cluster.start(1);
            try {
                Thread.sleep(random.nextInt(1_500)); // any age will do
            } catch (final InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        cluster.awaitCommit(1, index);
        assertTrue(cluster.node(1).isAlive());
    }
}
