package io.quorumlog.store;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorumlog.codec.record.LogRecord;
import io.quorumlog.codec.record.RecordKind;
import io.quorumlog.log.DamagedLogException;
import io.quorumlog.log.EntryCursor;
import io.quorumlog.log.NodeIdentity;
import io.quorumlog.log.ReplicaLog;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A member of three comes up on damaged files: it keeps what is sound, loses no byte, and remembers that it lost entries. */
class DamageRepairTest {
    private static final NodeIdentity IDENTITY = new NodeIdentity(2, new int[] {1, 2, 3});
    /** Three files of 64 MiB. */
    private static final int ENTRIES = 140;

    private static final int PAYLOAD_BYTES = 1_000_000;

    @TempDir
    static Path original;

    @TempDir
    Path directory;

    @TempDir
    Path copy;

    /** Each entry is its index, over and over; everything is flushed, and known to be. */
    @BeforeAll
    static void writeALog() {
        try (OpenedLog opened = LogDirectory.open(original, IDENTITY, StoreLayout.MAX_RECORD_BYTES)) {
            final ReplicaLog log = new ReplicaLog(opened.stream(), opened.recovered(), IDENTITY);
            log.persistHardState(3, 2, false);
            final UnsafeBuffer payload = new UnsafeBuffer(new byte[PAYLOAD_BYTES]);
            for (int i = 1; i <= ENTRIES; i++) {
                payload.setMemory(0, PAYLOAD_BYTES, (byte) i);
                opened.records().space().maintain();
                log.appendEntry(RecordKind.CLIENT, 3, 0, payload, 0, PAYLOAD_BYTES);
            }
            log.onFlushed(log.lastRecordSeq());
            log.mark();
        }
    }

    @Test
    void damageIsCutOffAndSetAside() throws IOException {
        copyOriginal();
        flip(1, StoreFormat.FIRST_DOCUMENT + 20L * PAYLOAD_BYTES);
        final byte[] damaged = Files.readAllBytes(file(1));

        try (OpenedLog opened = open()) {
            assertTrue(opened.recovered().hasLostEntries());
            final ReplicaLog log = begin(opened);
            assertTrue(log.isBlank());
            assertTrue(log.hasLostEntries());
            final String said = opened.finishRepair();
            assertTrue(said.startsWith(FileCycle.fileName(1) + " at offset ") && said.contains("damaged-1"), said);
            assertEntriesTo(19, log);
        }

        assertEquals(List.of(1, 2, 3), numbersIn(directory.resolve("damaged-1")));
        assertArrayEquals(
                damaged, Files.readAllBytes(directory.resolve("damaged-1").resolve(FileCycle.fileName(1))));
    }

    @Test
    void lossIsRememberedUntilALeaderHasMadeItGood() throws IOException {
        copyOriginal();
        flip(2, StoreFormat.FIRST_DOCUMENT + 20L * PAYLOAD_BYTES);
        final int kept;
        try (OpenedLog opened = open()) {
            kept = (int) begin(opened).lastIndex();
            opened.finishRepair();
        }

        try (OpenedLog opened = open()) {
            assertTrue(opened.recovered().hasLostEntries());
            final ReplicaLog log = begin(opened);
            assertTrue(log.isBlank() && log.hasLostEntries());
            assertNull(opened.finishRepair(), "nothing was damaged this time");
            log.persistHardState(4, 3, false);
            assertFalse(log.hasLostEntries());
        }

        try (OpenedLog opened = open()) {
            assertFalse(opened.recovered().hasLostEntries());
            final ReplicaLog log = begin(opened);
            assertFalse(log.isBlank() || log.hasLostEntries());
            assertEntriesTo(kept, log);
        }
    }

    /** The mistake: it dies between the cut and the record that tells of it, and votes as if it had never had more. */
    @Test
    void crashAnywhereInARepairIsMadeGoodByTheNextStart() throws IOException {
        copyOriginal();
        flip(1, StoreFormat.FIRST_DOCUMENT + 20L * PAYLOAD_BYTES);
        final byte[] damaged = Files.readAllBytes(file(1));
        final Path partial = Files.createDirectory(directory.resolve("damaged-1.partial"));
        final Path aside = partial.resolve(FileCycle.fileName(1));
        for (int step = 0; step < 6; step++) {
            switch (step) {
                case 0 -> assertTrue(Files.isDirectory(partial));
                case 1 -> Files.move(file(3), partial.resolve(FileCycle.fileName(3)));
                case 2 -> Files.move(file(2), partial.resolve(FileCycle.fileName(2)));
                case 3 ->
                    Files.write(partial.resolve(FileCycle.fileName(1) + ".copying"), Arrays.copyOf(damaged, 1000));
                case 4 -> Files.write(aside, damaged);
                default -> truncate(1, StoreFormat.FIRST_DOCUMENT + 10L * PAYLOAD_BYTES); // cut, by any cause
            }
            copy(directory, copy);
            try (OpenedLog opened = LogDirectory.open(copy, IDENTITY, StoreLayout.MAX_RECORD_BYTES)) {
                assertTrue(opened.recovered().hasLostEntries(), "step " + step);
                // Dies before it has recorded that.
            }
            try (OpenedLog opened = LogDirectory.open(copy, IDENTITY, StoreLayout.MAX_RECORD_BYTES)) {
                assertTrue(opened.recovered().hasLostEntries(), "step " + step);
                assertTrue(begin(opened).lastIndex() >= 9, "step " + step);
                assertTrue(opened.finishRepair().contains("damaged-1"));
            }
            final Path done = copy.resolve("damaged-1");
            assertEquals(List.of(1, 2, 3), numbersIn(done), "step " + step);
            assertArrayEquals(damaged, Files.readAllBytes(done.resolve(FileCycle.fileName(1))), "step " + step);
            delete(copy);
        }
    }

    /** The mistake: it looks for damaged-1, damaged-2 and so on until one is not there, and takes the cut log for a whole one. */
    @Test
    void repairGoesOnThoughWhatAnEarlierOneLeftIsGone() throws IOException {
        copyOriginal();
        Files.createDirectory(directory.resolve("damaged-2.partial"));

        try (OpenedLog opened = open()) {
            assertTrue(opened.recovered().hasLostEntries());
            begin(opened);
            assertTrue(opened.finishRepair().contains("damaged-2"));
        }
    }

    @Test
    void missingFileIsLostAndWhatIsBehindItSetAside() throws IOException {
        copyOriginal();
        Files.delete(file(2));

        try (OpenedLog opened = open()) {
            final ReplicaLog log = begin(opened);
            assertTrue(log.hasLostEntries());
            assertTrue(log.lastIndex() > 50 && log.lastIndex() < 70, "last " + log.lastIndex());
            assertTrue(opened.finishRepair().contains("a file is missing between"));
        }

        assertEquals(List.of(3), numbersIn(directory.resolve("damaged-1")));
    }

    private interface Damage {
        void to(Path file) throws IOException;
    }

    /** The mistake: what shows that the newest file was whole stands in that file, and so is taken for a torn tail. */
    @Test
    void newestFileThatIsDestroyedIsLostAndSetAside() throws IOException {
        final byte[] garbage = new byte[StoreLayout.MIB];
        new Random(8).nextBytes(garbage);
        newestFileIsLost("garbage", file -> Files.write(file, garbage));
        newestFileIsLost("emptied", file -> Files.write(file, new byte[0]));
        newestFileIsLost("zeros", file -> Files.write(file, new byte[StoreLayout.MIB]));
        newestFileIsLost("a few bytes", file -> Files.write(file, new byte[] {1, 2, 3, 4, 5, 6}));
        newestFileIsLost("cut before its first record", file -> truncate(3, StoreFormat.FIRST_DOCUMENT));
        newestFileIsLost("removed", Files::delete);
    }

    private void newestFileIsLost(final String what, final Damage damage) throws IOException {
        copyOriginal();
        damage.to(file(3));
        final byte[] damaged = Files.exists(file(3)) ? Files.readAllBytes(file(3)) : null;
        final int kept;
        try (OpenedLog opened = open()) {
            final ReplicaLog log = begin(opened);
            assertTrue(log.isBlank() && log.hasLostEntries(), what);
            kept = (int) log.lastIndex();
            assertTrue(kept > 100 && kept < ENTRIES, what + ": " + kept);
            assertTrue(opened.finishRepair().contains("the file FLUSHED shows"), what);
            log.onFlushed(log.lastRecordSeq());
        }
        final Path aside = directory.resolve("damaged-1").resolve(FileCycle.fileName(3));
        assertEquals(damaged != null, Files.exists(aside), what);
        if (damaged != null) {
            assertArrayEquals(damaged, Files.readAllBytes(aside), what);
        }
        try (OpenedLog opened = open()) {
            assertNull(opened.recovered().report().repair(), what);
            final ReplicaLog log = begin(opened);
            assertTrue(log.hasLostEntries(), what);
            assertEntriesTo(kept, log);
        }
        delete(directory);
    }

    /** The mistake: a file that somebody put there is taken for one that a crash left half written, and deleted. */
    @Test
    void fileThatIsNoneOfOursIsNotDeleted() throws IOException {
        final byte[] text = "somebody's notes\n".repeat(3_000).getBytes(US_ASCII);
        Files.write(file(1), text);

        final DamagedLogException refusal = assertThrows(DamagedLogException.class, this::open);

        assertTrue(refusal.getMessage().contains("does not begin like one of a log"), refusal.getMessage());
        assertArrayEquals(text, Files.readAllBytes(file(1)));
    }

    /** Whoever wipes a member may leave the note. */
    @Test
    void noteOfALogThatIsGoneSaysNothing() throws IOException {
        copyOriginal();
        for (int file = 1; file <= 3; file++) {
            Files.delete(file(file));
        }
        try (OpenedLog opened = open()) {
            final ReplicaLog log = begin(opened);
            assertTrue(log.isBlank() && !log.hasLostEntries());
            assertEquals(0, FlushedNote.read(directory));
            log.onFlushed(log.lastRecordSeq());
        }
        try (OpenedLog opened = open()) {
            assertFalse(opened.recovered().hasLostEntries());
        }
    }

    /** A second repair overwrites nothing of the first. */
    @Test
    void eachRepairHasADirectoryOfItsOwn() throws IOException {
        copyOriginal();
        flip(1, StoreFormat.FIRST_DOCUMENT + 40L * PAYLOAD_BYTES);
        try (OpenedLog opened = open()) {
            final ReplicaLog log = begin(opened);
            opened.finishRepair();
            log.onFlushed(log.lastRecordSeq());
            log.mark();
        }
        flip(1, StoreFormat.FIRST_DOCUMENT + 20L * PAYLOAD_BYTES);

        try (OpenedLog opened = open()) {
            assertEntriesTo(19, begin(opened));
            assertTrue(opened.finishRepair().contains("damaged-2"));
        }

        assertEquals(List.of(1, 2, 3), numbersIn(directory.resolve("damaged-1")));
        assertEquals(List.of(1), numbersIn(directory.resolve("damaged-2")));
    }

    /** The mistake: three that lost the beginning of their logs found a new cluster together. */
    @Test
    void whoWouldForgetThatThereWasALogStops() throws IOException {
        copyOriginal();
        final int firstEntry = StoreFormat.FIRST_RECORD + 300;
        flip(1, firstEntry);

        final DamagedLogException refusal = assertThrows(DamagedLogException.class, this::open);

        assertEquals(0, refusal.soundIndex());
        assertEquals(List.of(1, 2, 3), numbersIn(directory));
        assertFalse(Files.exists(directory.resolve("damaged-1.partial")));
    }

    @Test
    void randomFlipsLeaveAPrefixOrAreRefused() throws IOException {
        final long seed = System.nanoTime();
        final Random random = new Random(seed);
        for (int round = 0; round < 8; round++) {
            copyOriginal();
            final int file = 1 + random.nextInt(3);
            final long at = StoreFormat.FIRST_DOCUMENT
                    + (long) (random.nextDouble() * (Files.size(file(file)) - StoreFormat.FIRST_DOCUMENT));
            final String what = "seed " + seed + ": byte " + at + " of file " + file;
            flip(file, at);
            try (OpenedLog opened = open()) {
                final ReplicaLog log = begin(opened);
                assertEquals(log.hasLostEntries(), log.lastIndex() < ENTRIES, what);
                assertEntriesTo((int) log.lastIndex(), log);
            } catch (final DamagedLogException e) {
                assertEquals(0, e.soundIndex(), what);
            }
            delete(directory);
        }
    }

    private OpenedLog open() {
        return LogDirectory.open(directory, IDENTITY, StoreLayout.MAX_RECORD_BYTES);
    }

    private static ReplicaLog begin(final OpenedLog opened) {
        return new ReplicaLog(opened.stream(), opened.recovered(), IDENTITY);
    }

    private static void assertEntriesTo(final int last, final ReplicaLog log) {
        assertEquals(last, log.lastIndex());
        final EntryCursor cursor = new EntryCursor(1);
        final LogRecord view = new LogRecord();
        for (int i = 1; i <= last; i++) {
            assertTrue(log.read(cursor, last, view));
            assertEquals((byte) i, view.buffer().getByte(LogRecord.HEADER_LENGTH + PAYLOAD_BYTES / 2));
        }
    }

    private Path file(final int number) {
        return directory.resolve(FileCycle.fileName(number));
    }

    private void flip(final int number, final long at) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(file(number).toFile(), "rw")) {
            file.seek(at);
            final int flipped = file.read() ^ 4;
            file.seek(at);
            file.write(flipped);
        }
    }

    private void truncate(final int number, final long length) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(file(number).toFile(), "rw")) {
            file.setLength(length);
        }
    }

    private void copyOriginal() throws IOException {
        copy(original, directory);
    }

    private static void copy(final Path from, final Path to) throws IOException {
        try (Stream<Path> paths = Files.walk(from)) {
            for (final Path path : paths.toList()) {
                final Path target = to.resolve(from.relativize(path).toString());
                if (!Files.isDirectory(path)) {
                    Files.copy(path, target);
                } else if (!path.equals(from)) {
                    Files.createDirectory(target);
                }
            }
        }
    }

    private static void delete(final Path of) throws IOException {
        final List<Path> paths;
        try (Stream<Path> all = Files.walk(of)) {
            paths = new ArrayList<>(all.toList());
        }
        paths.sort(Comparator.reverseOrder());
        for (final Path path : paths) {
            if (!path.equals(of)) {
                Files.delete(path);
            }
        }
    }

    private static List<Integer> numbersIn(final Path of) throws IOException {
        try (Stream<Path> paths = Files.list(of)) {
            return paths.map(path -> path.getFileName().toString())
                    .filter(FileCycle::isFileName)
                    .map(FileCycle::fileNumber)
                    .sorted()
                    .toList();
        }
    }
}
