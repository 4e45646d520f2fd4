package io.quorumlog.codec;

/**
 * Bytes that no well-behaved peer or client sends. Whoever reads them closes that connection, with the message as the
 * reason in the log; nothing else is harmed.
 */
public final class ProtocolException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** @param message what is wrong, with the value and what is allowed; one line */
    public ProtocolException(final String message) {
        super(message, null, false, false);
    }
}
