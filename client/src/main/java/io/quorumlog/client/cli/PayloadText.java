package io.quorumlog.client.cli;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Payloads as text on one line, reversibly: well-formed UTF-8 stays as it is; a backslash is {@code \\}; line feed,
 * carriage return and tab are {@code \n}, {@code \r} and {@code \t}; every other control character, and every byte that is
 * not part of well-formed UTF-8, is {@code \xNN}, byte by byte.
 */
final class PayloadText {
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    private PayloadText() {}

    static byte[] escaped(byte[] payload) {
        if (isPlain(payload)) {
            return payload;
        }
        ByteArrayOutputStream text = new ByteArrayOutputStream(payload.length + 16);
        int i = 0;
        while (i < payload.length) {
            int length = characterLength(payload, i);
            if (length > 1 && !isHighControl(payload, i)) {
                text.write(payload, i, length);
                i += length;
            } else {
                escape(text, payload[i]);
                i++;
            }
        }
        return text.toByteArray();
    }

    private static boolean isPlain(byte[] payload) {
        for (byte b : payload) {
            if (b < ' ' || b == '\\' || b == 0x7F) { // bytes from 0x80 on are negative
                return false;
            }
        }
        return true;
    }

    private static void escape(ByteArrayOutputStream text, byte b) {
        switch (b) {
            case '\\' -> text.writeBytes(new byte[] {'\\', '\\'});
            case '\n' -> text.writeBytes(new byte[] {'\\', 'n'});
            case '\r' -> text.writeBytes(new byte[] {'\\', 'r'});
            case '\t' -> text.writeBytes(new byte[] {'\\', 't'});
            default -> {
                if (b >= ' ' && b < 0x7F) {
                    text.write(b);
                } else {
                    text.writeBytes(new byte[] {'\\', 'x', HEX[(b >> 4) & 0xF], HEX[b & 0xF]});
                }
            }
        }
    }

    /** U+0080 to U+009F: some terminals obey them. */
    private static boolean isHighControl(byte[] bytes, int i) {
        return bytes[i] == (byte) 0xC2 && (bytes[i + 1] & 0xFF) < 0xA0;
    }

    /** Length of the well-formed UTF-8 character at {@code i} (Unicode, table 3-7); 0 if there is none. */
    private static int characterLength(byte[] bytes, int i) {
        int first = bytes[i] & 0xFF;
        if (first < 0x80) {
            return 1;
        }
        if (first >= 0xC2 && first <= 0xDF) {
            return isBetween(bytes, i + 1, 0x80, 0xBF) ? 2 : 0;
        }
        if (first >= 0xE0 && first <= 0xEF) {
            int low = first == 0xE0 ? 0xA0 : 0x80;
            int high = first == 0xED ? 0x9F : 0xBF;
            return isBetween(bytes, i + 1, low, high) && isBetween(bytes, i + 2, 0x80, 0xBF) ? 3 : 0;
        }
        if (first >= 0xF0 && first <= 0xF4) {
            int low = first == 0xF0 ? 0x90 : 0x80;
            int high = first == 0xF4 ? 0x8F : 0xBF;
            boolean whole = isBetween(bytes, i + 1, low, high)
                    && isBetween(bytes, i + 2, 0x80, 0xBF)
                    && isBetween(bytes, i + 3, 0x80, 0xBF);
            return whole ? 4 : 0;
        }
        return 0;
    }

    private static boolean isBetween(byte[] bytes, int i, int low, int high) {
        return i < bytes.length && (bytes[i] & 0xFF) >= low && (bytes[i] & 0xFF) <= high;
    }
}
