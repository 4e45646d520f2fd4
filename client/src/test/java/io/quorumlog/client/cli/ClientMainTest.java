package io.quorumlog.client.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorumlog.client.FakeNode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What scripts see of the text client: output, errors, exit status. In this process, against a scripted node. */
@Timeout(20)
class ClientMainTest {
    private final FakeNode node = new FakeNode();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @AfterEach
    void closeNode() {
        node.close();
    }

    private int run(InputStream in, OutputStream to, String... args) {
        out.reset();
        err.reset();
        List<String> all = new ArrayList<>(List.of("--servers", node.address(), "--timeout", "2"));
        all.addAll(List.of(args));
        return new ClientMain(in, to, err, false).run(all.toArray(new String[0]));
    }

    private int command(String... args) {
        return run(InputStream.nullInputStream(), out, args);
    }

    private int filter(String input, String... args) {
        return run(new ByteArrayInputStream(input.getBytes(StandardCharsets.ISO_8859_1)), out, args);
    }

    private String output() {
        return out.toString(StandardCharsets.ISO_8859_1);
    }

    private String errors() {
        return err.toString(StandardCharsets.UTF_8);
    }

    private void assertFails(int status, String error) {
        assertEquals(1, status);
        assertEquals("client: " + error + "\n", errors());
    }

    // One command.

    @Test
    void appendPrintsItsIndex() {
        int status = command("append", "hello");

        assertEquals(0, status);
        assertEquals("1\n", output());
        assertEquals("", errors());
        assertEquals(List.of("hello"), node.log());
    }

    @Test
    void payloadOfSeveralArgumentsIsJoined() {
        command("APPEND", "hello", "two  words", "");
        command("appendif", "1", "a", "b");
        command("append", "");

        assertEquals(List.of("hello two  words ", "a b", ""), node.log());
    }

    @Test
    void payloadIsUtf8() {
        command("append", "grün €");

        assertArrayEquals(
                "grün €".getBytes(StandardCharsets.UTF_8), node.log().get(0).getBytes(StandardCharsets.ISO_8859_1));
    }

    @Test
    void readPrintsAnEntryALine() {
        node.log()
                .addAll(List.of(
                        "hello", "a\tb\nc\\d\r\0\u007f\u00ff", "gr\u00c3\u00bcn", "", "\u00c2\u009b\u00e2\u0082"));

        int status = command("read", "1");

        assertEquals(0, status);
        assertEquals(
                "1\thello\n2\ta\\tb\\nc\\\\d\\r\\x00\\x7f\\xff\n3\tgr\u00c3\u00bcn\n4\t\n5\t\\xc2\\x9b\\xe2\\x82\n",
                output());
    }

    @Test
    void readPrintsRawPayloadsIfAsked() {
        node.log().addAll(List.of("a\nb\0\u00ff", "c"));

        assertEquals(0, command("--raw", "read", "1"));
        assertEquals("a\nb\0\u00ff\nc\n", output());
        assertEquals(0, command("read", "1", "count", "1", "--raw"));
        assertEquals("a\nb\0\u00ff\n", output());
    }

    @Test
    void readTakesCountAndBlock() {
        node.log().addAll(List.of("a", "b", "c"));
        CompletableFuture.delayedExecutor(300, TimeUnit.MILLISECONDS)
                .execute(() -> node.log().add("d"));

        command("read", "1", "COUNT", "2");
        assertEquals("1\ta\n2\tb\n", output());
        command("read", "4", "block", "0", "count", "1");
        assertEquals("4\td\n", output());
        command("read", "5", "block", "10");
        assertEquals("", output());
    }

    @Test
    void readThatIsNotUnderstoodIsTheNodesToRefuse() {
        node.script((words, session) -> {
            if (words.get(0).equals("read")) {
                session.reply("-ERR nonsense\r\n");
                return true;
            }
            return false;
        });

        assertFails(command("read", "1", "count"), "ERR nonsense");
        assertFails(command("read", "-1"), "ERR nonsense");
        assertFails(command("read", "1", "size", "3"), "ERR nonsense");
    }

    @Test
    void questionsPrintTheirFieldsSeparatedByTabs() {
        command("leader");
        assertEquals("2\t" + node.address() + "\n", output());
        command("members");
        assertEquals("2\t127.0.0.1:5501\t" + node.address() + "\tleader\n", output());
        command("last");
        assertEquals("0\n", output());
        command("status");
        assertTrue(output().startsWith("# Node\nnode_id:1\nrole:leader\n"), output());
        command("ping");
        assertEquals("PONG\n", output());
        command("transfer", "2");
        assertEquals("OK\n", output());
        command("echo", "a", "b");
        assertEquals("a b\n", output());
    }

    @Test
    void helpNeedsNoNode() {
        node.close();

        assertEquals(0, command("help"));
        assertTrue(output().contains("append PAYLOAD"), output());
    }

    @Test
    void otherCommandsGoToANodeAsTheyStand() {
        node.script((words, session) -> {
            if (words.equals(List.of("nosuch", "a b"))) {
                session.reply("*3\r\n:1\r\n*2\r\n+x\r\n$1\r\n\n\r\n*-1\r\n");
                return true;
            }
            return false;
        });

        assertEquals(0, command("nosuch", "a b"));
        assertEquals("1\nx\t\\n\n(none)\n", output());
    }

    @Test
    void failureGoesToStandardErrorAndIsStatusOne() {
        assertFails(command("appendif", "7", "x"), "conflict: the log's last entry is 0");
        assertFails(command("nosuch"), "ERR unknown command 'nosuch'");
        assertFails(command("append"), "wrong number of arguments for 'append'; try help");
        assertFails(command("appendif", "01", "x"), "last '01': plain decimal digits expected");
        assertFails(command("tail", "x\n"), "from 'x\\n': plain decimal digits expected");
        assertFails(command("transfer", "99999"), "id 99999: 1 to 65535");
        assertEquals("", output());
        node.knowsNoLeader();
        assertFails(command("leader"), "no leader is known now");
    }

    @Test
    void nobodyThereIsSaidInOneLine() {
        node.close();

        assertFails(command("--timeout", "0.3", "last"), "no leader found: " + node.address() + " connection refused");
    }

    @Test
    void uncertainAppendIsSaidAndNotRepeated() {
        node.script((words, session) -> {
            if (words.get(0).equals("APPEND")) {
                session.close();
                return true;
            }
            return false;
        });

        assertEquals(1, command("append", "x"));
        assertTrue(errors().contains("may or may not be in the log"), errors());
        assertEquals(1, node.received().size());
    }

    @Test
    void uncertainAppendIsRepeatedIfAsked() {
        int[] breaks = {0};
        node.script((words, session) -> {
            boolean breakIt = words.get(0).equals("APPEND") && breaks[0]++ < 2;
            if (breakIt) {
                node.log().add(words.get(1));
                session.close();
            }
            return breakIt;
        });

        assertEquals(0, command("--retry-uncertain", "append", "x"));
        assertEquals("3\n", output());
        assertEquals(List.of("x", "x", "x"), node.log());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--nosuch",
                "--servers",
                "--servers localhost",
                "--servers ::1:6500",
                "--timeout 0",
                "--timeout -1",
                "--timeout x",
                "--timeout 1e9",
                "--retry-uncertain=maybe"
            })
    void wrongOptionIsStatusTwo(String options) {
        int status = command((options + " last").split(" "));
        if (options.equals("--servers")) { // without its value
            err.reset();
            status = new ClientMain(InputStream.nullInputStream(), out, err, false).run(new String[] {"--servers"});
        }

        assertEquals(2, status);
        assertTrue(errors().startsWith("client: "), errors());
        assertTrue(errors().indexOf('\n') == errors().length() - 1, errors());
        assertEquals("", output());
    }

    @Test
    void helpAndVersionArePrinted() {
        assertEquals(0, command("--help"));
        assertTrue(out.toString(StandardCharsets.UTF_8).contains("scripts/client [--servers host:port,…]"), output());
        assertTrue(output().contains("\\xNN"), output());
        assertEquals(0, command("--version"));
        assertTrue(output().startsWith("quorumlog client"), output());
    }

    @Test
    void wordsBehindTheCommandAreNoOptions() {
        command("append", "--timeout", "-h");

        command("append", "@pom.xml");

        assertTrue(Files.exists(Path.of("pom.xml")), "a file that could be taken for one of arguments");
        assertEquals(List.of("--timeout -h", "@pom.xml"), node.log());
    }

    @Test
    void tailPrintsWhatIsThereAndWhatComes() throws Exception {
        node.log().add("a");
        OutputStream twoLines = new FailingOutput(out, 2);
        CompletableFuture.delayedExecutor(300, TimeUnit.MILLISECONDS)
                .execute(() -> node.log().add("b"));
        CompletableFuture.delayedExecutor(600, TimeUnit.MILLISECONDS)
                .execute(() -> node.log().add("c"));

        int status = run(InputStream.nullInputStream(), twoLines, "tail", "1");

        assertEquals(1, status);
        assertEquals("1\ta\n2\tb\n", output());
        assertEquals("", errors());
    }

    // Many lines.

    @Test
    void eachLineIsACommandAndResultsAreInOrder() {
        int status = filter("append  two  words \r\n\n \t\nLAST\nappend x\nread 1\nappendif 2 y\nping a b");

        assertEquals(0, status);
        assertEquals("1\n1\n2\n1\ttwo  words \n2\tx\n3\na b\n", output());
        assertEquals("", errors());
    }

    @Test
    void nothingIsDoneForNoInput() {
        assertEquals(0, filter(""));
        assertEquals("", output() + errors());
        assertEquals(0, node.connections());
    }

    @Test
    void failedLineIsNamedAndTheRestGoesOn() {
        int status = filter("append a\nappend \nnosuch\nappend b\nappendif 7 c\nappend d");

        assertEquals(1, status);
        assertEquals("1\n2\n3\n", output());
        assertEquals(
                "client: line 2: wrong number of arguments for 'append'; try help\n"
                        + "client: line 3: ERR unknown command 'nosuch'\n"
                        + "client: line 5: conflict: the log's last entry is 2\n",
                errors());
    }

    @Test
    void anyBytesButLineEndsAreAPayload() {
        filter("append \0\u00ff\rx\u00fe\n");

        assertEquals(List.of("\0\u00ff\rx\u00fe"), node.log());
    }

    @Test
    void lineOfAMegabyteIsAppended() {
        String payload = "x".repeat((1 << 20) - 100);

        assertEquals(0, filter("append " + payload));
        assertEquals(List.of(payload), node.log());
    }

    @Test
    void quitEndsTheInput() {
        assertEquals(0, filter("append a\nQUIT\nappend b\n"));
        assertEquals(List.of("a"), node.log());
    }

    @Test
    void appendsArePipelined() {
        int lines = 20_000;

        int status = filter("append x\n".repeat(lines));

        assertEquals(0, status);
        assertEquals(lines, node.log().size());
        assertTrue(output().startsWith("1\n2\n3\n") && output().endsWith("\n" + lines + "\n"));
    }

    @Test
    void appendsAreAnsweredWhileTheInputPauses() throws Exception {
        PipedOutputStream typed = new PipedOutputStream();
        PipedInputStream in = new PipedInputStream(typed);
        CompletableFuture<Integer> status = CompletableFuture.supplyAsync(() -> run(in, out));

        typed.write("append a\n".getBytes(StandardCharsets.UTF_8));
        typed.flush();
        awaitOutput("1\n");
        typed.close();
        assertEquals(0, status.get(5, TimeUnit.SECONDS));
    }

    @Test
    void appendIsAnsweredWhileTheNextStillWaits() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        node.script((words, session) -> {
            if (words.contains("b")) {
                go.await();
            }
            return false;
        });
        CompletableFuture<Integer> status = CompletableFuture.supplyAsync(() -> filter("append a\nappend b\n"));

        awaitOutput("1\n");
        go.countDown();

        assertEquals(0, status.get(5, TimeUnit.SECONDS));
        assertEquals("1\n2\n", output());
    }

    private void awaitOutput(String expected) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(1800); // less than the timeout of run
        while (!output().equals(expected) && System.nanoTime() < end) {
            Thread.sleep(10);
        }
        assertEquals(expected, output());
    }

    @Test
    void tailOfALineEndsAtTheNextWithWhatIsCommitted() {
        node.log().addAll(List.of("a", "b"));

        assertEquals(0, filter("tail 1\nappend c\ntail 3\n"));
        assertEquals("1\ta\n2\tb\n3\n3\tc\n", output());
    }

    @Test
    void uncertainLineIsReportedAndNotRepeated() {
        node.script((words, session) -> {
            if (words.contains("b")) {
                session.reset();
                return true;
            }
            return false;
        });

        assertEquals(1, filter("append b\n"));
        assertTrue(errors().startsWith("client: line 1: the connection to the leader broke"), errors());
        assertEquals(List.of("APPEND b"), node.received());
    }

    // Output that can't be written.

    /** Takes so many lines, and breaks. */
    private static final class FailingOutput extends OutputStream {
        private final OutputStream to;
        private int lines;
        private String reason = "Broken pipe";

        FailingOutput(OutputStream to, int lines) {
            this.to = to;
            this.lines = lines;
        }

        FailingOutput because(String reason) {
            this.reason = reason;
            return this;
        }

        @Override
        public void write(int b) throws IOException {
            if (lines == 0) {
                throw new IOException(reason);
            }
            to.write(b);
            if (b == '\n') {
                lines--;
            }
        }
    }

    @Test
    void readerThatHasGoneEndsItWithoutWords() {
        int status = run(
                new ByteArrayInputStream("append x\n".repeat(5000).getBytes(StandardCharsets.UTF_8)),
                new FailingOutput(out, 5));

        assertEquals(1, status);
        assertEquals("1\n2\n3\n4\n5\n", output());
        assertEquals("", errors());
    }

    @Test
    void fullDiskIsSaid() {
        int status = run(
                InputStream.nullInputStream(),
                new FailingOutput(out, 0).because("No space left on device"),
                "append",
                "x");

        assertEquals(1, status);
        assertEquals("client: can't write the output: No space left on device\n", errors());
    }

    @Test
    void inputThatCannotBeReadIsSaid() {
        InputStream broken = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("Is a directory");
            }
        };

        assertEquals(1, run(broken, out));
        assertTrue(errors().contains("can't read the input: Is a directory"), errors());
    }
}
