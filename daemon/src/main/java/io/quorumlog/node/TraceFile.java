package io.quorumlog.node;

import io.quorumlog.replica.TraceOutput;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
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
