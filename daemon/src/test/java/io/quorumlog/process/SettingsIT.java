package io.quorumlog.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a wrong setting costs: one line, status 2, nothing on disk. All tables of values are in the settings' unit tests. */
final class SettingsIT {
    private static final String RIGHT = "--node-id 1 --cluster 1=127.0.0.1:5500:6500 --data-dir DIR ";

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --cluster 1=127.0.0.1:5500:6500 --data-dir DIR            | node-id is missing
            --node-id 1 --data-dir DIR                                | cluster is missing
            --node-id 2 --cluster 1=127.0.0.1:1:2 --data-dir DIR      | node-id=2
            --node-id 1 --cluster 1=::1:5501:6501 --data-dir DIR      | cluster=1=::1:5501:6501
            RIGHT --nosuch x                                          | --nosuch x: unknown flag
            RIGHT --durability maybe                                  | durability=maybe: must be fsync or page-cache
            RIGHT --election-timeout-ms 60                            | election-timeout-ms=60: must be at least twice
            """)
    void aWrongSettingEndsTheProcessWithOneLineAndStatusTwo(final String flags, final String expected)
            throws Exception {
        final Outcome outcome = run(Map.of(), flags);

        assertEquals(2, outcome.status, outcome.output);
        assertEquals(1, outcome.output.lines().count(), outcome.output);
        assertTrue(outcome.output.startsWith("quorumlog: " + expected), outcome.output);
        assertFalse(Files.exists(directory.resolve("data")));
    }

    @Test
    void theEnvironmentIsReadToo() throws Exception {
        final Outcome outcome = run(Map.of("QUORUMLOG_IDLE", "never"), RIGHT);

        assertEquals(2, outcome.status, outcome.output);
        assertTrue(outcome.output.startsWith("quorumlog: idle (QUORUMLOG_IDLE)=never"), outcome.output);
    }

    @ParameterizedTest
    @CsvSource({"tr_TR.UTF-8, UTF-8", "C, US-ASCII", "ar_EG.UTF-8, UTF-8"})
    void noLocaleChangesTheMessage(final String locale, final String ignored) throws Exception {
        final Outcome outcome = run(Map.of("LC_ALL", locale, "LANG", locale), RIGHT + "--heartbeat-ms 70000");

        assertEquals("quorumlog: heartbeat-ms=70000: must be a whole number from 1 to 60000", outcome.output.strip());
    }

    @Test
    void helpAndVersionGoToStandardOutputWithStatusZero() throws Exception {
        final Outcome help = run(Map.of(), "--help");
        final Outcome version = run(Map.of(), "--version");

        assertEquals(0, help.status, help.output);
        assertTrue(help.output.contains("--max-entry-bytes=BYTES"), help.output);
        assertEquals(0, version.status, version.output);
        assertTrue(version.output.startsWith("quorumlog "), version.output);
    }

    private record Outcome(int status, String output) {}

    private Outcome run(final Map<String, String> environment, final String flags) {
        final String data = directory.resolve("data").toString();
        final List<String> arguments =
                List.of(flags.replace("RIGHT", RIGHT).strip().split(" +"));
        final Path output = directory.resolve("output");
        final ProcessBuilder builder = NodeProcess.builder(
                output,
                arguments.stream().map(word -> word.equals("DIR") ? data : word).toList());
        builder.environment().putAll(environment);
        output.toFile().delete();
        try (NodeProcess node = NodeProcess.start(output, builder)) {
            return new Outcome(node.awaitExit(), node.output());
        }
    }
}
