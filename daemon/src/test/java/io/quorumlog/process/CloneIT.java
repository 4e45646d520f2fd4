package io.quorumlog.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A copy of a member's data directory, made while it runs, is started under the same id at another address. Nothing in the
 * data can tell the two apart: the copy has the identity, the term and the vote, and what either does counts for the member.
 * So this is no configuration that could be safe. With the original voting for one candidate and its copy for another, a
 * term could have two leaders; and an entry that only the copy stores counts as the member's. What must hold all the same:
 * while a majority of the originals is connected, nothing that was acknowledged is lost, the two don't depose whoever leads
 * over and over, and the logs of the others don't fill up with it.
 */
@Tag("bad-days")
final class CloneIT {
    /** It dials all others, so that its copy, wherever that is, reaches them. */
    private static final int COPIED = 1;

    private static final Duration STAY = Duration.ofSeconds(5);
    private static final int MAX_TERMS = 3;
    private static final int MAX_LINES = 60;

    @RegisterExtension
    final ProcessCluster cluster = new ProcessCluster(3);

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aCopyOfARunningMemberUnderItsIdLosesNothingAndDisturbsLittle(final boolean isLeader) {
        cluster.startAll();
        cluster.lead(isLeader ? COPIED : 3);
        final AppendLoad load = new AppendLoad(cluster, 1);
        try (load) {
            load.awaitMore(100);
            final Path copy = cluster.directory().resolve("copy");
            copy(cluster.dataDir(COPIED), copy);
            final long term = cluster.term();
            final long lines = lines();
            final Path output = cluster.directory().resolve("copy.log");
            try (NodeProcess clone =
                    NodeProcess.start(output, argumentsOfCopy(copy).toArray(String[]::new))) {
                ProcessCluster.untilTrue(
                        "the copy to reach the others", () -> clone.output().contains("recovered") || !clone.isAlive());
                load.awaitMore(50);
                load.measureAnew();
                ProcessCluster.pass(STAY);
                assertTrue(
                        load.longestPauseMs() < STAY.toMillis() / 2, load.longestPauseMs() + " ms without an append");
                assertTrue(cluster.term() - term <= MAX_TERMS, () -> "from term " + term + " to " + cluster.term());
                assertTrue(lines() - lines <= MAX_LINES, () -> lines() - lines + " lines");
            }
            load.awaitMore(50);
        }

        load.check(cluster.awaitEqualLogs());
        for (int id = 1; id <= 3; id++) {
            assertEquals(List.of(), cluster.node(id).endLines());
        }
    }

    private long lines() {
        return IntStream.rangeClosed(1, 3)
                .mapToLong(id -> cluster.node(id).output().lines().count())
                .sum();
    }

    /** The member's settings, but for its own address and directory. */
    private List<String> argumentsOfCopy(final Path copy) {
        final List<String> arguments = new ArrayList<>(cluster.arguments(COPIED));
        final int first = FreePorts.nextRun(2);
        final String elsewhere = COPIED + "=127.0.0.1:" + first + ":" + (first + 1);
        arguments.replaceAll(argument -> argument.replaceFirst("^" + COPIED + "=[^,]*", elsewhere));
        arguments.set(arguments.indexOf("--data-dir") + 1, copy.toString());
        return arguments;
    }

    private static void copy(final Path from, final Path to) {
        try (Stream<Path> files = Files.list(from)) {
            Files.createDirectory(to);
            for (final Path file : files.toList()) {
                try {
                    Files.copy(file, to.resolve(file.getFileName()));
                } catch (final NoSuchFileException rolled) {
                    // A file that was being prepared.
                }
            }
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
