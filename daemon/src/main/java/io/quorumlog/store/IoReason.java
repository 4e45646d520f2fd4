package io.quorumlog.store;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Why something failed, for a line that names the file itself: the JDK's own messages name it again, some nothing else. */
public final class IoReason {
    private IoReason() {}

    /** What lies beneath what a library made of it: its own words tell what it was at, not what the system said. */
    static String beneath(final Throwable thrown) {
        Throwable cause = thrown;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause instanceof IOException e && e.getMessage() != null ? of(e) : cause.toString();
    }

    /**
     * Why a file or directory can't be made, and what to do. What the system says leaves open which of the directories above it
     * is meant, and whether a file is missing or can't be there at all.
     *
     * @param setting that names it
     */
    public static String ofMaking(final Path path, final String setting, final IOException e) {
        final Path above = path.toAbsolutePath().getParent();
        final String choose = "choose another " + setting;
        if (e instanceof NoSuchFileException && above != null) {
            return Files.isDirectory(above)
                    ? "the file system of " + above + " takes no new files; " + choose
                    : "the directory above it does not exist; make that first, or " + choose;
        }
        final Path file = fileAmong(above);
        if (file != null) {
            return file + " is a file, not a directory; " + choose;
        }
        return of(e) + (e instanceof AccessDeniedException ? "; allow it to this user, or " : "; ") + choose;
    }

    /** A path itself, or one above it, if the first of them that exists is no directory; else null. */
    private static Path fileAmong(final Path path) {
        Path existing = path;
        while (existing != null && !Files.exists(existing)) {
            existing = existing.getParent();
        }
        return existing == null || Files.isDirectory(existing) ? null : existing;
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
