package io.quorumlog.node;

/** Numbers as an operator writes them: the digits 0 to 9 and nothing else, whatever the locale. */
final class WholeNumber {
    /** What is no such number, or too large to be one. */
    static final long NONE = -1;

    /** The largest number has 19 digits. */
    private static final int MAX_DIGITS = 19;

    private WholeNumber() {}

    /** From 0 to {@link Long#MAX_VALUE}, or {@link #NONE}. */
    static long parse(final String text) {
        if (text.isEmpty() || text.length() > MAX_DIGITS) {
            return NONE;
        }
        for (int i = 0; i < text.length(); i++) {
            if (!isDigit(text.charAt(i))) {
                return NONE;
            }
        }
        final long number = Long.parseUnsignedLong(text);
        return number < 0 ? NONE : number; // 19 digits reach 10^19 - 1 < 2^64: an overflow shows in the sign
    }

    static boolean isDigit(final char c) {
        return c >= '0' && c <= '9';
    }
}
