package io.quorumlog.torment;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;

/** What a crash may make of the end of the newest file of a node that is down. */
final class TornTail {
    /** More zeros than any record ends with. */
    private static final int HOLE_BYTES = 512;

    private static final int MOST_BYTES = 8_192;

    private TornTail() {}

    /**
     * Leaves behind all that was written the parts of another write, which reached the disk while its beginning did not.
     *
     * @return where, for a person; empty if there is no file with room for it
     */
    static Optional<String> leave(final Path dataDirectory, final Random random) {
        final Optional<Path> newest = newestFile(dataDirectory);
        if (newest.isEmpty()) {
            return Optional.empty();
        }
        try (RandomAccessFile file = new RandomAccessFile(newest.get().toFile(), "rw")) {
            final long at = usedLength(file) + HOLE_BYTES + random.nextInt(HOLE_BYTES);
            final byte[] rest = new byte[1 + random.nextInt(MOST_BYTES)];
            if (at <= HOLE_BYTES * 2 || at + rest.length > file.length()) {
                return Optional.empty();
            }
            random.nextBytes(rest);
            file.seek(at);
            file.write(rest);
            return Optional.of(newest.get().getFileName() + " at " + at + ", " + rest.length + " bytes");
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The newest of a log's files. */
    private static Optional<Path> newestFile(final Path dataDirectory) {
        try (Stream<Path> files = Files.list(dataDirectory)) {
            return files.filter(path -> path.toString().endsWith(".cq4")).max(Comparator.naturalOrder());
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Up to the last byte that is not zero. */
    private static long usedLength(final RandomAccessFile file) throws IOException {
        final byte[] piece = new byte[1 << 16];
        for (long begin = (file.length() - 1) / piece.length * piece.length; begin >= 0; begin -= piece.length) {
            file.seek(begin);
            for (int i = file.read(piece) - 1; i >= 0; i--) {
                if (piece[i] != 0) {
                    return begin + i + 1;
                }
            }
        }
        return 0;
    }
}
