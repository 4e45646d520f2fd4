package io.quorumlog.store;

import java.util.Arrays;

/**
 * What is read ahead for those who walk through old log. Not left to the kernel, which takes up to the disk's
 * {@code read_ahead_kb} at once (8 MiB on some clouds): a reader far behind would make the loop wait for all of it, and every
 * flush on the disk behind it. Whoever reads on where it read before has up to half a MiB read ahead, in small parts, and so
 * finds it in the page cache; who reads here and there, nothing. Remembers the last 64 readers. One thread.
 */
final class ReadAhead {
    /** So much behind what a walk reads, less a step, is in the page cache or being read. */
    static final int AHEAD_BYTES = 512 * 1024;

    /** Asked for at a time: some 0.1 ms of a disk, for which flushes may have to wait. */
    static final int STEP_BYTES = 128 * 1024;

    private static final int MAX_WALKS = 64;

    private final LastUsed<Walk> walks;

    ReadAhead() {
        final Walk[] none = new Walk[MAX_WALKS];
        Arrays.setAll(none, i -> new Walk());
        walks = new LastUsed<>(none);
    }

    /** Asks the disk for what is to be read now, and on a walk for what comes behind it. */
    void beforeRead(final AdvisedFile advised, final int file, final long start, final int length) {
        // Also what was asked for before: if it has been let go since, the kernel would judge by itself again.
        advised.willNeed(start, length);
        final long end = start + length;
        Walk walk = find(file, start);
        if (walk == null) {
            walk = walks.useOldest();
            walk.file = file;
            walk.askedTo = end;
        } else {
            walk.askedTo = Math.max(walk.askedTo, end);
            while (end + AHEAD_BYTES - walk.askedTo >= STEP_BYTES) {
                advised.willNeed(walk.askedTo, STEP_BYTES);
                walk.askedTo += STEP_BYTES;
            }
        }
        walk.start = start;
        walk.end = StoreFormat.align(end);
    }

    private Walk find(final int file, final long next) {
        for (int i = 0; i < walks.size(); i++) {
            final Walk walk = walks.get(i);
            if (walk.file == file && next >= walk.start && next <= walk.end) {
                return walks.use(i);
            }
        }
        return null;
    }

    /** A reader's last read, in which, or right behind which, its next one begins. */
    private static final class Walk {
        private int file = -1;
        private long start;
        private long end;
        private long askedTo;
    }
}
