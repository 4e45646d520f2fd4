package io.quorumlog.session;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorumlog.codec.resp.ReplyParser;
import io.quorumlog.fuzz.FuzzRun;
import io.quorumlog.fuzz.Requests;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/**
 * Whatever a client sends, however it is cut and whatever befalls the node meanwhile: the session throws nothing, answers in
 * well-formed RESP, and comes to its end when the client does.
 */
final class ClientSessionFuzzTest {
    private static final long INPUTS = 20_000;
    private static final int MAX_ENTRY_BYTES = 256;
    /** A log is begun anew before reading it from its begin takes long. */
    private static final int MAX_ENTRIES = 200;

    /** A TRANSFER takes the longest: an election timeout. */
    private static final int MAX_IDLE_TURNS = 20;

    private FakeLog log = new FakeLog();

    @Test
    void anyInputIsAnsweredWellFormed() {
        FuzzRun.run("session", INPUTS, Requests.valid(), this::take);
    }

    private void take(final byte[] input, final int length, final SplittableRandom random) {
        if (log.lastIndex() > MAX_ENTRIES) {
            log = new FakeLog();
        }
        log.leads(log.term() + 1).commit(log.lastIndex());
        log.acceptsAppends = true;
        final Sessions sessions = new Sessions(log, new SessionSettings(MAX_ENTRY_BYTES, 16, 600 * FakeLog.MS));
        final FakeClient client = new FakeClient(sessions);
        client.output.pieces = ReplyOutput.LEAST_ROOM_BYTES << random.nextInt(6);
        client.output.roomBelow = 1 << random.nextInt(17);
        client.output.overfullAbove = client.output.roomBelow + random.nextInt(1 << 16);
        final StringBuilder replies = new StringBuilder();
        for (int offset = 0; offset < length && !client.session.isFinished(); ) {
            final int next =
                    Math.min(length, offset + 1 + random.nextInt(random.nextInt(4) == 0 ? length : 64 + length / 16));
            client.send(new String(input, offset, next - offset, StandardCharsets.ISO_8859_1));
            offset = next;
            befall(random);
            client.turn();
            if (random.nextInt(3) == 0) {
                replies.append(client.replies());
            }
        }
        client.end();
        bringToItsEnd(client, replies);

        assertTrue(client.session.isFinished(), "the client has ended, and the session has not");
        assertWellFormed(replies.toString(), client.unconsumedBytes());
        client.session.close();
        assertFalse(client.session.isWaiting());
    }

    /** What a node goes through while requests wait. */
    private void befall(final SplittableRandom random) {
        switch (random.nextInt(10)) {
            case 0, 1, 2 -> log.commit(log.lastIndex());
            case 3 -> log.commit(Math.min(log.lastIndex(), log.commitIndex() + 1));
            case 4 -> log.confirmReads();
            case 5 -> log.afterMs(random.nextInt(1_000));
            case 6 -> log.follows(log.term() + random.nextInt(2), random.nextInt(4));
            case 7 -> log.leads(log.term() + 1);
            case 8 -> {
                log.follows(log.term() + 1, 2).truncateAfter(log.commitIndex());
                log.entry(log.term(), "of another leader");
            }
            default -> log.acceptsAppends = random.nextBoolean();
        }
        log.transferring &= random.nextBoolean();
    }

    /** There may be as many turns as requests, but each few of them must bring something. */
    private void bringToItsEnd(final FakeClient client, final StringBuilder replies) {
        for (int idle = 0; idle < MAX_IDLE_TURNS && !client.session.isFinished(); idle++) {
            final int before = replies.length() - client.unconsumedBytes();
            log.acceptsAppends = true;
            log.transferring = false;
            log.commit(log.lastIndex()).confirmReads().afterMs(100);
            client.turn();
            replies.append(client.replies());
            idle = replies.length() - client.unconsumedBytes() > before ? 0 : idle;
        }
        replies.append(client.allReplies());
    }

    private static void assertWellFormed(final String replies, final int unconsumedBytes) {
        final byte[] bytes = replies.getBytes(StandardCharsets.ISO_8859_1);
        final UnsafeBuffer view = new UnsafeBuffer(bytes);
        final ReplyParser parser = new ReplyParser();
        int used = 0;
        while (parser.parse(view, used, bytes.length)) {
            used += parser.consumed();
        }
        // A text to be echoed may end in the middle, with its client's stream.
        assertTrue(
                !parser.isInsideReply() || unconsumedBytes == 0,
                () -> "the last reply is not whole: "
                        + new String(
                                Arrays.copyOfRange(bytes, Math.max(0, bytes.length - 100), bytes.length),
                                StandardCharsets.ISO_8859_1));
    }
}
