package io.quorumlog.session;

import static io.quorumlog.session.FakeClient.entry;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorumlog.codec.record.LogRecord;
import io.quorumlog.codec.record.RecordKind;
import io.quorumlog.log.DamagedLogException;
import io.quorumlog.log.EntryCursor;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** READ: which entries, how many, how long it waits, and what a client costs that does not read its replies. */
class ClientSessionReadTest {
    private static final int MEBIBYTE = 1024 * 1024;
    /** One claim beyond the point at which there is no room any more. */
    private static final int MOST_QUEUED = 64 * 1024 + ReplyOutput.MAX_CLAIM_BYTES;

    private final FakeLog log = new FakeLog();
    private final Sessions sessions = FakeClient.sessions(log);
    private final FakeClient client = new FakeClient(sessions);

    @Test
    void readReturnsCommittedClientEntriesOnly() {
        log.noOp(1)
                .entry(1, "a")
                .entry(1, "")
                .noOp(2)
                .entry(2, "b")
                .entry(2, "uncommitted")
                .commit(5);

        client.line("READ 1");

        assertEquals("*3\r\n" + entry(2, 1, "a") + entry(3, 1, "") + entry(5, 2, "b"), client.replies());
    }

    @Test
    void readBeginsAtItsIndexAndZeroMeansOne() {
        log.entry(1, "a").entry(1, "b").commit(2);

        client.line("READ 2", "READ 0", "READ 3", "READ 9223372036854775807 COUNT 9223372036854775807");

        assertEquals(
                "*1\r\n" + entry(2, 1, "b") + "*2\r\n" + entry(1, 1, "a") + entry(2, 1, "b") + "*0\r\n*0\r\n",
                client.replies());
    }

    @Test
    void readReturnsAHundredUnlessToldOtherwise() {
        for (int i = 0; i < 300; i++) {
            log.entry(1, "x");
        }
        log.commit(300);

        client.line("READ 1", "read 1 count 7", "READ 1 BLOCK 5 COUNT 1", "READ 1 COUNT 250 BLOCK 0");

        final String replies = client.replies();
        assertEquals(100 + 7 + 1 + 250, replies.split("\\*4\r\n", -1).length - 1);
        assertTrue(replies.startsWith("*100\r\n"));
    }

    @Test
    void readStopsAtFourMebibytesOfPayload() {
        appendLarge(MEBIBYTE, 5);

        client.line("READ 1");
        assertTrue(client.allReplies().startsWith("*4\r\n*4\r\n:1\r\n"));
        client.line("READ 5");

        assertTrue(client.allReplies().startsWith("*1\r\n*4\r\n:5\r\n"));
    }

    @Test
    void whatFramesTheEntriesIsNotCountedAsPayload() {
        appendLarge(64 * 1024, 70);

        client.line("READ 1");

        assertTrue(client.allReplies().startsWith("*64\r\n"));
    }

    @Test
    void firstEntryIsReturnedHoweverLarge() {
        appendLarge(5 * MEBIBYTE, 2);

        client.line("READ 1");

        final String replies = client.allReplies();
        assertTrue(replies.startsWith("*1\r\n*4\r\n:1\r\n"));
        assertTrue(replies.length() > 5 * MEBIBYTE);
    }

    @Test
    void manySmallEntriesDoNotMakeALargeReply() {
        for (int i = 0; i < 120_000; i++) {
            log.entry(1, "");
        }
        log.commit(120_000);

        client.line("READ 1 COUNT 9223372036854775807");

        final int length = client.allReplies().length();
        assertTrue(length < 4.3 * MEBIBYTE && length > 4.2 * MEBIBYTE, () -> "length " + length);
    }

    @Test
    void readerThatDoesNotReadCostsLittleAndGetsAllInTheEnd() {
        appendLarge(MEBIBYTE, 2);
        client.line("READ 1", "PING");
        for (int i = 0; i < 10; i++) {
            client.session.onProgress();
        }
        assertTrue(client.output.largest < MOST_QUEUED, () -> "queued " + client.output.largest);
        assertFalse(client.session.wantsInput());

        final String replies = client.allReplies();

        assertEquals(
                "*2\r\n" + entry(1, 1, "x".repeat(MEBIBYTE)) + entry(2, 1, "x".repeat(MEBIBYTE)) + "+PONG\r\n",
                replies);
        assertTrue(client.output.largest < MOST_QUEUED, () -> "queued " + client.output.largest);
    }

    @Test
    void pipelineOfReadsWaitsInTheSocket() {
        appendLarge(1_000, 100);

        client.send("READ 1\n".repeat(1_000));

        assertTrue(client.unconsumedBytes() > 7 * 990);
        assertTrue(client.output.largest < MOST_QUEUED);
        final String replies = client.allReplies();
        assertEquals(1_000, replies.split("\\*100\r\n", -1).length - 1);
        assertEquals(100_000, replies.split("\\*4\r\n", -1).length - 1);
    }

    @Test
    void largeEntryIsCheckedAtItsBeginAndItsEndHoweverManyPieces() {
        final AtomicLong checks = new AtomicLong();
        final FakeLog checked = new FakeLog() {
            @Override
            public boolean readEntry(final EntryCursor cursor, final LogRecord view) {
                checks.incrementAndGet();
                return super.readEntry(cursor, view);
            }

            @Override
            public boolean rereadEntry(final EntryCursor cursor, final LogRecord view) {
                return super.readEntry(cursor, view);
            }
        };
        checked.entry(RecordKind.CLIENT, 1, new byte[MEBIBYTE]).commit(1);
        final FakeClient reader = new FakeClient(FakeClient.sessions(checked));

        reader.line("READ 1");

        assertTrue(reader.allReplies().length() > MEBIBYTE);
        assertEquals(2, checks.get());
    }

    /** The mistake: what was whole when a slow client's reply began is taken to be whole when it ends. */
    @Test
    void entryThatRotsBetweenItsPiecesIsNotGivenToItsEnd() {
        final FakeLog rotting = new FakeLog() {
            private boolean begun;

            @Override
            public boolean readEntry(final EntryCursor cursor, final LogRecord view) {
                if (begun) {
                    throw new DamagedLogException("entry 1: its checksum is wrong");
                }
                begun = true;
                return super.readEntry(cursor, view);
            }

            @Override
            public boolean rereadEntry(final EntryCursor cursor, final LogRecord view) {
                return super.readEntry(cursor, view);
            }
        };
        rotting.entry(RecordKind.CLIENT, 1, new byte[MEBIBYTE]).commit(1);
        final FakeClient reader = new FakeClient(FakeClient.sessions(rotting));
        reader.line("READ 1");

        assertThrows(DamagedLogException.class, reader::allReplies);
    }

    @Test
    void blockedReadIsAnsweredByTheFirstEntry() {
        client.line("READ 2 BLOCK 1000 COUNT 1").turn();
        log.entry(1, "a").commit(1);
        assertEquals("", client.turn().replies());

        log.entry(1, "b").entry(1, "c").commit(3);

        assertEquals("*1\r\n" + entry(2, 1, "b"), client.turn().replies());
        assertFalse(client.session.isWaiting());
    }

    @Test
    void blockTimeRunsFromTheRequestWhateverElseCommits() {
        client.line("READ 5 BLOCK 1000");
        log.afterMs(999).entry(1, "a").noOp(1).commit(2);
        assertEquals("", client.turn().replies());
        assertEquals(log.nowNs + FakeLog.MS, sessions.deadlineNs());

        log.afterMs(1);

        assertEquals("*0\r\n", client.turn().replies());
        assertEquals(Long.MAX_VALUE, sessions.deadlineNs());
        assertEquals(Long.MAX_VALUE, client.session.deadlineNs());
    }

    @Test
    void blockTimeRunsFromTheArrivalThoughAnAppendIsToBeAnsweredFirst() {
        client.line("APPEND x", "READ 2 BLOCK 100", "READ 2 BLOCK 100");
        log.afterMs(60).commit(1);
        assertEquals(":1\r\n", client.turn().replies());
        log.afterMs(39);
        assertEquals("", client.turn().replies());
        log.afterMs(1);
        assertEquals("*0\r\n", client.turn().replies());

        // The next one was seen first when that was answered.
        log.afterMs(99);
        assertEquals("", client.turn().replies());
        log.afterMs(1);
        assertEquals("*0\r\n", client.turn().replies());
    }

    @Test
    void readWhoseTimeIsOverWhenItsTurnComesIsAnsweredAtOnce() {
        client.line("APPEND x", "READ 2 BLOCK 100", "PING");
        log.afterMs(500).commit(1);

        assertEquals(":1\r\n*0\r\n+PONG\r\n", client.turn().allReplies());
    }

    @Test
    void blockOfZeroOrOfAgesHasNoDeadline() {
        client.line("READ 5 BLOCK 0");
        final FakeClient other = new FakeClient(sessions);
        log.nowNs = 5_000 * FakeLog.MS;
        other.line("READ 5 BLOCK 9223372036854775807");

        assertEquals(Long.MAX_VALUE, client.session.deadlineNs());
        assertEquals(Long.MAX_VALUE, other.session.deadlineNs());
        log.nowNs = Long.MAX_VALUE - 1;
        assertEquals("", client.turn().replies() + other.replies());
    }

    @Test
    void requestBehindABlockedReadWaitsForIt() {
        client.line("READ 1 BLOCK 0", "PING");
        assertEquals("", client.turn().replies());
        assertEquals(6, client.unconsumedBytes());

        log.entry(1, "a").commit(1);

        assertEquals("*1\r\n" + entry(1, 1, "a") + "+PONG\r\n", client.turn().replies());
    }

    @Test
    void endOfInputEndsABlockedReadAndThoseBehindIt() {
        client.line("READ 1 BLOCK 0", "READ 1 BLOCK 0", "PING");
        assertTrue(client.session.wantsInput(), "or the end of input is never seen");

        client.end();

        assertEquals("*0\r\n*0\r\n+PONG\r\n", client.replies());
        assertTrue(client.session.isFinished());
    }

    private void appendLarge(final int length, final int count) {
        final byte[] payload = new byte[length];
        Arrays.fill(payload, (byte) 'x');
        for (int i = 0; i < count; i++) {
            log.entry(RecordKind.CLIENT, 1, payload);
        }
        log.commit(log.lastIndex());
    }
}
