package io.quorumlog.log;

/** Stored records are not what was written; the message names file, offset and index. The node stops. */
public final class DamagedLogException extends StorageException {
    private static final long serialVersionUID = 1L;

    /** @param message names file, offset and, where it is known, index; one line */
    public DamagedLogException(final String message) {
        super(message);
    }
}
