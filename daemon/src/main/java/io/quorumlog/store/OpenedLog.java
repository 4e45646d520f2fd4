package io.quorumlog.store;

import io.quorumlog.log.RecordStream;
import io.quorumlog.log.RecoveredLog;
import io.quorumlog.log.StorageException;
import java.nio.file.Path;

/**
 * A data directory that is open for appending: the stream, and what a {@link FlushThread} needs. The thread that opened
 * it is the one that uses the stream and closes this, after the flush thread has been stopped.
 */
public final class OpenedLog implements AutoCloseable {
    private final LogDirectory directory;
    private final RecoveredLog recovered;
    private final ChronicleRecordStream stream;
    private final DamageRepair repair;

    OpenedLog(
            final LogDirectory directory,
            final RecoveredLog recovered,
            final ChronicleRecordStream stream,
            final DamageRepair repair) {
        this.directory = directory;
        this.recovered = recovered;
        this.stream = stream;
        this.repair = repair;
    }

    /**
     * Where damaged records were cut off: forces what the log has written about that, and ends the repair. To be called
     * before the member says anything.
     *
     * @return what was damaged, and where it is now, in one line; null if nothing was
     */
    public String finishRepair() {
        if (!repair.isUnderWay()) {
            return null;
        }
        stream.write();
        try (FileForce force = new FileForce(directory.path())) {
            force.forceFile(stream.currentFile());
        }
        FileForce.forceDirectory(directory.path());
        return repair.finish();
    }

    /**
     * Writes down that something is wrong with the log, so that the next start reads all of it. Any thread.
     *
     * @return what is wrong, and what the next start does, in one line
     */
    public String verifyAtNextStart(final StorageException wrong) {
        return wrong.getMessage() + "; " + directory.verifyAtNextStart(wrong.getMessage());
    }

    /** What was found and cut; all of it, what was kept, is on the disk. For one log to go on with. */
    public RecoveredLog recovered() {
        return recovered;
    }

    /** Where records are appended and read. */
    public RecordStream stream() {
        return stream;
    }

    ChronicleRecordStream records() {
        return stream;
    }

    Path directory() {
        return directory.path();
    }

    /** Closes the files, gives back the space that was reserved ahead, and lets go of the directory. Flushes nothing. */
    @Override
    public void close() {
        try (directory) {
            stream.close();
            stream.space().releaseUnused();
        }
    }
}
