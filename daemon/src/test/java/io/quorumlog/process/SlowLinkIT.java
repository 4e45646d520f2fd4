package io.quorumlog.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Links that carry little, or late, or not everything: nobody takes them for dead. */
@Tag("bad-days")
final class SlowLinkIT {
    private static final int MBITS = 8;
    private static final int ENTRY_BYTES = 64 * 1024;
    private static final int ENTRIES = 480;
    private static final int APPENDS_A_CLIENT = 40;
    private static final long MAX_GROWTH_KB = 150 * 1024;

    @RegisterExtension
    final NetworkCluster cluster = new NetworkCluster(3);

    @Test
    void emptyFollowerCatchesUpOverASlowLink() throws IOException {
        final int follower = cluster.follower(cluster.startAll());
        cluster.kill(follower);
        final byte[] payload = new byte[ENTRY_BYTES];
        for (int i = 0; i < ENTRIES; i += APPENDS_A_CLIENT) {
            try (RespClient client = cluster.client(cluster.awaitLeader())) {
                for (int j = 0; j < APPENDS_A_CLIENT; j++) {
                    client.call("APPEND", payload);
                }
            }
        }
        final int leader = cluster.awaitLeader();
        cluster.wipe(follower);
        cluster.network().slowDown(follower, MBITS);
        final long term = cluster.term();
        final long memoryKb = memoryKb(leader);
        cluster.start(follower);
        final AppendLoad load = new AppendLoad(cluster, 1);
        try (load) {
            load.awaitMore(10);
            ProcessCluster.untilTrue("the follower to catch up", () -> cluster.figure(follower, "last_index") > 10);
            final long began = cluster.figure(follower, "last_index");
            ProcessCluster.pass(Duration.ofSeconds(6));
            final long came = cluster.figure(follower, "last_index") - began;
            assertTrue(came > 0, came + " entries have come");
            assertEquals(term, cluster.term());
            assertTrue(memoryKb(leader) - memoryKb < MAX_GROWTH_KB, memoryKb(leader) + " KiB");
        }
        cluster.network().speedUp(follower);
        cluster.awaitAllFollow();
        assertEquals(term, cluster.term());
        load.check(cluster.awaitEqualLogs().stream()
                .filter(entry -> entry.payload().length() < ENTRY_BYTES)
                .toList());
    }

    private long memoryKb(final int id) throws IOException {
        return Files.readString(Path.of("/proc/" + cluster.node(id).pid() + "/status"))
                .lines()
                .filter(line -> line.startsWith("RssAnon:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                .sum();
    }

    @Test
    void delayJitterAndLossChangeNoLeader() {
        cluster.network().badWires(5, 10, 1);
        cluster.startAll();
        cluster.awaitAllFollow();
        final long term = cluster.term();
        final AppendLoad load = new AppendLoad(cluster, 2);
        try (load) {
            load.awaitMore(20);
            load.measureAnew();
            ProcessCluster.pass(Duration.ofSeconds(5));
            assertEquals(term, cluster.term());
        }
        load.check(cluster.awaitEqualLogs());
    }
}
