package io.quorumlog.codec.resp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Drives a parser as a connection does: one buffer that grows to what the parser asks for and never beyond its bound,
 * moved to the front and overwritten at every chance, so that a view or an offset kept too long fails at once. What it
 * finds is a list of lines, the same that {@link SlowParser} writes.
 */
final class ParserDriver {
    private static final int SMALL = 16;

    /** So that what is there in one piece is looked at as a whole. */
    private static final int LARGE = 256;

    private final RequestParser parser;
    private final List<String> found = new ArrayList<>();
    private byte[] bytes;
    private int start;
    private int end;
    private boolean closed;
    private int textLeft;
    private boolean withinText;
    private final StringBuilder text = new StringBuilder();

    ParserDriver(int maxPayloadBytes) {
        this(maxPayloadBytes, SMALL);
    }

    private ParserDriver(int maxPayloadBytes, int bufferSize) {
        parser = new RequestParser(maxPayloadBytes);
        bytes = new byte[bufferSize];
    }

    /**
     * All that is found in the input when it comes in pieces of these sizes, the rest in one: the same in a small buffer and
     * in a large one.
     */
    static List<String> found(int maxPayloadBytes, byte[] input, int... pieces) {
        List<String> found = found(new ParserDriver(maxPayloadBytes), input, pieces);
        assertEquals(found, found(new ParserDriver(maxPayloadBytes, LARGE), input, pieces));
        return found;
    }

    private static List<String> found(ParserDriver driver, byte[] input, int... pieces) {
        int offset = 0;
        for (int piece : pieces) {
            int length = Math.min(piece, input.length - offset);
            driver.feed(input, offset, length);
            offset += length;
        }
        driver.feed(input, offset, input.length - offset);
        return driver.found;
    }

    static List<String> found(int maxPayloadBytes, String input) {
        return found(maxPayloadBytes, Bytes.bytes(input));
    }

    List<String> found() {
        return found;
    }

    int bufferSize() {
        return bytes.length;
    }

    void feed(byte[] input, int offset, int length) {
        int fed = 0;
        while (fed < length && !closed) {
            int piece = Math.min(length - fed, bytes.length - end);
            System.arraycopy(input, offset + fed, bytes, end, piece);
            end += piece;
            fed += piece;
            parseAll();
        }
    }

    private void parseAll() {
        while (!closed) {
            passText();
            if (textLeft > 0) {
                makeRoom();
                return;
            }
            RequestParser.Result result = parser.parse(new UnsafeBuffer(bytes), start, end);
            switch (result) {
                case NEED_MORE -> {
                    makeRoom();
                    return;
                }
                case EMPTY_LINE -> {
                    found.add(withinText ? text.toString() : "empty");
                    withinText = false;
                }
                case TEXT -> {
                    Request request = parser.request();
                    text.setLength(0);
                    text.append(request.isInline() ? "text inline " : "text array ");
                    text.append(Bytes.string(request.argumentBytes(0))).append(' ');
                    textLeft = request.argumentLength(1);
                    withinText = true;
                    parser.takeText();
                }
                case REQUEST -> found.add(describe(parser.request()));
                case OVERSIZE -> found.add(describeOversize(parser.request()));
                case PROTOCOL_ERROR -> found.add("error " + parser.error());
                case HTTP -> found.add("http");
                case SKIPPING -> assertTrue(parser.consumed() > 0);
            }
            closed = result == RequestParser.Result.PROTOCOL_ERROR || result == RequestParser.Result.HTTP;
            assertEquals(closed, parser.consumed() == 0);
            Arrays.fill(bytes, start, start + parser.consumed(), (byte) '#');
            start += parser.consumed();
        }
    }

    private void passText() {
        int piece = Math.min(textLeft, end - start);
        text.append(Bytes.string(Arrays.copyOfRange(bytes, start, start + piece)));
        start += piece;
        textLeft -= piece;
    }

    private void makeRoom() {
        int held = end - start;
        assertTrue(textLeft > 0 || parser.bytesNeeded() > held, "asks for what is there: " + parser.bytesNeeded());
        assertTrue(parser.bytesNeeded() <= parser.maxRequestBytes(), "asks for " + parser.bytesNeeded());
        byte[] moved = new byte[Math.max(bytes.length, parser.bytesNeeded())];
        System.arraycopy(bytes, start, moved, 0, held);
        bytes = moved;
        start = 0;
        end = held;
    }

    private static String describe(Request request) {
        StringBuilder line = new StringBuilder(request.isInline() ? "inline" : "array");
        for (int i = 0; i < request.argumentCount(); i++) {
            line.append(" [").append(Bytes.string(request.argumentBytes(i))).append(']');
        }
        return line.toString();
    }

    private static String describeOversize(Request request) {
        StringBuilder line = new StringBuilder("oversize ").append(Bytes.string(request.argumentBytes(0)));
        for (int i = 1; i < request.argumentCount(); i++) {
            line.append(' ').append(request.argumentLength(i));
        }
        return line.toString();
    }
}
