package io.quorumlog.process;

import java.io.UncheckedIOException;
import java.util.function.BooleanSupplier;

/**
 * Makes a log long, quickly and by no more than is asked for: appends payloads of a MiB, none like another, by whoever leads.
 * What is not acknowledged is not sent again.
 */
final class LargeAppends {
    private static final int TIMEOUT_MS = 2_000;

    private final ProcessCluster cluster;
    private final String padding = "/" + "x".repeat((1 << 20) - 16);
    private int number;

    LargeAppends(final ProcessCluster cluster) {
        this.cluster = cluster;
    }

    /** Appends so many MiB. */
    void append(final int mebibytes) {
        for (int i = 0; i < mebibytes; ) {
            i += tryAppend() ? 1 : 0;
        }
    }

    /** Appends so many MiB at most, and no more once a condition holds. */
    void appendUntil(final int mostMebibytes, final BooleanSupplier enough) {
        for (int i = 0; i < mostMebibytes && !enough.getAsBoolean(); i++) {
            tryAppend();
        }
    }

    private boolean tryAppend() {
        try (RespClient client = cluster.client(cluster.awaitLeader()).timeoutMs(TIMEOUT_MS)) {
            return client.call("APPEND", number++ + padding) instanceof Long;
        } catch (final UncheckedIOException uncertain) {
            return false;
        }
    }
}
