package io.quorumlog.codec.resp;

import static io.quorumlog.codec.resp.RespLimits.MAX_ERROR_BYTES;

import java.nio.charset.StandardCharsets;
import org.agrona.AsciiEncoding;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Writes RESP2 replies at an offset of a buffer; each method returns how many bytes it wrote. The caller has claimed the
 * room: the {@code …Length} methods say how much, in constant time. Stateless; only {@link #error} and the methods that
 * take a {@code String} allocate.
 */
public final class ReplyWriter {
    /** Most bytes that {@link #error} writes. */
    public static final int MAX_ERROR_LENGTH = 1 + MAX_ERROR_BYTES + 2;

    /** Bytes that {@link #nullArray} writes. */
    public static final int NULL_LENGTH = 5;

    private ReplyWriter() {}

    /** {@code +text}; the text is ASCII of ours, on one line. */
    public static int simpleString(MutableDirectBuffer buffer, int offset, byte[] ascii) {
        buffer.putByte(offset, (byte) '+');
        buffer.putBytes(offset + 1, ascii);
        return 1 + ascii.length + crLf(buffer, offset + 1 + ascii.length);
    }

    /** What {@link #simpleString} writes. */
    public static int simpleStringLength(byte[] ascii) {
        return 1 + ascii.length + 2;
    }

    /**
     * {@code -message}, in UTF-8. One error is one line: control characters become {@code ?}, and it is cut, between
     * characters, to {@link RespLimits#MAX_ERROR_BYTES}.
     *
     * @param message beginning with its code, {@code ERR unknown command …}.
     */
    public static int error(MutableDirectBuffer buffer, int offset, String message) {
        byte[] line = Request.printable(message).getBytes(StandardCharsets.UTF_8);
        int length = Math.min(line.length, MAX_ERROR_BYTES);
        while (length < line.length && (line[length] & 0xC0) == 0x80) {
            length--;
        }
        buffer.putByte(offset, (byte) '-');
        buffer.putBytes(offset + 1, line, 0, length);
        return 1 + length + crLf(buffer, offset + 1 + length);
    }

    /** {@code :value}. */
    public static int integer(MutableDirectBuffer buffer, int offset, long value) {
        buffer.putByte(offset, (byte) ':');
        int length = 1 + buffer.putLongAscii(offset + 1, value);
        return length + crLf(buffer, offset + length);
    }

    /** What {@link #integer} writes. */
    public static int integerLength(long value) {
        if (value >= 0) {
            return 1 + AsciiEncoding.digitCount(value) + 2;
        }
        return value == Long.MIN_VALUE ? 1 + 20 + 2 : 1 + 1 + AsciiEncoding.digitCount(-value) + 2;
    }

    /** {@code $length}: the bytes and {@link #crLf} are to follow. */
    public static int bulkHeader(MutableDirectBuffer buffer, int offset, int length) {
        return header(buffer, offset, '$', length);
    }

    /** A bulk string. */
    public static int bulk(MutableDirectBuffer buffer, int offset, DirectBuffer from, int fromOffset, int length) {
        int header = bulkHeader(buffer, offset, length);
        buffer.putBytes(offset + header, from, fromOffset, length);
        return header + length + crLf(buffer, offset + header + length);
    }

    /** A bulk string. */
    public static int bulk(MutableDirectBuffer buffer, int offset, byte[] bytes) {
        int header = bulkHeader(buffer, offset, bytes.length);
        buffer.putBytes(offset + header, bytes);
        return header + bytes.length + crLf(buffer, offset + header + bytes.length);
    }

    /** What {@link #bulk} writes for so many bytes. */
    public static int bulkLength(int length) {
        return headerLength(length) + length + 2;
    }

    /** {@code *count}: so many replies are to follow. */
    public static int arrayHeader(MutableDirectBuffer buffer, int offset, int count) {
        return header(buffer, offset, '*', count);
    }

    /** What {@link #arrayHeader} and {@link #bulkHeader} write for a count or a length. */
    public static int headerLength(int number) {
        return 1 + AsciiEncoding.digitCount(number) + 2;
    }

    /** The array that is not there. */
    public static int nullArray(MutableDirectBuffer buffer, int offset) {
        buffer.putByte(offset, (byte) '*');
        buffer.putByte(offset + 1, (byte) '-');
        buffer.putByte(offset + 2, (byte) '1');
        return 3 + crLf(buffer, offset + 3);
    }

    /** What ends every line, and the bytes of a bulk string. */
    public static int crLf(MutableDirectBuffer buffer, int offset) {
        buffer.putByte(offset, (byte) '\r');
        buffer.putByte(offset + 1, (byte) '\n');
        return 2;
    }

    private static int header(MutableDirectBuffer buffer, int offset, char type, int number) {
        if (number < 0) {
            throw new IllegalArgumentException("length or count " + number);
        }
        buffer.putByte(offset, (byte) type);
        int length = 1 + buffer.putNaturalIntAscii(offset + 1, number);
        return length + crLf(buffer, offset + length);
    }
}
