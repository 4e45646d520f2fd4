package io.quorumlog.codec.resp;

import static io.quorumlog.codec.resp.Bytes.array;
import static io.quorumlog.codec.resp.Bytes.bytes;
import static io.quorumlog.codec.resp.ParserDriver.found;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the protocol page says of framing, a case at a time. */
class RequestParserTest {
    private static final int MAX_PAYLOAD = 1 << 20;

    static Stream<Arguments> malformedFrames() {
        return Stream.of(
                arguments("*x\r\n", "invalid multibulk length"),
                arguments("*\r\n", "invalid multibulk length"),
                arguments("*-1\r\n", "invalid multibulk length"),
                arguments("*+1\r\n", "invalid multibulk length"),
                arguments("* 1\r\n", "invalid multibulk length"),
                arguments("*01\r\n", "invalid multibulk length"),
                arguments("*1\n", "invalid multibulk length"),
                arguments("*1\r\r\n", "invalid multibulk length"),
                arguments("*1025\r\n", "invalid multibulk length"),
                arguments("*4294967297\r\n", "invalid multibulk length"),
                arguments("*99999999999999999999", "invalid multibulk length"),
                arguments("*1\r\n+PING\r\n", "expected '$', got '+'"),
                arguments("*1\r\n\0", "expected '$', got '\\x00'"),
                arguments("*1\r\n\r\n", "expected '$', got '\\x0d'"),
                arguments("*1\r\n\u00ff", "expected '$', got '\\xff'"),
                arguments("*1\r\n$-1\r\n", "invalid bulk length"),
                arguments("*1\r\n$\r\n", "invalid bulk length"),
                arguments("*1\r\n$04\r\nPING\r\n", "invalid bulk length"),
                arguments("*1\r\n$4\nPING\r\n", "invalid bulk length"),
                arguments("*1\r\n$1e3\r\n", "invalid bulk length"),
                arguments("*1\r\n$67108865\r\n", "invalid bulk length"),
                arguments("*1\r\n$4294967300\r\n", "invalid bulk length"),
                arguments("*1\r\n$18446744073709551620\r\n", "invalid bulk length"),
                arguments("*1\r\n$4\r\nPINGS\r\n", "expected CR LF behind a bulk string"),
                arguments("*1\r\n$4\r\nPING\n", "expected CR LF behind a bulk string"),
                arguments("*1\r\n$4\r\nPING\r\r", "expected CR LF behind a bulk string"),
                arguments("*2\r\n$6\r\nAPPEND\r\n$x\r\n", "invalid bulk length"),
                arguments("*2\r\n$6\r\nAPPEND\r\n+3\r\nabc\r\n", "expected '$', got '+'"),
                arguments("*2\r\n$6\r\nAPPEND\r\r$3\r\nabc\r\n", "expected CR LF behind a bulk string"));
    }

    @ParameterizedTest
    @MethodSource("malformedFrames")
    void malformedFrameIsAProtocolErrorAndFinal(String frame, String reason) {
        String input = "PING\r\n" + frame + "\r\nAPPEND evil\r\n";

        assertEquals(List.of("inline [PING]", "error " + reason), found(MAX_PAYLOAD, input));
    }

    static Stream<Arguments> inlineCommands() {
        return Stream.of(
                arguments("PING\r\n", "inline [PING]"),
                arguments("PING\n", "inline [PING]"),
                arguments("append\thello\r\n", "inline [append] [hello]"),
                arguments("  APPEND   two  spaces \r\n", "inline [APPEND] [two  spaces ]"),
                arguments("APPEND \"quoted 'x'\"\n", "inline [APPEND] [\"quoted 'x'\"]"),
                arguments("APPEND a\rb\n", "inline [APPEND] [a\rb]"),
                arguments("APPEND a\r\r\n", "inline [APPEND] [a\r]"),
                arguments("APPEND\r\r\n", "inline [APPEND\r]"),
                arguments("APPEND\r\n", "inline [APPEND]"),
                arguments("APPEND \t \r\n", "inline [APPEND]"),
                arguments("APPEND \0\u00ff\n", "inline [APPEND] [\0\u00ff]"),
                arguments("APPEND Host: x\n", "inline [APPEND] [Host: x]"),
                arguments("APPEND GET / HTTP/1.1\n", "inline [APPEND] [GET / HTTP/1.1]"),
                arguments("APPEND *1\n", "inline [APPEND] [*1]"),
                arguments("APPENDIF 5  a  b \n", "inline [APPENDIF] [5] [a  b ]"),
                arguments("appendif\t5\n", "inline [appendif] [5]"),
                arguments("APPENDIF 5 \n", "inline [APPENDIF] [5]"),
                arguments("PING  a b\n", "inline [PING] [a b]"),
                arguments("ECHO a  b\n", "inline [ECHO] [a  b]"),
                arguments("READ  1\tCOUNT 5 \r\n", "inline [READ] [1] [COUNT] [5]"),
                arguments(" *1\n", "inline [*1]"),
                arguments("\u00ff\u00f4\u00ff\u00fd\u0006PING\r\n", "inline [\u00ff\u00f4\u00ff\u00fd\u0006PING]"),
                arguments("GET\n", "inline [GET]"),
                arguments("GET key\n", "inline [GET] [key]"),
                arguments("\n", "empty"),
                arguments("\r\n", "empty"),
                arguments(" \t \r\n", "empty"),
                arguments("*0\r\n", "empty"));
    }

    @ParameterizedTest
    @MethodSource("inlineCommands")
    void lineIsCutAtBlanksAndAPayloadIsTheRestOfIt(String line, String expected) {
        assertEquals(List.of(expected, "inline [PING]"), found(MAX_PAYLOAD, line + "PING\r\n"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1\r\n",
                "get /index.html\r\n",
                "GET http://localhost:6500/\r\n",
                "GET x HTTP/1.0 \r\n",
                "POST / HTTP/1.1\r\n",
                "POST\r\n",
                "  POST anything\r\n",
                "PUT /\n",
                "OPTIONS * HTTP/1.1\r\n",
                "OPTIONS *\r\n",
                "CONNECT localhost:6500 HTTP/1.1\r\n",
                "PRI * HTTP/2.0\r\n",
                "Host: localhost\r\n",
                "host:localhost\r\n"
            })
    void httpEndsTheConnection(String line) {
        String input = "PING\r\n" + line + "APPEND evil\r\n" + array("APPEND", "evil");

        assertEquals(List.of("inline [PING]", "http"), found(MAX_PAYLOAD, input));
    }

    @Test
    void arrayArgumentsAreAnyBytes() {
        String payload = "\0\r\n*1\r\n$4\r\nPING\r\n\u00ff";

        assertEquals(
                List.of("array [append] [" + payload + "]", "array [APPEND] []", "array []"),
                found(MAX_PAYLOAD, array("append", payload) + array("APPEND", "") + array("")));
    }

    @Test
    void httpWordsInAnArrayAreArguments() {
        assertEquals(List.of("array [POST] [/]"), found(MAX_PAYLOAD, array("POST", "/")));
    }

    @Test
    void longestLineIsTakenAndAByteMoreIsNot() {
        String longest = "APPEND " + "x".repeat(65536 - 7);
        String taken = "inline [APPEND] [" + "x".repeat(65536 - 7) + "]";

        assertEquals(List.of(taken), found(MAX_PAYLOAD, longest + "\n"));
        assertEquals(List.of(taken), found(MAX_PAYLOAD, longest + "\r\n"));
        assertEquals(List.of("error too big inline request"), found(MAX_PAYLOAD, longest + "x\n"));
        assertEquals(List.of("error too big inline request"), found(MAX_PAYLOAD, longest + "x\r\n"));
        assertEquals(List.of("error too big inline request"), found(MAX_PAYLOAD, longest + "\r\r\n"));
    }

    @Test
    void lineIsRefusedAtItsFirstByteTooMany() {
        String longest = "x".repeat(65536);

        assertEquals(List.of(), found(MAX_PAYLOAD, longest));
        assertEquals(List.of(), found(MAX_PAYLOAD, longest + "\r"));
        assertEquals(List.of("error too big inline request"), found(MAX_PAYLOAD, longest + "x"));
        assertEquals(List.of("error too big inline request"), found(MAX_PAYLOAD, longest + "\rx"));
        assertEquals(List.of("error too big inline request"), found(MAX_PAYLOAD, bytes(longest + "\rx"), 65537));
    }

    @Test
    void longTextIsPassedThroughHoweverItIsCut() {
        String text = "t\r\n*1\n".repeat(1_000);
        String line = "t*1 ".repeat(2_000);
        byte[] input = bytes("PING\r\n" + array("ECHO", text) + array("ping", text) + "echo  " + line + "\r\nPING\n");
        List<String> expected = List.of(
                "inline [PING]",
                "text array ECHO " + text,
                "text array ping " + text,
                "text inline echo " + line,
                "inline [PING]");

        assertEquals(expected, found(100, input));
        for (int cut = 1; cut < 60; cut++) {
            assertEquals(expected, found(100, input, cut, 1, 7, 5_000, 1, 1, 990, 1, 1, 1, 1), "cut at " + cut);
        }
    }

    @Test
    void textOfMostLengthIsPassedThroughAndNotHeld() {
        ParserDriver driver = new ParserDriver(100);
        byte[] head = bytes("*2\r\n$4\r\nECHO\r\n$67108864\r\n");
        driver.feed(head, 0, head.length);
        byte[] piece = new byte[1 << 16];
        for (int i = 0; i < 1024; i++) {
            driver.feed(piece, 0, piece.length);
        }
        byte[] tail = bytes("\r\nPING\r\n");
        driver.feed(tail, 0, tail.length);

        assertEquals("inline [PING]", driver.found().get(1));
        assertTrue(driver.bufferSize() < 100, "held " + driver.bufferSize());
    }

    @Test
    void textThatIsNotTakenIsFoundAgain() {
        RequestParser parser = new RequestParser(100);
        UnsafeBuffer head = new UnsafeBuffer(bytes("*2\r\n$4\r\nECHO\r\n$5000\r\n"));

        for (int i = 0; i < 2; i++) {
            assertEquals(RequestParser.Result.TEXT, parser.parse(head, 0, head.capacity()));
            assertEquals(head.capacity(), parser.consumed());
            assertEquals(5000, parser.request().argumentLength(1));
        }
        parser.takeText();
        UnsafeBuffer tail = new UnsafeBuffer(bytes("\r\n"));
        assertEquals(RequestParser.Result.EMPTY_LINE, parser.parse(tail, 0, 2));
    }

    @Test
    void textWithoutItsEndIsAProtocolError() {
        assertEquals(
                List.of("error expected CR LF behind a bulk string"),
                found(100, "*2\r\n$4\r\nECHO\r\n$5000\r\n" + "x".repeat(5001) + "\r\n"));
    }

    @Test
    void arrayOfTheMostArgumentsIsTaken() {
        String[] arguments = "x".repeat(1024).split("");

        assertEquals(List.of("array" + " [x]".repeat(1024)), found(MAX_PAYLOAD, array(arguments)));
    }

    @Test
    void wordsOfALineBeyondTheMostArgumentsBelongToTheLast() {
        assertEquals(
                List.of("inline" + " [x]".repeat(1023) + " [x x x]"), found(MAX_PAYLOAD, "x ".repeat(1025) + "x\n"));
    }

    @Test
    void payloadAboveTheLimitIsOversizeInEitherForm() {
        assertEquals(
                List.of(
                        "array [APPEND] [12345]",
                        "oversize append 6",
                        "oversize APPEND 6",
                        "oversize APPENDIF 1 6",
                        "oversize APPENDIF 1 6",
                        "array [APPEND] [1] [123456]",
                        "inline [PING] [123456]"),
                found(
                        5,
                        array("APPEND", "12345")
                                + array("append", "123456")
                                + "APPEND 123456\r\n"
                                + array("APPENDIF", "7", "123456")
                                + "APPENDIF 7 123456\r\n"
                                + array("APPEND", "1", "123456")
                                + "PING 123456\r\n"));
    }

    @Test
    void commandsWorkWherePayloadsMayBeEmptyOnly() {
        assertEquals(
                List.of("array [APPEND] []", "inline [READ] [1]", "oversize APPEND 1"),
                found(0, array("APPEND", "") + "READ 1\n" + "APPEND x\n"));
    }

    @Test
    void oversizeRequestIsSkippedInASmallBuffer() {
        ParserDriver driver = new ParserDriver(100);
        byte[] piece = new byte[8192];

        byte[] head = bytes("*3\r\n$8\r\nAppendIf\r\n$1\r\n7\r\n$67108864\r\n");
        driver.feed(head, 0, head.length);
        for (int i = 0; i < 8192; i++) {
            driver.feed(piece, 0, piece.length);
        }
        byte[] tail = bytes("\r\nPING\r\n");
        driver.feed(tail, 0, tail.length);

        assertEquals(List.of("oversize AppendIf 1 67108864", "inline [PING]"), driver.found());
        assertTrue(driver.bufferSize() < 100, "held " + driver.bufferSize());
    }

    @Test
    void argumentsThatAddUpAreSkippedToo() {
        String argument = "x".repeat(1000);
        String[] arguments = new String[200];
        Arrays.fill(arguments, argument);

        List<String> found = found(1000, array(arguments) + "PING\r\n");

        assertEquals(List.of("oversize " + argument.substring(0, 128) + " 1000".repeat(199), "inline [PING]"), found);
    }

    @Test
    void commandWordOfASkippedRequestIsKeptAcrossPieces() {
        byte[] input = bytes(array("W".repeat(100_000), "x") + array("APPEND", "x".repeat(100_000)));

        List<String> found = found(10, input, 30, 40, 50, 60);

        assertEquals(List.of("oversize " + "W".repeat(128) + " 1", "oversize APPEND 100000"), found);
    }

    @Test
    void skippingIsBoundedToo() {
        ParserDriver driver = new ParserDriver(100);
        byte[] head = bytes("*3\r\n$6\r\nAPPEND\r\n$40000000\r\n");
        byte[] piece = new byte[40_000];
        byte[] next = bytes("\r\n$40000000\r\n");

        driver.feed(head, 0, head.length);
        for (int i = 0; i < 1000; i++) {
            driver.feed(piece, 0, piece.length);
        }
        driver.feed(next, 0, next.length);

        assertEquals(List.of("error too big request"), driver.found());
    }

    @Test
    void headersFitBehindABodyThatFillsTheRequest() {
        RequestParser parser = new RequestParser(100_000);
        int room = parser.maxRequestBytes() - "*2\r\n$nnnnnn\r\n\r\n".length() - 13;

        List<String> kept = found(100_000, array("x".repeat(room), "y"));
        List<String> skipped = found(100_000, array("x".repeat(room + 1), "y"));

        assertEquals(List.of("array [" + "x".repeat(room) + "] [y]"), kept);
        assertEquals(List.of("oversize " + "x".repeat(128) + " 1"), skipped);
    }

    @Test
    void errorIsRepeatedUntilReset() {
        RequestParser parser = new RequestParser(100);
        UnsafeBuffer bad = new UnsafeBuffer(bytes("*x\r\n"));
        UnsafeBuffer good = new UnsafeBuffer(bytes("PING\r\n"));

        RequestParser.Result first = parser.parse(bad, 0, bad.capacity());
        RequestParser.Result second = parser.parse(good, 0, good.capacity());
        parser.reset();
        RequestParser.Result third = parser.parse(good, 0, good.capacity());

        assertEquals(RequestParser.Result.PROTOCOL_ERROR, first);
        assertEquals(RequestParser.Result.PROTOCOL_ERROR, second);
        assertEquals(RequestParser.Result.REQUEST, third);
    }

    @Test
    void bytesNeededIsTheWholeBodyOnceItsLengthIsKnown() {
        RequestParser parser = new RequestParser(100);
        UnsafeBuffer buffer = new UnsafeBuffer(bytes("*2\r\n$6\r\nAPPEND\r\n$50\r\nxyz"));

        RequestParser.Result result = parser.parse(buffer, 0, buffer.capacity());

        assertEquals(RequestParser.Result.NEED_MORE, result);
        assertEquals("*2\r\n$6\r\nAPPEND\r\n$50\r\n".length() + 50 + 2, parser.bytesNeeded());
    }

    @Test
    void limitOutOfRangeIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> new RequestParser(-1));
        assertThrows(IllegalArgumentException.class, () -> new RequestParser(RespLimits.MAX_BULK_BYTES + 1));
    }
}
