package io.quorumlog.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Disks without room. What Chronicle's stores to a mapped file do where the disk has none left would be a signal and the JVM's
 * error file; a node must never come to that, and must give way to those that have room.
 */
@Tag("bad-days")
final class FullDiskIT {
    private static final int DISK_MIB = 256;
    private static final int CLIENTS = 2;
    /** Enough to use up in seconds what a node has reserved, too little to fill the disk itself while a test lasts. */
    private static final int PADDING_BYTES = 500;

    @RegisterExtension
    final ProcessCluster cluster = new ProcessCluster(3);

    @ParameterizedTest
    @CsvSource({"TMPFS, true", "EXT4, false", "EXT4, true"})
    void aNodeOnAFullDiskGivesWayAndComesBackWhenThereIsRoom(final TestDisk.Kind kind, final boolean isLeader) {
        final int victim = 2;
        final TestDisk disk = cluster.mountDisk(victim, kind, DISK_MIB);
        cluster.startAll();
        cluster.lead(isLeader ? victim : 1);
        final AppendLoad load = new AppendLoad(cluster, CLIENTS, PADDING_BYTES);
        try (load) {
            load.awaitMore(20);
            disk.fill();
            endsForWantOfRoom(victim);
            load.awaitMore(20);
            assertNotEquals(victim, cluster.awaitLeader());

            cluster.start(victim);
            endsForWantOfRoom(victim);
            load.awaitMore(20);

            disk.free();
            cluster.start(victim);
            load.awaitMore(20);
        }
        load.check(cluster.awaitEqualLogs());
        assertEquals(List.of(), disk.crashReports());
    }

    @Test
    void whereAllDisksAreFullNothingIsAcknowledgedAndNothingLost() {
        for (int id = 1; id <= 3; id++) {
            cluster.mountDisk(id, TestDisk.Kind.TMPFS, DISK_MIB);
        }
        cluster.startAll();
        final AppendLoad load = new AppendLoad(cluster, CLIENTS, PADDING_BYTES);
        try (load) {
            load.awaitMore(20);
            for (int id = 1; id <= 3; id++) {
                cluster.disk(id).fill();
            }
            // Without a majority nothing grows any more: the last one has no reason to stop.
            ProcessCluster.untilTrue("two of the three to stop", () -> running() <= 1);
            for (int id = 1; id <= 3; id++) {
                if (!cluster.node(id).isAlive()) {
                    endsForWantOfRoom(id);
                }
                cluster.disk(id).free();
            }
            for (int id = 1; id <= 3; id++) {
                if (!cluster.node(id).isAlive()) {
                    cluster.start(id);
                }
            }
            load.awaitMore(20);
        }
        load.check(cluster.awaitEqualLogs());
        for (int id = 1; id <= 3; id++) {
            assertEquals(List.of(), cluster.disk(id).crashReports());
        }
    }

    private int running() {
        int running = 0;
        for (int id = 1; id <= 3; id++) {
            running += cluster.node(id).isAlive() ? 1 : 0;
        }
        return running;
    }

    /** One line, which names the directory and what is free, and status 1. */
    private void endsForWantOfRoom(final int id) {
        final NodeProcess node = cluster.node(id);
        assertEquals(1, node.awaitExit(), node::output);
        final List<String> lines = node.endLines();
        assertEquals(1, lines.size(), node::output);
        assertTrue(
                lines.get(0)
                        .matches("quorumlog: data directory " + cluster.dataDir(id)
                                + ": the log needs \\d+ more bytes, but the disk has \\d+ free; .*"),
                lines.get(0));
        node.forgetOutput();
    }
}
