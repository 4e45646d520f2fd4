package io.quorumlog.store;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** Why something failed, for a line that names the file itself: the JDK's own messages name it again, some nothing else. */
final class IoReason {
    private IoReason() {}

    /** What lies beneath what a library made of it: its own words tell what it was at, not what the system said. */
    static String beneath(final Throwable thrown) {
        Throwable cause = thrown;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause instanceof IOException e && e.getMessage() != null ? of(e) : cause.toString();
    }

    static String of(final IOException e) {
        if (e instanceof AccessDeniedException) {
            return "permission denied";
        }
        if (e instanceof NoSuchFileException) {
            return "no such file";
        }
        return e instanceof FileSystemException f && f.getReason() != null ? f.getReason() : e.getMessage();
    }
}
