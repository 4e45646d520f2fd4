package io.quorumlog.client.cli;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.quorumlog.client.FakeNode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The runnable jar among pipes, locales and terminals, each with a bound. */
@Timeout(60)
class ClientProcessIT {
    private static final Path JAR = Path.of(System.getProperty("quorumlog.client.jar"));
    private static final long BOUND_S = 20;
    private static final String PROMPT = "quorumlog> ";
    private static final String CTRL_C = "\u0003";
    private static final String CTRL_D = "\u0004";

    @TempDir
    Path directory;

    private final FakeNode node = new FakeNode();
    private Process session; // the prompt in its terminal
    private int seen; // what of its output was awaited, in characters

    @BeforeEach
    void linuxOnly() {
        assumeTrue(Files.exists(Path.of("/proc/self/fd")), "what is tested here is Linux's /proc");
    }

    @AfterEach
    void closeNode() {
        if (session != null) {
            kill(session);
        }
        node.close();
    }

    private record Result(int status, String out, String err) {}

    /** Runs a line of shell in which {@code client} is the client; it must end in time. */
    private Result shell(String line) throws IOException, InterruptedException {
        return end(start(line));
    }

    private Process start(String line) throws IOException {
        Path home = Files.createDirectories(directory.resolve("home"));
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String function = "client() { '" + java + "' -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -jar '" + JAR
                + "' --servers " + node.address() + " --timeout 5 \"$@\"; }\n";
        ProcessBuilder builder = new ProcessBuilder("sh", "-c", function + line);
        builder.environment().put("HOME", home.toString());
        builder.environment().remove("XDG_STATE_HOME");
        builder.redirectOutput(directory.resolve("out").toFile());
        builder.redirectError(directory.resolve("err").toFile());
        return builder.start();
    }

    private Result end(Process process) throws IOException, InterruptedException {
        boolean ended = process.waitFor(BOUND_S, TimeUnit.SECONDS);
        if (!ended) {
            kill(process);
        }
        Result result = new Result(
                ended ? process.exitValue() : -1,
                Files.readString(directory.resolve("out"), StandardCharsets.ISO_8859_1),
                Files.readString(directory.resolve("err"), StandardCharsets.UTF_8));
        assertTrue(ended, "does not end: " + result);
        return result;
    }

    private static void kill(Process process) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    @Test
    void oneCommandPrintsItsResult() throws Exception {
        assertEquals(new Result(0, "1\n", ""), shell("client append hello"));
        assertEquals(new Result(0, "1\thello\n", ""), shell("client read 1"));
        assertEquals(1, shell("client appendif 7 x").status());
        assertEquals(2, shell("client --nosuch").status());
    }

    @Test
    void payloadIsWhatWasTypedInAnyLocale() throws Exception {
        shell("LC_ALL=C client append \"$(printf 'gr\\303\\274n')\"");
        shell("LC_ALL=C client append a? \"$(printf '\\377\\001')\"");
        shell("LC_ALL=C.UTF-8 client append \"$(printf '\\377\\342\\202\\254')\"");

        assertEquals(List.of("gr\u00c3\u00bcn", "a? \u00ff\u0001", "\u00ff\u00e2\u0082\u00ac"), node.log());
    }

    @Test
    void outputIsTheSameInAnyLocale() throws Exception {
        node.log().add("gr\u00c3\u00bcn");

        assertEquals(
                new Result(0, "1\tgr\u00c3\u00bcn\n", ""),
                shell("JAVA_TOOL_OPTIONS= LC_ALL=C client read 1 2>/dev/null"));
        assertTrue(shell("LC_ALL=C client --help").out().contains("host:port,\u00e2\u0080\u00a6"));
    }

    @Test
    void tailEndsWhenItsReaderHasGoneThoughNothingFollows() throws Exception {
        node.log().add("a");

        assertEquals(new Result(0, "1\ta\n", "status 1\n"), shell("{ client tail 1; echo status $? >&2; } | head -1"));
    }

    @Test
    void tailGoesOnWhileItsReaderIsThere() throws Exception {
        node.log().add("a");
        Process tail = start("client tail 1 | { read -r line; until [ -e '" + directory
                + "/go' ]; do sleep 0.1; done; read -r next; echo \"$next\"; }");

        long readsOfB = 3; // each waits for a second, in which the client looks for its reader some five times
        await().atMost(BOUND_S, TimeUnit.SECONDS)
                .until(() -> node.received().stream()
                                .filter(request -> request.startsWith("READ 2 "))
                                .count()
                        >= readsOfB);
        node.log().add("b");
        Files.createFile(directory.resolve("go"));

        assertEquals("2\tb\n", end(tail).out());
    }

    @Test
    void endlessInputEndsWhenTheReaderHasGone() throws Exception {
        Result result = shell("yes 'append x' | client | head -5");

        assertEquals("1\n2\n3\n4\n5\n", result.out());
        assertEquals("", result.err());
    }

    @Test
    void outputThatCannotBeWrittenIsAFailure() throws Exception {
        node.log().add("a");

        Result full = shell("client read 1 > /dev/full");
        Result closed = shell("client read 1 >&-");

        assertEquals(1, full.status());
        assertEquals("client: can't write the output: No space left on device\n", full.err());
        assertEquals(1, closed.status());
        assertFalse(closed.err().contains("Exception"), closed.err());
    }

    @Test
    void inputWithoutATerminalIsAFilter() throws Exception {
        assertEquals(new Result(0, "", ""), shell("client < /dev/null"));
        assertEquals(new Result(0, "1\n2\n", ""), shell("printf 'append a\\nappend b' | client"));
        assertEquals(1, shell("client < /").status());
        assertEquals(
                new Result(0, "3\n", ""),
                shell("printf 'append ' > big; head -c 1000000 /dev/zero | tr '\\0' x >> big; client < big; rm big"));
    }

    @Test
    void nothingIsLeftBehindInTheHomeDirectory() throws Exception {
        shell("client append a; client < /dev/null; client read 1");

        try (var files = Files.list(directory.resolve("home"))) {
            assertEquals(List.of(), files.toList());
        }
    }

    @Test
    void promptKeepsAHistoryAndSurvivesErrors() throws Exception {
        for (String term : List.of("xterm", "dumb")) {
            prompt("TERM=" + term);
            enter("append hello world", "index ");
            enter("nosuch", "error: ERR unknown command 'nosuch'");
            enter("read 1", "hello world\r\n");
            type("quit\r", "");
            Result result = end(session);

            assertEquals(0, result.status(), result.toString());
            assertFalse(result.out().contains("Exception"), result.toString());
        }
        assertEquals(List.of("hello world", "hello world"), node.log());
        Path history = directory.resolve("home/.local/state/quorumlog/history");
        assertTrue(Files.readString(history).contains("append hello world"));
    }

    /** A home in which nothing can be made, whoever asks: the prompt has no history then, and says nothing of it. */
    @Test
    void promptDoesWithoutAHomeThatCanBeWrittenTo() throws Exception {
        prompt("TERM=xterm HOME=/proc");
        enter("append a", "index ");
        type("quit\r", "");

        Result result = end(session);

        assertEquals(0, result.status(), result.toString());
        assertFalse(result.out().contains("/proc"), result.toString());
        assertEquals(List.of("a"), node.log());
    }

    @Test
    void promptEndsATailAtCtrlCAndLeavesAtCtrlD() throws Exception {
        node.log().add("a");
        prompt("TERM=xterm");
        type("tail 1\r", "  a\r\n");
        type(CTRL_C, "stopped: interrupted");
        awaitOutput(PROMPT);
        enter("append b", "index 2");
        type("half a line" + CTRL_C, "half a line");
        awaitOutput(PROMPT);
        type(CTRL_D, "");

        Result result = end(session);

        assertEquals(0, result.status(), result.toString());
        assertEquals(List.of("a", "b"), node.log());
    }

    @Test
    void promptSurvivesCtrlCsInQuickSuccession() throws Exception {
        prompt("TERM=xterm");
        for (int i = 0; i < 30; i++) {
            type("half" + CTRL_C + CTRL_C, "");
            Thread.sleep(i); // not a wait: each pair shall meet the line editor at another moment
        }
        enter("append b", "index 1");
        type("quit\r", "");

        Result result = end(session);

        assertEquals(0, result.status(), result.toString());
        assertEquals(List.of("b"), node.log());
        assertFalse(result.out().contains("Exception"), result.toString());
    }

    /** Starts the client in a terminal and waits for its first prompt. The shell gives way to it: Ctrl-C shall meet nobody else. */
    private void prompt(String environment) throws IOException, InterruptedException {
        assumeTrue(shell("command -v script").status() == 0, "util-linux' script gives us a terminal");
        // Who runs the tests in the background of a script has them ignore it, and so would the client.
        String heeding = shell("env --default-signal=INT true").status() == 0 ? "env --default-signal=INT " : "";
        session = start("export " + environment + "; command=\"$(cat <<'EOF'\nexec " + heeding + "'"
                + Path.of(System.getProperty("java.home"), "bin", "java") + "' -XX:TieredStopAtLevel=1 -jar '" + JAR
                + "' --servers " + node.address() + "\nEOF\n)\"; script -qec \"$command\" /dev/null");
        seen = 0;
        awaitOutput(PROMPT);
    }

    /** Types a command and waits for its answer and the next prompt. */
    private void enter(String command, String answer) throws IOException, InterruptedException {
        type(command + "\r", answer);
        awaitOutput(PROMPT);
    }

    private void type(String keys, String answer) throws IOException, InterruptedException {
        OutputStream in = session.getOutputStream();
        in.write(keys.getBytes(StandardCharsets.UTF_8));
        in.flush();
        awaitOutput(answer);
    }

    /** Waits for a text behind the one that was waited for last. */
    private void awaitOutput(String text) throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(BOUND_S);
        while (true) {
            String out = Files.readString(directory.resolve("out"), StandardCharsets.ISO_8859_1);
            int at = out.indexOf(text, seen);
            if (at >= 0) {
                seen = at + text.length();
                return;
            }
            assertTrue(session.isAlive() && System.nanoTime() < end, "no '" + text + "' in " + out.substring(seen));
            Thread.sleep(10);
        }
    }
}
