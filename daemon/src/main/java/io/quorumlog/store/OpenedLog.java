package io.quorumlog.store;

import io.quorumlog.log.RecordStream;
import java.nio.file.Path;

/**
 * A data directory that is open for appending: the stream, and what a {@link FlushThread} needs. The thread that opened
 * it is the one that uses the stream and closes this, after the flush thread has been stopped.
 */
public final class OpenedLog implements AutoCloseable {
    private final LogDirectory directory;
    private final ChronicleRecordStream stream;
    private final LogSpace space;

    OpenedLog(final LogDirectory directory, final ChronicleRecordStream stream, final LogSpace space) {
        this.directory = directory;
        this.stream = stream;
        this.space = space;
    }

    /** Where records are appended and read. */
    public RecordStream stream() {
        return stream;
    }

    LogSpace space() {
        return space;
    }

    Path directory() {
        return directory.path();
    }

    /** Closes the files, gives back the space that was reserved ahead, and lets go of the directory. Flushes nothing. */
    @Override
    public void close() {
        try (directory) {
            stream.close();
            space.releaseUnused();
        }
    }
}
