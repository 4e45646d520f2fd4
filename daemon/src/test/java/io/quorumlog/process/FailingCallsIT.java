package io.quorumlog.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * System calls on the log's files, other than flushes ({@link DiskFaultIT}), that fail: those that make, lengthen, cut, fill
 * and read them. A node ends with one line that names file and error, and never by a signal; what can be done in another
 * way is. The others go on, and it comes back when the disk is well.
 */
@SuppressWarnings("try") // Faults last as long as their block.
@Tag("bad-days")
final class FailingCallsIT {
    /** More than a file holds: space is reserved, the next file made and begun, the old one cut. */
    private static final int FILE_MIB = 80;

    private static final String LOG_FILES = "19";

    @RegisterExtension
    final ProcessCluster cluster = new ProcessCluster(3);

    @BeforeEach
    void findStrace() {
        SystemCallFaults.assumePossible();
    }

    @ParameterizedTest
    @CsvSource({
        "true, 'fallocate,pwrite64', EIO, cannot reserve \\d+ bytes: Input/output error",
        "false, 'fallocate,pwrite64', ENOSPC, cannot reserve \\d+ bytes: No space left on device",
        "true, pwrite64, EIO, cannot be written at offset \\d+: Input/output error",
        "false, pwrite64, ENOSPC, cannot be written at offset \\d+: No space left on device",
        "false, ftruncate, EIO, cannot be begun: Input/output error",
        "true, openat, ENOSPC, cannot reserve \\d+ bytes: No space left on device",
    })
    void aCallThatFailsEndsARunningNodeWithALine(
            final boolean isLeader, final String calls, final String error, final String reason) {
        final int leader = cluster.startAll();
        final int victim = isLeader ? leader : cluster.follower(leader);
        final AppendLoad load = new AppendLoad(cluster, 1);
        try (load) {
            load.awaitMore(50);
            final NodeProcess node = cluster.node(victim);
            final Path[] files = reason.startsWith("cannot reserve") ? nextFile(victim) : new Path[0];
            try (SystemCallFaults disk = SystemCallFaults.inject(node, calls, "error=" + error, files)) {
                new LargeAppends(cluster).appendUntil(FILE_MIB, () -> !node.isAlive());
                assertEquals(1, node.awaitExit(), node::output);
            }
            endedWithALine(victim, reason);
            load.awaitMore(50);
            cluster.start(victim);
            load.awaitMore(50);
        }

        load.check(cluster.awaitEqualLogs());
        assertEquals(List.of(), Commands.filesBelow(cluster.dataDir(victim), "hs_err"));
    }

    /** By the name under which it is prepared, and by its own. */
    private Path[] nextFile(final int id) {
        final Path data = cluster.dataDir(id);
        return new Path[] {data.resolve("19700101-000002R.precreated"), data.resolve("19700101-000002R.cq4")};
    }

    /** There are file systems that can't reserve; what has been written once can be written again. */
    @Test
    void whereSpaceCantBeReservedItIsFilled() {
        final int leader = cluster.startAll();
        final long term = cluster.figure(leader, "term");
        final AppendLoad load = new AppendLoad(cluster, 1);
        try (load;
                SystemCallFaults disk = SystemCallFaults.inject(cluster.node(leader), "fallocate", "error=EIO")) {
            new LargeAppends(cluster).append(FILE_MIB);
            load.awaitMore(50);
        }

        assertEquals(leader, cluster.leader());
        assertEquals(term, cluster.figure(leader, "term"));
        load.check(cluster.awaitEqualLogs());
    }

    @Test
    void anOldFileThatCantBeReadEndsTheNodeWithALine() {
        final int leader = cluster.startAll();
        final int victim = cluster.follower(leader);
        final AppendLoad load = new AppendLoad(cluster, 1);
        try (load) {
            new LargeAppends(cluster).append(FILE_MIB);
            final NodeProcess node = cluster.node(victim);
            final Path[] files =
                    Commands.filesBelow(cluster.dataDir(victim), LOG_FILES).toArray(Path[]::new);
            try (SystemCallFaults disk = SystemCallFaults.inject(node, "pread64", "error=EIO", files);
                    RespClient client = cluster.client(victim)) {
                client.send("READ", 1);
                assertEquals(1, node.awaitExit(), node::output);
            }
            endedWithALine(victim, "cannot be read: Input/output error; the next start reads the whole log");
            load.awaitMore(50);
            cluster.start(victim);
            load.awaitMore(50);
        }

        load.check(cluster.awaitEqualLogs());
    }

    @Test
    void aCallThatFailsEndsAStartWithALine() {
        final int leader = cluster.startAll();
        final long term = cluster.figure(leader, "term");
        final int victim = cluster.follower(leader);
        final AppendLoad load = new AppendLoad(cluster, 1);
        try (load) {
            load.awaitMore(50);
            cluster.kill(victim);
            final Path[] files =
                    Commands.filesBelow(cluster.dataDir(victim), LOG_FILES).toArray(Path[]::new);
            for (final String call :
                    List.of("openat", "pread64", "ftruncate", "pwrite64", "fallocate,pwrite64:when=2+")) {
                cluster.node(victim).forgetOutput();
                final String[] parts = call.split(":");
                final String when = parts.length > 1 ? ":" + parts[1] : "";
                final NodeProcess node =
                        cluster.startUnder(SystemCallFaults.prefix(parts[0], "error=EIO" + when, files), victim);
                assertEquals(1, node.awaitExit(), () -> call + ": " + node.output());
                endedWithALine(victim, "cannot .*: Input/output error");
                load.awaitMore(20);
            }
            cluster.node(victim).forgetOutput();
            cluster.start(victim);
        }

        load.check(cluster.awaitEqualLogs());
        assertEquals(leader, cluster.leader());
        assertEquals(term, cluster.figure(leader, "term"));
    }

    /** Its one line names the directory, a file and the error. */
    private void endedWithALine(final int id, final String reason) {
        final NodeProcess node = cluster.node(id);
        final List<String> lines = node.endLines();
        assertEquals(1, lines.size(), node::output);
        assertTrue(lines.get(0).startsWith("quorumlog: "), lines.get(0));
        assertTrue(lines.get(0).contains(cluster.dataDir(id).toString()), lines.get(0));
        assertTrue(lines.get(0).matches(".*/?19700101-00000\\dR\\.(cq4|precreated): " + reason), lines.get(0));
    }
}
