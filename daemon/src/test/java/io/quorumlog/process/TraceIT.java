package io.quorumlog.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorumlog.spec.TraceCheck;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What real processes do, as they tell it by {@code --trace}, is held against the specification. */
final class TraceIT {
    @RegisterExtension
    final ProcessCluster cluster = new ProcessCluster(3);

    @TempDir
    Path directory;

    @Test
    void everyActionOfABadDayIsAllowed() throws IOException {
        IntStream.rangeClosed(1, 3).forEach(this::start);
        final int first = cluster.awaitAllCount();
        final AppendLoad load = new AppendLoad(cluster, 3);
        try (load) {
            load.awaitMore(50);
            cluster.kill(first);
            load.awaitMore(50);
            start(first);
            load.awaitMore(50);
            cluster.lead(first);
            load.awaitMore(50);
            final int wiped = cluster.follower(first);
            cluster.kill(wiped);
            cluster.wipe(wiped);
            start(wiped);
            cluster.awaitAllCount();
            load.awaitMore(50);
            cluster.killAll();
            IntStream.rangeClosed(1, 3).forEach(this::start);
            load.awaitMore(50);
        }
        load.check(cluster.awaitEqualLogs());
        IntStream.rangeClosed(1, 3).forEach(id -> assertEquals(0, cluster.terminate(id)));

        final List<Path> traces =
                IntStream.rangeClosed(1, 3).mapToObj(this::trace).toList();
        final long lines = TraceCheck.check(traces);
        System.out.println("trace: " + lines + " actions of three processes, " + load.acknowledged() + " appends");
        assertEquals(4, Files.readString(trace(first)).split("\"action\":\"Restart\"").length);
        Commands.check(
                NodeProcess.ROOT.resolve("scripts/check-trace").toString(),
                traces.get(0).toString(),
                traces.get(1).toString(),
                traces.get(2).toString());
    }

    @Test
    void nodeGoesOnWhenItsTraceCanNotBeWritten() {
        final NodeProcess node = cluster.start(1, Map.of("QUORUMLOG_TRACE", "/dev/full"));
        cluster.start(2);
        cluster.append("a");
        cluster.append("b");

        assertTrue(node.isAlive());
        final List<String> warnings = node.endLines();
        assertEquals(1, warnings.size(), node.output());
        assertTrue(warnings.get(0).contains("the trace ends: can't write to /dev/full"), warnings.get(0));
    }

    /** Before anything is made, and before the node says that it starts. */
    @Test
    void traceThatCanNotBeOpenedEndsTheStartInOneLine() {
        final NodeProcess node = cluster.start(1, Map.of("QUORUMLOG_TRACE", directory.toString()));

        assertEquals(1, node.awaitExit());
        assertEquals(
                "quorumlog: can't write the trace to " + directory + ": Is a directory; choose another trace",
                node.output().strip());
        assertFalse(Files.exists(cluster.dataDir(1)));
    }

    @Test
    void traceMayLieInADataDirectoryThatIsYetToBeMade() {
        final Path trace = cluster.dataDir(1).resolve("trace");
        final NodeProcess node = cluster.start(1, Map.of("QUORUMLOG_TRACE", trace.toString()));

        ProcessCluster.untilTrue("the trace", () -> Files.exists(trace));

        assertEquals(0, node.terminate(), node::output);
    }

    private void start(final int id) {
        cluster.start(id, Map.of("QUORUMLOG_TRACE", trace(id).toString()));
    }

    private Path trace(final int id) {
        return directory.resolve("trace-" + id);
    }
}
