package io.quorumlog.node;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.DELETE_ON_CLOSE;
import static java.nio.file.StandardOpenOption.WRITE;

import io.quorumlog.replica.TraceOutput;
import io.quorumlog.store.IoReason;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file that {@code --trace} names. Each turn's lines are with the kernel before the turn's messages leave, so that the death
 * of the process loses nothing that another member may have heard of; at worst the last line is torn. A trace is an aid: when
 * it can't be written any more, that is said once, and the node goes on without.
 */
final class TraceFile implements TraceOutput, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TraceFile.class);

    private final Path path;
    private final FileOutputStream stream;
    private boolean isOver;

    private TraceFile(final Path path, final FileOutputStream stream) {
        this.path = path;
        this.stream = stream;
    }

    /**
     * Finds out, before a node has made anything, whether the file can be written; leaves none where there was none. One in the
     * data directory, when that is yet to be made, can't be tried.
     *
     * @param dataDir the node's
     * @throws IOException says in words why not, and what to do
     */
    static void tryOut(final Path path, final Path dataDir) throws IOException {
        final Path directory = path.toAbsolutePath().normalize().getParent();
        if (dataDir.toAbsolutePath().normalize().equals(directory) && Files.notExists(dataDir)) {
            return;
        }
        try {
            if (Files.exists(path)) {
                Files.newOutputStream(path, WRITE).close();
            } else {
                Files.newOutputStream(path, CREATE_NEW, WRITE, DELETE_ON_CLOSE).close();
            }
        } catch (final FileAlreadyExistsException e) {
            // A link to what does not exist, which is made then; or somebody was faster.
            return;
        } catch (final IOException e) {
            throw new IOException(IoReason.ofMaking(path, Setting.TRACE.settingName(), e), e);
        }
    }

    /** Goes on behind what the file holds, on a line of its own. */
    static TraceFile open(final Path path) throws IOException {
        final boolean isTorn = endsWithinLine(path);
        final FileOutputStream stream = new FileOutputStream(path.toFile(), true);
        if (isTorn) {
            stream.write('\n');
        }
        return new TraceFile(path, stream);
    }

    private static boolean endsWithinLine(final Path path) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            final long length = file.length();
            if (length == 0) {
                return false;
            }
            file.seek(length - 1);
            return file.read() != '\n';
        }
    }

    @Override
    public void write(final byte[] lines, final int length) {
        if (isOver) {
            return;
        }
        try {
            stream.write(lines, 0, length);
        } catch (final IOException e) {
            LOG.warn("the trace ends: can't write to {}: {}", path, e.getMessage());
            close();
        }
    }

    @Override
    public void close() {
        isOver = true;
        try {
            stream.close();
        } catch (final IOException e) {
            // What could be written is written.
            return;
        }
    }
}
