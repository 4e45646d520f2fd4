package io.quorumlog.log;

/** The disk failed, or what it holds can't be used: the node stops, and the message says what a person can do. */
public class StorageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** @param message names the file and what failed; one line */
    public StorageException(final String message) {
        super(message);
    }

    /** @param message names the file and what failed; one line */
    public StorageException(final String message, final Throwable cause) {
        super(message, cause);
    }
}
