package io.quorumlog.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A node with another cluster's data is told to be this cluster's member. */
@Tag("bad-days")
final class ForeignNodeIT {
    private static final int FOREIGN = 3;
    private static final Duration STAY = Duration.ofSeconds(5);
    /** Each node says it of each connection once, and of few connections. */
    private static final int MAX_LINES = 10;

    @RegisterExtension
    final ProcessCluster cluster = new ProcessCluster(3);

    @RegisterExtension
    final ProcessCluster others = new ProcessCluster(3);

    @Test
    void aNodeOfAnotherClusterDisturbsNobodyAndLearnsNothing() {
        others.startAll();
        others.append("of another cluster");
        others.killAll();
        cluster.startAll();
        cluster.lead(1);
        final AppendLoad load = new AppendLoad(cluster, 2);
        try (load) {
            cluster.kill(FOREIGN);
            final NodeProcess foreign = cluster.adopt(
                    FOREIGN,
                    NodeProcess.start(
                            cluster.directory().resolve("foreign.log"),
                            foreignArguments().toArray(String[]::new)));
            load.awaitMore(50);
            final long term = cluster.figure(1, "term");
            final long lines = lines(1) + lines(2);
            ProcessCluster.untilTrue("it to be refused", () -> foreign.output().contains("cluster"));
            load.measureAnew();
            ProcessCluster.pass(STAY);
            assertTrue(load.longestPauseMs() < STAY.toMillis() / 2, load.longestPauseMs() + " ms without an append");
            assertEquals(term, cluster.figure(1, "term"));
            assertEquals(term, cluster.figure(2, "term"));
            final long newLines = lines(1) + lines(2) - lines;
            assertTrue(
                    newLines <= MAX_LINES,
                    () -> newLines + " lines:\n" + cluster.node(1).outputTail(MAX_LINES));
            try (RespClient client = cluster.client(FOREIGN)) {
                assertTrue(client.readAll(1).stream()
                        .noneMatch(entry -> entry.payload().startsWith("client-")));
            }
            foreign.kill();
            cluster.start(FOREIGN);
        }
        load.check(cluster.awaitEqualLogs());
    }

    private long lines(final int id) {
        return cluster.node(id).output().lines().count();
    }

    /** This cluster's settings, on the other one's data. */
    private List<String> foreignArguments() {
        final List<String> arguments = new ArrayList<>(cluster.arguments(FOREIGN));
        final Path data = others.dataDir(FOREIGN);
        arguments.set(arguments.indexOf("--data-dir") + 1, data.toString());
        return arguments;
    }
}
