package io.quorumlog.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.quorumlog.log.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class OfflineDirectoryTest {
    @TempDir
    Path directory;

    private void assertRefused(final String reason) {
        final String message = assertThrows(StorageException.class, () -> OfflineDirectory.open(directory))
                .getMessage();

        assertEquals("data directory " + directory + ": " + reason, message);
    }

    private List<Path> list() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.sorted().toList();
        }
    }

    @Test
    void directoryOfARunningNodeIsRefused() {
        try (StoreFixture running = new StoreFixture(directory).open()) {
            running.append(1, 10);

            assertRefused("another process uses it (it holds " + directory.resolve("LOCK") + ")");
        }
        OfflineDirectory.open(directory).close();
    }

    @Test
    void nodeIsKeptOutMeanwhile() {
        try (StoreFixture fixture = new StoreFixture(directory).open()) {
            fixture.append(1, 10);
        }
        try (OfflineDirectory offline = OfflineDirectory.open(directory)) {
            assertThrows(StorageException.class, () -> LogDirectory.lock(directory));
        }
        LogDirectory.lock(directory).close();
    }

    @Test
    void nothingIsMadeOrDeleted() throws IOException {
        try (StoreFixture fixture = new StoreFixture(directory).open()) {
            fixture.append(1, 10);
        }
        Files.delete(directory.resolve("LOCK"));
        Files.write(directory.resolve("19700101-000002R.precreated"), new byte[10]);
        final List<Path> before = list();

        try (OfflineDirectory offline = OfflineDirectory.open(directory)) {
            assertArrayEquals(new int[] {1}, offline.files().numbers());
            assertEquals(Files.size(directory.resolve(FileCycle.fileName(1))), offline.bytes(1));
        }

        assertEquals(before, list());
    }

    @Test
    void whatHoldsNoLogIsRefused() throws IOException {
        assertRefused("holds no log; a node that starts there is blank");
        assertEquals(List.of(), list());
        directory = directory.resolve("none");
        assertRefused("does not exist");
        Files.createFile(directory);
        assertRefused("is a file, not a directory");
    }

    @Test
    void fileThatIsNoneOfTheLogsIsRefusedAsByAStart() throws IOException {
        try (StoreFixture fixture = new StoreFixture(directory).open()) {
            fixture.append(1, 10);
        }
        Files.createFile(directory.resolve("19701301-000000R.cq4"));

        assertRefused("19701301-000000R.cq4 is no file of this log, and must not lie among them");
        assertRefused("19701301-000000R.cq4 is no file of this log, and must not lie among them"); // the lock is free
    }
}
