package io.quorumlog.store;

import java.nio.file.Path;

/**
 * A file about which the kernel is told what its page cache should hold ({@code posix_fadvise}). Advice: nothing depends on
 * it, and nothing fails with it, not even where there is no such file or no such function. The file is opened with the
 * first advice. One thread.
 */
final class AdvisedFile implements AutoCloseable {
    private static final int NONE = -1;

    private final Path path;
    private int descriptor = NONE;
    private boolean isOpened;

    AdvisedFile(final Path path) {
        this.path = path;
    }

    /** Starts to read what is not in the page cache, and does not wait for the data. */
    void willNeed(final long from, final long length) {
        advise(from, length, LibC.POSIX_FADV_WILLNEED);
    }

    /**
     * Lets go of what the page cache holds, but for what still has to be written to the disk.
     *
     * @param length to the file's end for 0
     */
    void doNotNeed(final long from, final long length) {
        advise(from, length, LibC.POSIX_FADV_DONTNEED);
    }

    private void advise(final long from, final long length, final int advice) {
        if (!isOpened) {
            isOpened = true;
            descriptor = LibC.isThere() ? LibC.open(path, LibC.O_RDONLY) : NONE;
        }
        if (descriptor >= 0) {
            LibC.posixFadvise(descriptor, from, length, advice);
        }
    }

    @Override
    public void close() {
        if (descriptor >= 0) {
            LibC.close(descriptor);
        }
        descriptor = NONE;
    }
}
