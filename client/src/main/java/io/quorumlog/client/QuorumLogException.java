package io.quorumlog.client;

/**
 * A call did not do what was asked. The subclasses say what that means for the log; the message is one line for a person.
 * Every one of them but {@link UncertainException} leaves the log as it was.
 */
public abstract sealed class QuorumLogException extends RuntimeException
        permits ConflictException, ServerErrorException, TooBigException, UnavailableException, UncertainException {
    private static final long serialVersionUID = 1L;

    QuorumLogException(String message) {
        super(message);
    }
}
