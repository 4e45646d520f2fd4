package io.quorumlog.log;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorumlog.codec.record.LogRecord;
import io.quorumlog.codec.record.RecordKind;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** Each offset that is drawn in this package, in numbers. */
final class LayoutTest {
    private static final int FILE_BYTES = 64 * 1024;

    private final LogFixture fixture = new LogFixture(FILE_BYTES);

    /** The last record of a kind in a file. */
    private UnsafeBuffer last(final int file, final byte kind) {
        final UnsafeBuffer bytes = fixture.stream.bytes(file);
        UnsafeBuffer found = null;
        int offset = MemoryRecordStream.FIRST_OFFSET;
        for (int length = 1; length > 0; offset = (offset + length + 7 & -8) + 8) {
            length = LogRecord.lengthAt(bytes, offset, FILE_BYTES - offset);
            if (length > 0 && bytes.getByte(offset + 32) == kind) {
                found = new UnsafeBuffer(bytes, offset, length);
            }
        }
        return found;
    }

    @Test
    void hardState() {
        fixture.log.persistHardState(7, 3, false);
        fixture.append("a");
        fixture.log.onCommit(1);
        fixture.settle();

        final UnsafeBuffer record = last(1, RecordKind.HARD_STATE);

        assertEquals(52, record.capacity());
        assertEquals(52, record.getInt(4, LITTLE_ENDIAN));
        assertEquals(1, record.getLong(8, LITTLE_ENDIAN), "commitIndex");
        assertEquals(7, record.getLong(16, LITTLE_ENDIAN), "term");
        assertEquals(0, record.getLong(24, LITTLE_ENDIAN), "time");
        assertEquals(3, record.getInt(36, LITTLE_ENDIAN), "votedFor");
        assertEquals(0, record.getInt(40, LITTLE_ENDIAN), "flags");
        final long flushedBefore = record.getLong(44, LITTLE_ENDIAN);
        assertEquals(1, flushedBefore >>> 32, "flushedBefore");
        assertEquals('a', fixture.stream.bytes(1).getByte((int) flushedBefore - 1), "ends behind the entry");
    }

    @Test
    void hardStateOfABlankMember() {
        fixture.log.persistHardState(7, 3, true);
        fixture.settle();

        assertEquals(1, last(1, RecordKind.HARD_STATE).getInt(40, LITTLE_ENDIAN), "flags");
    }

    @Test
    void fileHeader() {
        final UnsafeBuffer cluster = new UnsafeBuffer(new byte[ClusterIdentity.MAX_LENGTH]);
        final byte[] payload = new byte[new ClusterIdentity(5, 6, new int[] {1, 2, 3}).encode(cluster, 0)];
        cluster.getBytes(0, payload);
        fixture.log.persistHardState(7, 3, false);
        fixture.append(RecordKind.CLUSTER, payload, 1_000);
        fixture.log.onCommit(1);
        fixture.flush();
        while (fixture.stream.currentFile() == 1) {
            fixture.append("entry");
        }
        final long before = fixture.log.lastIndex() - 1;

        final UnsafeBuffer first = last(1, RecordKind.FILE_HEADER);
        final UnsafeBuffer record = last(2, RecordKind.FILE_HEADER);

        assertEquals(-1, first.getLong(100, LITTLE_ENDIAN), "prevPosition of the first file");
        assertEquals(0, first.getLong(76, LITTLE_ENDIAN) | first.getLong(84, LITTLE_ENDIAN), "cluster not known yet");
        assertEquals(116, record.capacity());
        assertEquals(before, record.getLong(8, LITTLE_ENDIAN), "prevIndex");
        assertEquals(7, record.getLong(16, LITTLE_ENDIAN), "prevTerm");
        assertEquals(1_000, record.getLong(24, LITTLE_ENDIAN), "prevTimestamp");
        assertEquals("QLOGFILE", record.getStringWithoutLengthAscii(36, 8), "magic");
        assertArrayEquals("QLOGFILE".getBytes(US_ASCII), bytes(record, 36, 8));
        assertEquals(1, record.getInt(44, LITTLE_ENDIAN), "format");
        assertEquals(2, record.getInt(48, LITTLE_ENDIAN), "file");
        assertEquals(2, record.getInt(52, LITTLE_ENDIAN), "nodeId");
        assertEquals(3, record.getInt(56, LITTLE_ENDIAN), "votedFor");
        assertEquals(7, record.getLong(60, LITTLE_ENDIAN), "term");
        assertEquals(1, record.getLong(68, LITTLE_ENDIAN), "commitIndex");
        assertEquals(5, record.getLong(76, LITTLE_ENDIAN), "clusterIdHigh");
        assertEquals(6, record.getLong(84, LITTLE_ENDIAN), "clusterIdLow");
        assertEquals(1, record.getLong(92, LITTLE_ENDIAN) >>> 32, "flushedBefore");
        final long prevPosition = record.getLong(100, LITTLE_ENDIAN);
        assertEquals(1, prevPosition >>> 32, "prevPosition");
        assertEquals(RecordKind.FILE_INDEX, fixture.stream.bytes(1).getByte((int) prevPosition + 32));
        assertEquals(3, record.getShort(108, LITTLE_ENDIAN), "count");
        assertEquals(1, record.getShort(110, LITTLE_ENDIAN));
        assertEquals(2, record.getShort(112, LITTLE_ENDIAN));
        assertEquals(3, record.getShort(114, LITTLE_ENDIAN));
    }

    @Test
    void fileIndex() {
        fixture.log.persistHardState(1, 0, false);
        fixture.append(RecordKind.NO_OP, new byte[0], 0);
        fixture.append("a");
        fixture.log.persistHardState(2, 0, false);
        fixture.append(RecordKind.NO_OP, new byte[0], 0);
        final String payload = "x".repeat(10_000);
        while (fixture.stream.currentFile() == 1) {
            fixture.append(payload);
        }
        final long last = fixture.log.lastIndex() - 1;

        final UnsafeBuffer record = last(1, RecordKind.FILE_INDEX);

        final int slots = record.getInt(44, LITTLE_ENDIAN);
        assertEquals(last, record.getLong(8, LITTLE_ENDIAN), "lastIndex");
        assertEquals(2, record.getLong(16, LITTLE_ENDIAN), "lastTerm");
        assertEquals(1, record.getLong(36, LITTLE_ENDIAN), "firstIndex");
        assertEquals(2, record.getInt(48, LITTLE_ENDIAN), "runCount");
        assertEquals(2, record.getInt(52, LITTLE_ENDIAN), "nonClientCount");
        assertEquals(1, record.getLong(56, LITTLE_ENDIAN), "index of the first slot");
        assertEquals(5, record.getLong(64, LITTLE_ENDIAN), "index of the second slot, behind 10,000 bytes");
        final int offsets = 56 + slots * 8;
        final int second = record.getInt(offsets + 4, LITTLE_ENDIAN);
        assertEquals(5, fixture.stream.bytes(1).getLong(second + 8, LITTLE_ENDIAN), "offset of the second slot");
        final int runs = offsets + slots * 4;
        assertEquals(1, record.getLong(runs, LITTLE_ENDIAN), "first run");
        assertEquals(1, record.getLong(runs + 8, LITTLE_ENDIAN));
        assertEquals(3, record.getLong(runs + 16, LITTLE_ENDIAN), "second run");
        assertEquals(2, record.getLong(runs + 24, LITTLE_ENDIAN));
        assertEquals(1, record.getLong(runs + 32, LITTLE_ENDIAN), "first entry that is no client's");
        assertEquals(3, record.getLong(runs + 40, LITTLE_ENDIAN));
        assertEquals(runs + 48, record.capacity());

        final FileIndexRecord view = new FileIndexRecord().wrap(record);
        assertTrue(view.isWellFormed());
        assertEquals(5, view.slotIndex(1));
        assertEquals(second, view.slotOffset(1));
        assertEquals(3, view.runFirstIndex(1));
        assertEquals(2, view.runTerm(1));
        assertEquals(3, view.nonClientIndex(1));
        assertEquals(-1, view.floorSlot(0));
        assertEquals(0, view.floorSlot(4));
        assertEquals(1, view.floorSlot(5));
        assertEquals(slots - 1, view.floorSlot(Long.MAX_VALUE));
    }

    @Test
    void fileIndexSpeaksOfItsOwnEntriesOnly() {
        fixture.log.persistHardState(1, 0, false);
        fixture.append(RecordKind.NO_OP, new byte[0], 0);
        while (fixture.stream.currentFile() < 3) {
            fixture.append("x".repeat(10_000));
        }
        final long first = 1 + last(1, RecordKind.FILE_INDEX).getLong(8, LITTLE_ENDIAN);

        final FileIndexRecord view = new FileIndexRecord().wrap(last(2, RecordKind.FILE_INDEX));

        assertEquals(first, view.firstIndex());
        assertEquals(first, view.slotIndex(0));
        assertEquals(1, view.runCount());
        assertEquals(first, view.runFirstIndex(0));
        assertEquals(1, view.runTerm(0));
        assertEquals(0, view.nonClientCount());
    }

    @Test
    void fileIndexOfAnotherLengthThanItsCountsSayIsNotWellFormed() {
        final UnsafeBuffer record = new UnsafeBuffer(new byte[56]);
        final FileIndexRecord view = new FileIndexRecord().wrap(record);
        assertTrue(view.isWellFormed());
        for (final int count : new int[] {1, -1, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
            for (int field = 44; field <= 52; field += 4) {
                record.setMemory(0, 56, (byte) 0);
                record.putInt(field, count, LITTLE_ENDIAN);
                assertFalse(view.isWellFormed());
            }
        }
        assertFalse(view.wrap(new UnsafeBuffer(new byte[55])).isWellFormed());
    }

    @Test
    void clusterIdentity() {
        final UnsafeBuffer bytes = new UnsafeBuffer(new byte[200]);
        final ClusterIdentity identity = new ClusterIdentity(5, 6, new int[] {65_535, 1});

        final int length = identity.encode(bytes, 10);

        assertEquals(22, length);
        assertEquals(5, bytes.getLong(10, LITTLE_ENDIAN), "clusterIdHigh");
        assertEquals(6, bytes.getLong(18, LITTLE_ENDIAN), "clusterIdLow");
        assertEquals(2, bytes.getShort(26, LITTLE_ENDIAN), "count");
        assertEquals(1, bytes.getShort(28, LITTLE_ENDIAN));
        assertEquals((short) 65_535, bytes.getShort(30, LITTLE_ENDIAN));
        assertEquals(identity, ClusterIdentity.decode(bytes, 10, length));
        assertNull(ClusterIdentity.decode(bytes, 10, length - 1));
        assertNull(ClusterIdentity.decode(bytes, 10, length + 1));
        assertNull(ClusterIdentity.decode(bytes, 10, 0));
        assertNull(ClusterIdentity.decode(new UnsafeBuffer(new byte[18]), 0, 18));
        assertThrows(IllegalArgumentException.class, () -> new ClusterIdentity(0, 0, new int[] {1}));
        assertEquals("00000000000000050000000000000006", ClusterIdentity.idText(5, 6));
    }

    private static byte[] bytes(final UnsafeBuffer buffer, final int offset, final int length) {
        final byte[] bytes = new byte[length];
        buffer.getBytes(offset, bytes);
        return bytes;
    }
}
