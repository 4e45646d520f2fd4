package io.quorumlog.client;

/**
 * A node refused the request: an unknown command, wrong arguments, or something it can't do. Nothing was changed. Also
 * where a node's reply to a question has the wrong form: it is none of ours.
 */
public final class ServerErrorException extends QuorumLogException {
    private static final long serialVersionUID = 1L;

    ServerErrorException(String message) {
        super(message);
    }
}
