package io.quorumlog.store;

import io.quorumlog.log.StorageException;
import java.nio.file.Path;

/**
 * The disk has less room than the log's next extension needs. What was appended so far is safe, and there is still room
 * to stop in good order.
 */
public final class NoSpaceException extends StorageException {
    private static final long serialVersionUID = 1L;

    NoSpaceException(final Path directory, final long neededBytes, final long freeBytes) {
        super("data directory " + directory + ": the log needs " + neededBytes + " more bytes, but the disk has "
                + freeBytes + " free; make room and start again");
    }
}
