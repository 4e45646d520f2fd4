package io.quorumlog.client.cli;

import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * Notices that the reader of our standard output has gone while there is nothing to write, as in
 * {@code scripts/client tail 1 | head -1}: writing would tell, but the next entry may be hours away.
 *
 * <p>Java has no poll for this. On Linux, opening the writing end of a pipe blocks while nobody has the reading end open; so
 * a thread opens it once more, and if that takes long, the reader has gone. Elsewhere, and for anything but a pipe, nothing
 * is noticed.
 */
final class OutputWatch {
    private static final Path STDOUT = Path.of("/proc/self/fd/1");
    private static final long PATIENCE_MS = 300;
    private static final long INTERVAL_NS = TimeUnit.SECONDS.toNanos(1);

    private final boolean isPipe;
    private long checkAtNs = System.nanoTime();

    OutputWatch() {
        boolean pipe = false;
        try {
            pipe = Files.readSymbolicLink(STDOUT).toString().startsWith("pipe:");
        } catch (IOException | UnsupportedOperationException e) {
            // not Linux
        }
        isPipe = pipe;
    }

    /** @throws Output.ClosedException if the reader has gone; looks at most once a second. */
    void check() {
        if (!isPipe || checkAtNs - System.nanoTime() > 0) {
            return;
        }
        Thread opener = new Thread(OutputWatch::openAndClose, "quorumlog-output-watch");
        opener.setDaemon(true); // it may never come back
        opener.start();
        try {
            opener.join(PATIENCE_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        if (opener.isAlive()) {
            throw new Output.ClosedException();
        }
        checkAtNs = System.nanoTime() + INTERVAL_NS;
    }

    private static void openAndClose() {
        try (FileOutputStream again = new FileOutputStream(STDOUT.toFile())) {
            again.getFD();
        } catch (IOException e) {
            // not ours to open: then we can't know
        }
    }
}
