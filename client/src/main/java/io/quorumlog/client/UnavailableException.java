package io.quorumlog.client;

/**
 * The request was certainly not carried out: no node that could was reached before the timeout, or the client is closed or
 * too full to take it. It may be repeated safely.
 */
public final class UnavailableException extends QuorumLogException {
    private static final long serialVersionUID = 1L;

    UnavailableException(String message) {
        super(message);
    }
}
