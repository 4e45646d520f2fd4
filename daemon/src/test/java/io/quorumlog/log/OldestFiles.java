package io.quorumlog.log;

import java.util.Arrays;

/** So many of a log's files, the oldest, for verification. */
public record OldestFiles(StoredFiles all, int count) implements StoredFiles {
    @Override
    public int[] numbers() {
        return Arrays.copyOf(all.numbers(), count);
    }

    @Override
    public String name(final int file) {
        return all.name(file);
    }

    @Override
    public Scan scan(final int file) {
        return all.scan(file);
    }

    @Override
    public Scan scan(final int file, final long offset) {
        return all.scan(file, offset);
    }
}
