package io.quorumlog.node;

/** A setting that can't be used: the operator's to mend. The process ends with status 2, nothing touched on disk. */
final class ConfigException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    /** An echo of what was given is cut off here. */
    private static final int MAX_ECHO_CHARS = 128;

    /**
     * @param what the setting's name and value, as the operator wrote them
     * @param allowed what would be right
     */
    ConfigException(final String what, final String allowed) {
        super(what + ": " + allowed);
    }

    /** Makes a value fit for one line of output: cut to a bounded length, control characters replaced. */
    static String echo(final String value) {
        final int length = Math.min(value.length(), MAX_ECHO_CHARS);
        final StringBuilder echo = new StringBuilder(length + 3);
        for (int i = 0; i < length; i++) {
            final char c = value.charAt(i);
            echo.append(Character.isISOControl(c) || c == '\u2028' || c == '\u2029' ? '?' : c);
        }
        return (value.length() > length ? echo.append("...") : echo).toString();
    }
}
