package io.quorumlog.client;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.agrona.AsciiEncoding;
import org.agrona.concurrent.UnsafeBuffer;

/** Requests as bytes: RESP arrays of bulk strings. */
final class Requests {
    private static final byte[] LINE_END = ascii("\r\n"); // first: the others are made with it

    /** A long BLOCK is asked for in slices of this length, so that a dead node is noticed. */
    static final long SLICE_MS = 1000;

    static final byte[] PING = of("PING");
    static final byte[] STATUS = of("STATUS");
    static final byte[] LEADER = of("LEADER");
    static final byte[] MEMBERS = of("MEMBERS");
    static final byte[] LAST = of("LAST");

    private static final byte[] APPEND_HEAD = ascii("*2\r\n$6\r\nAPPEND\r\n$");

    private Requests() {}

    static byte[] append(byte[] payload) {
        int digits = AsciiEncoding.digitCount(payload.length);
        byte[] frame = new byte[APPEND_HEAD.length + digits + LINE_END.length + payload.length + LINE_END.length];
        int end = put(frame, 0, APPEND_HEAD);
        end += new UnsafeBuffer(frame).putNaturalIntAscii(end, payload.length);
        end = put(frame, end, LINE_END);
        end = put(frame, end, payload);
        put(frame, end, LINE_END);
        return frame;
    }

    static byte[] appendIf(long last, byte[] payload) {
        return of(ascii("APPENDIF"), ascii(Long.toString(last)), payload);
    }

    static byte[] read(long from, int count, long blockMs) {
        String plain = "READ " + from + " COUNT " + count;
        return of((blockMs > 0 ? plain + " BLOCK " + blockMs : plain).split(" "));
    }

    static byte[] of(String... words) {
        byte[][] arguments = new byte[words.length][];
        for (int i = 0; i < words.length; i++) {
            arguments[i] = words[i].getBytes(StandardCharsets.UTF_8);
        }
        return of(arguments);
    }

    static byte[] of(byte[]... arguments) {
        byte[][] headers = new byte[arguments.length][];
        byte[] arrayHeader = ascii("*" + arguments.length + "\r\n");
        int length = arrayHeader.length;
        for (int i = 0; i < arguments.length; i++) {
            headers[i] = ascii("$" + arguments[i].length + "\r\n");
            length = Math.addExact(length, headers[i].length + arguments[i].length + LINE_END.length);
        }
        byte[] frame = new byte[length];
        int end = put(frame, 0, arrayHeader);
        for (int i = 0; i < arguments.length; i++) {
            end = put(frame, end, headers[i]);
            end = put(frame, end, arguments[i]);
            end = put(frame, end, LINE_END);
        }
        return frame;
    }

    /** Two requests, to be sent at once. */
    static byte[] joined(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        put(both, first.length, second);
        return both;
    }

    private static int put(byte[] frame, int at, byte[] bytes) {
        System.arraycopy(bytes, 0, frame, at, bytes.length);
        return at + bytes.length;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
