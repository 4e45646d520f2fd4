package io.quorumlog.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorumlog.codec.record.LogRecord;
import io.quorumlog.codec.record.RecordKind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/**
 * A start that reads the newest files only comes to what reading everything comes to, or does read everything; and what it
 * has not read, verification does.
 */
final class RecoveryFromIndexesTest {
    private static final int FILE_BYTES = 2 * 1024;
    private static final int FEWEST_READ = 2;

    /** A log of random records, as conflicts and elections leave them. */
    private static final class History {
        final LogFixture fixture = new LogFixture(FILE_BYTES);
        final Random random;
        private final long seed;
        private long flushedEnd;
        private final Set<List<Long>> written = new HashSet<>();
        private boolean isFounded;
        int superseded;
        int restarts;
        int cut;

        History(final long seed) {
            this.seed = seed;
            random = new Random(seed);
            fixture.log.persistHardState(1, 2, true);
        }

        ReplicaLog log() {
            return fixture.log;
        }

        History withSteps(final int steps) {
            for (int i = 0; i < steps; i++) {
                step();
            }
            return this;
        }

        History withFiles(final int files) {
            while (fixture.stream.currentFile() < files) {
                step();
            }
            return this;
        }

        private void step() {
            switch (random.nextInt(20)) {
                case 0 -> newTerm();
                case 1 -> supersede();
                case 2 -> commitSome();
                case 3, 4 -> flush();
                case 5 -> log().mark();
                case 6 -> append(RecordKind.NO_OP, new byte[0]);
                case 7 -> crashSometimes();
                default -> append(RecordKind.CLIENT, payload());
            }
        }

        private void flush() {
            fixture.flush();
            flushedEnd = fixture.recover().end();
        }

        /** Seldom, so that files are full; what was not flushed survives, or is lost from anywhere on. */
        private void crashSometimes() {
            if (random.nextInt(10) == 0) {
                final boolean powerFails = random.nextBoolean();
                fixture.stream.crash(
                        (seq, length) -> powerFails && random.nextInt(4) == 0 ? random.nextInt(length + 1) : length);
                assertSame(this, FEWEST_READ, "seed " + seed + ", restart " + ++restarts);
                fixture.start(FEWEST_READ);
                flush();
                cut += fixture.report.repair() == null ? 0 : 1;
                isFounded = log().clusterIdHigh() != 0;
                if (log().term() == 0) {
                    newTerm();
                }
            }
        }

        private byte[] payload() {
            return ("payload " + random.nextLong())
                    .substring(0, 8 + random.nextInt(8))
                    .getBytes(UTF_8);
        }

        private void append(final byte kind, final byte[] payload) {
            if (log().lastTerm() < log().term() && !isFounded && random.nextInt(3) == 0) {
                found();
            }
            final long before = log().lastIndex();
            fixture.append(kind, payload, random.nextInt(1_000));
            written.add(List.of(before + 1, log().term()));
        }

        void found() {
            final ExpandableArrayBuffer cluster = new ExpandableArrayBuffer();
            final int length =
                    new ClusterIdentity(random.nextLong() | 1, 5, LogFixture.IDENTITY.memberIds()).encode(cluster, 0);
            log().appendEntry(RecordKind.CLUSTER, log().term(), 7, cluster, 0, length);
            written.add(List.of(log().lastIndex(), log().term()));
            isFounded = true;
        }

        void newTerm() {
            log().persistHardState(log().term() + 1, random.nextInt(4), log().isBlank() && random.nextInt(3) > 0);
        }

        /** By entries of any term that a leader may have had, so also of one below that of what they supersede. */
        private void supersede() {
            final int uncommitted = (int) (log().lastIndex() - log().commitWatermark());
            if (uncommitted == 0) {
                return;
            }
            final long index = log().lastIndex() - random.nextInt(uncommitted);
            final long lowest = Math.max(1, log().termAt(index - 1));
            final long term = lowest + random.nextInt((int) (log().term() - lowest) + 1);
            if (written.add(List.of(index, term))) {
                fixture.replicate(index, term, "anew " + random.nextInt());
                superseded++;
                isFounded = log().clusterIdHigh() != 0;
            }
        }

        private void commitSome() {
            final int uncommitted = (int) (log().lastIndex() - log().commitWatermark());
            log().onCommit(log().commitWatermark() + random.nextInt(uncommitted + 1));
        }

        StoredFiles files() {
            return fixture.stream.storedFiles();
        }
    }

    /** A log with entries, settled, whose cluster was founded by its first entry. */
    private static LogFixture founded() {
        final History history = new History(1);
        history.log().persistHardState(1, 2, false);
        history.found();
        history.log().onCommit(1);
        history.fixture.settle();
        return history.fixture;
    }

    private static void appendUntilFile(final LogFixture fixture, final int file) {
        while (fixture.stream.currentFile() < file) {
            fixture.append("entry " + fixture.log.lastIndex());
            if (fixture.log.lastIndex() % 5 == 0) {
                fixture.settle();
            }
        }
    }

    private static RecoveredLog recover(final LogFixture fixture) {
        return Recovery.recover(fixture.stream.storedFiles(), LogFixture.IDENTITY, FEWEST_READ);
    }

    private static int unread(final LogFixture fixture) {
        return recover(fixture).report().unread();
    }

    @Test
    void comesToWhatReadingEverythingComesTo() {
        int shortened = 0;
        int superseded = 0;
        int restarts = 0;
        int cut = 0;
        for (long seed = 1; seed <= 300; seed++) {
            final History history = new History(seed).withSteps(600);
            superseded += history.superseded;
            restarts += history.restarts;
            cut += history.cut;
            final int files = history.files().numbers().length;
            for (int read = FEWEST_READ; read <= files; read++) {
                shortened += assertSame(history, read, "seed " + seed + ", files read " + read) ? 1 : 0;
            }
        }
        assertTrue(shortened > 1_000 && superseded > 2_000, shortened + " shortened, " + superseded + " superseded");
        assertTrue(restarts > 500 && cut > 100, restarts + " restarts, " + cut + " cut");
    }

    /** @return whether files were left unread */
    private static boolean assertSame(final History history, final int read, final String what) {
        final RecoveredLog full = Recovery.recover(history.files(), LogFixture.IDENTITY);
        final RecoveredLog quick = Recovery.recover(history.files(), LogFixture.IDENTITY, read);
        final int unread = quick.report().unread();
        assertEquals(full.end(), quick.end(), what);
        assertEquals(full.lastPosition(), quick.lastPosition(), what);
        assertEquals(full.isClosed(), quick.isClosed(), what);
        assertTrue(quick.flushedBefore() <= history.flushedEnd, what);
        assertEquals(full.report().summary(), quick.report().summary().replace(" unread=" + unread, ""), what);
        if (unread > 0) {
            assertTrue(unread <= history.files().numbers().length - read, what);
            assertDoesNotThrow(() -> Recovery.verify(history.files(), unread, LogFixture.IDENTITY), what);
        }
        assertArrayEquals(full.filesToDelete(), quick.filesToDelete(), what);
        assertEquals(full.cutFile(), quick.cutFile(), what);
        assertEquals(full.cutOffset(), quick.cutOffset(), what);
        final ReplicaLog expected = log(history.fixture.stream.copy(), full);
        final MemoryRecordStream stream = history.fixture.stream.copy();
        final ReplicaLog log = log(stream, quick);
        assertSame(expected, log, what);

        // And goes on alike, back over files that it has not read.
        goOn(expected);
        goOn(log);
        assertSame(expected, log, what);
        final RecoveredLog again = Recovery.recover(stream.storedFiles(), LogFixture.IDENTITY);
        assertNull(again.report().repair(), what);
        assertSame(expected, log(stream, again), what);
        return unread > 0;
    }

    private static ReplicaLog log(final MemoryRecordStream stream, final RecoveredLog recovered) {
        stream.reopen(recovered);
        return new ReplicaLog(stream, recovered, LogFixture.IDENTITY);
    }

    private static void goOn(final ReplicaLog log) {
        log.persistHardState(log.term() + 1, 0, log.isBlank());
        log.appendEntry(RecordKind.CLIENT, log.term(), 0, new UnsafeBuffer(new byte[] {'x'}), 0, 1);
        log.persistHardState(log.term() + 1, 0, log.isBlank());
        final long index = log.commitWatermark() + 1;
        log.appendReplicated(LogFixture.record(RecordKind.CLIENT, index, log.term(), 0, new byte[] {'y'}));
        log.appendEntry(RecordKind.CLIENT, log.term(), 0, new UnsafeBuffer(new byte[] {'z'}), 0, 1);
    }

    private static void assertSame(final ReplicaLog expected, final ReplicaLog log, final String what) {
        assertEquals(expected.lastIndex(), log.lastIndex(), what);
        assertEquals(expected.term(), log.term(), what);
        assertEquals(expected.votedFor(), log.votedFor(), what);
        assertEquals(expected.isBlank(), log.isBlank(), what);
        assertEquals(expected.hasLostEntries(), log.hasLostEntries(), what);
        assertEquals(expected.commitWatermark(), log.commitWatermark(), what);
        assertEquals(expected.clusterIdHigh(), log.clusterIdHigh(), what);
        assertEquals(expected.clusterIdLow(), log.clusterIdLow(), what);
        assertArrayEquals(expected.clusterMembers(), log.clusterMembers(), what);
        for (long i = 1; i <= expected.lastIndex(); i++) {
            assertEquals(expected.termAt(i), log.termAt(i), what);
            assertEquals(expected.lastClientIndexAtMost(i), log.lastClientIndexAtMost(i), what);
            assertEquals(entry(expected, i), entry(log, i), what);
        }
        assertEquals(entries(expected), entries(log), what);
    }

    private static String entry(final ReplicaLog log, final long index) {
        final ExpandableArrayBuffer copy = new ExpandableArrayBuffer();
        log.copyEntries(index, 1, copy, 0);
        return text(new LogRecord().wrap(copy, 0, log.copiedBytes()));
    }

    private static List<String> entries(final ReplicaLog log) {
        final List<String> read = new ArrayList<>();
        final EntryCursor cursor = new EntryCursor(1);
        final LogRecord view = new LogRecord();
        while (log.read(cursor, log.lastIndex(), view)) {
            read.add(text(view));
        }
        return read;
    }

    private static String text(final LogRecord entry) {
        return entry.index() + "@" + entry.term() + " " + entry.kind() + " " + entry.timestampMs() + " "
                + LogFixture.payload(entry);
    }

    @Test
    void flippedBitInAnUnreadFileIsFoundByVerificationAndNeverServed() {
        int found = 0;
        int readAfterAll = 0;
        for (long seed = 1; seed <= 12; seed++) {
            final History history = new History(seed);
            history.found();
            history.log().onCommit(1);
            history.withFiles(7).fixture.settle();
            final List<String> intact = entries(log(history.fixture.stream.copy(), recover(history.fixture)));
            for (int i = 0; i < 1_500; i++) {
                final MemoryRecordStream damaged = history.fixture.stream.copy();
                final int file = 1 + history.random.nextInt(7);
                damaged.flipBit(file, history.random.nextInt(damaged.usedBytes(file) * 8));
                final RecoveredLog quick = recoverOrNull(damaged, FEWEST_READ);
                final RecoveredLog full = recoverOrNull(damaged, Integer.MAX_VALUE);
                final String what = "seed " + seed + ", flip " + i;
                if (quick == null || quick.report().unread() == 0) {
                    assertEquals(full == null, quick == null, what);
                    readAfterAll++;
                } else if (full == null) {
                    final int unread = quick.report().unread();
                    assertThrows(
                            DamagedLogException.class,
                            () -> Recovery.verify(damaged.storedFiles(), unread, LogFixture.IDENTITY),
                            what);
                    assertServesNothingElse(intact, log(damaged.copy(), quick), what);
                    found++;
                } else {
                    assertEquals(full.report().lastIndex(), quick.report().lastIndex(), what);
                }
            }
        }
        assertTrue(found > 1_000 && readAfterAll > 100, found + " found, " + readAfterAll + " read after all");
    }

    private static void assertServesNothingElse(final List<String> intact, final ReplicaLog log, final String what) {
        final EntryCursor cursor = new EntryCursor(1);
        final LogRecord view = new LogRecord();
        int read = 0;
        try {
            while (log.read(cursor, log.lastIndex(), view)) {
                assertEquals(intact.get(read++), text(view), what);
            }
            assertEquals(intact.size(), read, what);
        } catch (final DamagedLogException e) {
            assertTrue(read < intact.size(), what);
        }
    }

    private static RecoveredLog recoverOrNull(final MemoryRecordStream stream, final int read) {
        try {
            return Recovery.recover(stream.storedFiles(), LogFixture.IDENTITY, read);
        } catch (final DamagedLogException e) {
            return null;
        }
    }

    @Test
    void onlyWhatHadBeenFlushedIsLeftUnread() {
        final LogFixture fixture = founded();
        while (fixture.stream.currentFile() < 6) {
            fixture.append("entry " + fixture.log.lastIndex());
        }
        fixture.log.persistHardState(2, 0, false);
        assertEquals(0, unread(fixture), "nothing says that the files were flushed");

        fixture.flush();
        assertEquals(0, unread(fixture), "no record says so yet");
        fixture.log.mark();
        assertEquals(4, unread(fixture));
        appendUntilFile(fixture, 9);
        assertEquals(7, unread(fixture));
    }

    @Test
    void everythingIsReadUntilTheClusterIsKnown() {
        final LogFixture fixture = new LogFixture(FILE_BYTES);
        fixture.log.persistHardState(1, 2, false);
        appendUntilFile(fixture, 6);

        assertEquals(0, unread(fixture));
    }

    @Test
    void everythingIsReadWhereNoHardStateWouldBe() {
        final LogFixture fixture = founded();
        appendUntilFile(fixture, 6);
        assertEquals(4, unread(fixture));
        // The header behind says that all of this was flushed, but there is neither a mark nor a vote in it.
        fixture.flush();
        while (fixture.stream.currentFile() < 8) {
            fixture.append("an entry as long as the file, nearly".repeat(25));
            fixture.log.onFlushed(fixture.stream.lastSeq());
        }
        assertEquals(0, unread(fixture));
    }

    @Test
    void everythingIsReadWhereAFileIsMissing() {
        final LogFixture fixture = founded();
        appendUntilFile(fixture, 8);
        fixture.stream.deleteFile(3);

        final DamagedLogException quick = assertThrows(DamagedLogException.class, () -> recover(fixture));

        assertEquals(assertThrows(DamagedLogException.class, fixture::recover).getMessage(), quick.getMessage());
    }

    @Test
    void damagedIndexOrHeaderHasEverythingRead() {
        final LogFixture fixture = founded();
        appendUntilFile(fixture, 8);
        for (int file = 1; file <= 6; file++) {
            for (final int at : new int[] {MemoryRecordStream.FIRST_OFFSET + 40, fixture.stream.usedBytes(file) - 1}) {
                fixture.stream.flipBit(file, at * 8L);
                final DamagedLogException damage = assertThrows(DamagedLogException.class, () -> recover(fixture));
                assertTrue(damage.getMessage().startsWith(fixture.stream.fileName(file) + " at offset "));
                fixture.stream.flipBit(file, at * 8L);
            }
        }
        assertEquals(6, unread(fixture));
    }

    @Test
    void anotherNodesFilesAreRefused() {
        final LogFixture fixture = founded();
        appendUntilFile(fixture, 8);
        final NodeIdentity other = new NodeIdentity(3, new int[] {1, 2, 3});

        final StorageException refusal = assertThrows(
                StorageException.class, () -> Recovery.recover(fixture.stream.storedFiles(), other, FEWEST_READ));

        assertFalse(refusal instanceof DamagedLogException);
        assertTrue(refusal.getMessage().contains("is data of node 2, but this is node 3"), refusal.getMessage());
    }

    @Test
    void verificationNoticesClosedFilesThatEndEarly() {
        final LogFixture fixture = founded();
        appendUntilFile(fixture, 8);
        final int unread = unread(fixture);
        final int used = fixture.stream.usedBytes(unread);
        for (final int from : new int[] {indexOffset(fixture, unread), MemoryRecordStream.FIRST_OFFSET}) {
            fixture.stream.zero(unread, from, used);

            assertNotVerified(fixture, unread);
        }
    }

    @Test
    void verificationNoticesAnIndexThatLeadsAstray() {
        final LogFixture fixture = founded();
        appendUntilFile(fixture, 8);
        WrongFileIndex.leadAstray(fixture.stream.bytes(3), indexOffset(fixture, 3));

        assertEquals(6, unread(fixture));
        assertNotVerified(fixture, 6);
    }

    private static int indexOffset(final LogFixture fixture, final int file) {
        final UnsafeBuffer next = fixture.stream.bytes(file + 1);
        return (int) next.getLong(MemoryRecordStream.FIRST_OFFSET + FileHeaderRecord.PREV_POSITION_OFFSET);
    }

    private static void assertNotVerified(final LogFixture fixture, final int unread) {
        assertThrows(
                DamagedLogException.class,
                () -> Recovery.verify(fixture.stream.storedFiles(), unread, LogFixture.IDENTITY));
    }

    @Test
    void timeDoesNotGoBackBehindAnEntryThatIsNotRead() {
        final LogFixture fixture = founded();
        appendUntilFile(fixture, 6);
        fixture.append(RecordKind.CLIENT, new byte[0], 5_000);
        for (int term = 2; fixture.stream.currentFile() < 9; term++) {
            fixture.log.persistHardState(term, 0, false);
            fixture.settle();
        }
        assertEquals(7, unread(fixture));

        fixture.start(FEWEST_READ);
        fixture.append(RecordKind.CLIENT, new byte[0], 0);

        assertTrue(entry(fixture.log, fixture.log.lastIndex()).contains(" 5000 "));
    }
}
