package io.quorumlog.store;

import java.nio.file.Path;
import org.agrona.CloseHelper;

/**
 * What the page cache holds of the log: its newest 768 MiB, which is what readers that are a little behind want, and not all
 * of it. What is older is let go as the log grows, so that it takes no memory from others and its pages are those that the next
 * entries are written to. A page that is new to a virtual machine, because its host had taken it back, costs many times as
 * much, and a log that grows needs another all the time. What readers bring back of it later is left to the kernel.
 *
 * <p>The flush thread's.
 */
final class CachedPages implements AutoCloseable {
    /** So much of the newest log is left to the kernel's own judgement. */
    static final long KEPT_BYTES = 768L * StoreLayout.MIB;

    /** Let go at a time: some 0.05 ms. */
    static final long PORTION_BYTES = StoreLayout.MIB;

    private final Path directory;
    private final long keptBytes;
    private int file;
    private long letGoTo;
    private AdvisedFile advised; // the file, or null before the first advice

    /**
     * @param file the newest file; what is in the page cache of older ones stays
     * @param keptBytes how much of the log is not let go
     */
    CachedPages(final Path directory, final int file, final long keptBytes) {
        this.directory = directory;
        this.file = file;
        this.keptBytes = keptBytes;
    }

    /** Lets go of what is too far behind the end of the log now. */
    void letGo(final int currentFile, final long end) {
        while (file < currentFile && behind(currentFile, end) >= keptBytes + PORTION_BYTES) {
            letGoTo += PORTION_BYTES;
            final boolean isWhole = letGoTo >= StoreLayout.FILE_BYTES;
            if (advised == null) {
                advised = new AdvisedFile(directory.resolve(FileCycle.fileName(file)));
            }
            // From the start each time: what was still being written to the disk was not let go.
            advised.doNotNeed(0, isWhole ? 0 : letGoTo);
            if (isWhole) {
                close();
                file++;
                letGoTo = 0;
            }
        }
    }

    /** By files that are full; those left before they were are shorter, and a little more is let go. */
    private long behind(final int currentFile, final long end) {
        return (long) (currentFile - file) * StoreLayout.FILE_BYTES + end - letGoTo;
    }

    @Override
    public void close() {
        CloseHelper.quietClose(advised);
        advised = null;
    }
}
