package io.quorumlog.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A member comes up on files that are not what it wrote, while the others go on. */
@Tag("bad-days")
final class DamagedFilesIT {
    private static final int PAGE_BYTES = 4096;
    private static final int MORE_THAN_A_START_READS_MIB = 420;
    private static final String LOG_NAME = "19700101-000001R.cq4";

    @RegisterExtension
    final ProcessCluster cluster = new ProcessCluster(3);

    @Test
    void aMemberWithATornTailCutsItOffSaysSoAndCatchesUp() throws IOException {
        final int victim = cluster.follower(cluster.startAll());
        final AppendLoad load = new AppendLoad(cluster, 2, 200);
        try (load) {
            load.awaitMore(300);
            cluster.kill(victim);
            try (RandomAccessFile file = new RandomAccessFile(logFile(victim).toFile(), "rw")) {
                final long end = lastUsedByte(file);
                file.setLength(end - end % PAGE_BYTES);
            }
            cluster.start(victim);
            load.awaitMore(50);
        }

        load.check(cluster.awaitEqualLogs());
        assertTrue(cluster.node(victim).output().contains("torn tail"), cluster.node(victim)::output);
        cluster.terminate(victim);
        cluster.node(victim).forgetOutput();
        cluster.start(victim);
        cluster.awaitEqualLogs();
        assertTrue(!cluster.node(victim).output().contains("torn tail"), cluster.node(victim)::output);
    }

    @Test
    void aMemberWithARottenEntryNamesItAndGetsItFromTheLeaderAndDisturbsNobody() throws IOException {
        final int leader = cluster.startAll();
        final long term = cluster.figure(leader, "term");
        final int victim = cluster.follower(leader);
        final AppendLoad load = new AppendLoad(cluster, 2, 200);
        try (load) {
            load.awaitMore(300);
            assertEquals(0, cluster.terminate(victim));
            rot(victim);
            cluster.node(victim).forgetOutput();

            final NodeProcess node = cluster.start(victim);
            load.awaitMore(50);

            ProcessCluster.untilTrue(
                    "the victim to be made good", () -> node.output().contains("blank=no"));
            assertTrue(
                    node.output()
                            .lines()
                            .anyMatch(line -> line.matches(
                                    ".* WARN .*" + LOG_NAME + " at offset \\d+ is damaged: entry \\d+ .*damaged-1.*")),
                    node::output);
        }

        load.check(cluster.awaitEqualLogs());
        assertEquals(leader, cluster.leader());
        assertEquals(term, cluster.figure(leader, "term"));
        assertEquals(0, cluster.terminate(victim));
        cluster.node(victim).forgetOutput();
        cluster.start(victim);
        cluster.awaitEqualLogs();
        assertFalse(cluster.node(victim).output().contains("damaged"), cluster.node(victim)::output);
    }

    /** An old file, which a start leaves to be verified while the node runs. */
    @Test
    void aMemberFindsWhatHasRottenInAnOldFileWhileItRunsAndItsNextStartMakesItGood() throws IOException {
        final int leader = cluster.startAll();
        final int victim = cluster.follower(leader);
        new LargeAppends(cluster).append(MORE_THAN_A_START_READS_MIB);
        awaitCommitted(victim, leader);
        assertEquals(0, cluster.terminate(victim));
        rot(victim);
        cluster.node(victim).forgetOutput();

        final NodeProcess running = cluster.start(victim);
        ProcessCluster.untilTrue(
                "the rot to be found",
                () -> running.output()
                        .lines()
                        .anyMatch(line -> line.matches(
                                ".* ERROR .*" + LOG_NAME + " at offset \\d+ is damaged at entry .*restart.*")));
        assertTrue(running.output().contains(" unread="), running::output);
        awaitCommitted(victim, leader);

        assertThrows(UncheckedIOException.class, () -> readTheFirstFile(victim));
        assertEquals(1, running.awaitExit(), running::output);
        assertTrue(
                running.output().stripTrailing().endsWith("its checksum is wrong; the next start reads the whole log"),
                running::output);
        running.forgetOutput();
        final NodeProcess repaired = cluster.start(victim);
        ProcessCluster.untilTrue("it to be made good", () -> repaired.output().contains("blank=no"));
        awaitCommitted(victim, leader);
        assertFalse(repaired.output().contains(" unread="), repaired::output);
    }

    private void readTheFirstFile(final int id) {
        try (RespClient client = cluster.client(id)) {
            for (int index = 1; index <= 64; index++) {
                client.call("READ", index, "COUNT", 1);
            }
        }
    }

    private void awaitCommitted(final int id, final int leader) {
        final long commit = cluster.figure(leader, "commit_index");
        ProcessCluster.untilTrue(
                "member " + id + " to commit " + commit, () -> cluster.figure(id, "commit_index") >= commit);
    }

    /** What each had acknowledged may be in none of the prefixes that are left: nobody is to lead with less. */
    @Test
    void membersThatAllLostEntriesElectNobodyUntilAMajorityIsRestored() throws IOException {
        cluster.startAll();
        final AppendLoad load = new AppendLoad(cluster, 2, 200);
        try (load) {
            load.awaitMore(300);
        }
        cluster.awaitEqualLogs();
        final Map<Integer, byte[]> whole = new HashMap<>();
        for (int id = 1; id <= 3; id++) {
            assertEquals(0, cluster.terminate(id));
            whole.put(id, Files.readAllBytes(logFile(id)));
            rot(id);
        }
        for (int id = 1; id <= 3; id++) {
            cluster.start(id);
        }
        for (int id = 1; id <= 3; id++) {
            final NodeProcess node = cluster.node(id);
            ProcessCluster.untilTrue("a warning", () -> node.output().contains("votes for nobody"));
        }
        ProcessCluster.pass(Duration.ofSeconds(2)); // several election timeouts

        assertEquals(0, cluster.leader());
        for (int id = 1; id <= 2; id++) {
            assertEquals(0, cluster.terminate(id));
            Files.write(logFile(id), whole.get(id));
            cluster.start(id);
        }

        load.check(cluster.awaitEqualLogs());
        ProcessCluster.untilTrue(
                "the third to be made good", () -> cluster.node(3).output().contains("blank=no"));
    }

    /** Turns a bit in the middle of what was flushed. */
    private void rot(final int id) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(logFile(id).toFile(), "rw")) {
            flip(file, lastUsedByte(file) / 2 + PAGE_BYTES * 5);
        }
    }

    @Test
    void aDirectoryThatMayOnlyBeReadIsNamed() throws IOException {
        final TestDisk disk = cluster.mountDisk(1, TestDisk.Kind.TMPFS, 16);
        Files.createDirectory(cluster.dataDir(1));
        Commands.check("mount", "-o", "remount,ro", disk.path().toString());

        final NodeProcess node = cluster.start(1);

        assertEquals(1, node.awaitExit(), node::output);
        assertEquals(1, node.endLines().size(), node::output);
        assertTrue(node.endLines().get(0).startsWith("quorumlog: data directory " + cluster.dataDir(1)), node::output);
    }

    private Path logFile(final int id) {
        return cluster.dataDir(id).resolve(LOG_NAME);
    }

    private static void flip(final RandomAccessFile file, final long at) throws IOException {
        file.seek(at);
        final int flipped = file.read() ^ 1;
        file.seek(at);
        file.write(flipped);
    }

    /** Where what was written ends, and the zeros of what was only reserved begin. */
    private static long lastUsedByte(final RandomAccessFile file) throws IOException {
        final byte[] bytes = new byte[(int) file.length()];
        file.seek(0);
        file.readFully(bytes);
        int end = bytes.length;
        while (end > 0 && bytes[end - 1] == 0) {
            end--;
        }
        return end;
    }
}
