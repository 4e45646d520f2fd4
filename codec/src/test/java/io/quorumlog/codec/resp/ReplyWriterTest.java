package io.quorumlog.codec.resp;

import static io.quorumlog.codec.resp.Bytes.bytes;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReplyWriterTest {
    private static final int OFFSET = 3;

    private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[2048]);

    private String written(int length) {
        byte[] copy = new byte[length];
        buffer.getBytes(OFFSET, copy);
        return Bytes.string(copy);
    }

    @Test
    void eachTypeHasItsForm() {
        assertEquals("+OK\r\n", written(ReplyWriter.simpleString(buffer, OFFSET, bytes("OK"))));
        assertEquals("-ERR no\r\n", written(ReplyWriter.error(buffer, OFFSET, "ERR no")));
        assertEquals(":-5\r\n", written(ReplyWriter.integer(buffer, OFFSET, -5)));
        assertEquals("$0\r\n\r\n", written(ReplyWriter.bulk(buffer, OFFSET, new byte[0])));
        assertEquals("$2\r\n\r\n\r\n", written(ReplyWriter.bulk(buffer, OFFSET, bytes("\r\n"))));
        assertEquals(
                "$3\r\nbcd\r\n", written(ReplyWriter.bulk(buffer, OFFSET, new UnsafeBuffer(bytes("abcde")), 1, 3)));
        assertEquals("*0\r\n", written(ReplyWriter.arrayHeader(buffer, OFFSET, 0)));
        assertEquals("*-1\r\n", written(ReplyWriter.nullArray(buffer, OFFSET)));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 9, 10, 99, 100, 4294967295L, Long.MAX_VALUE, -1, -10, Long.MIN_VALUE})
    void integerLengthIsWhatIsWritten(long value) {
        int length = ReplyWriter.integer(buffer, OFFSET, value);

        assertEquals(":" + value + "\r\n", written(length));
        assertEquals(length, ReplyWriter.integerLength(value));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 9, 10, 999, 1000, Integer.MAX_VALUE})
    void headerLengthIsWhatIsWritten(int number) {
        int length = ReplyWriter.arrayHeader(buffer, OFFSET, number);

        assertEquals("*" + number + "\r\n", written(length));
        assertEquals(length, ReplyWriter.headerLength(number));
        assertEquals(ReplyWriter.bulkHeader(buffer, OFFSET, number), ReplyWriter.headerLength(number));
    }

    @Test
    void lengthsOfStringsAreWhatIsWritten() {
        assertEquals(ReplyWriter.simpleStringLength(bytes("PONG")), ReplyWriter.simpleString(buffer, 0, bytes("PONG")));
        assertEquals(ReplyWriter.bulkLength(100), ReplyWriter.bulk(buffer, 0, new byte[100]));
        assertEquals(ReplyWriter.NULL_LENGTH, ReplyWriter.nullArray(buffer, 0));
    }

    @Test
    void errorIsOneBoundedLine() {
        String cut = "ERR " + "x".repeat(507);

        assertEquals("-ERR a??+OK\r\n", written(ReplyWriter.error(buffer, OFFSET, "ERR a\r\n+OK")));
        assertEquals("-" + cut + "x\r\n", written(ReplyWriter.error(buffer, OFFSET, cut + "xx")));
        assertEquals("-" + cut + "\r\n", written(ReplyWriter.error(buffer, OFFSET, cut + "ü")));
        assertEquals(
                "-ERR ü\r\n",
                new String(bytes(written(ReplyWriter.error(buffer, OFFSET, "ERR ü"))), StandardCharsets.UTF_8));
        assertEquals(ReplyWriter.MAX_ERROR_LENGTH, ReplyWriter.error(buffer, OFFSET, "x".repeat(5000)));
    }

    @Test
    void negativeLengthIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> ReplyWriter.bulkHeader(buffer, 0, -1));
    }
}
