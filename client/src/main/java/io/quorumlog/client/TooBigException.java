package io.quorumlog.client;

/**
 * The payload exceeds the nodes' {@code max-entry-bytes}, or {@link QuorumLogClient#MAX_PAYLOAD_BYTES}: nothing was
 * appended.
 */
public final class TooBigException extends QuorumLogException {
    private static final long serialVersionUID = 1L;

    TooBigException(String message) {
        super(message);
    }
}
