package io.quorumlog.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.quorumlog.log.RecordStream;
import io.quorumlog.log.StorageException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LogDirectoryTest {
    @TempDir
    Path directory;

    private static List<Long> indexes(final long last) {
        return LongStream.rangeClosed(1, last).boxed().toList();
    }

    private static String refusal(final Path path) {
        final String message = assertThrows(StorageException.class, () -> LogDirectory.lock(path))
                .getMessage();
        assertFalse(message.contains("\n"), message);
        assertTrue(message.contains(path.toString()), message);
        return message;
    }

    @Test
    void secondUserIsRefusedUntilTheFirstHasGone() {
        final Path data = directory.resolve("data");
        try (StoreFixture fixture = new StoreFixture(data).open()) {
            fixture.append(1, 1);

            assertTrue(refusal(data).contains("another process uses it"));
        }
        LogDirectory.lock(data).close();
    }

    @Test
    void unusableDirectoryIsRefusedInOneLine() throws IOException {
        final Path file = Files.createFile(directory.resolve("file"));

        assertRefused(file, "is a file, not a directory; choose another data-dir");
        assertRefused(
                directory.resolve("none/data"),
                "cannot be made: the directory above it does not exist; make that first, or choose another data-dir");
        assertRefused(
                file.resolve("above/data"),
                "cannot be made: " + file + " is a file, not a directory; choose another data-dir");
        assertRefused(
                directory.resolve("x".repeat(300)), "cannot be made: File name too long; choose another data-dir");
        assertRefused(
                Files.createSymbolicLink(directory.resolve("link"), directory.resolve("gone")),
                "is a link to what does not exist; choose another data-dir");
    }

    /** Also for root, who may write everywhere: the system says that there is no such file. */
    @Test
    void directoryInAFileSystemOfAnotherKindIsRefusedForThat() {
        assumeTrue(Files.isDirectory(Path.of("/proc/self")), "only Linux has one");

        assertRefused(
                Path.of("/proc/foo"),
                "cannot be made: the file system of /proc takes no new files; choose another data-dir");
        if (Files.isWritable(Path.of("/proc"))) {
            assertEquals(
                    "/proc/LOCK: cannot be made: the file system of /proc takes no new files;"
                            + " choose another data-dir",
                    refusal(Path.of("/proc")));
        }
    }

    private static void assertRefused(final Path path, final String why) {
        assertEquals("data directory " + path + ": " + why, refusal(path));
    }

    @Test
    void whatAKilledProcessLeftBehindIsRemoved() throws IOException {
        try (StoreFixture fixture = new StoreFixture(directory).open()) {
            fixture.append(1, 100);
        }
        final List<Path> leftovers = new ArrayList<>();
        for (final String name : List.of("19700101-000001R.cq4-1712345678901.discard", "19700101-000002R.precreated")) {
            leftovers.add(Files.write(directory.resolve(name), new byte[1000]));
        }
        Files.write(directory.resolve("metadata.cq4t"), new byte[] {1, 2, 3});
        // Begun, not ready, never used; the second as fallocate leaves it.
        Files.write(directory.resolve(FileCycle.fileName(2)), new byte[] {0, 0, 0, (byte) 0x80});
        Files.write(directory.resolve(FileCycle.fileName(3)), new byte[100_000]);

        try (StoreFixture fixture = new StoreFixture(directory).open()) {
            assertEquals(1, fixture.stream.currentFile());
            assertEquals(indexes(1), fixture.walk());
            fixture.append(2, 100);
            for (final Path leftover : leftovers) {
                assertFalse(Files.exists(leftover), leftover.toString());
            }
        }
    }

    @Test
    void copyOfARunningLogOpensWithAllItsRecords(@TempDir final Path copies) throws IOException {
        try (StoreFixture fixture = new StoreFixture(directory).open()) {
            for (int index = 1; index <= 16; index++) {
                fixture.append(index, index * 10);
                if (index % 7 == 0) {
                    fixture.stream.roll();
                }
                fixture.stream.write();
                final Path copy = Files.createDirectory(copies.resolve("copy-" + index));
                fixture.copyTo(copy);

                for (int again = 0; again < 2; again++) {
                    try (StoreFixture crashed = new StoreFixture(copy).open()) {
                        assertEquals(indexes(index + again), crashed.walk());
                        crashed.append(index + again + 1, 50);
                    }
                }
            }
        }
    }

    @Test
    void recordsBehindTheGivenEndAreGone() {
        final List<Long> positions = new ArrayList<>();
        try (StoreFixture fixture = new StoreFixture(directory).open()) {
            for (int index = 1; index <= 40; index++) {
                positions.add(fixture.append(index, 100));
                if (index % 10 == 0) {
                    fixture.stream.roll();
                }
            }
        }
        for (final int kept : new int[] {35, 31, 30, 14, 10, 1, 0}) {
            try (LogDirectory locked = LogDirectory.lock(directory)) {
                // The position behind a record is where the next one begins, less its document's header.
                final long end = positions.get(kept) - StoreFormat.DOCUMENT_HEADER_LENGTH;
                final DamageRepair none = new DamageRepair(directory, locked.files());
                new OpenedLog(locked, null, locked.openAt(end, 0, StoreFixture.MAX_RECORD_BYTES), none).close();
            }
            try (StoreFixture fixture = new StoreFixture(directory).open()) {
                assertEquals(indexes(kept), fixture.walk());
            }
        }
    }

    @RepeatedTest(30)
    void damagedLogOpensWithTheRecordsBeforeTheDamage(final RepetitionInfo repetition) throws IOException {
        final SplittableRandom random = new SplittableRandom(repetition.getCurrentRepetition());
        final int entries = 1 + random.nextInt(300);
        final List<Long> positions = new ArrayList<>();
        try (StoreFixture fixture = new StoreFixture(directory).open()) {
            for (int index = 1; index <= entries; index++) {
                positions.add(fixture.append(index, 50 + random.nextInt(2000)));
                if (random.nextInt(100) == 0) {
                    fixture.stream.roll();
                }
            }
        }
        final long damagedAt = damage(positions.get(entries - 1), random);

        final long kept =
                positions.stream().filter(position -> position < damagedAt).count();
        final List<Long> recovered;
        try (StoreFixture fixture = new StoreFixture(directory).open()) {
            recovered = fixture.walk();
            // A record may begin before the damage and end behind it.
            assertTrue(
                    recovered.equals(indexes(kept)) || kept > 0 && recovered.equals(indexes(kept - 1)),
                    () -> kept + " before the damage, " + recovered.size() + " recovered");
            fixture.append(recovered.size() + 1, 77);
        }
        try (StoreFixture fixture = new StoreFixture(directory).open()) {
            assertEquals(indexes(recovered.size() + 1), fixture.walk());
        }
    }

    /** Returns the position from which on nothing can be relied on. */
    private long damage(final long lastPosition, final SplittableRandom random) throws IOException {
        final int file = RecordStream.file(lastPosition);
        try (RandomAccessFile bytes =
                new RandomAccessFile(directory.resolve(FileCycle.fileName(file)).toFile(), "rw")) {
            final long lastOffset = lastPosition & 0xFFFFFFFFL;
            switch (random.nextInt(4)) {
                case 0 -> {
                    final long cut = random.nextLong(lastOffset + 1);
                    bytes.setLength(cut);
                    return RecordStream.position(file, cut);
                }
                case 1 -> {
                    final long page = random.nextLong(lastOffset / 4096 + 1) * 4096;
                    bytes.seek(page);
                    bytes.write(new byte[4096]);
                    return page + 4096 <= StoreFormat.FIRST_DOCUMENT
                            ? Long.MAX_VALUE
                            : RecordStream.position(file, Math.max(page, StoreFormat.FIRST_RECORD));
                }
                case 2 -> {
                    final long at = random.nextLong(StoreFormat.FIRST_DOCUMENT, lastOffset);
                    bytes.seek(at);
                    final int flipped = bytes.read() ^ 1 << random.nextInt(8);
                    bytes.seek(at);
                    bytes.write(flipped);
                    return RecordStream.position(file, Math.max(at, StoreFormat.FIRST_RECORD));
                }
                default -> {
                    // The store header alone: costs nothing.
                    final byte[] noise = new byte[300];
                    random.nextBytes(noise);
                    bytes.write(noise);
                    return Long.MAX_VALUE;
                }
            }
        }
    }

    /** The mistake: Chronicle, or the reading of a name as a date, throws something that names neither file nor remedy. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "queue.cq4", // of another program
                "19700101-000003.cq4", // Chronicle's own
                "19701301-000000R.cq4", // no date
                "19700230-000000R.cq4", // would be read as the 28th
                "19700101-240000R.cq4", // would be read as the next day
                "19700101-000000R.cq4", // before the first file
                "19691231-235959R.cq4",
                "20380119-031408R.cq4" // behind the last number
            })
    void fileThatIsNoneOfTheLogsIsNamedAndLeftAlone(final String name) throws IOException {
        final Path stray = Files.write(directory.resolve(name), new byte[] {1, 2, 3});
        final LogDirectory locked = LogDirectory.lock(directory);

        final String message = assertThrows(
                        StorageException.class, () -> locked.files().numbers())
                .getMessage();
        locked.close();

        assertEquals(
                "data directory " + directory + ": " + name + " is no file of this log, and must not lie among them",
                message);
        assertArrayEquals(new byte[] {1, 2, 3}, Files.readAllBytes(stray));
    }

    @Test
    void filesOfOtherKindsAreNoHindrance() throws IOException {
        for (final String name : List.of("node.log", "19700101-000001R.cq4.bak", "19700101-000002R", "pid")) {
            Files.write(directory.resolve(name), new byte[] {1, 2, 3});
        }
        for (int file = 1; file <= 2; file++) {
            try (StoreFixture fixture = new StoreFixture(directory).open()) {
                fixture.append(file, 100);
                fixture.stream.roll();
                assertEquals(indexes(file), fixture.walk());
            }
        }
        assertEquals(3, Files.size(directory.resolve("19700101-000002R")));
    }
}
