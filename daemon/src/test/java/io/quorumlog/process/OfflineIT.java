package io.quorumlog.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A look at the data of a node that has died: what it holds, or in which words its start would refuse; never a change. */
final class OfflineIT {
    private static final int SIGTERM_STATUS = 143;
    /** Entries of 300 bytes, of which a pipe holds only some lines. */
    private static final int FILLING = 600;

    @TempDir
    Path directory;

    private Path data;
    private Path file;

    private record Outcome(int status, String output) {}

    @BeforeEach
    void choosePlaces() {
        data = directory.resolve("data");
        file = data.resolve("19700101-000001R.cq4");
    }

    /** Leaves a log with an identity, two entries and many more; {@code isKilled}: without a word. */
    private void useANode(final boolean isKilled) {
        final int port = FreePorts.next();
        try (NodeProcess node = NodeProcess.start(
                directory.resolve("log"),
                "--node-id",
                "7",
                "--cluster",
                "7=127.0.0.1:" + FreePorts.next() + ":" + port,
                "--data-dir",
                data.toString())) {
            ProcessCluster.untilTrue("a leader", () -> node.output().contains("role=leader"));
            try (RespClient client = new RespClient(port)) {
                assertEquals(2L, client.call("APPEND", "hello\n\u00fc"));
                assertEquals(3L, client.call("APPEND", "second"));
                for (int i = 0; i < FILLING; i++) {
                    assertEquals(4L + i, client.call("APPEND", "filling " + "x".repeat(300)));
                }
            }
            final Outcome refused = run("--verify", "--data-dir", data.toString());
            assertEquals(1, refused.status, refused.output);
            assertEquals(
                    "quorumlog: data directory " + data + ": another process uses it (it holds " + data.resolve("LOCK")
                            + ")\n",
                    refused.output);
            if (isKilled) {
                node.kill();
            } else {
                assertEquals(0, node.terminate(), node::output);
            }
        }
    }

    @Test
    void whatAKilledNodeLeftIsSoundAndCanBeRead() throws IOException {
        useANode(true);
        final TreeMap<String, Integer> before = contents();

        final Outcome verified = run("--verify", "--data-dir", data.toString());
        final Outcome dumped = run("--dump", "1", "3", "--data-dir", data.toString());

        assertEquals(0, verified.status, verified.output);
        assertTrue(verified.output.matches("(?s)data-dir +\\Q" + data + "\\E\nformat +1\nnode +7\nmembers +7\n"
                + "cluster +[0-9a-f]{32}\nblank +no\nterm +1\nvoted for +7\n.*\n"
                + "entries +1 to 603@1, 602 of clients\nsuperseded +0 entries\n"
                + "file +19700101-000001R.cq4  entries 1 to 603  .*\nsound +.*\n"));
        assertEquals(0, dumped.status, dumped.output);
        final List<String> lines = dumped.output.lines().toList();
        assertEquals(3, lines.size(), dumped.output);
        assertTrue(lines.get(0).matches("1@1 20\\S+Z cluster 20 \".*\""), lines.get(0));
        assertTrue(lines.get(1).matches("2@1 20\\S+Z client 8 \"hello\\\\n\\\\xc3\\\\xbc\""), lines.get(1));
        assertTrue(lines.get(2).matches("3@1 20\\S+Z client 6 \"second\""), lines.get(2));
        assertEquals(before, contents());
    }

    @Test
    void rotIsNamedInTheWordsOfTheStart() throws IOException {
        useANode(false);
        final byte[] bytes = Files.readAllBytes(file);
        bytes[new String(bytes, StandardCharsets.ISO_8859_1).indexOf("second")] ^= 1;
        Files.write(file, bytes);
        final TreeMap<String, Integer> before = contents();

        final Outcome verified = run("--verify", "--data-dir", data.toString());
        final Outcome dumped = run("--dump", "1", "100", "--data-dir", data.toString());
        assertEquals(before, contents());
        final String member = "7=127.0.0.1:" + FreePorts.next() + ":" + FreePorts.next();
        final Outcome started = run("--node-id", "7", "--cluster", member, "--data-dir", data.toString());

        assertEquals(1, verified.status, verified.output);
        assertTrue(verified.output.matches("quorumlog: data directory .*R\\.cq4 at offset \\d+ .* entry 3 .*\n"));
        assertEquals(1, dumped.status, dumped.output);
        assertTrue(dumped.output.endsWith("\"hello\\n\\xc3\\xbc\"\n" + verified.output), dumped.output);
        assertEquals(1, started.status, started.output);
        assertTrue(started.output.contains(verified.output.strip()), started.output);
    }

    /** The mistake: the answer of a node that has not begun yet to the signal, which is status 0. */
    @Test
    void lookThatIsStoppedHasNotFoundTheDataSound() throws IOException, InterruptedException {
        useANode(true);
        final ProcessBuilder builder = NodeProcess.builder(
                directory.resolve("unused"), List.of("--dump", "1", "999", "--data-dir", data + ""));
        builder.redirectOutput(ProcessBuilder.Redirect.PIPE);
        final Process process = builder.start();
        try (InputStream output = process.getInputStream()) {
            // It has begun, and waits for us to read: a pipe holds less than all of it.
            ProcessCluster.untilTrue("output", () -> available(output) > 0);

            // Not by destroy(), which would close the pipe, too.
            Commands.check("kill", "-s", "TERM", Long.toString(process.pid()));

            assertTrue(process.waitFor(30, TimeUnit.SECONDS));
            assertEquals(SIGTERM_STATUS, process.exitValue());
        } finally {
            process.destroyForcibly();
        }
    }

    private static int available(final InputStream output) {
        try {
            return output.available();
        } catch (final IOException e) {
            throw new AssertionError(e);
        }
    }

    private Outcome run(final String... arguments) {
        final Path output = directory.resolve("output");
        output.toFile().delete();
        try (NodeProcess process = NodeProcess.start(output, arguments)) {
            return new Outcome(process.awaitExit(), process.output());
        }
    }

    /** Hashes of all files by their names. */
    private TreeMap<String, Integer> contents() throws IOException {
        final TreeMap<String, Integer> contents = new TreeMap<>();
        try (Stream<Path> files = Files.list(data)) {
            for (final Path path : files.toList()) {
                contents.put(path.getFileName().toString(), Arrays.hashCode(Files.readAllBytes(path)));
            }
        }
        return contents;
    }
}
