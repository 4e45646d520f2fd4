package io.quorumlog.session;

import static io.quorumlog.session.FakeClient.request;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** The plain commands, how a session begins to wait and ends, and that cuts between bytes make no difference. */
class ClientSessionFlowTest {
    private static final String[] REQUESTS = {
        "APPEND hello\r\n",
        request("APPEND", "a\0b\r\nc"),
        request("append", ""),
        request("APPENDIF", "0", "x"),
        "APPENDIF 1 y\n",
        "READ 1\r\n",
        request("READ", "1", "COUNT", "2"),
        "TAIL 1\r\n",
        "PING\r\n",
        "ECHO some  text \n",
        "\r\n",
        "*0\r\n",
        request("NOSUCH"),
        "READ x\n",
        "LEADER\n",
        "HELP\r\n",
        request("APPEND", "z".repeat(2_000)),
        request("ECHO", "w".repeat(80_000)),
    };

    private final FakeLog log = new FakeLog();
    private final FakeClient client = new FakeClient(FakeClient.sessions(log));

    @Test
    void plainCommandsAreAnsweredByAnyNode() {
        log.follows(3, 2);

        client.line("PING", "PING a b", "ECHO x", "LEADER", "COMMAND DOCS get", "COMMAND");
        client.line("CLIENT SETNAME x", "client setinfo LIB-NAME y", "SELECT 0");

        assertEquals(
                "+PONG\r\n$3\r\na b\r\n$1\r\nx\r\n*2\r\n:2\r\n$10\r\n[::1]:6502\r\n*0\r\n*0\r\n+OK\r\n+OK\r\n+OK\r\n",
                client.replies());
    }

    @Test
    void largeTextIsEchoedInPieces() {
        final StringBuilder text = new StringBuilder();
        while (text.length() < 3 * ReplyOutput.MAX_CLAIM_BYTES) {
            text.append(text.length()).append(' ');
        }

        client.send(request("ECHO", text.toString()));

        assertEquals("$" + text.length() + "\r\n" + text + "\r\n", client.replies());
    }

    @Test
    void leaderThatIsNotKnownIsANullArray() {
        log.follows(3, 0);

        client.line("LEADER");

        assertEquals("*-1\r\n", client.replies());
    }

    @Test
    void membersAreAnswered() {
        client.line("MEMBERS");

        assertEquals(
                "*2\r\n*4\r\n:1\r\n$10\r\n[::1]:5501\r\n$10\r\n[::1]:6501\r\n$6\r\nleader\r\n"
                        + "*4\r\n:2\r\n$10\r\n[::1]:5502\r\n$10\r\n[::1]:6502\r\n$8\r\nfollower\r\n",
                client.replies());
    }

    @Test
    void helpHasALineForEachCommand() {
        client.line("HELP");

        final String help = client.replies();
        for (final Command command : Command.values()) {
            assertTrue(help.contains("\n" + command.name() + " "), command.name());
        }
    }

    @Test
    void quitIsAnsweredAndNothingBehindItIsRun() {
        client.line("QUIT");
        client.session.onInput(new UnsafeBuffer("APPEND x\n".getBytes(StandardCharsets.US_ASCII)), 0, 9);

        assertEquals("+OK\r\n", client.replies());
        assertTrue(client.session.isFinished());
        assertEquals(0, log.lastIndex());
    }

    @Test
    void httpFinishesTheSessionWhenWhatCameBeforeIsAnswered() {
        client.send("APPEND good\nPOST / HTTP/1.1\r\nHost: x\r\n\r\nAPPEND evil\r\n");
        assertFalse(client.session.isFinished());
        assertFalse(client.session.wantsInput());

        assertEquals(":1\r\n", FakeLogs.commitAll(log, client));
        assertTrue(client.session.isFinished());
        assertTrue(client.session.isHttp());
        assertEquals(1, log.lastIndex());
    }

    @Test
    void payloadThatLooksLikeHttpIsNone() {
        client.line("APPEND Host: x");

        assertEquals(":1\r\n", FakeLogs.commitAll(log, client));
        assertFalse(client.session.isHttp());
    }

    @Test
    void endOfInputFinishesWhenAllCompleteRequestsAreAnswered() {
        client.line("APPEND a", "PING", "APPEND b").send("APPEND incomplete").end();
        assertFalse(client.session.isFinished());

        assertEquals(":1\r\n+PONG\r\n", FakeLogs.commitAll(log, client));
        assertFalse(client.session.isFinished());
        assertEquals(":2\r\n", FakeLogs.commitAll(log, client));
        assertTrue(client.session.isFinished());
        assertEquals(2, log.lastIndex());
    }

    @Test
    void endOfInputWithoutAnythingOpenFinishesAtOnce() {
        client.line("PING").end();

        assertTrue(client.session.isFinished());
    }

    @Test
    void requestsWaitWhileRepliesPileUp() {
        client.output.overfullAbove = 10;
        client.line("PING one", "PING two", "APPEND x");
        assertEquals(0, log.lastIndex());
        assertFalse(client.session.wantsInput());

        assertEquals("$3\r\none\r\n$3\r\ntwo\r\n", client.replies());
        assertEquals(1, log.lastIndex());
    }

    @Test
    void bytesNeededCoverThePayloadThatIsAnnounced() {
        client.send("*2\r\n$6\r\nAPPEND\r\n$500000\r\nbegin");

        assertEquals(25 + 500_000 + 2, client.session.bytesNeeded());
    }

    @Test
    void closedSessionDoesNothing() {
        client.line("APPEND a");
        client.session.close();
        client.session.close();

        log.commit(1);
        client.session.onProgress();

        assertEquals("", client.turn().replies());
        assertFalse(client.session.wantsInput());
        assertTrue(client.session.isFinished());
    }

    @Test
    void pipelineCutAtAnyByteIsAnsweredTheSame() {
        final String pipeline = "APPEND one\r\n" + request("APPEND", "two") + "PING\r\n" + request("READ", "1")
                + "APPENDIF 9 x\nTAIL 2\r\nECHO y\r\nNOSUCH\nAPPEND three\r\nQUIT\r\nAPPEND four\r\n";
        final String whole = answers(pipeline, pipeline.length());
        assertTrue(whole.endsWith(":3\r\n+OK\r\n"), whole);

        for (int cut = 1; cut < pipeline.length(); cut++) {
            assertEquals(whole, answers(pipeline, cut), "cut at " + cut);
        }
    }

    @Property(tries = 200)
    void randomPipelinesCutAtRandomAreAnsweredTheSame(@ForAll final long seed) {
        final Random random = new Random(seed);
        final StringBuilder pipeline = new StringBuilder();
        for (int i = random.nextInt(30); i >= 0; i--) {
            pipeline.append(REQUESTS[random.nextInt(REQUESTS.length)]);
        }
        final String whole = answers(pipeline.toString(), pipeline.length());

        final int[] cuts =
                random.ints(random.nextInt(20), 0, pipeline.length()).sorted().toArray();

        assertEquals(whole, answers(pipeline.toString(), cuts));
    }

    /** What a new client is answered whose bytes come in pieces, and then end; all that is appended commits in the end. */
    private static String answers(final String pipeline, final int... cuts) {
        final FakeLog freshLog = new FakeLog();
        final FakeClient fresh = new FakeClient(FakeClient.sessions(freshLog));
        int sent = 0;
        for (final int cut : cuts) {
            fresh.send(pipeline.substring(sent, cut));
            sent = cut;
        }
        fresh.send(pipeline.substring(sent)).end();
        final StringBuilder all = new StringBuilder(fresh.allReplies());
        for (int turn = 0; turn < 100; turn++) {
            all.append(FakeLogs.commitAll(freshLog, fresh));
        }
        assertTrue(fresh.session.isFinished());
        return all.toString();
    }
}
