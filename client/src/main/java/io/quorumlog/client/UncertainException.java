package io.quorumlog.client;

/**
 * The entry may or may not be in the log, now or later: it was sent, and then the connection broke, no reply came in
 * time, the caller was interrupted, or the leader lost its office. Look (READ), or use
 * {@link QuorumLogClient#appendIf}, before repeating. Of a transfer: it may or may not happen.
 */
public final class UncertainException extends QuorumLogException {
    private static final long serialVersionUID = 1L;

    UncertainException(String message) {
        super(message);
    }
}
