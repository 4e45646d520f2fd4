package io.quorumlog.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Three nodes as a client sees them. */
final class ClusterIT {
    @RegisterExtension
    final ProcessCluster cluster = new ProcessCluster(3);

    @Test
    void aFollowerNamesTheLeadersClientAddress() {
        final int leader = cluster.startAll();
        final int follower = cluster.follower(leader);
        try (RespClient client = cluster.client(follower)) {
            final RespClient.Failure failure = assertInstanceOf(RespClient.Failure.class, client.call("APPEND", "x"));

            assertEquals("NOTLEADER " + leader + " " + cluster.clientAddress(leader), failure.message());
            assertEquals(List.of((long) leader, cluster.clientAddress(leader)), client.call("LEADER"));
        }
    }

    @Test
    void withoutAMajorityNothingIsAcknowledgedAndReadsGoOn() {
        final int leader = cluster.startAll();
        final long index = cluster.append("kept");
        for (int id = 1; id <= 3; id++) {
            if (id != leader) {
                cluster.kill(id);
            }
        }
        ProcessCluster.untilTrue(
                "the leader to step down",
                () -> !"leader".equals(cluster.status(leader).get("role")));

        try (RespClient client = cluster.client(leader)) {
            assertTrue(client.call("APPEND", "x") instanceof RespClient.Failure failure
                    && failure.message().startsWith("NOLEADER"));
            assertEquals("kept", client.readAll(index).get(0).payload());
            assertEquals("PONG", client.call("PING"));
        }
    }

    @Test
    void leadershipIsTransferredToTheMemberAskedFor() {
        final int leader = cluster.startAll();
        final int target = cluster.follower(leader);
        try (RespClient client = cluster.client(leader)) {
            assertInstanceOf(RespClient.Failure.class, client.call("TRANSFER", 9));
            assertEquals("OK", client.call("TRANSFER", target));
        }

        assertEquals(target, cluster.awaitLeader());
    }

    @Test
    void aTransferToADeadMemberFailsAndTheLeaderStays() {
        final int leader = cluster.startAll();
        final int target = cluster.follower(leader);
        cluster.kill(target);
        try (RespClient client = cluster.client(leader)) {
            assertInstanceOf(RespClient.Failure.class, client.call("TRANSFER", target));
            ProcessCluster.untilTrue("appends to go on", () -> client.call("APPEND", "x") instanceof Long);
        }
    }

    @Test
    void everyEntryIsThereAfterAllNodesWereRestarted() {
        final List<String> payloads = new ArrayList<>();
        try (RespClient client = cluster.client(cluster.startAll())) {
            for (int i = 0; i < 50; i++) {
                payloads.add("entry-" + i);
                assertInstanceOf(Long.class, client.call("APPEND", "entry-" + i));
            }
        }
        for (int id = 1; id <= 3; id++) {
            assertEquals(0, cluster.terminate(id), cluster.node(id)::output);
        }
        for (int id = 1; id <= 3; id++) {
            cluster.start(id);
        }

        assertEquals(
                payloads,
                cluster.awaitEqualLogs().stream().map(RespClient.Entry::payload).toList());
    }

    @Test
    void aWipedFollowerCatchesUpOnAnIdleCluster() {
        final int leader = cluster.startAll();
        final int follower = cluster.follower(leader);
        final long index = cluster.append("before");
        cluster.kill(follower);
        cluster.wipe(follower);
        cluster.start(follower);

        cluster.awaitCommit(follower, index);

        try (RespClient client = cluster.client(follower)) {
            assertEquals("before", client.readAll(index).get(0).payload());
        }
    }

    @Test
    void aLeaderThatWakesAnswersNothingStale() {
        final int leader = cluster.startAll();
        try (RespClient client = cluster.client(leader)) {
            client.call("APPEND", "before");
            cluster.pause(leader);
            final long index = cluster.append("after");
            for (int i = 0; i < 50; i++) {
                client.send("LAST");
            }
            cluster.resume(leader);
            for (int i = 0; i < 50; i++) {
                final Object reply = client.receive();
                assertTrue(
                        reply instanceof RespClient.Failure || (Long) reply >= index,
                        () -> reply + " after " + index + " was acknowledged");
            }
        }
    }

    @Test
    void anUncommittedTailOfAPausedLeaderIsReplaced() {
        final int leader = cluster.startAll();
        cluster.append("before");
        for (int id = 1; id <= 3; id++) {
            if (id != leader) {
                cluster.pause(id);
            }
        }
        try (RespClient client = cluster.client(leader)) {
            for (int i = 0; i < 20; i++) {
                client.send("APPEND", "lost-" + i);
            }
            ProcessCluster.untilTrue("the leader's own log", () -> cluster.figure(leader, "last_index") > 20);
        }
        cluster.kill(leader);
        for (int id = 1; id <= 3; id++) {
            if (id != leader) {
                cluster.resume(id);
            }
        }
        cluster.append("after");
        cluster.start(leader);

        // What the followers' sockets had taken in before they slept may have been kept; what counts is that all agree.
        final List<RespClient.Entry> log = cluster.awaitEqualLogs();
        assertEquals("before", log.get(0).payload());
        assertTrue(log.stream().anyMatch(entry -> entry.payload().equals("after")));
    }
}
