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

        assertEquals("$" + text.length() + "\r\n" + text + "\r\n", client.allReplies());
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
        client.line("PING one", "PING two", "PING three");
        assertEquals(12, client.unconsumedBytes());
        assertFalse(client.session.wantsInput());

        assertEquals("$3\r\none\r\n$3\r\ntwo\r\n", client.replies());
        assertEquals("$5\r\nthree\r\n", client.replies());
    }

    @Test
    void nothingIsAnsweredToAClientThatDoesNotReadHoweverItsRequestsFail() {
        final Sessions tiny = new Sessions(log, new SessionSettings(1, FakeLog.MS));
        for (final String request : new String[] {
            "APPEND xx\n", "NOSUCH\n", "APPEND\n", "APPENDIF x x\n", "READ x\n", request("ECHO", "y".repeat(5_000))
        }) {
            final FakeClient greedy = new FakeClient(tiny);
            greedy.output.overfullAbove = 2_000;
            greedy.output.roomBelow = 2_000;
            greedy.output.pieces = 1_000;
            greedy.send(request.repeat(1_000));

            assertTrue(greedy.output.largest < 4_000, request + " is answered " + greedy.output.largest);
            assertFalse(greedy.session.wantsInput());
        }
    }

    @Test
    void answersToAppendsWaitForAClientThatDoesNotRead() {
        client.output.overfullAbove = 100;
        client.send("APPEND x\n".repeat(1_000));
        log.commit(1_000);
        client.turn();

        assertTrue(client.output.largest < 200, "queued " + client.output.largest);
        final String all = client.allReplies();
        assertTrue(all.startsWith(":1\r\n:2\r\n") && all.endsWith(":999\r\n:1000\r\n"), all);
    }

    @Test
    void longTextIsEchoedAsItComesAndAsFarAsItIsRead() {
        final String text = "0123456789\r\n".repeat(100_000);
        final String request = request("ECHO", text);
        client.output.roomBelow = 10_000;
        client.output.pieces = 1_500;

        client.line("APPEND x").send(request.substring(0, 300_000));
        assertEquals(300_000, client.unconsumedBytes());
        log.commit(1);
        client.turn();
        assertTrue(client.unconsumedBytes() > 285_000 && client.unconsumedBytes() < 295_000);
        assertFalse(client.session.wantsInput());
        final StringBuilder replies = new StringBuilder(client.allReplies());
        assertTrue(client.session.wantsInput());
        client.send(request.substring(300_000)).line("PING").end();
        replies.append(client.allReplies());

        assertEquals(":1\r\n$" + text.length() + "\r\n" + text + "\r\n+PONG\r\n", replies.toString());
        assertTrue(client.session.isFinished());
        assertTrue(client.output.largest < 12_000, "queued " + client.output.largest);
    }

    @Test
    void streamThatEndsWithinALongTextEndsTheSession() {
        client.send(request("ECHO", "y".repeat(9_000)).substring(0, 100)).end();

        assertTrue(client.session.isFinished());
    }

    @Test
    void sessionsShareTheSlotsOfPendingRepliesAndEachHasSome() {
        final Sessions sessions = FakeClient.sessions(log);
        final FakeClient[] clients = new FakeClient[20];
        final int each = SessionSettings.DEFAULT_MAX_PENDING_REPLIES;
        for (int i = 0; i < clients.length; i++) {
            clients[i] = new FakeClient(sessions);
            clients[i].send("LAST\n".repeat(each));
        }

        assertTrue(sessions.slots().taken() <= ReplySlots.MAX_SLOTS + 64 * clients.length);
        assertEquals(5 * (each - 64), clients[19].unconsumedBytes());
        assertFalse(clients[19].session.wantsInput());
        for (int turn = 0; turn < 2_000 && clients[19].unconsumedBytes() > 0; turn++) {
            log.confirmReads();
            sessions.onProgress();
            for (final FakeClient some : clients) {
                some.replies();
            }
        }
        log.confirmReads();
        sessions.onProgress();
        for (final FakeClient some : clients) {
            some.allReplies();
            assertEquals(0, some.unconsumedBytes());
        }
        assertTrue(
                sessions.slots().taken() <= ReplySlots.MAX_SLOTS / 2,
                "kept " + sessions.slots().taken());
        for (final FakeClient some : clients) {
            some.session.close();
        }
        assertEquals(0, sessions.slots().taken());
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
