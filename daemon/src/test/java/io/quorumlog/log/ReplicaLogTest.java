package io.quorumlog.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorumlog.codec.record.LogRecord;
import io.quorumlog.codec.record.RecordKind;
import io.quorumlog.raft.Invariant;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

final class ReplicaLogTest {
    private final LogFixture fixture = new LogFixture(8 * 1024);
    private final LogRecord view = new LogRecord();

    @Test
    void newLogIsEmpty() {
        assertEquals(0, fixture.log.lastIndex());
        assertEquals(0, fixture.log.lastTerm());
        assertEquals(0, fixture.log.firstIndex());
        assertEquals(0, fixture.log.lastClientIndex());
        assertEquals(0, fixture.log.term());
        assertEquals(0, fixture.log.votedFor());
        assertNull(fixture.log.clusterMembers());
    }

    @Test
    void timestampsDoNotDecreaseWithinALogNorAcrossSupersedingAndRestarts() {
        fixture.log.persistHardState(1, 2, false);
        fixture.append(RecordKind.CLIENT, "a".getBytes(UTF_8), 1_000);
        fixture.append(RecordKind.CLIENT, "b".getBytes(UTF_8), 10);
        assertEquals(1_000, timestampAt(2));

        fixture.log.persistHardState(2, 0, false);
        fixture.log.appendReplicated(LogFixture.record(RecordKind.CLIENT, 2, 2, 5_000, "c".getBytes(UTF_8)));
        fixture.append(RecordKind.CLIENT, "d".getBytes(UTF_8), 2_000);
        assertEquals(5_000, timestampAt(3));

        fixture.restart(MemoryRecordStream.CrashFate.ALL_SURVIVES);
        fixture.append(RecordKind.CLIENT, "e".getBytes(UTF_8), 20);
        assertEquals(5_000, timestampAt(4));
    }

    @Test
    void replicatedEntryIsStoredByteForByte() {
        fixture.log.persistHardState(3, 0, false);
        final LogRecord entry = LogFixture.record(RecordKind.CLIENT, 1, 3, 77, "payload".getBytes(UTF_8));
        fixture.log.appendReplicated(entry);

        final UnsafeBuffer copy = new UnsafeBuffer(new byte[entry.length()]);
        assertEquals(1, fixture.log.copyEntries(1, 1, copy, 0));

        assertEquals(0, copy.compareTo((UnsafeBuffer) entry.buffer()));
        assertEquals(entry.length(), fixture.log.copiedBytes());
    }

    @Test
    void copyTakesWholeRecordsThatFitAndTheFirstOneAlways() {
        fixture.log.persistHardState(1, 0, false);
        for (int i = 0; i < 5; i++) {
            fixture.append("0123");
        }
        final UnsafeBuffer target = new UnsafeBuffer(new byte[1_000]);

        assertEquals(2, fixture.log.copyEntries(2, 1, target, 0));
        assertEquals(40, fixture.log.copiedBytes());
        assertEquals(4, fixture.log.copyEntries(3, 119, target, 500));
        assertEquals(80, fixture.log.copiedBytes());
        assertEquals(5, fixture.log.copyEntries(3, 120, target, 0));
        assertEquals(5, fixture.log.copyEntries(6, 120, target, 0));
        assertEquals(0, fixture.log.copiedBytes());
    }

    @Test
    void newestEntriesAreReadOnceForAllFollowers() {
        fixture.log.persistHardState(1, 0, false);
        fixture.append("a");
        fixture.append("b");
        final int file = fixture.stream.currentFile();
        final UnsafeBuffer target = new UnsafeBuffer(new byte[1_000]);
        assertEquals(2, fixture.log.copyEntries(1, 1_000, target, 0));
        final int length = fixture.log.copiedBytes();
        fixture.stream.flipBit(file, (fixture.stream.usedBytes(file) - 1) * 8L);
        fixture.append("c");

        assertEquals(3, fixture.log.copyEntries(1, 1_000, target, 100));
        assertEquals(0, new UnsafeBuffer(target, 0, length).compareTo(new UnsafeBuffer(target, 100, length)));
        assertEquals("c", LogFixture.payload(view.wrap(target, 100 + length, fixture.log.copiedBytes() - length)));

        assertThrows(DamagedLogException.class, () -> fixture.log.copyEntries(2, 1_000, target, 0));
    }

    @Test
    void entryThatWouldTakeMuchMemoryIsNotKeptForTheNextFollower() {
        final LogFixture large = new LogFixture(1024 * 1024);
        large.log.persistHardState(1, 0, false);
        large.append("x".repeat(NewestEntries.MAX_BYTES));
        final UnsafeBuffer target = new UnsafeBuffer(new byte[2 * NewestEntries.MAX_BYTES]);
        assertEquals(1, large.log.copyEntries(1, 1, target, 0));

        final int file = large.stream.currentFile();
        large.stream.flipBit(file, (large.stream.usedBytes(file) - 1) * 8L);
        assertThrows(DamagedLogException.class, () -> large.log.copyEntries(1, 2 * NewestEntries.MAX_BYTES, target, 0));
    }

    @Test
    void newestEntriesCopiedBeforeAreNoMoreThanFit() {
        fixture.log.persistHardState(1, 0, false);
        fixture.append("0123");
        fixture.append("0123");
        final UnsafeBuffer target = new UnsafeBuffer(new byte[1_000]);
        assertEquals(2, fixture.log.copyEntries(1, 80, target, 0));

        assertEquals(1, fixture.log.copyEntries(1, 79, target, 0));
        assertEquals(40, fixture.log.copiedBytes());
        assertEquals(2, fixture.log.copyEntries(1, 80, target, 0));
        assertEquals(80, fixture.log.copiedBytes());

        fixture.log.mark();
        fixture.append("0123");
        assertEquals(2, fixture.log.copyEntries(1, 119, target, 0));
        assertEquals(80, fixture.log.copiedBytes());
        assertEquals(3, fixture.log.copyEntries(1, 120, target, 0));
        assertEquals(120, fixture.log.copiedBytes());
    }

    @Test
    void nothingIsReadBehindNewestEntriesThatFitExactly() {
        fixture.log.persistHardState(1, 0, false);
        fixture.append("0123");
        final UnsafeBuffer target = new UnsafeBuffer(new byte[1_000]);
        assertEquals(1, fixture.log.copyEntries(1, 40, target, 0));
        fixture.append("0123");
        final int file = fixture.stream.currentFile();
        fixture.stream.flipBit(file, (fixture.stream.usedBytes(file) - 40) * 8L + LogRecord.LENGTH_OFFSET * 8L + 30);

        assertEquals(1, fixture.log.copyEntries(1, 40, target, 0));
        assertThrows(DamagedLogException.class, () -> fixture.log.copyEntries(1, 41, target, 0));
    }

    @Test
    void newestEntriesCopiedBeforeTheyWereSupersededAreNotSent() {
        fixture.log.persistHardState(1, 0, false);
        fixture.append("a");
        fixture.append("b");
        final UnsafeBuffer target = new UnsafeBuffer(new byte[1_000]);
        assertEquals(2, fixture.log.copyEntries(2, 1_000, target, 0));

        fixture.log.persistHardState(2, 0, false);
        fixture.replicate(2, 2, "c");

        assertEquals(2, fixture.log.copyEntries(2, 1_000, target, 0));
        assertEquals("c", LogFixture.payload(view.wrap(target, 0, fixture.log.copiedBytes())));
    }

    @Test
    void readPassesOverEntriesThatAreNoClients() {
        fixture.log.persistHardState(1, 0, false);
        fixture.append(RecordKind.CLUSTER, clusterPayload(), 0);
        fixture.append("a");
        fixture.append(RecordKind.NO_OP, new byte[0], 0);
        final EntryCursor cursor = new EntryCursor(1);

        assertTrue(fixture.log.read(cursor, 3, view));
        assertEquals("a", LogFixture.payload(view));
        assertEquals(3, cursor.index());
        assertFalse(fixture.log.read(cursor, 3, view));
        assertEquals(4, cursor.index());
        assertEquals(2, fixture.log.lastClientIndex());
        assertEquals(0, fixture.log.lastClientIndexAtMost(1));
    }

    @Test
    void readStopsAtTheLimit() {
        fixture.log.persistHardState(1, 0, false);
        fixture.append("a");
        fixture.append("b");
        final EntryCursor cursor = new EntryCursor(1);

        assertTrue(fixture.log.read(cursor, 1, view));
        assertFalse(fixture.log.read(cursor, 1, view));
        assertEquals(2, cursor.index());
        assertTrue(fixture.log.skip(cursor, 2, view));
        assertEquals(1, view.payloadLength());
        assertFalse(fixture.log.skip(cursor, 100, view));
        assertEquals(3, cursor.index());
    }

    @Test
    void cursorReadsTheNewEntryAfterItsNextOneWasSuperseded() {
        fixture.log.persistHardState(1, 0, false);
        fixture.append("a");
        fixture.append("old");
        fixture.append("older");
        final EntryCursor cursor = new EntryCursor(1);
        fixture.log.read(cursor, 1, view);

        fixture.log.persistHardState(2, 0, false);
        fixture.replicate(2, 2, "new");
        fixture.replicate(3, 2, "newer");

        assertTrue(fixture.log.read(cursor, 3, view));
        assertEquals("new", LogFixture.payload(view));
        assertTrue(fixture.log.read(cursor, 3, view));
        assertEquals("newer", LogFixture.payload(view));
        cursor.seek(1);
        assertTrue(fixture.log.read(cursor, 3, view));
        assertTrue(fixture.log.read(cursor, 3, view));
        assertEquals("new", LogFixture.payload(view));
    }

    @Test
    void supersedingReachesBackIntoClosedFiles() {
        fixture.log.persistHardState(1, 0, false);
        final int firstFile = fixture.stream.currentFile();
        while (fixture.stream.currentFile() < firstFile + 3) {
            fixture.append("old");
        }
        fixture.log.persistHardState(2, 0, false);
        fixture.replicate(10, 2, "new");
        fixture.replicate(11, 2, "newer");

        assertEquals(11, fixture.log.lastIndex());
        assertEquals("old", fixture.payloadAt(9));
        assertEquals("new", fixture.payloadAt(10));
        assertEquals("newer", fixture.payloadAt(11));
        fixture.restart(MemoryRecordStream.CrashFate.ALL_SURVIVES);
        assertEquals(11, fixture.log.lastIndex());
        assertEquals("old", fixture.payloadAt(9));
        assertEquals("new", fixture.payloadAt(10));
    }

    @Test
    void entryWithAFlippedBitIsNeverServed() {
        fixture.log.persistHardState(1, 0, false);
        fixture.append("a");
        fixture.append("b");
        final int file = fixture.stream.currentFile();
        fixture.stream.flipBit(file, (fixture.stream.usedBytes(file) - 1) * 8L);
        final UnsafeBuffer target = new UnsafeBuffer(new byte[1_000]);

        assertEquals("a", fixture.payloadAt(1));
        final DamagedLogException damage = assertThrows(DamagedLogException.class, () -> fixture.payloadAt(2));
        assertTrue(damage.getMessage().matches("file-1 at offset \\d+: entry 2 .*checksum.*"), damage.getMessage());
        assertThrows(DamagedLogException.class, () -> fixture.log.copyEntries(2, 1_000, target, 0));
    }

    @Test
    void hardStateSurvivesARestart() {
        fixture.log.persistHardState(7, 3, false);
        fixture.append("a");
        fixture.log.onCommit(1);
        fixture.settle();

        fixture.restart(MemoryRecordStream.CrashFate.ALL_LOST);

        assertEquals(7, fixture.log.term());
        assertEquals(3, fixture.log.votedFor());
        assertEquals(1, fixture.log.commitWatermark());
    }

    /** The mistake: the second start finds a file, and takes the member for one that had been up to date. */
    @Test
    void newLogIsBlankUntilAHardStateSaysOtherwise() {
        assertTrue(fixture.log.isBlank());
        fixture.flush();
        fixture.restart(MemoryRecordStream.CrashFate.ALL_LOST);
        assertTrue(fixture.log.isBlank());

        fixture.log.persistHardState(7, 3, true);
        fixture.append("a");
        fixture.settle();
        fixture.restart(MemoryRecordStream.CrashFate.ALL_LOST);
        assertTrue(fixture.log.isBlank());

        fixture.log.persistHardState(7, 3, false);
        assertFalse(fixture.log.isBlank());
        fixture.restart(MemoryRecordStream.CrashFate.ALL_LOST);
        assertTrue(fixture.log.isBlank(), "it was not flushed");

        fixture.log.persistHardState(7, 3, false);
        fixture.settle();
        fixture.restart(MemoryRecordStream.CrashFate.ALL_LOST);
        assertFalse(fixture.log.isBlank());
        assertThrows(Invariant.Violation.class, () -> fixture.log.persistHardState(8, 0, true));
    }

    @Test
    void blanknessSurvivesARoll() {
        fixture.log.persistHardState(1, 0, true);
        while (fixture.stream.currentFile() == 1) {
            fixture.append("entry");
        }
        fixture.flush();
        fixture.restart(MemoryRecordStream.CrashFate.ALL_LOST);
        assertTrue(fixture.log.isBlank());
    }

    @Test
    void clusterIdentityComesFromItsEntryAndGoesWithIt() {
        fixture.log.persistHardState(1, 0, false);
        fixture.append(RecordKind.CLUSTER, clusterPayload(), 0);
        assertEquals(5, fixture.log.clusterIdHigh());
        assertEquals(6, fixture.log.clusterIdLow());
        assertArrayEquals(new int[] {1, 2, 3}, fixture.log.clusterMembers());

        fixture.restart(MemoryRecordStream.CrashFate.ALL_SURVIVES);
        assertEquals(5, fixture.log.clusterIdHigh());

        fixture.log.persistHardState(2, 0, false);
        fixture.replicate(1, 2, "another");
        assertEquals(0, fixture.log.clusterIdHigh());
        assertNull(fixture.log.clusterMembers());
    }

    @Test
    void markIsDueOnceEverythingIsFlushedAndOnlyOnce() {
        fixture.log.persistHardState(1, 0, false);
        fixture.append("a");
        assertFalse(fixture.log.isMarkDue());
        fixture.flush();
        assertTrue(fixture.log.isMarkDue());

        fixture.log.mark();
        assertFalse(fixture.log.isMarkDue());
        fixture.flush();
        assertFalse(fixture.log.isMarkDue());
        fixture.restart(MemoryRecordStream.CrashFate.ALL_SURVIVES);
        assertFalse(fixture.log.isMarkDue(), "an idle start writes nothing");
        fixture.append("b");
        fixture.flush();
        assertTrue(fixture.log.isMarkDue());
    }

    @Test
    void markIsWrittenUnderLoadOnceAFlushHasEnded() {
        final LogFixture large = new LogFixture(1024 * 1024);
        large.log.persistHardState(1, 0, false);
        final String payload = "x".repeat(1_000);
        final long before = large.stream.lastSeq();
        for (int i = 0; i < 100; i++) {
            large.append(payload);
        }
        assertEquals(before + 100, large.stream.lastSeq(), "no flush, no mark");

        large.flush();
        large.append(payload);
        assertEquals(before + 102, large.stream.lastSeq());
        large.append(payload);
        assertEquals(before + 103, large.stream.lastSeq());
    }

    @Test
    void entriesAreNotAcceptedWhileAFullFileWaitsForTheNextOne() {
        fixture.log.persistHardState(1, 0, false);
        assertTrue(fixture.log.acceptsEntries());
        fixture.stream.nextFileReady(false);
        assertFalse(fixture.log.acceptsEntries());
    }

    @Test
    void entriesAreNotAcceptedWhileNoSpaceIsReserved() {
        fixture.log.persistHardState(1, 0, false);
        fixture.stream.spaceReserved(false);
        assertFalse(fixture.log.acceptsEntries());
        fixture.stream.spaceReserved(true);
        assertTrue(fixture.log.acceptsEntries());
    }

    @Test
    void hardStatesGoOnInAFullFileUntilTheNextOneIsReady() {
        final int file = fixture.stream.currentFile();
        fixture.stream.nextFileReady(false);
        for (int term = 1; term <= 150; term++) {
            fixture.log.persistHardState(term, 0, false);
        }
        assertEquals(file, fixture.stream.currentFile());

        fixture.stream.nextFileReady(true);
        fixture.log.persistHardState(151, 0, false);
        assertEquals(file + 1, fixture.stream.currentFile());
    }

    @Test
    void lastRecordSeqAfterAnAppendIsTheEntrysOwn() {
        fixture.log.persistHardState(1, 0, false);
        for (int i = 0; i < 500; i++) {
            fixture.append("0123456789");
            final int file = fixture.stream.currentFile();
            final UnsafeBuffer bytes = fixture.stream.bytes(file);
            final int end = fixture.stream.usedBytes(file);
            assertEquals('9', bytes.getByte(end - 1), "the entry is the last record");
        }
        assertTrue(fixture.stream.currentFile() > 2);
    }

    @Test
    void brokenPromisesOfTheCoreStopTheNode() {
        fixture.log.persistHardState(2, 1, false);
        fixture.append("a");
        fixture.log.onCommit(1);

        assertThrows(Invariant.Violation.class, () -> fixture.replicate(3, 2, "gap"));
        assertThrows(Invariant.Violation.class, () -> fixture.replicate(1, 2, "committed"));
        assertThrows(Invariant.Violation.class, () -> fixture.replicate(2, 3, "ahead of the term"));
        assertThrows(Invariant.Violation.class, () -> fixture.log.persistHardState(1, 0, false));
        assertThrows(Invariant.Violation.class, () -> fixture.log.persistHardState(2, 3, false));
        assertThrows(Invariant.Violation.class, () -> fixture.log.onCommit(2));
    }

    private long timestampAt(final long index) {
        assertTrue(fixture.log.read(new EntryCursor(index), index, view));
        return view.timestampMs();
    }

    private static byte[] clusterPayload() {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[ClusterIdentity.MAX_LENGTH]);
        final byte[] payload = new byte[new ClusterIdentity(5, 6, new int[] {1, 2, 3}).encode(buffer, 0)];
        buffer.getBytes(0, payload);
        return payload;
    }
}
