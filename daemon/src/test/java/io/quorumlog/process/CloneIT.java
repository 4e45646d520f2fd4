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
 * data can tell the two apart: the copy has the identity, the term and the vote. Did it take the member's place, it could
 * elect, with a log that is long past, a leader that lacks what the member itself has committed. So whom the member is
 * connected with refuses its copy: nothing that was acknowledged is lost, nobody who leads is deposed, the logs of the others
 * don't fill up with it, and the copy says what is the matter.
 */
@Tag("bad-days")
final class CloneIT {
    /** It dials all others, so that its copy, wherever that is, reaches them. */
    private static final int COPIED = 1;

    private static final Duration STAY = Duration.ofSeconds(5);
    private static final int MAX_LINES = 20;

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
                        "the others to refuse the copy",
                        () -> IntStream.of(2, 3)
                                .allMatch(id -> clone.output()
                                        .contains("refused: member " + id + " is connected with another")));
                load.awaitMore(50);
                load.measureAnew();
                ProcessCluster.pass(STAY);
                assertTrue(
                        load.longestPauseMs() < STAY.toMillis() / 2, load.longestPauseMs() + " ms without an append");
                assertEquals(term, cluster.term());
                assertTrue(lines() - lines <= MAX_LINES, () -> lines() - lines + " lines");
            }
            load.awaitMore(50);
        }

        load.check(cluster.awaitEqualLogs());
        for (int id = 1; id <= 3; id++) {
            assertTrue(
                    cluster.node(id).endLines().stream()
                            .allMatch(line -> line.contains("refused: another process is connected as member 1")),
                    cluster.node(id).output());
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
