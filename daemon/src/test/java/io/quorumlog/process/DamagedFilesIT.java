package io.quorumlog.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A member comes up on files that are not what it wrote, while the others go on. */
@Tag("bad-days")
final class DamagedFilesIT {
    private static final int PAGE_BYTES = 4096;

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
    void aMemberWithARottenEntryNamesItAndDisturbsNobodyAndIsBackAfterAWipe() throws IOException {
        final int leader = cluster.startAll();
        final long term = cluster.figure(leader, "term");
        final int victim = cluster.follower(leader);
        final AppendLoad load = new AppendLoad(cluster, 2, 200);
        try (load) {
            load.awaitMore(300);
            assertEquals(0, cluster.terminate(victim));
            try (RandomAccessFile file = new RandomAccessFile(logFile(victim).toFile(), "rw")) {
                flip(file, lastUsedByte(file) / 2 + PAGE_BYTES * 5);
            }
            cluster.node(victim).forgetOutput();

            final NodeProcess node = cluster.start(victim);

            assertEquals(1, node.awaitExit(), node::output);
            final List<String> lines = node.endLines();
            assertEquals(1, lines.size(), node::output);
            assertTrue(
                    lines.get(0)
                            .matches("quorumlog: data directory " + cluster.dataDir(victim)
                                    + ": 19700101-000001R.cq4 at offset \\d+ .*entry \\d+.*"),
                    lines.get(0));
            assertEquals(leader, cluster.leader());
            cluster.wipe(victim);
            cluster.start(victim);
            load.awaitMore(50);
        }

        load.check(cluster.awaitEqualLogs());
        assertEquals(term, cluster.figure(leader, "term"));
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
        return cluster.dataDir(id).resolve("19700101-000001R.cq4");
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
