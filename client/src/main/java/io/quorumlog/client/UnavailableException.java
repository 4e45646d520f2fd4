package io.quorumlog.client;

/**
 * The request was certainly not carried out, or did not change anything: no node that could was reached before the
 * timeout, the thread was interrupted, or the client is closed or too full to take it. It may be repeated safely. Only
 * {@link QuorumLogClient#command(byte[][])} can't know that.
 */
public final class UnavailableException extends QuorumLogException {
    private static final long serialVersionUID = 1L;

    UnavailableException(String message) {
        super(message);
    }
}
