package io.quorumlog.codec.resp;

import static io.quorumlog.codec.resp.Bytes.array;
import static io.quorumlog.codec.resp.Bytes.bytes;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestTest {
    private static Request request(String... arguments) {
        UnsafeBuffer buffer = new UnsafeBuffer(bytes(array(arguments)));
        RequestParser parser = new RequestParser(1000);
        assertEquals(RequestParser.Result.REQUEST, parser.parse(buffer, 0, buffer.capacity()));
        return parser.request();
    }

    private static String utf8(String text) {
        return Bytes.string(text.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @CsvSource({"0,0", "1,1", "10,10", "4294967296,4294967296", "9223372036854775807,9223372036854775807"})
    void plainDecimalDigitsAreANumber(String argument, long number) {
        assertEquals(number, request(argument).argumentAsLong(0));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "-1",
                "-0",
                "+1",
                "01",
                "00",
                "0x10",
                "1.0",
                "1e3",
                " 1",
                "1 ",
                "x",
                "9223372036854775808",
                "9999999999999999999",
                "18446744073709551616",
                "1000000000000000000000000000000",
                "\u00d9\u00a1",
                "/",
                ":"
            })
    void anythingElseIsNot(String argument) {
        assertEquals(Request.NOT_A_NUMBER, request(argument).argumentAsLong(0));
    }

    @ParameterizedTest
    @CsvSource({"01,true", "00,true", "007,true", "0,false", "10,false", "0x1,false", "0-,false", "0:,false", "'',false"
    })
    void leadingZeroIsOneBeforeOtherDigits(String argument, boolean expected) {
        assertEquals(expected, request(argument).hasLeadingZero(0));
    }

    @Test
    void wordsAreEqualInAnyCase() {
        Request request = request("aPPend", "APPENDS", "APPEN", "append\0");

        assertTrue(request.argumentEqualsIgnoreCase(0, bytes("APPEND")));
        assertFalse(request.argumentEqualsIgnoreCase(1, bytes("APPEND")));
        assertFalse(request.argumentEqualsIgnoreCase(2, bytes("APPEND")));
        assertFalse(request.argumentEqualsIgnoreCase(3, bytes("APPEND")));
    }

    @Test
    void echoIsOneLineOfPrintableText() {
        assertEquals("X??+OK??", request("X\r\n+OK\r\n").echo(0));
        assertEquals("??a?", request("\0\u007fa\u00ff").echo(0));
        assertEquals("grün €", request(utf8("grün €")).echo(0));
        assertEquals("a?b?c?", request(utf8("a\u2028b\u202ec\u0085")).echo(0));
    }

    @Test
    void echoIsCutBetweenCharacters() {
        assertEquals("x".repeat(128), request("x".repeat(500)).echo(0));
        assertEquals("x".repeat(127), request("x".repeat(127) + utf8("ü")).echo(0));
        assertEquals(
                "x".repeat(126) + "ü", request("x".repeat(126) + utf8("üx")).echo(0));
        assertTrue(request("\u0080".repeat(500)).echo(0).length() <= 128);
    }

    @Test
    void argumentThatIsNotThereIsRefused() {
        Request request = request("a", "b");

        assertThrows(IndexOutOfBoundsException.class, () -> request.argumentOffset(2));
        assertThrows(IndexOutOfBoundsException.class, () -> request.argumentLength(-1));
    }

    @Test
    void lineOfAnyLengthIsCutAsAnInlineCommand() {
        Request request = Request.ofLine(bytes(" append " + "x".repeat(100_000) + " "));

        assertEquals(2, request.argumentCount());
        assertEquals("append", Bytes.string(request.argumentBytes(0)));
        assertEquals(100_001, request.argumentLength(1));
        assertEquals(0, Request.ofLine(bytes(" \t")).argumentCount());
    }
}
