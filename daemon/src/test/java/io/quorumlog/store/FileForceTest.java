package io.quorumlog.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.sun.management.ThreadMXBean;
import io.quorumlog.log.StorageException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What can be seen of a flush without a power failure. */
final class FileForceTest {
    private static final int FLUSHES = 50;
    private static final int ROUNDS = 4;

    @TempDir
    private Path directory;

    /** A thousand flushes a second would else be what the collector runs for. */
    @Test
    void repeatedFlushesOfAFileAllocateNothing() throws IOException {
        Files.write(directory.resolve(FileCycle.fileName(1)), new byte[4096]);
        final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long least = Long.MAX_VALUE;
        try (FileForce force = new FileForce(directory)) {
            force.forceFile(1);
            for (int round = 0; round < ROUNDS; round++) {
                final long before = threads.getCurrentThreadAllocatedBytes();
                for (int i = 0; i < FLUSHES; i++) {
                    force.forceFile(1);
                }
                least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
            }
        }

        assertEquals(0, least);
    }

    @Test
    void failureNamesTheFile() throws IOException {
        Files.write(directory.resolve(FileCycle.fileName(1)), new byte[4096]);
        try (FileForce force = new FileForce(directory)) {
            force.forceFile(1);

            final StorageException failure = assertThrows(StorageException.class, () -> force.forceFile(2));

            assertEquals(
                    directory.resolve(FileCycle.fileName(2)) + ": flush failed: no such file", failure.getMessage());
        }
    }
}
