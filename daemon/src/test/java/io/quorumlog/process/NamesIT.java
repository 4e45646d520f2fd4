package io.quorumlog.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Members that are called by names: a name that is not there yet is waited for, and one that moves is followed. */
@Tag("bad-days")
final class NamesIT {
    /** Two seconds are what is promised; the rest is for machines on which the nodes wait for a core. */
    private static final Duration MAX_SEARCH = Duration.ofSeconds(5);
    /** Of one node about names: its own, and those of two peers. */
    private static final int MAX_LINES = 3;

    private static final String WAITS = "waiting until it has one";
    private static final String STARTED = " recovered entries=";

    @RegisterExtension
    final NetworkCluster cluster = NetworkCluster.withNames(3);

    @Test
    void namesThatAppearLaterAreFoundSoon() throws IOException {
        for (int id = 1; id <= 3; id++) {
            cluster.start(id);
        }
        ProcessCluster.untilTrue(
                "each to wait for its own name", () -> hasSaid(1, WAITS) && hasSaid(2, WAITS) && hasSaid(3, WAITS));
        cluster.tellNames(1, 1); // the two others know not even their own name
        ProcessCluster.untilTrue("one node to have started", () -> hasSaid(1, STARTED));
        ProcessCluster.pass(Duration.ofSeconds(3));
        for (int id = 1; id <= 3; id++) {
            final long lines = cluster.node(id)
                    .output()
                    .lines()
                    .filter(line -> line.contains("has no address"))
                    .count();
            assertTrue(lines <= MAX_LINES, cluster.node(id)::output);
        }

        cluster.tellNames();
        ProcessCluster.untilTrue("the others to have started", () -> hasSaid(2, STARTED) && hasSaid(3, STARTED));
        final long startedNs = System.nanoTime();
        cluster.awaitLeader();
        final Duration took = Duration.ofNanos(System.nanoTime() - startedNs);
        assertTrue(took.compareTo(MAX_SEARCH) < 0, "a leader after " + took);
        cluster.awaitAllFollow();
    }

    @Test
    void memberThatComesBackUnderAnotherAddressIsFoundSoon() throws IOException {
        cluster.tellNames();
        cluster.startAll();
        cluster.awaitAllFollow();
        cluster.lead(1);
        final int moved = 3;
        cluster.kill(moved);
        cluster.network().move(moved);
        cluster.tellNames();
        final long before = recoveries(moved);
        final long term = cluster.term();
        cluster.start(moved);
        ProcessCluster.untilTrue("it to listen", () -> recoveries(moved) > before);
        final long readyNs = System.nanoTime();
        cluster.awaitFollows(moved, 1, cluster.figure(1, "commit_index"));
        final Duration took = Duration.ofNanos(System.nanoTime() - readyNs);
        assertTrue(took.compareTo(MAX_SEARCH) < 0, "follows after " + took);
        assertEquals(term, cluster.term());
    }

    private boolean hasSaid(final int id, final String words) {
        return cluster.node(id).output().contains(words);
    }

    private long recoveries(final int id) {
        return cluster.node(id)
                .output()
                .lines()
                .filter(line -> line.contains(STARTED))
                .count();
    }
}
