package io.quorumlog.codec.resp;

import static io.quorumlog.codec.resp.Bytes.array;
import static io.quorumlog.codec.resp.Bytes.bytes;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** However the bytes are cut, whatever they are: the same results as {@link SlowParser}, and nothing else. */
class RequestParserPropertyTest {
    private static final int MAX_PAYLOAD = 20;

    private static final String STREAM = "PING\r\n"
            + array("APPEND", "a\r\nb\0")
            + "\n \t\r\n*0\r\n"
            + "appendif  12 two  words \n"
            + array("APPENDIF", "7", "x".repeat(30))
            + array("APPENX", "7")
            + array("READ", "1", "COUNT", "10")
            + "APPEND " + "y".repeat(30) + "\r\n"
            + array("")
            + "Host: x\r\nAPPEND evil\r\n";

    @Example
    void everySplitPointGivesTheSame() {
        byte[] input = bytes(STREAM);
        List<String> expected = SlowParser.found(MAX_PAYLOAD, input);

        assertEquals(12, expected.size());
        for (int first = 0; first <= input.length; first++) {
            for (int second = 0; second <= input.length - first; second++) {
                assertEquals(expected, ParserDriver.found(MAX_PAYLOAD, input, first, second), first + "," + second);
            }
        }
    }

    @Example
    void aByteAtATimeGivesTheSame() {
        byte[] input = bytes(STREAM);
        int[] single = new int[input.length];
        Arrays.fill(single, 1);

        assertEquals(SlowParser.found(MAX_PAYLOAD, input), ParserDriver.found(MAX_PAYLOAD, input, single));
    }

    @Property(tries = 1000)
    void anyBytesGiveWhatTheSlowParserFinds(@ForAll("streams") String stream, @ForAll("cuts") int[] cuts) {
        byte[] input = bytes(stream);

        assertEquals(SlowParser.found(MAX_PAYLOAD, input), ParserDriver.found(MAX_PAYLOAD, input, cuts));
    }

    @Property(tries = 1000)
    void garbageGivesWhatTheSlowParserFinds(@ForAll byte[] input, @ForAll("cuts") int[] cuts) {
        assertEquals(SlowParser.found(MAX_PAYLOAD, input), ParserDriver.found(MAX_PAYLOAD, input, cuts));
    }

    /** Frames, lines and pieces of both, one after another: garbage that gets past the first byte. */
    @Provide
    Arbitrary<String> streams() {
        Arbitrary<String> word = Arbitraries.of(
                "APPEND", "APPENX", "appendIF", "PING", "READ", "ECHO", "GET", "x", "", "7", "/", "HTTP/1.1");
        Arbitrary<String> payload =
                Arbitraries.strings().withCharRange('\0', '\u00ff').ofMaxLength(30);
        Arbitrary<String> argument = Arbitraries.oneOf(word, payload);
        Arbitrary<String> frame = argument.array(String[].class).ofMaxSize(5).map(Bytes::array);
        Arbitrary<String> blank = Arbitraries.of(" ", "\t", "  ", "");
        Arbitrary<String> line =
                Arbitraries.oneOf(word, blank).list().ofMaxSize(8).map(words -> String.join("", words) + "\r\n");
        Arbitrary<String> piece = Arbitraries.of(
                "*",
                "$",
                "\r",
                "\n",
                "\r\n",
                "*2\r\n",
                "$3\r\n",
                "*9",
                "$1",
                "-1",
                "0",
                "12",
                "*2\r\n$6\r\nAPPEND\r\n$");
        Arbitrary<String> huge = Arbitraries.integers()
                .between(65_000, 66_000)
                .flatMap(n -> Arbitraries.of(
                        array("APPEND", "z".repeat(n)), array("z".repeat(n), "y"), "z".repeat(n) + "\n"));
        return Arbitraries.frequencyOf(
                        Tuple.of(100, frame),
                        Tuple.of(100, line),
                        Tuple.of(30, piece),
                        Tuple.of(10, payload),
                        Tuple.of(1, huge))
                .list()
                .ofMaxSize(12)
                .map(parts -> String.join("", parts));
    }

    @Provide
    Arbitrary<int[]> cuts() {
        return Arbitraries.frequencyOf(
                        Tuple.of(9, Arbitraries.integers().between(0, 20)),
                        Tuple.of(1, Arbitraries.integers().between(20, 70_000)))
                .array(int[].class)
                .ofMaxSize(60);
    }
}
