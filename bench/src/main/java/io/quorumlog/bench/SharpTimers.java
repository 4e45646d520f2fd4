package io.quorumlog.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Short parks of a thread. Linux lets a thread sleep up to 50 &mu;s longer than it asks for, so that wake-ups may fall
 * together; for one that paces a load or polls for a reply that is too much, and to spin instead would take a core from the
 * nodes.
 */
final class SharpTimers {
    private SharpTimers() {}

    /** Makes the calling thread wake as soon as the kernel can; elsewhere than on Linux it does nothing. */
    static void use() {
        try {
            final Path thread = Files.readSymbolicLink(Path.of("/proc/thread-self"));
            Files.writeString(Path.of("/proc").resolve(thread.getFileName()).resolve("timerslack_ns"), "1");
        } catch (final IOException | UnsupportedOperationException notThere) {
            // The usual slack, then.
        }
    }
}
