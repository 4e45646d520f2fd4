package io.quorumlog.bench;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code scripts/bench} as built: each benchmark really runs, if only for a moment, and leaves nothing behind. */
final class BenchIT {
    private static final Path ROOT = Path.of(System.getProperty("quorumlog.root", ".."));
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    @TempDir
    Path directory;

    private record Outcome(int status, String output) {}

    @Test
    void helpNamesEveryCommand() {
        final Outcome help = run("help");

        assertEquals(0, help.status, help.output);
        for (final String command : List.of("commit", "election", "read", "micro", "load")) {
            assertTrue(help.output.contains("scripts/bench " + command), help.output);
        }
        assertEquals(help, run());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nosuch",
                "load --rate x",
                "load --rate 1 --inflight 2",
                "load --rate -1",
                "load --inflight 9",
                "load --servers nowhere"
            })
    void aWrongCommandIsOneLineAndStatusTwo(final String command) {
        final Outcome outcome = run(command.split(" "));

        assertEquals(2, outcome.status, outcome.output);
        assertEquals(1, outcome.output.lines().count(), outcome.output);
        assertTrue(outcome.output.startsWith("bench: "), outcome.output);
    }

    @Test
    void commitsAreMeasuredInThroughputAndLatency() {
        final String json = benchmark("commit -wi 0 -i 1 -r 1 -p inFlight=16");

        assertAllPositive(2, sections(json, "primaryMetric"), "score");
        assertAllPositive(1, sections(json, "latency.p99"), "score");
    }

    @Test
    void anElectionIsMeasured() {
        final String json = benchmark("election kill -wi 0 -i 1");

        assertAllPositive(1, sections(json, "primaryMetric"), "score");
    }

    @Test
    @Tag("bad-days")
    void everyChangeOfLeaderIsMeasuredAgainAndAgain() {
        final String json = benchmark("election -wi 0 -i 2");

        assertAllPositive(4, sections(json, "primaryMetric"), "score");
    }

    @Test
    @Tag("bad-days")
    void tailAndReadAreMeasured() {
        final String json = benchmark("read -wi 0 -i 1 -r 1 -p entries=20000");

        assertAllPositive(2, sections(json, "primaryMetric"), "score");
    }

    @Test
    @Tag("bad-days")
    void theHotPathsMakeNoGarbage() {
        final String briefly = "micro -wi 6 -i 1 -w 200ms -r 500ms";
        final String parameters = " -p payloadBytes=128 -p bytes=160 -p memory=address -p entries=20000";
        final String json = benchmark(briefly + parameters);

        final List<Double> garbage = numbers(sections(json, "gc.alloc.rate.norm"), "score");
        assertEquals(6, garbage.size(), json);
        // The smallest object takes 16 bytes. What is made once a file of the log, and by the JVM and JMH meanwhile, is
        // spread over the operations.
        assertTrue(garbage.stream().allMatch(bytes -> bytes < 4), garbage.toString());
    }

    @Test
    void theLoadSendsAtItsRate() {
        final Outcome outcome = run("load", "--rate", "500", "--seconds", "1", "--warm-up", "0.5", "--json");

        assertEquals(0, outcome.status, outcome.output);
        assertEquals(List.of(500.0), numbers(outcome.output, "appends"), outcome.output);
        assertEquals(List.of(0.0), numbers(outcome.output, "unanswered"), outcome.output);
        assertAllPositive(1, outcome.output, "p99.99");
    }

    @Test
    void nothingIsLeftOfALoadThatIsKilled() throws IOException {
        final Process load = start("load", "--seconds", "100");
        try {
            await().atMost(PATIENCE).until(() -> logs().contains("role=leader"));
            assertEquals(3, nodes().size());
            load.destroyForcibly();

            await().atMost(PATIENCE).until(() -> nodes().isEmpty());
            await().atMost(PATIENCE).until(() -> left().isEmpty());
        } finally {
            load.destroyForcibly();
            nodes().forEach(ProcessHandle::destroyForcibly);
        }
    }

    private String logs() throws IOException {
        try (Stream<Path> paths = Files.walk(data())) {
            return paths.filter(path -> path.toString().endsWith(".log"))
                    .map(BenchIT::read)
                    .collect(Collectors.joining());
        } catch (final NoSuchFileException | UncheckedIOException early) {
            return "";
        }
    }

    /** Processes whose data is below this test's directory. */
    private List<ProcessHandle> nodes() {
        return ProcessHandle.allProcesses().filter(this::isNode).toList();
    }

    private boolean isNode(final ProcessHandle process) {
        final String[] arguments = process.info().arguments().orElse(new String[0]);
        return Arrays.stream(arguments).anyMatch(argument -> argument.startsWith("--data-dir=" + data()));
    }

    private Path data() {
        return directory.resolve("a b");
    }

    private List<Path> left() {
        try (Stream<Path> paths = Files.exists(data()) ? Files.list(data()) : Stream.empty()) {
            return paths.toList();
        } catch (final IOException e) {
            throw new AssertionError(e);
        }
    }

    private String benchmark(final String command) {
        final Path json = directory.resolve("result.json");
        final List<String> words = new ArrayList<>(List.of(command.split(" ")));
        words.addAll(List.of("-f", "1", "-rf", "json", "-rff", json.toString()));

        final Outcome outcome = run(words.toArray(String[]::new));

        assertEquals(0, outcome.status, outcome.output);
        assertEquals(List.of(), left(), outcome.output);
        return read(json);
    }

    private Outcome run(final String... arguments) {
        try {
            final Process process = start(arguments);
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError(Arrays.toString(arguments) + " does not end: " + read(output()));
            }
            return new Outcome(process.exitValue(), read(output()));
        } catch (final IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private Process start(final String... arguments) throws IOException {
        final List<String> command = new ArrayList<>();
        command.add(ROOT.resolve("scripts/bench").toAbsolutePath().toString());
        command.addAll(List.of(arguments));
        final ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output().toFile())
                .redirectInput(Path.of("/dev/null").toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        // Several on a machine are no matter here.
        builder.environment().put("JAVA_OPTS", "-Djmh.ignoreLock=true");
        builder.environment().put("BENCH_DIR", data().toString());
        builder.environment().remove("JAVA_TOOL_OPTIONS");
        builder.environment().remove("JDK_JAVA_OPTIONS");
        return builder.start();
    }

    private Path output() {
        return directory.resolve("output");
    }

    private static String read(final Path path) {
        try {
            return Files.readString(path, StandardCharsets.UTF_8);
        } catch (final IOException e) {
            throw new AssertionError(e);
        }
    }

    // JSON, as far as it is needed.

    private static void assertAllPositive(final int count, final String json, final String key) {
        final List<Double> numbers = numbers(json, key);
        assertEquals(count, numbers.size(), json);
        assertTrue(numbers.stream().allMatch(number -> number > 0), json);
    }

    private static List<Double> numbers(final String json, final String key) {
        final Matcher matcher = Pattern.compile('"' + Pattern.quote(key) + "\"\\s*:\\s*([-0-9.E]+)")
                .matcher(json);
        return matcher.results()
                .map(result -> Double.parseDouble(result.group(1)))
                .toList();
    }

    /** All objects with a name, one after another. */
    private static String sections(final String json, final String name) {
        final Matcher matcher = Pattern.compile('"' + Pattern.quote(name) + "\"\\s*:\\s*\\{[^}]*}")
                .matcher(json);
        return String.join("\n", matcher.results().map(result -> result.group()).toList());
    }
}
