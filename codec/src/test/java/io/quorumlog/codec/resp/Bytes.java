package io.quorumlog.codec.resp;

import java.nio.charset.StandardCharsets;

/** Bytes as one character each: what tests write is what goes over the wire. */
final class Bytes {
    private Bytes() {}

    static byte[] bytes(String latin1) {
        return latin1.getBytes(StandardCharsets.ISO_8859_1);
    }

    static String string(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    /** A request as an array of bulk strings. */
    static String array(String... arguments) {
        StringBuilder frame = new StringBuilder("*" + arguments.length + "\r\n");
        for (String argument : arguments) {
            frame.append('$').append(argument.length()).append("\r\n");
            frame.append(argument).append("\r\n");
        }
        return frame.toString();
    }
}
