package io.quorumlog.codec.resp;

import java.nio.charset.StandardCharsets;

/**
 * Recognises a line of an HTTP request among inline commands. A web page can make its reader's browser send a POST to any
 * port, and the body's lines would be run as commands; so such a connection is closed at the first such line (the request
 * line, or at the latest its {@code Host:} header).
 */
final class HttpLine {
    private static final byte[] HOST = ascii("HOST:");
    private static final byte[] POST = ascii("POST");
    private static final byte[] VERSION = ascii("HTTP/");
    private static final byte[][] METHODS = {
        ascii("GET"),
        ascii("HEAD"),
        ascii("PUT"),
        ascii("DELETE"),
        ascii("CONNECT"),
        ascii("OPTIONS"),
        ascii("TRACE"),
        ascii("PATCH"),
        ascii("PRI"),
    };

    private HttpLine() {}

    /**
     * Whether an inline command is an HTTP request line or a {@code Host:} header: POST with anything or nothing behind it;
     * another method with a target ({@code /…}, {@code *}, {@code http://…}) or a last word {@code HTTP/…} behind it. A
     * lone {@code GET} or {@code GET key} is no more than an unknown command.
     */
    static boolean isHttp(Request request) {
        int count = request.argumentCount();
        if (startsWith(request, 0, HOST) || request.argumentEqualsIgnoreCase(0, POST)) {
            return true;
        }
        return count > 1 && isMethod(request) && (isTarget(request) || startsWith(request, count - 1, VERSION));
    }

    private static boolean isMethod(Request request) {
        for (byte[] method : METHODS) {
            if (request.argumentEqualsIgnoreCase(0, method)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isTarget(Request request) {
        int offset = request.argumentOffset(1);
        int length = request.argumentLength(1);
        byte first = request.buffer().getByte(offset);
        if (first == '/' || (first == '*' && length == 1)) {
            return true;
        }
        for (int i = offset; i + 2 < offset + length; i++) {
            if (request.buffer().getByte(i) == ':'
                    && request.buffer().getByte(i + 1) == '/'
                    && request.buffer().getByte(i + 2) == '/') {
                return true;
            }
        }
        return false;
    }

    private static boolean startsWith(Request request, int i, byte[] upperCaseAscii) {
        return request.startsWithIgnoreCase(request.argumentOffset(i), request.argumentLength(i), upperCaseAscii);
    }

    private static byte[] ascii(String word) {
        return word.getBytes(StandardCharsets.US_ASCII);
    }
}
