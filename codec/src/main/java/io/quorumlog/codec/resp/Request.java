package io.quorumlog.codec.resp;

import static io.quorumlog.codec.resp.RespLimits.MAX_ARGUMENTS;
import static io.quorumlog.codec.resp.RespLimits.MAX_ECHO_BYTES;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * One request as its arguments' places in the buffer it was parsed from; argument 0 is the command word. Owned by its
 * {@link RequestParser} and borrowed: valid until the next call of {@link RequestParser#parse}, and only while the
 * buffer's bytes stay where they are. Who needs an argument longer copies it.
 *
 * <p>After {@link RequestParser.Result#OVERSIZE} only argument 0, the count and the lengths are meaningful: the other
 * bytes may have been thrown away. Allocates only in {@link #echo} and
 * {@link #argumentBytes}.
 */
public final class Request {
    /** What {@link #argumentAsLong} returns for anything but plain decimal digits in range. */
    public static final long NOT_A_NUMBER = -1;

    private static final int FEW_ARGUMENTS = 8;
    private static final int MAX_LONG_DIGITS = 19;

    private DirectBuffer buffer;
    private int start;
    private int argumentCount;
    private boolean inline;
    private int[] offsets = new int[FEW_ARGUMENTS]; // relative to start: the bytes may move between two calls of parse
    private int[] lengths = new int[FEW_ARGUMENTS];

    Request() {}

    /**
     * A line of text as a node would cut it as an inline command, but of any length: for clients that read commands and send
     * them as arrays.
     *
     * @param line without its ending; a blank one has no arguments.
     */
    public static Request ofLine(byte[] line) {
        Request request = new Request();
        request.begin(true);
        request.wrap(new UnsafeBuffer(line), 0);
        LineSplitter.split(request, line.length);
        return request;
    }

    /** How many arguments, the command word counted: 1 to {@link RespLimits#MAX_ARGUMENTS}. */
    public int argumentCount() {
        return argumentCount;
    }

    /** A copy of argument {@code i}. */
    public byte[] argumentBytes(int i) {
        byte[] copy = new byte[argumentLength(i)];
        buffer.getBytes(argumentOffset(i), copy);
        return copy;
    }

    /** Where argument {@code i} begins in {@link #buffer()}. */
    public int argumentOffset(int i) {
        return start + offsets[checked(i)];
    }

    /** Length of argument {@code i} in bytes. */
    public int argumentLength(int i) {
        return lengths[checked(i)];
    }

    /** The buffer that holds the arguments. */
    public DirectBuffer buffer() {
        return buffer;
    }

    /** Whether it came as a line of text rather than as an array. */
    public boolean isInline() {
        return inline;
    }

    /**
     * Whether argument {@code i} is this word in any case.
     *
     * @param upperCaseAscii the word in upper-case ASCII.
     */
    public boolean argumentEqualsIgnoreCase(int i, byte[] upperCaseAscii) {
        int length = argumentLength(i);
        return length == upperCaseAscii.length && startsWithIgnoreCase(argumentOffset(i), length, upperCaseAscii);
    }

    /**
     * Argument {@code i} as a number: plain decimal digits, 0 to 2^63-1. {@link #NOT_A_NUMBER} for anything else: empty,
     * sign, blank, overflow, and a leading zero. That one is refused, as in the lengths of RESP headers and by Redis, because
     * a number so has one spelling only, and none is taken for octal.
     */
    public long argumentAsLong(int i) {
        int length = argumentLength(i);
        int offset = argumentOffset(i);
        if (length == 0 || length > MAX_LONG_DIGITS || (length > 1 && buffer.getByte(offset) == '0')) {
            return NOT_A_NUMBER;
        }
        long value = 0;
        for (int k = 0; k < length; k++) {
            int digit = buffer.getByte(offset + k) - '0';
            if (digit < 0 || digit > 9) {
                return NOT_A_NUMBER;
            }
            value = value * 10 + digit;
        }
        return value < 0 ? NOT_A_NUMBER : value; // 19 digits reach 10^19 - 1 < 2^64: an overflow shows in the sign
    }

    /** Whether argument {@code i} is digits of which the first is a zero too many: why it is no number, if it is none. */
    public boolean hasLeadingZero(int i) {
        int length = argumentLength(i);
        int offset = argumentOffset(i);
        if (length < 2 || buffer.getByte(offset) != '0') {
            return false;
        }
        for (int k = 1; k < length; k++) {
            byte b = buffer.getByte(offset + k);
            if (b < '0' || b > '9') {
                return false;
            }
        }
        return true;
    }

    /**
     * Argument {@code i} for an error message: at most {@link RespLimits#MAX_ECHO_BYTES} bytes of UTF-8 on one line, cut
     * between characters; control characters and what is no UTF-8 become {@code ?}.
     */
    public String echo(int i) {
        int length = argumentLength(i);
        int offset = argumentOffset(i);
        int cut = Math.min(length, MAX_ECHO_BYTES);
        while (cut < length && cut > MAX_ECHO_BYTES - 4 && (buffer.getByte(offset + cut) & 0xC0) == 0x80) {
            cut--; // the byte behind the cut continues a character: leave that character out
        }
        byte[] bytes = new byte[cut];
        buffer.getBytes(offset, bytes);
        return printable(new String(bytes, StandardCharsets.UTF_8));
    }

    /** The text with each character that is not for a line of text replaced by {@code ?}. */
    static String printable(String text) {
        StringBuilder line = new StringBuilder(text.length());
        text.codePoints().forEach(c -> line.appendCodePoint(isPrintable(c) ? c : '?'));
        return line.toString();
    }

    private static boolean isPrintable(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE,
                    Character.UNASSIGNED -> false;
            default -> c != 0xFFFD; // where bytes were no UTF-8
        };
    }

    boolean startsWithIgnoreCase(int offset, int length, byte[] upperCaseAscii) {
        if (length < upperCaseAscii.length) {
            return false;
        }
        for (int k = 0; k < upperCaseAscii.length; k++) {
            int b = buffer.getByte(offset + k);
            if (b >= 'a' && b <= 'z') {
                b -= 'a' - 'A';
            }
            if (b != upperCaseAscii[k]) {
                return false;
            }
        }
        return true;
    }

    void begin(boolean inline) {
        this.inline = inline;
        argumentCount = 0;
    }

    /** The bytes are here now: all offsets count from {@code start}. */
    void wrap(DirectBuffer buffer, int start) {
        this.buffer = buffer;
        this.start = start;
    }

    int start() {
        return start;
    }

    void add(int relativeOffset, int length) {
        if (argumentCount == offsets.length) {
            int capacity = Math.min(2 * argumentCount, MAX_ARGUMENTS);
            offsets = Arrays.copyOf(offsets, capacity);
            lengths = Arrays.copyOf(lengths, capacity);
        }
        offsets[argumentCount] = relativeOffset;
        lengths[argumentCount] = length;
        argumentCount++;
    }

    /** Its bytes were thrown away, but for the command word, of which {@code length} bytes were kept elsewhere. */
    void keepOnlyCommand(DirectBuffer kept, int length) {
        wrap(kept, 0);
        offsets[0] = 0;
        lengths[0] = length;
    }

    private int checked(int i) {
        if (i < 0 || i >= argumentCount) {
            throw new IndexOutOfBoundsException("argument " + i + " of " + argumentCount);
        }
        return i;
    }
}
