package io.quorumlog.codec.resp;

import java.nio.charset.StandardCharsets;

/**
 * The commands whose last argument is the rest of the line when typed inline, and those whose last argument is an entry's
 * payload. The only command words that this package knows.
 */
final class RestOfLine {
    static final int NONE = Integer.MAX_VALUE;

    private static final byte[] APPEND = "APPEND".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] APPENDIF = "APPENDIF".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] PING = "PING".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] ECHO = "ECHO".getBytes(StandardCharsets.US_ASCII);

    private RestOfLine() {}

    /** Which argument (the command word is 0) takes the rest of the line, or {@link #NONE}. */
    static int argumentOf(Request request) {
        if (request.argumentEqualsIgnoreCase(0, APPEND) || isText(request)) {
            return 1;
        }
        return request.argumentEqualsIgnoreCase(0, APPENDIF) ? 2 : NONE;
    }

    /** Whether argument 1 is a text that is answered as it came. */
    static boolean isText(Request request) {
        return request.argumentEqualsIgnoreCase(0, PING) || request.argumentEqualsIgnoreCase(0, ECHO);
    }

    /** Which argument is an entry's payload, or {@link #NONE}, also where the number of arguments is wrong. */
    static int payloadArgumentOf(Request request) {
        int count = request.argumentCount();
        if (count == 2 && request.argumentEqualsIgnoreCase(0, APPEND)) {
            return 1;
        }
        return count == 3 && request.argumentEqualsIgnoreCase(0, APPENDIF) ? 2 : NONE;
    }
}
