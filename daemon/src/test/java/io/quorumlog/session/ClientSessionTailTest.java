package io.quorumlog.session;

import static io.quorumlog.session.FakeClient.entry;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** TAIL: pushes each committed entry once, and how it ends. */
class ClientSessionTailTest {
    private static final String LARGE = "x".repeat(300_000);

    private final FakeLog log = new FakeLog();
    private final FakeClient client = new FakeClient(FakeClient.sessions(log));

    @Test
    void tailPushesWhatIsCommittedAndThenWhatCommits() {
        log.entry(1, "a").entry(1, "b").entry(1, "c").commit(2);
        client.line("TAIL 2");
        assertEquals("+OK\r\n" + entry(2, 1, "b"), client.turn().replies());

        log.noOp(2).entry(2, "d").commit(5);

        assertEquals(entry(3, 1, "c") + entry(5, 2, "d"), client.turn().replies());
        assertTrue(client.session.wantsInput());
        assertTrue(client.session.isWaiting());
    }

    @Test
    void tailOfZeroBeginsAtOneAndOneOfTheFutureWaits() {
        client.line("TAIL 0");
        final FakeClient future = new FakeClient(FakeClient.sessions(log));
        future.line("TAIL 3");

        log.entry(1, "a").entry(1, "b").entry(1, "c").commit(3);

        assertEquals(
                "+OK\r\n" + entry(1, 1, "a") + entry(2, 1, "b") + entry(3, 1, "c"),
                client.turn().replies());
        assertEquals("+OK\r\n" + entry(3, 1, "c"), future.turn().replies());
    }

    /** However many read old entries, a commit is not to have all of them served at once. */
    @Test
    void tailThatWaitsForRoomIsNotServedAtACommitEvenIfThereIsRoomByThen() {
        client.output.roomBelow = 1;
        log.entry(1, "a").entry(1, "b").commit(2);
        client.line("TAIL 1");
        assertEquals("+OK\r\n", client.output.drain());

        log.entry(1, "c").commit(3);
        client.turn();

        assertEquals("", client.output.drain());
        client.output.roomBelow = 1_000;
        assertEquals("", client.replies());
        assertEquals(entry(1, 1, "a") + entry(2, 1, "b") + entry(3, 1, "c"), client.replies());
        log.entry(1, "d").commit(4);
        assertEquals(entry(4, 1, "d"), client.turn().replies());
    }

    @Test
    void nextRequestEndsTheTail() {
        log.entry(1, "a").commit(1);
        client.line("TAIL 1").turn();
        client.line("", "PING");
        log.entry(1, "b").commit(2);

        assertEquals("+OK\r\n" + entry(1, 1, "a") + "+PONG\r\n", client.turn().replies());
        assertFalse(client.session.isWaiting());
    }

    @Test
    void emptyLineAndHalfARequestDoNotEndTheTail() {
        client.line("TAIL 1").send("\r\n \nPIN");

        log.entry(1, "a").commit(1);

        assertEquals("+OK\r\n" + entry(1, 1, "a"), client.turn().replies());
        client.send("G\n");
        assertEquals("+PONG\r\n", client.replies());
    }

    @Test
    void entryThatIsBegunIsCompletedBeforeTheNextReply() {
        log.entry(1, LARGE).entry(1, "never").commit(2);
        client.line("TAIL 1", "PING", "PING two");
        assertFalse(client.session.wantsInput());

        assertEquals("+OK\r\n" + entry(1, 1, LARGE) + "+PONG\r\n$3\r\ntwo\r\n", client.allReplies());
    }

    @Test
    void slowReaderCostsLittleAndGetsEachEntryOnce() {
        client.line("TAIL 1").turn();
        final StringBuilder expected = new StringBuilder("+OK\r\n");
        for (int i = 1; i <= 20; i++) {
            log.entry(1, LARGE + i).commit(i);
            client.turn();
            expected.append(entry(i, 1, LARGE + i));
        }
        assertTrue(client.output.largest < 64 * 1024 + ReplyOutput.MAX_CLAIM_BYTES);

        assertEquals(expected.toString(), client.allReplies());
    }

    @Test
    void endOfInputEndsTheTailBehindWhatIsCommitted() {
        log.entry(1, LARGE).entry(1, "b").entry(1, "later").commit(2);
        client.line("TAIL 1").end();
        assertFalse(client.session.isFinished());
        log.commit(3);

        assertEquals("+OK\r\n" + entry(1, 1, LARGE) + entry(2, 1, "b"), client.allReplies());
        assertTrue(client.session.isFinished());
    }

    @Test
    void endOfInputEndsAnIdleTailAtOnce() {
        client.line("TAIL 1").end();

        assertTrue(client.session.isFinished());
        assertEquals("+OK\r\n", client.replies());
    }

    @Test
    void oversizeRequestAndProtocolErrorEndTheTailToo() {
        log.entry(1, LARGE).commit(1);
        client.line("TAIL 1");
        client.send("*2\r\n$6\r\nAPPEND\r\n$2000000\r\n" + "y".repeat(2_000_000) + "\r\n");
        final String replies = client.allReplies();
        assertTrue(replies.startsWith("+OK\r\n" + entry(1, 1, LARGE) + "-TOOBIG "), "TOOBIG behind the entry");
        client.line("TAIL 1").send("*x\r\n");

        assertTrue(client.allReplies().startsWith("+OK\r\n" + entry(1, 1, LARGE) + "-ERR Protocol error: "));
        assertTrue(client.session.isFinished());
    }
}
