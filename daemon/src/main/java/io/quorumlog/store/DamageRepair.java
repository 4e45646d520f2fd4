package io.quorumlog.store;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import io.quorumlog.log.DamagedLogException;
import io.quorumlog.log.RecordStream;
import io.quorumlog.log.StorageException;
import io.quorumlog.log.StoredFiles;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;

/**
 * Cuts a log where damage begins, for a member that others can bring up to date again. Nothing is lost: what is cut off is
 * first put into a directory {@code damaged-N} beside the files, for a person to look at.
 *
 * <p>The member must know for ever, until it has been brought up to date, that it held more than it holds now. A log that
 * has been cut looks like any other; so while the repair is under way the directory is called {@code damaged-N.partial}, and
 * a start that finds one goes on as if it had found the damage itself. It gets its final name when a record in the log says
 * what happened, durably. Every step may be cut short by a crash, and be repeated.
 */
final class DamageRepair {
    private static final String PREFIX = "damaged-";
    private static final String PARTIAL = ".partial";
    private static final String COPYING = ".copying";

    private final Path directory;
    private final StoredFiles files;
    private Path aside; // null while no repair is under way
    private String damage = "the log was found damaged by an earlier start";

    DamageRepair(final Path directory, final StoredFiles files) {
        this.directory = directory;
        this.files = files;
        aside = underWay(directory);
    }

    /**
     * Where a repair has set something aside of which the log doesn't tell yet; null if there is none. Whatever else there is
     * of earlier repairs: a person may have taken some of that away, to make room for this one perhaps.
     */
    static Path underWay(final Path directory) {
        try (DirectoryStream<Path> found = Files.newDirectoryStream(directory, PREFIX + "*" + PARTIAL)) {
            final Iterator<Path> paths = found.iterator();
            return paths.hasNext() ? paths.next() : null;
        } catch (final IOException | DirectoryIteratorException e) {
            throw new StorageException("data directory " + directory + ": cannot be listed: " + IoReason.beneath(e), e);
        }
    }

    /** Whether something has been cut off, now or by a start before this one, of which the log doesn't tell yet. */
    boolean isUnderWay() {
        return aside != null;
    }

    /**
     * Sets aside everything from where the damage begins on, and cuts it off.
     *
     * @throws StorageException if that can't be done, for want of room perhaps; what was done so far is sound
     */
    void cutOff(final DamagedLogException found) {
        damage = found.getMessage();
        cutOff(found.position());
    }

    /** The same for what follows a position. */
    void cutOff(final long position) {
        final int cutFile = RecordStream.file(position);
        final long offset = RecordStream.offset(position);
        try {
            begin();
            final int[] numbers = files.numbers();
            // The newest first, so that no gap is ever left.
            for (int i = numbers.length - 1; i >= 0 && numbers[i] > cutFile; i--) {
                move(numbers[i]);
            }
            if (offset <= StoreFormat.FIRST_RECORD) {
                move(cutFile);
            } else {
                copy(cutFile);
                cut(cutFile, offset - StoreFormat.DOCUMENT_HEADER_LENGTH);
            }
            FileForce.forceDirectory(aside);
            FileForce.forceDirectory(directory);
        } catch (final IOException e) {
            throw new StorageException(damage + "; it can't be set aside: " + IoReason.of(e), e);
        }
    }

    private void begin() throws IOException {
        if (aside == null) {
            int n = 1;
            while (Files.exists(path(n, ""))) {
                n++;
            }
            Files.createDirectory(path(n, PARTIAL));
            FileForce.forceDirectory(directory);
            aside = path(n, PARTIAL);
        }
        // What it says the log will not reach any more. It is forced with the rest.
        Files.deleteIfExists(directory.resolve(FlushedNote.NAME));
    }

    /** A copy that a crash did not cut short is the file as it was found, and stays. */
    private void copy(final int file) throws IOException {
        final Path target = aside.resolve(FileCycle.fileName(file));
        if (Files.exists(target)) {
            return;
        }
        final Path unfinished = aside.resolve(FileCycle.fileName(file) + COPYING);
        try (FileChannel from = FileChannel.open(directory.resolve(FileCycle.fileName(file)), READ);
                FileChannel to = FileChannel.open(unfinished, CREATE, WRITE, TRUNCATE_EXISTING)) {
            final long size = from.size();
            for (long done = 0; done < size; ) {
                done += from.transferTo(done, size - done, to);
            }
            to.force(true);
        }
        Files.move(unfinished, target, ATOMIC_MOVE);
    }

    private void move(final int file) throws IOException {
        Path target = aside.resolve(FileCycle.fileName(file));
        // A file of this name is there if the log was repaired, went on, and was found damaged again before it could
        // say so.
        for (int n = 2; Files.exists(target); n++) {
            target = aside.resolve(FileCycle.fileName(file) + "-" + n);
        }
        Files.move(directory.resolve(FileCycle.fileName(file)), target, ATOMIC_MOVE);
    }

    private void cut(final int file, final long offset) throws IOException {
        try (FileChannel channel = FileChannel.open(directory.resolve(FileCycle.fileName(file)), WRITE)) {
            channel.truncate(offset);
            channel.force(true);
        }
    }

    /**
     * The log tells what happened, durably.
     *
     * @return the same for a person
     */
    String finish() {
        final Path done = aside.resolveSibling(aside.getFileName().toString().replace(PARTIAL, ""));
        try {
            Files.move(aside, done, ATOMIC_MOVE);
        } catch (final IOException e) {
            throw new StorageException(aside + ": can't be renamed: " + IoReason.of(e), e);
        }
        FileForce.forceDirectory(directory);
        aside = null;
        return damage + "; the damaged files are now in " + done
                + ", and entries from there on will come from the leader";
    }

    private Path path(final int n, final String suffix) {
        return directory.resolve(PREFIX + n + suffix);
    }
}
