package io.quorumlog.codec.resp;

/** Every limit of the client protocol, with its reason; the static initialiser holds how they relate. */
public final class RespLimits {
    /** Longest inline command in bytes, its ending LF or CR LF not counted; what a person may type or a script echo. */
    public static final int MAX_INLINE_BYTES = 64 * 1024;

    /**
     * Most arguments of a request, the command word counted. No command takes more than a handful; what is left is room
     * for client libraries' {@code COMMAND DOCS …}.
     */
    public static final int MAX_ARGUMENTS = 1024;

    /**
     * Longest bulk string in bytes that is skipped politely; a length above it is a broken or hostile client, and closes
     * the connection.
     */
    public static final int MAX_BULK_BYTES = 64 * 1024 * 1024;

    /**
     * Room in a request beside its payload, in bytes: headers and the short arguments. With the payload's limit it is the
     * most that a connection must ever hold to get one whole request, so 1,024 arguments of 1 MiB each don't add up.
     */
    public static final int MAX_OVERHEAD_BYTES = 64 * 1024;

    /**
     * Longest text of a PING or ECHO in bytes that is held as a whole; a longer one is passed through, for thousands of
     * clients may send some and read none of the answers.
     */
    public static final int LONG_TEXT_BYTES = 4 * 1024;

    /** Longest request in bytes that is skipped rather than refused: one largest bulk string and what stands beside it. */
    public static final int MAX_SKIPPED_BYTES = MAX_BULK_BYTES + MAX_OVERHEAD_BYTES;

    /** Most bytes of a request that an error repeats: enough to recognise it, too little to fill a log. */
    public static final int MAX_ECHO_BYTES = 128;

    /** Longest error line in bytes, without {@code -} and CR LF: a sentence of ours around two echoes. */
    public static final int MAX_ERROR_BYTES = 512;

    /** Longest header of a bulk string with the CR LF behind its bytes: {@code $}, eight digits, CR LF, CR LF. */
    static final int MAX_BULK_FRAME_BYTES = 1 + 8 + 2 + 2;

    /** Deepest nesting of arrays in a reply. READ's is 2; the rest is room. */
    public static final int MAX_REPLY_DEPTH = 8;

    /** Longest line in a reply in bytes (simple string, error); ours are far shorter. */
    public static final int MAX_REPLY_LINE_BYTES = 64 * 1024;

    /**
     * Most values in one reply, arrays counted. A READ's is bounded by its 4 MiB, in which each entry takes some 30 bytes
     * and 5 values.
     */
    public static final int MAX_REPLY_VALUES = 1 << 20;

    /** Most payload bytes in one reply: a largest bulk string alone, or many that together make a READ's 4 MiB. */
    public static final int MAX_REPLY_BYTES = MAX_SKIPPED_BYTES;

    static {
        check(MAX_ARGUMENTS * MAX_BULK_FRAME_BYTES + 16 <= MAX_OVERHEAD_BYTES, "the headers alone fill a request");
        check(MAX_INLINE_BYTES <= MAX_OVERHEAD_BYTES, "an inline command is longer than any request");
        check(3 * MAX_ECHO_BYTES <= MAX_ERROR_BYTES, "an error has no room for what it echoes");
        check(String.valueOf(MAX_BULK_BYTES).length() == 8, "MAX_BULK_FRAME_BYTES counts eight digits");
    }

    private RespLimits() {}

    private static void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }
}
