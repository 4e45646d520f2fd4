package io.quorumlog.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorumlog.codec.record.LogRecord;
import io.quorumlog.codec.record.RecordKind;
import io.quorumlog.raft.TermIndex;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

final class EntryIndexTest {
    private static final int FILE = 1;

    private final EntryIndex index = new EntryIndex(new TermIndex());

    private static long at(final long offset) {
        return RecordStream.position(FILE, offset);
    }

    @Test
    void slotIsAddedForTheFirstEntryOfAFileAndWhenTheSpacingIsReached() {
        index.beginFile(FILE);
        index.append(1, at(100));
        index.append(2, at(200));
        index.append(3, at(100 + EntryIndex.SLOT_SPACING_BYTES - 1));
        index.append(4, at(100 + EntryIndex.SLOT_SPACING_BYTES));

        assertEquals(2, index.newestSlots().size());
        assertEquals(1, index.newestSlots().index(0));
        assertEquals(4, index.newestSlots().index(1));
        assertEquals(0, index.newestSlots().floor(3));
        assertEquals(1, index.newestSlots().floor(5));
        assertEquals(-1, index.newestSlots().floor(0));
    }

    @Test
    void supersedingEntryDropsSlotsGetsItsOwnAndRaisesTheGeneration() {
        index.beginFile(FILE);
        for (int i = 1; i <= 10; i++) {
            index.append(i, at(i * 5_000));
        }
        final long generation = index.generation();

        index.append(4, at(55_000));
        index.append(5, at(55_100));

        assertEquals(4, index.newestSlots().size());
        assertEquals(4, index.newestSlots().index(3));
        assertEquals(55_000, index.newestSlots().offset(3));
        assertTrue(index.generation() > generation);
    }

    @Test
    void supersedingCutsTheRangesOfOlderFiles() {
        index.beginFile(FILE);
        index.append(1, at(100));
        index.append(2, at(200));
        index.append(2, at(300));
        index.append(3, at(400));
        index.indexWritten(at(500));
        index.beginFile(FILE + 1);
        assertEquals(4, index.newestFirstIndex());

        index.append(2, RecordStream.position(FILE + 1, 100));

        assertEquals(2, index.newestFirstIndex());
    }

    @Test
    void entriesOfEachFileAreFoundWithAndWithoutTheFilesOwnIndex() {
        final LogFixture fixture = new LogFixture(4 * 1024);
        fixture.log.persistHardState(1, 0, false);
        while (fixture.stream.currentFile() < 6) {
            fixture.append("entry " + fixture.log.lastIndex());
        }
        for (long i = fixture.log.lastIndex(); i >= 1; i--) {
            assertEquals("entry " + (i - 1), fixture.payloadAt(i));
        }
    }

    @Test
    void damagedFileIndexLeadsToARefusalNotToAnotherEntry() {
        final LogFixture fixture = new LogFixture(4 * 1024);
        fixture.log.persistHardState(1, 0, false);
        while (fixture.stream.currentFile() < 3) {
            fixture.append("entry " + fixture.log.lastIndex());
        }
        final UnsafeBuffer bytes = fixture.stream.bytes(1);
        final int used = fixture.stream.usedBytes(1);
        int refused = 0;
        for (int at = used - 120; at < used; at++) {
            for (int bit = 0; bit < 8; bit++) {
                fixture.stream.flipBit(1, at * 8L + bit);
                try {
                    assertEquals("entry 3", fixture.payloadAt(4));
                } catch (final DamagedLogException e) {
                    refused++;
                }
                fixture.stream.flipBit(1, at * 8L + bit);
            }
        }
        assertTrue(refused > 50, "refused " + refused);
        bytes.setMemory(used - 120, 120, (byte) -1);
        assertThrows(DamagedLogException.class, () -> fixture.payloadAt(4));
    }

    @Test
    void slotThatLeadsToASupersededEntryIsNoticed() {
        final LogFixture fixture = new LogFixture(4 * 1024);
        fixture.log.persistHardState(1, 0, false);
        fixture.append("first");
        final int superseded = (fixture.stream.usedBytes(1) + 7 & -8) + 8;
        fixture.append("superseded");
        fixture.log.persistHardState(2, 0, false);
        fixture.replicate(2, 2, "second");
        while (fixture.stream.currentFile() < 2) {
            fixture.append("entry " + fixture.log.lastIndex());
        }
        assertEquals("second", fixture.payloadAt(2));
        final UnsafeBuffer bytes = fixture.stream.bytes(1);
        int at = fixture.stream.usedBytes(1);
        while (bytes.getByte(at + LogRecord.KIND_OFFSET) != RecordKind.FILE_INDEX) {
            at--;
        }
        final int slots = bytes.getInt(at + FileIndexRecord.SLOT_COUNT_OFFSET);
        bytes.putInt(at + FileIndexRecord.SLOTS_OFFSET + slots * 8 + 4, superseded);

        final DamagedLogException damage = assertThrows(DamagedLogException.class, () -> fixture.payloadAt(2));

        assertTrue(
                damage.getMessage().contains("entry 2 can't be read: the term of entry 2 is 1"), damage.getMessage());
    }

    @Test
    void countingNoticesAnEntryWhoseIndexOrKindHasChanged() {
        final LogFixture fixture = new LogFixture(4 * 1024);
        fixture.log.persistHardState(1, 0, false);
        fixture.append("first");
        final int second = (fixture.stream.usedBytes(1) + 7 & -8) + 8;
        fixture.append("second");
        fixture.append("third");
        final LogRecord view = new LogRecord();
        for (final int at : new int[] {LogRecord.INDEX_OFFSET, LogRecord.KIND_OFFSET}) {
            for (int bit = 0; bit < 8; bit++) {
                final EntryCursor cursor = new EntryCursor(1);
                fixture.log.skip(cursor, 1, view);
                fixture.stream.flipBit(1, (second + at) * 8L + bit);
                assertThrows(DamagedLogException.class, () -> fixture.log.skip(cursor, 3, view));
                fixture.stream.flipBit(1, (second + at) * 8L + bit);
            }
        }
    }

    @Test
    void listOfIndexesFindsWhatIsNotInIt() {
        final IndexList list = new IndexList();
        for (final long i : new long[] {3, 4, 5, 9}) {
            list.add(i);
        }

        assertEquals(2, list.lastAbsentAtMost(5));
        assertEquals(2, list.lastAbsentAtMost(2));
        assertEquals(8, list.lastAbsentAtMost(9));
        assertEquals(7, list.lastAbsentAtMost(7));
        assertEquals(5, list.firstAtLeast(5));
        assertEquals(9, list.firstAtLeast(6));
        list.removeFrom(5);
        assertEquals(2, list.size());
        assertEquals(Long.MAX_VALUE, list.firstAtLeast(5));
    }
}
