package io.quorumlog.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.quorumlog.codec.ProtocolException;
import io.quorumlog.codec.resp.Reply;
import io.quorumlog.codec.resp.ReplyParser;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** What a client makes of a node's bytes: replies or a refusal, the same however they are cut, in memory bounded by them. */
final class ReplyFuzzTest {
    private static final long INPUTS = 60_000;
    /** Room for the first bulk string's bytes that may never come, and a refusal. */
    private static final int BOUND_BYTES = 128 * 1024;
    /** The dearest value is an array of one number in four bytes. */
    private static final int BOUND_A_BYTE = 128;

    private static final List<byte[]> VALID = Stream.of(
                    "+OK\r\n",
                    "+PONG\r\n",
                    "-ERR unknown command 'x'\r\n",
                    "-NOTLEADER 2 127.0.0.1:6501\r\n",
                    ":42\r\n",
                    ":-9223372036854775808\r\n",
                    "$0\r\n\r\n",
                    "$11\r\nhello\r\nworl\r\n",
                    "$-1\r\n",
                    "*-1\r\n",
                    "*0\r\n",
                    "$300\r\n" + "x".repeat(300) + "\r\n",
                    "*2\r\n*4\r\n:1\r\n:2\r\n:1700000000000\r\n$1\r\nx\r\n*4\r\n:2\r\n:2\r\n:1700000000001\r\n$0\r\n\r\n",
                    "*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n")
            .map(text -> text.getBytes(StandardCharsets.ISO_8859_1))
            .toList();

    private final Allocation allocation = new Allocation();
    private final UnsafeBuffer view = new UnsafeBuffer(0, 0);
    private ReplyParser whole;
    private List<Object> expected;

    @Test
    void repliesAreTheSameHoweverTheyAreCut() {
        FuzzRun.run("replies", INPUTS, VALID, this::take);
        System.out.println("fuzz replies: at most " + allocation.worstBytes() + " bytes allocated for one");
    }

    private void take(final byte[] input, final int length, final SplittableRandom random) {
        allocation.check(() -> parseWhole(input, length), BOUND_BYTES + (long) BOUND_A_BYTE * length);

        final ReplyParser other = new ReplyParser();
        final List<Object> found = new ArrayList<>();
        int offset = 0;
        boolean taken = true;
        while (offset < length && taken) {
            final int next = Math.min(length, offset + 1 + random.nextInt(random.nextInt(4) == 0 ? length : 16));
            taken = parse(other, input, offset, next, found);
            offset = next;
        }
        assertEquals(expected, found);
        if (taken) {
            assertEquals(whole.isInsideReply(), other.isInsideReply());
        }
    }

    private void parseWhole(final byte[] input, final int length) {
        whole = new ReplyParser();
        expected = new ArrayList<>();
        parse(whole, input, 0, length, expected);
    }

    /** @return whether it goes on */
    private boolean parse(
            final ReplyParser parser, final byte[] input, final int from, final int to, final List<Object> found) {
        view.wrap(input, from, to - from);
        int used = 0;
        try {
            while (parser.parse(view, used, to - from)) {
                final Reply reply = parser.reply();
                found.add(reply);
                used += parser.consumed();
            }
            assertEquals(to - from, used + parser.consumed());
            return true;
        } catch (final ProtocolException e) {
            found.add(e.getMessage());
            return false;
        }
    }
}
