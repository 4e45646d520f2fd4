package io.quorumlog.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.quorumlog.spec.Rule;
import io.quorumlog.spec.Specification;
import io.quorumlog.spec.TraceCheck;
import io.quorumlog.spec.Violation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The traces of a simulated run, as real members would have left them: each in a file of its own, without a common clock. */
class TracesOfSeveralFilesTest {
    /** Nothing is damaged on its way, so that a message is known again by all that it says. */
    private static final Specification.World SOUND = new Specification.World(false, false);

    @TempDir
    Path directory;

    private final List<Path> files = new ArrayList<>();
    private long lines;

    @BeforeEach
    void traceRun() throws IOException {
        final Map<String, List<String>> traces = new TreeMap<>();
        for (final String line : soundRun()) {
            traces.computeIfAbsent(line.substring(0, 9), any -> new ArrayList<>())
                    .add(line);
            lines++;
        }
        for (final List<String> trace : traces.values()) {
            files.add(Files.write(directory.resolve("trace-" + files.size()), trace));
        }
    }

    private static List<String> soundRun() {
        for (long seed = 1; ; seed++) {
            final List<String> run = new ArrayList<>();
            TracedRun.run(seed, run::add);
            final Specification specification = new Specification(Set.of(1, 2, 3, 4, 5), SOUND);
            try {
                run.forEach(line -> specification.accept(line, "the run"));
                return run;
            } catch (final Violation damaged) {
                assertEquals(Rule.MESSAGE_WAS_SENT, damaged.rule(), "seed " + seed);
            }
        }
    }

    @Test
    void messagesOrderTheLinesOfSeveralFiles() throws IOException {
        assertEquals(lines, check());
    }

    @Test
    void lineThatIsTornAtTheEndIsForgiven() throws IOException {
        Files.writeString(files.get(0), "{\"node\":1,\"seq\":7,\"act", StandardOpenOption.APPEND);

        assertEquals(lines, check());
    }

    @Test
    void lineThatIsTornElsewhereIsNot() throws IOException {
        final List<String> trace = new ArrayList<>(Files.readAllLines(files.get(0)));
        trace.set(20, trace.get(20).substring(0, 30));
        Files.write(files.get(0), trace);

        assertBroken(Rule.TRACE_IS_WHOLE);
    }

    @Test
    void messageWhoseSendingIsNotToldIsFound() throws IOException {
        final List<String> trace = Files.readAllLines(files.get(0));
        Files.write(files.get(0), trace.subList(0, trace.size() / 2));

        assertBroken(Rule.MESSAGE_WAS_SENT);
    }

    private void assertBroken(final Rule rule) {
        assertEquals(rule, assertThrows(Violation.class, this::check).rule());
    }

    private long check() throws IOException {
        return TraceCheck.check(files, SOUND);
    }
}
