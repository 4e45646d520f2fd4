package io.quorumlog.codec.resp;

import static io.quorumlog.codec.resp.Bytes.bytes;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorumlog.codec.ProtocolException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.agrona.concurrent.UnsafeBuffer;

/** However the bytes are cut, whatever they are: the replies that {@link SlowReplies} finds, and the same end. */
class ReplyParserPropertyTest {
    @Property(tries = 2000)
    void anyBytesGiveWhatTheSlowParserFinds(@ForAll("streams") String stream, @ForAll("cuts") int[] cuts) {
        byte[] input = bytes(stream);

        assertEquals(SlowReplies.found(input), found(input, cuts));
    }

    @Property(tries = 500)
    void garbageGivesWhatTheSlowParserFinds(@ForAll byte[] input, @ForAll("cuts") int[] cuts) {
        assertEquals(SlowReplies.found(input), found(input, cuts));
    }

    @Property(tries = 300)
    void whatIsWrittenIsRead(@ForAll long number, @ForAll byte[] payload, @ForAll String message) {
        UnsafeBuffer buffer = new UnsafeBuffer(new byte[payload.length + 1024]);
        int length = ReplyWriter.arrayHeader(buffer, 0, 4);
        length += ReplyWriter.integer(buffer, length, number);
        length += ReplyWriter.bulk(buffer, length, payload);
        length += ReplyWriter.error(buffer, length, message);
        length += ReplyWriter.nullArray(buffer, length);

        List<Object> found = found(Arrays.copyOf(buffer.byteArray(), length));

        assertEquals(1, found.size());
        List<Reply> values = ((Reply.Array) found.get(0)).values();
        assertEquals(new Reply.Number(number), values.get(0));
        assertEquals(new Reply.Bulk(payload), values.get(1));
        assertTrue(values.get(2) instanceof Reply.Failure, values::toString);
        assertEquals(new Reply.Nothing(), values.get(3));
    }

    private static List<Object> found(byte[] input, int... cuts) {
        ReplyParser parser = new ReplyParser();
        List<Object> found = new ArrayList<>();
        int offset = 0;
        try {
            for (int i = 0; i <= cuts.length && offset < input.length; i++) {
                int end = i < cuts.length ? Math.min(input.length, offset + cuts[i]) : input.length;
                UnsafeBuffer piece = new UnsafeBuffer(Arrays.copyOfRange(input, offset, end));
                int used = 0;
                while (parser.parse(piece, used, piece.capacity())) {
                    found.add(parser.reply());
                    used += parser.consumed();
                }
                offset = end;
            }
        } catch (ProtocolException e) {
            found.add(SlowReplies.REFUSED);
        }
        return found;
    }

    @Provide
    Arbitrary<String> streams() {
        Arbitrary<String> digits =
                Arbitraries.strings().withCharRange('0', '9').ofMinLength(1).ofMaxLength(22);
        Arbitrary<String> spoilt = digits.flatMap(text -> Arbitraries.integers()
                .between(0, text.length() - 1)
                .flatMap(at -> Arbitraries.chars()
                        .range('\0', '\u00ff')
                        .map(c -> text.substring(0, at) + c + text.substring(at + 1))));
        Arbitrary<String> chosen = Arbitraries.of(
                "0",
                "1",
                "2",
                "3",
                "-1",
                "-2",
                "007",
                "-0",
                "+1",
                "",
                "-",
                "12x",
                "9223372036854775807",
                "9223372036854775808",
                "-9223372036854775808",
                "-9223372036854775809",
                "1048577",
                "67108865",
                "\u00d9\u00a1");
        Arbitrary<String> number = Arbitraries.oneOf(chosen, digits, digits.map(text -> "-" + text), spoilt);
        Arbitrary<String> line = Arbitraries.of("+", "-", ":", "$", "*", "x", "")
                .flatMap(type -> number.map(text -> type + text + "\r\n"));
        Arbitrary<String> bulk = Arbitraries.strings()
                .withCharRange('\0', '\u00ff')
                .ofMaxLength(12)
                .map(text -> "$" + text.length() + "\r\n" + text + "\r\n");
        Arbitrary<String> array = Arbitraries.integers().between(1, 3).map(count -> "*" + count + "\r\n");
        Arbitrary<String> piece = Arbitraries.of("\r", "\n", "\r\n", "$", "*", "+OK\r\n", "-ERR no\r\n", ":7\r\n");
        return Arbitraries.frequencyOf(Tuple.of(4, line), Tuple.of(4, bulk), Tuple.of(4, array), Tuple.of(4, piece))
                .list()
                .ofMaxSize(16)
                .map(parts -> String.join("", parts));
    }

    @Provide
    Arbitrary<int[]> cuts() {
        return Arbitraries.integers().between(0, 9).array(int[].class).ofMaxSize(40);
    }
}
