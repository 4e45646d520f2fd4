package io.quorumlog.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Three nodes on machines whose links are cut: whatever is cut, a majority that can talk serves, nobody is deposed without
 * need, and all are one cluster again when the cut has healed.
 */
@Tag("bad-days")
final class NetworkFaultIT {
    private static final Duration SETTLED = Duration.ofSeconds(3);
    private static final Duration REST = Duration.ofSeconds(3);
    private static final int MAX_TERMS_A_CUT = 2;
    private static final int PIPELINED = 50;
    /** Two seconds are what is promised; the rest is for machines on which the nodes wait for a core. */
    private static final Duration MAX_RETURN = Duration.ofSeconds(5);

    @RegisterExtension
    final NetworkCluster cluster = new NetworkCluster(3);

    /** What is done to the network, and whether the leader may change by it. */
    private enum Cut {
        LEADER_AND_A_FOLLOWER(false) {
            @Override
            void apply(final TestNetwork network, final int leader, final int follower) {
                network.cut(leader, follower);
            }
        },
        LEADER_HEARS_NOBODY(true) {
            @Override
            void apply(final TestNetwork network, final int leader, final int follower) {
                network.deafen(leader);
            }
        },
        NOBODY_HEARS_LEADER(true) {
            @Override
            void apply(final TestNetwork network, final int leader, final int follower) {
                network.mute(leader);
            }
        },
        FOLLOWER_HEARS_NOBODY(false) {
            @Override
            void apply(final TestNetwork network, final int leader, final int follower) {
                network.deafen(follower);
            }
        },
        FOLLOWER_HEARS_NO_LEADER(false) {
            @Override
            void apply(final TestNetwork network, final int leader, final int follower) {
                network.drop(leader, follower);
            }
        },
        LEADER_ALONE(true) {
            @Override
            void apply(final TestNetwork network, final int leader, final int follower) {
                network.isolate(leader);
            }
        },
        FOLLOWER_ALONE(false) {
            @Override
            void apply(final TestNetwork network, final int leader, final int follower) {
                network.isolate(follower);
            }
        };

        private final boolean changesLeader;

        Cut(final boolean changesLeader) {
            this.changesLeader = changesLeader;
        }

        abstract void apply(TestNetwork network, int leader, int follower);
    }

    @Test
    void majorityThatCanTalkServesAndOneThatReturnsDeposesNobody() {
        cluster.startAll();
        final AppendLoad load = new AppendLoad(cluster, 2);
        try (load) {
            for (final Cut cut : Cut.values()) {
                majorityServesAndNobodyIsDeposed(cut, load);
            }
        }
        load.check(cluster.awaitEqualLogs());
    }

    private void majorityServesAndNobodyIsDeposed(final Cut cut, final AppendLoad load) {
        final int leader = cluster.awaitAllFollow();
        cluster.assertServesThroughout(
                cut.toString(),
                () -> cut.apply(cluster.network(), leader, cluster.follower(leader)),
                load,
                SETTLED,
                REST,
                cut.changesLeader ? MAX_TERMS_A_CUT : 0);
    }

    /** What becomes of a follower's machine, and what the leader is at. */
    private enum Loss {
        MACHINE_ON_A_BUSY_LINK,
        PROCESS_BEHIND_DROPPED_PACKETS_ON_A_BUSY_LINK,
        PACKETS_ON_A_BUSY_LINK,
        MACHINE_ON_AN_IDLE_LINK,
        PROCESS_BEHIND_DROPPED_PACKETS_ON_AN_IDLE_LINK,
        PACKETS_ON_AN_IDLE_LINK;

        boolean isBusy() {
            return name().endsWith("A_BUSY_LINK");
        }

        /** The lower id dials: once it is the leader, once the one that is lost. */
        int follower() {
            return isBusy() ? 3 : 1;
        }

        boolean takesMachine() {
            return name().startsWith("MACHINE");
        }

        boolean takesProcess() {
            return !name().startsWith("PACKETS");
        }
    }

    @Test
    void memberBehindALinkThatDiedWithoutAWordFollowsAgainSoon() {
        cluster.startAll();
        cluster.awaitAllFollow();
        for (final Loss loss : Loss.values()) {
            followsAgainSoon(loss);
        }
    }

    private void followsAgainSoon(final Loss loss) {
        final int leader = 2;
        final int follower = loss.follower();
        cluster.lead(leader);
        cluster.awaitAllFollow();
        final long term = cluster.term();
        final AppendLoad load = new AppendLoad(cluster, loss.isBusy() ? 2 : 0);
        try (load) {
            load.awaitMore(loss.isBusy() ? 50 : 0);
            if (loss.takesMachine()) {
                cluster.network().unplug(follower);
            } else {
                cluster.network().cut(leader, follower);
            }
            if (loss.takesProcess()) {
                cluster.kill(follower); // whose last words are dropped
                final long before = starts(follower);
                cluster.start(follower);
                ProcessCluster.untilTrue("it to have started", () -> starts(follower) > before);
            }
            ProcessCluster.pass(REST);
            if (loss.takesMachine()) {
                cluster.network().plugIn(follower);
            } else {
                cluster.network().heal();
            }
            final long healedNs = System.nanoTime();
            cluster.awaitFollows(follower, leader, cluster.figure(leader, "commit_index"));
            final Duration took = Duration.ofNanos(System.nanoTime() - healedNs);

            assertTrue(took.compareTo(MAX_RETURN) < 0, loss + ": follows again after " + took);
            assertOneConnection(leader, follower);
            ProcessCluster.pass(Duration.ofSeconds(1));
            assertOneConnection(leader, follower);
            assertEquals(term, cluster.term(), loss::toString);
        }
        load.check(cluster.awaitEqualLogs());
    }

    private long starts(final int id) {
        return cluster.node(id)
                .output()
                .lines()
                .filter(line -> line.contains(" recovered entries="))
                .count();
    }

    private void assertOneConnection(final int one, final int other) {
        final List<String> seenByOne = cluster.network().connections(one, other);
        final List<String> seenByOther = cluster.network().connections(other, one);
        assertEquals(1, seenByOne.size(), seenByOne::toString);
        assertEquals(1, seenByOther.size(), seenByOther::toString);
    }

    @Test
    void leaderThatIsCutOffPromisesNothing() {
        final int leader = cluster.startAll();
        final long index = cluster.append("before");
        try (RespClient client = cluster.client(leader)) {
            cluster.network().isolate(leader);
            for (int i = 0; i < PIPELINED; i++) {
                client.send("LAST");
                client.send("APPEND", "lost-" + i);
            }
            final long newIndex = cluster.append("after");
            for (int i = 0; i < PIPELINED; i++) {
                assertNoPromise(client.receive());
                assertNoPromise(client.receive());
            }
            assertNoPromise(client.call("LAST"));
            assertNoPromise(client.call("APPEND", "refused"));
            assertEquals("before", client.readAll(index).get(0).payload());
            assertEquals("follower", client.status().get("role").replace("pre-candidate", "follower"));

            cluster.network().heal();
            cluster.awaitFollows(leader, cluster.awaitLeader(), newIndex);
        }
        final List<String> payloads =
                cluster.awaitEqualLogs().stream().map(RespClient.Entry::payload).toList();
        assertEquals(List.of("before", "after"), payloads);
    }

    private static void assertNoPromise(final Object reply) {
        final RespClient.Failure failure = assertInstanceOf(RespClient.Failure.class, reply);
        final String word = failure.message().substring(0, failure.message().indexOf(' '));
        assertTrue(List.of("NOLEADER", "NOTLEADER", "UNCERTAIN").contains(word), failure::message);
    }
}
