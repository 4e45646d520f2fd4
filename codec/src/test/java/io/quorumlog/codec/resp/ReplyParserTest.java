package io.quorumlog.codec.resp;

import static io.quorumlog.codec.resp.Bytes.bytes;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorumlog.codec.ProtocolException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReplyParserTest {
    private static final String STREAM = "+OK\r\n-ERR no\r\n:42\r\n:-9223372036854775808\r\n$0\r\n\r\n$4\r\na\r\nb\r\n"
            + "*0\r\n*-1\r\n$-1\r\n"
            + "*2\r\n*4\r\n:1\r\n:2\r\n:3\r\n$1\r\nx\r\n*4\r\n:4\r\n:5\r\n:6\r\n$0\r\n\r\n"
            + "*2\r\n*0\r\n*1\r\n*1\r\n+\r\n";

    private static final List<Reply> REPLIES = List.of(
            new Reply.Simple("OK"),
            new Reply.Failure("ERR no"),
            new Reply.Number(42),
            new Reply.Number(Long.MIN_VALUE),
            new Reply.Bulk(bytes("")),
            new Reply.Bulk(bytes("a\r\nb")),
            new Reply.Array(List.of()),
            new Reply.Nothing(),
            new Reply.Nothing(),
            new Reply.Array(List.of(entry(1, 2, 3, "x"), entry(4, 5, 6, ""))),
            new Reply.Array(List.of(
                    new Reply.Array(List.of()),
                    new Reply.Array(List.of(new Reply.Array(List.of(new Reply.Simple(""))))))));

    private static Reply entry(long index, long term, long timestamp, String payload) {
        return new Reply.Array(List.of(
                new Reply.Number(index),
                new Reply.Number(term),
                new Reply.Number(timestamp),
                new Reply.Bulk(bytes(payload))));
    }

    /** Hands the bytes over in pieces, each of which is overwritten at once. */
    private static List<Reply> replies(ReplyParser parser, String input, int... pieces) {
        List<Reply> replies = new ArrayList<>();
        byte[] all = bytes(input);
        int offset = 0;
        for (int i = 0; i <= pieces.length; i++) {
            int length = i < pieces.length ? Math.min(pieces[i], all.length - offset) : all.length - offset;
            UnsafeBuffer buffer = new UnsafeBuffer(Arrays.copyOfRange(all, offset, offset + length));
            int used = 0;
            while (parser.parse(buffer, used, length)) {
                replies.add(parser.reply());
                used += parser.consumed();
            }
            assertEquals(length, used + parser.consumed());
            buffer.setMemory(0, length, (byte) '#');
            offset += length;
        }
        return replies;
    }

    @Test
    void everySplitPointGivesTheSame() {
        for (int first = 0; first <= STREAM.length(); first++) {
            for (int second = 0; second <= STREAM.length() - first; second++) {
                assertEquals(REPLIES, replies(new ReplyParser(), STREAM, first, second), first + "," + second);
            }
        }
    }

    @Test
    void knowsWhetherItIsInsideAReply() {
        ReplyParser parser = new ReplyParser();
        for (int end = 0; end <= STREAM.length(); end++) {
            int whole = replies(parser = new ReplyParser(), STREAM.substring(0, end))
                    .size();
            boolean between = end == 0
                    || whole
                            > replies(new ReplyParser(), STREAM.substring(0, end - 1))
                                    .size();
            assertEquals(!between, parser.isInsideReply(), "after " + end);
        }
    }

    @Test
    void numberBehindALongLineIsRead() {
        String text = "0123456789".repeat(30);

        List<Reply> replies = replies(new ReplyParser(), "+" + text + "\r\n:42\r\n");

        assertEquals(List.of(new Reply.Simple(text), new Reply.Number(42)), replies);
    }

    @Test
    void largeBulkStringComesWhole() {
        String payload = "0123456789".repeat(30_000);

        List<Reply> replies =
                replies(new ReplyParser(), "$300000\r\n" + payload + "\r\n", 5, 40_000, 70_000, 3, 100_000);

        assertEquals(List.of(new Reply.Bulk(bytes(payload))), replies);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\r\n",
                "\n",
                "+OK\n",
                "OK\r\n",
                "HTTP/1.1 400 Bad Request\r\n",
                ":\r\n",
                ":x\r\n",
                ":+1\r\n",
                ":\u00d9\u00a1\r\n",
                ":9223372036854775808\r\n",
                "$-2\r\n",
                "$67108865\r\n",
                "$x\r\n",
                "$3\r\nabcd\r\n",
                "$3\r\nabc\n\n",
                "*-2\r\n",
                "*1048577\r\n",
                "*4294967297\r\n",
                "*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n",
                "*2\r\n$67108864\r\n"
            })
    void whatIsNoReplyIsRefused(String input) {
        String padded =
                input.endsWith("$67108864\r\n") ? input + "x".repeat(67108864) + "\r\n" + "$67108864\r\n" : input;

        assertThrows(ProtocolException.class, () -> replies(new ReplyParser(), padded));
    }

    @Test
    void endlessLineIsRefused() {
        assertThrows(ProtocolException.class, () -> replies(new ReplyParser(), "+" + "x".repeat(70_000)));
    }

    @Test
    void endlessReplyIsRefused() {
        String halfMillion = ":1\r\n".repeat(600_000);

        assertThrows(
                ProtocolException.class,
                () -> replies(new ReplyParser(), "*2\r\n*600000\r\n" + halfMillion + "*600000\r\n" + halfMillion));
    }

    @Test
    void limitsAreThoseOfOneReply() {
        String halfMillion = "*600000\r\n" + ":1\r\n".repeat(600_000);

        assertEquals(3, replies(new ReplyParser(), halfMillion.repeat(3)).size());
    }

    @Test
    void failureHasACodeAndAMessage() {
        Reply.Failure failure = new Reply.Failure("NOTLEADER 2 host:6501");

        assertEquals("NOTLEADER", failure.code());
        assertEquals("2 host:6501", failure.message());
        assertEquals("", new Reply.Failure("ERR").message());
    }

    @Test
    void bulkStringsAreEqualByTheirBytes() {
        assertTrue(new Reply.Bulk(bytes("a")).equals(new Reply.Bulk(bytes("a"))));
        assertFalse(new Reply.Bulk(bytes("a")).equals(new Reply.Bulk(bytes("b"))));
    }
}
