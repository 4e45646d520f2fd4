package io.quorumlog.codec;

/**
 * The other side of a connection, client or peer, broke the protocol: the reason goes into a reply or the log, and that
 * connection is closed. Never thrown for a fault of our own.
 */
public final class ProtocolException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** @param reason what was wrong, with the value that was seen and what is allowed; one line. */
    public ProtocolException(String reason) {
        super(reason);
    }
}
