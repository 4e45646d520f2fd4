package io.quorumlog.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorumlog.codec.record.LogRecord;
import io.quorumlog.codec.record.RecordKind;
import io.quorumlog.log.DamagedLogException;
import io.quorumlog.log.EntryCursor;
import io.quorumlog.log.NodeIdentity;
import io.quorumlog.log.ReplicaLog;
import io.quorumlog.log.StorageException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real log's files, damaged in every way and opened as a start does. What comes out is what was written, up to some index
 * and said where it is less, and can be appended to; or one line that names the file and the entry.
 */
class DamagedDirectoryTest {
    /** Of two members none can make good what the other one loses: what is damaged is refused ({@link DamageRepairTest}). */
    private static final NodeIdentity IDENTITY = new NodeIdentity(2, new int[] {1, 2});

    private static final int MAX_RECORD_BYTES = StoreLayout.MIB;
    private static final int ENTRIES = 900;
    private static final int PAGE_BYTES = 4096;
    private static final int TAIL_BYTES = 64 * 1024;
    private static final String NAME = FileCycle.fileName(1);

    @TempDir
    static Path original;

    @TempDir
    Path copies;

    private static long length; // of what was written, store header included
    private static final List<String> written = new ArrayList<>();

    private int cases;
    private int refusals;
    private int repairs;

    /** What a damage does to a file. */
    private interface Damage {
        void to(RandomAccessFile file) throws IOException;
    }

    /** Entries of many lengths, flushed now and then, and at the end; more than are looked at from the end. */
    @BeforeAll
    static void writeALog() throws IOException {
        written.clear();
        final Random random = new Random(5);
        try (OpenedLog opened = LogDirectory.open(original, IDENTITY, MAX_RECORD_BYTES)) {
            final ReplicaLog log = new ReplicaLog(opened.stream(), opened.recovered(), IDENTITY);
            log.persistHardState(1, 2, false);
            for (int i = 1; i <= ENTRIES; i++) {
                append(log, "entry " + i + " " + "x".repeat(random.nextInt(300)), written);
                if (i % 100 == 0) {
                    flush(log);
                }
                if (i == ENTRIES / 2) {
                    log.persistHardState(2, 0, false);
                    log.onCommit(i);
                }
            }
            flush(log);
            log.mark();
            flush(log);
        }
        final byte[] bytes = Files.readAllBytes(original.resolve(NAME));
        length = bytes.length;
        while (bytes[(int) length - 1] == 0) {
            length--; // what was reserved only
        }
        assertTrue(length > StoreFormat.FIRST_DOCUMENT + TAIL_BYTES, length + " bytes");
    }

    private static void append(final ReplicaLog log, final String payload, final List<String> contents) {
        final byte[] bytes = payload.getBytes(UTF_8);
        log.appendEntry(RecordKind.CLIENT, log.term(), 0, new UnsafeBuffer(bytes), 0, bytes.length);
        contents.add(payload);
    }

    private static void flush(final ReplicaLog log) {
        final FileForce force = new FileForce(original);
        force.forceFile(1);
        force.close();
        log.onFlushed(log.lastRecordSeq());
    }

    @Test
    void fileCutAnywhereInItsTailLeavesAPrefix() throws IOException {
        for (long cut = length - 1; cut > length - PAGE_BYTES; cut -= 101) {
            final long at = cut;
            open(file -> file.setLength(at), false, "cut at " + at);
        }
        final Random random = new Random(6);
        for (int i = 0; i < 40; i++) {
            final long at = length - random.nextInt(TAIL_BYTES);
            open(file -> file.setLength(at), false, "cut at " + at);
        }
        assertTrue(repairs > cases * 3 / 4, repairs + " repairs in " + cases);
    }

    @Test
    void fileThatLostItsFirstRecordsBeginsAnew() throws IOException {
        for (final long at : new long[] {0, 1, 100, StoreFormat.FIRST_DOCUMENT, StoreFormat.FIRST_RECORD + 20}) {
            open(file -> file.setLength(at), false, "cut at " + at);
        }
    }

    @Test
    void zeroedPagesAtTheEndLeaveAPrefix() throws IOException {
        for (long from = length - length % PAGE_BYTES; from > length - TAIL_BYTES; from -= PAGE_BYTES) {
            final long at = from;
            open(file -> zero(file, at, length), false, "zeros from " + at);
        }
        assertTrue(repairs > cases - 3, repairs + " repairs in " + cases);
    }

    @Test
    void zeroedPageBeforeTheLastMarkIsNamed() throws IOException {
        for (long from = length - length % PAGE_BYTES - PAGE_BYTES; from > length - TAIL_BYTES; from -= PAGE_BYTES) {
            final long at = from;
            open(file -> zero(file, at, at + PAGE_BYTES), true, "page zeroed at " + at);
        }
        assertEquals(cases, refusals);
    }

    @Test
    void flippedBitAnywhereLosesNothingThatWasFlushed() throws IOException {
        final Random random = new Random(7);
        for (int i = 0; i < 100; i++) {
            final long at = i < 5 ? random.nextInt(StoreFormat.FIRST_DOCUMENT) : anyRecordByte(random);
            final int bit = 1 << random.nextInt(8);
            open(
                    file -> {
                        file.seek(at);
                        final int flipped = file.read() ^ bit;
                        file.seek(at);
                        file.write(flipped);
                    },
                    true,
                    "bit flipped at " + at);
        }
        assertTrue(refusals > 80, refusals + " refusals in " + cases);
    }

    private static long anyRecordByte(final Random random) {
        return StoreFormat.FIRST_DOCUMENT + random.nextInt((int) length - StoreFormat.FIRST_DOCUMENT);
    }

    @Test
    void aNewestFileThatWasOnlyBegunIsDropped() throws IOException {
        final byte[] storeHeader = new byte[StoreFormat.storeHeader().remaining()];
        StoreFormat.storeHeader().get(storeHeader);
        for (final byte[] begun : List.of(new byte[0], new byte[PAGE_BYTES], storeHeader, new byte[100_000])) {
            final Path copy = copy();
            Files.write(copy.resolve(FileCycle.fileName(2)), begun);

            check(copy, true, "a second file of " + begun.length + " bytes");
        }
        assertEquals(0, refusals);
    }

    @Test
    void lockAndTableFilesOfADeadProcessAreNoHindrance() throws IOException {
        for (final byte[] left : List.of(new byte[0], "4711\n".getBytes(UTF_8), new byte[70_000])) {
            final Path copy = copy();
            Files.write(copy.resolve("LOCK"), left);
            Files.write(copy.resolve("metadata.cq4t"), left);

            check(copy, true, "left over: " + left.length + " bytes");
        }
        assertEquals(0, refusals);
    }

    private static void zero(final RandomAccessFile file, final long from, final long to) throws IOException {
        file.seek(from);
        file.write(new byte[(int) (to - from)]);
    }

    private Path copy() throws IOException {
        final Path copy = Files.createDirectory(copies.resolve("copy-" + ++cases));
        Files.copy(original.resolve(NAME), copy.resolve(NAME));
        return copy;
    }

    private void open(final Damage damage, final boolean holdsAll, final String what) throws IOException {
        final Path copy = copy();
        try (RandomAccessFile file = new RandomAccessFile(copy.resolve(NAME).toFile(), "rw")) {
            damage.to(file);
        }
        check(copy, holdsAll, what);
    }

    /** @param holdsAll whether what opens must hold every entry; else it may hold fewer, if it says so */
    private void check(final Path copy, final boolean holdsAll, final String what) throws IOException {
        final long fileLength = Files.size(copy.resolve(NAME));
        final List<String> kept;
        try (OpenedLog opened = LogDirectory.open(copy, IDENTITY, MAX_RECORD_BYTES)) {
            final ReplicaLog log = new ReplicaLog(opened.stream(), opened.recovered(), IDENTITY);
            kept = readAll(log);
            assertEquals(written.subList(0, kept.size()), kept, what);
            if (kept.size() < written.size()) {
                // Where a file ends with a record, nothing shows that there was more.
                final boolean isSilent = opened.recovered().report().repair() == null;
                final long end =
                        opened.recovered().isEmpty() ? 0 : opened.recovered().end() & 0xFFFFFFFFL;
                assertTrue(!isSilent || fileLength <= StoreFormat.align(end), what);
                assertTrue(!holdsAll, () -> what + ": only " + kept.size() + " entries are left");
            }
            repairs += opened.recovered().report().repair() == null ? 0 : 1;
            log.persistHardState(10, 0, false);
            for (int i = 0; i < 10; i++) {
                append(log, "after " + i, kept);
            }
        } catch (final StorageException e) {
            refusals++;
            assertTrue(e instanceof DamagedLogException, () -> what + ": " + e);
            assertTrue(e.getMessage().matches(NAME + " at offset \\d+ .*entry \\d+.*"), e.getMessage());
            assertTrue(holdsAll, () -> what + ": " + e);
            return;
        }
        try (OpenedLog again = LogDirectory.open(copy, IDENTITY, MAX_RECORD_BYTES)) {
            assertNull(again.recovered().report().repair(), what);
            assertEquals(kept, readAll(new ReplicaLog(again.stream(), again.recovered(), IDENTITY)), what);
        }
        delete(copy);
    }

    private static void delete(final Path copy) throws IOException {
        try (Stream<Path> files = Files.list(copy)) {
            for (final Path file : files.toList()) {
                Files.delete(file);
            }
        }
    }

    private static List<String> readAll(final ReplicaLog log) {
        final List<String> read = new ArrayList<>();
        final EntryCursor cursor = new EntryCursor(1);
        final LogRecord view = new LogRecord();
        while (log.read(cursor, log.lastIndex(), view)) {
            final ByteBuffer bytes = ByteBuffer.allocate(view.payloadLength());
            view.buffer().getBytes(LogRecord.HEADER_LENGTH, bytes, view.payloadLength());
            read.add(new String(bytes.array(), UTF_8));
        }
        return read;
    }
}
