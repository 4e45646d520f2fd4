package io.quorumlog.log;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorumlog.codec.record.Crc32c;
import io.quorumlog.codec.record.LogRecord;
import io.quorumlog.codec.record.RecordKind;
import io.quorumlog.log.MemoryRecordStream.CrashFate;
import java.util.function.Consumer;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class RecoveryTest {
    private static final int FILE_BYTES = 4 * 1024;

    private final LogFixture fixture = new LogFixture(FILE_BYTES);
    private final MemoryRecordStream stream = fixture.stream;

    @BeforeEach
    void beginATerm() {
        fixture.log.persistHardState(1, 2, false);
    }

    private void appendUntilFile(final int file) {
        while (stream.currentFile() < file) {
            fixture.append("entry " + fixture.log.lastIndex());
        }
    }

    private DamagedLogException assertDamaged(final String... parts) {
        final DamagedLogException damage = assertThrows(DamagedLogException.class, fixture::recover);
        assertMessage(damage, parts);
        return damage;
    }

    private void assertRefused(final NodeIdentity identity, final String... parts) {
        final StorageException refusal =
                assertThrows(StorageException.class, () -> Recovery.recover(stream.storedFiles(), identity));
        assertFalse(refusal instanceof DamagedLogException, refusal.getMessage());
        assertMessage(refusal, parts);
    }

    private static void assertMessage(final Exception exception, final String... parts) {
        for (final String part : parts) {
            assertTrue(exception.getMessage().contains(part), exception.getMessage() + " lacks " + part);
        }
        assertFalse(exception.getMessage().contains("\n"));
    }

    @Test
    void noFilesAreANewLog() {
        stream.deleteFile(1);

        final RecoveredLog recovered = fixture.recover();

        assertTrue(recovered.isEmpty());
        assertFalse(recovered.needsRepair());
        assertEquals(RecoveredLog.NO_FILE, recovered.newestFile());
    }

    @Test
    void reportSaysWhatWasFoundInOneLine() {
        fixture.append("a");
        fixture.append("b");

        assertEquals(
                "recovered entries=2 files=1 last=2@1 term=1 votedFor=2",
                fixture.recover().report().summary());
    }

    @Test
    void tornTailIsCutAndSaid() {
        fixture.append("a");
        final int offset = stream.usedBytes(1) + 8 + 7 & -8;
        fixture.append("torn torn torn");
        stream.crash((seq, length) -> seq < stream.lastSeq() ? length : 40);

        final RecoveredLog recovered = fixture.recover();

        assertEquals(1, recovered.cutFile());
        assertEquals(offset, recovered.cutOffset());
        assertEquals(0, recovered.filesToDelete().length);
        final String said = recovered.report().summary();
        assertTrue(said.matches(".*torn tail of 40 bytes in file-1 at offset " + offset + ".*behind index 1"), said);
    }

    @Test
    void emptyNewestFileIsDropped() {
        appendUntilFile(3);
        stream.zero(3, 0, FILE_BYTES);

        final RecoveredLog recovered = fixture.recover();

        assertArrayEquals(new int[] {3}, recovered.filesToDelete());
        assertEquals(RecoveredLog.NO_FILE, recovered.cutFile());
        assertEquals(2, recovered.newestFile());
        fixture.start();
        fixture.append("goes on in a new file 3");
        assertEquals(3, stream.currentFile());
        assertNotNull(fixture.payloadAt(fixture.log.lastIndex()));
    }

    @Test
    void newestFileWithATornHeaderIsDropped() {
        appendUntilFile(3);
        stream.zero(3, MemoryRecordStream.FIRST_OFFSET + 50, FILE_BYTES);

        assertArrayEquals(new int[] {3}, fixture.recover().filesToDelete());
    }

    @Test
    void newestFileWithNothingButItsHeaderIsKept() {
        appendUntilFile(3);
        final int header = LogRecord.lengthAt(stream.bytes(3), MemoryRecordStream.FIRST_OFFSET, FILE_BYTES / 2);
        stream.zero(3, MemoryRecordStream.FIRST_OFFSET + header, FILE_BYTES);

        assertFalse(fixture.recover().needsRepair());
        fixture.start();
        fixture.append("goes on");
        assertEquals(3, stream.currentFile());
    }

    @Test
    void logThatWasClosedButNotRolledGoesOnInTheNextFile() {
        appendUntilFile(2);
        stream.deleteFile(2);

        fixture.start();
        final long last = fixture.log.lastIndex();
        fixture.append("next");

        assertEquals(2, stream.currentFile());
        assertEquals("next", fixture.payloadAt(last + 1));
        assertNotNull(fixture.payloadAt(last));
    }

    @Test
    void endOfAnOlderFileIsMissedEvenIfTheNextFilesHeaderIsGoneToo() {
        while (stream.currentFile() < 2) {
            fixture.flush();
            fixture.append("entry");
        }
        fixture.log.persistHardState(2, 0, false);
        stream.zero(1, stream.usedBytes(1) / 2 & -8, FILE_BYTES);
        stream.zero(2, MemoryRecordStream.FIRST_OFFSET, MemoryRecordStream.FIRST_OFFSET + 40);

        assertDamaged("file-1 at offset", "the file ends there", "file-2 at offset");
    }

    @Test
    void fileHeaderThatDoesNotGoOnBehindTheFileBeforeIsDamage() {
        appendUntilFile(3);
        final int header = MemoryRecordStream.FIRST_OFFSET;
        final UnsafeBuffer bytes = (UnsafeBuffer) recordAt(2, header).buffer();

        final long prevPosition = bytes.getLong(FileHeaderRecord.PREV_POSITION_OFFSET, LITTLE_ENDIAN);
        bytes.putLong(FileHeaderRecord.PREV_POSITION_OFFSET, prevPosition - 8, LITTLE_ENDIAN);
        sealed(recordAt(2, header));
        assertDamaged("file-2 at offset", "does not go on behind the last record");

        bytes.putLong(FileHeaderRecord.PREV_POSITION_OFFSET, prevPosition, LITTLE_ENDIAN);
        bytes.putLong(LogRecord.INDEX_OFFSET, bytes.getLong(LogRecord.INDEX_OFFSET, LITTLE_ENDIAN) - 1, LITTLE_ENDIAN);
        sealed(recordAt(2, header));
        assertDamaged("file-2 at offset", "goes on behind", "but the last entry is");
    }

    @Test
    void fileOfAnotherClusterIsRefusedNamingBoth() {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[ClusterIdentity.MAX_LENGTH]);
        final byte[] payload = new byte[new ClusterIdentity(5, 6, new int[] {1, 2, 3}).encode(buffer, 0)];
        buffer.getBytes(0, payload);
        fixture.append(RecordKind.CLUSTER, payload, 0);
        fixture.log.onCommit(1);
        appendUntilFile(2);
        final LogRecord header = recordAt(2, MemoryRecordStream.FIRST_OFFSET);
        ((UnsafeBuffer) header.buffer()).putLong(FileHeaderRecord.CLUSTER_ID_LOW_OFFSET, 7, LITTLE_ENDIAN);
        sealed(header);

        assertRefused(
                LogFixture.IDENTITY,
                "file-2 belongs to cluster 00000000000000050000000000000007",
                "00000000000000050000000000000006");
    }

    @Test
    void recordBehindAFilesIndexIsDamage() {
        appendUntilFile(2);
        stream.deleteFile(2);
        final MemoryRecordStream closed = stream.copy();
        appendRaw(closed, hardState(1, 2, 0, 0));

        assertThrows(DamagedLogException.class, () -> Recovery.recover(closed.storedFiles(), LogFixture.IDENTITY));
    }

    @Test
    void missingFileInBetweenIsDamage() {
        appendUntilFile(4);
        stream.deleteFile(2);

        assertDamaged("missing between file-1 and file-3");
    }

    @Test
    void missingOldestFileIsDamage() {
        appendUntilFile(3);
        stream.deleteFile(1);

        assertDamaged("file-2", "does not begin there");
    }

    @Test
    void holeInAnOlderFileThatALaterOneTestifiesToIsDamage() {
        appendUntilFile(2);
        fixture.flush();
        final long lost = fixture.log.lastIndex() - 1;
        appendUntilFile(3);
        stream.zero(1, stream.usedBytes(1) - 600, FILE_BYTES);

        assertDamaged("file-1 at offset", "is damaged: entry ", "file-3 at offset");
        assertTrue(lost > 1);
    }

    @Test
    void holeInAnOlderFileOfWhichNothingWasFlushedIsATornTail() {
        fixture.flush();
        appendUntilFile(4);
        stream.zero(2, 600, FILE_BYTES);

        final RecoveredLog recovered = fixture.recover();

        assertEquals(2, recovered.cutFile());
        assertArrayEquals(new int[] {4, 3}, recovered.filesToDelete());
        assertTrue(recovered.report().repair().contains("with file-3, file-4"));
    }

    @Test
    void lastRecordsOfAnOlderFileThatVanishedCleanlyAreMissed() {
        appendUntilFile(2);
        final int used = stream.usedBytes(1);
        stream.zero(1, used / 2 & -8, FILE_BYTES);
        RecoveredLog recovered = fixture.recover();
        assertEquals(1, recovered.cutFile());
        assertArrayEquals(new int[] {2}, recovered.filesToDelete());

        fixture.start();
        appendUntilFile(2);
        fixture.settle();
        stream.zero(1, used / 2 & -8, FILE_BYTES);
        assertDamaged("file-1 at offset", "file-2 at offset");
    }

    @Test
    void onlyTheMarkItselfCanBeLostUnseen() {
        fixture.append("a");
        fixture.append("b");
        final int beforeMark = stream.usedBytes(1);
        fixture.settle();
        stream.forgetNote();
        final long bitOfMark = (stream.usedBytes(1) - 1) * 8L;
        stream.flipBit(1, bitOfMark);
        assertEquals(2, fixture.recover().report().lastIndex());
        assertTrue(fixture.recover().needsRepair());

        stream.flipBit(1, bitOfMark);
        stream.flipBit(1, (beforeMark - 1) * 8L);
        assertDamaged("file-1 at offset", "entry 2");
    }

    /** The mistake: what a newest file says of itself goes with it, and the rest is taken for the whole log. */
    @Test
    void endOfTheLogThatIsGoneIsMissedByTheNoteBesideTheFiles() {
        appendUntilFile(3);
        fixture.settle();
        final MemoryRecordStream whole = stream.copy();
        final int begin = MemoryRecordStream.FIRST_OFFSET;
        final int mark = stream.usedBytes(3) - 1;

        assertEndIsMissed(whole, gone -> gone.zero(3, 0, FILE_BYTES), "file-3 at offset " + begin);
        assertEndIsMissed(whole, gone -> gone.bytes(3).setMemory(0, FILE_BYTES, (byte) 'x'), "file-3 at offset");
        assertEndIsMissed(whole, gone -> gone.deleteFile(3), "file-2 at offset");
        assertEndIsMissed(whole, gone -> gone.zero(3, mark - 8, FILE_BYTES), "file-3 at offset");
        assertEndIsMissed(whole, gone -> gone.flipBit(3, mark * 8L), "file-3 at offset");
    }

    private void assertEndIsMissed(
            final MemoryRecordStream whole, final Consumer<MemoryRecordStream> damage, final String where) {
        final MemoryRecordStream damaged = whole.copy();
        damage.accept(damaged);
        final DamagedLogException refusal = assertThrows(
                DamagedLogException.class, () -> Recovery.recover(damaged.storedFiles(), LogFixture.IDENTITY));
        assertMessage(refusal, where, "the file FLUSHED shows that it had been on disk");
    }

    @Test
    void whatTheNoteDoesNotSpeakOfMayBeTorn() {
        fixture.append("a");
        fixture.settle();
        final int flushed = stream.usedBytes(1);
        fixture.append("b");
        stream.flipBit(1, (stream.usedBytes(1) - 1) * 8L);

        assertEquals(1, fixture.recover().report().lastIndex());
        stream.zero(1, flushed, FILE_BYTES);
        assertFalse(fixture.recover().needsRepair());
    }

    @Test
    void dataOfAnotherNodeOrOtherMembersIsRefusedNamingBoth() {
        fixture.append("a");

        assertRefused(new NodeIdentity(1, new int[] {1, 2, 3}), "data of node 2", "this is node 1");
        assertRefused(new NodeIdentity(2, new int[] {1, 2, 4}), "[1, 2, 3]", "[1, 2, 4]");
    }

    @Test
    void clusterEntryOfOtherMembersIsRefused() {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[ClusterIdentity.MAX_LENGTH]);
        final byte[] payload = new byte[new ClusterIdentity(5, 6, new int[] {2, 7}).encode(buffer, 0)];
        buffer.getBytes(0, payload);
        fixture.append(RecordKind.CLUSTER, payload, 0);

        assertRefused(LogFixture.IDENTITY, "[2, 7]", "[1, 2, 3]");
    }

    @Test
    void entryThatLeavesAGapIsDamage() {
        fixture.append("a");
        appendRaw(LogFixture.record(RecordKind.CLIENT, 3, 1, 0, new byte[1]));

        assertDamaged("entry 3", "gap");
    }

    @Test
    void committedEntryWrittenAnewIsDamage() {
        fixture.append("a");
        fixture.log.onCommit(1);
        fixture.log.persistHardState(2, 0, false);
        appendRaw(LogFixture.record(RecordKind.CLIENT, 1, 2, 0, new byte[1]));

        assertDamaged("entry 1 is written anew");
    }

    @Test
    void entryOfATermThatCantBeIsDamage() {
        appendRaw(LogFixture.record(RecordKind.CLIENT, 1, 9, 0, new byte[1]));

        assertDamaged("entry 1 is of term 9");
    }

    @Test
    void hardStateThatTakesSomethingBackIsDamage() {
        fixture.log.persistHardState(5, 1, false);
        for (final long[] termVoteCommit : new long[][] {{4, 1, 0}, {5, 3, 0}, {6, 0, 1}}) {
            final MemoryRecordStream older = stream.copy();
            appendRaw(older, hardState(termVoteCommit[0], (int) termVoteCommit[1], termVoteCommit[2], 0));
            assertThrows(DamagedLogException.class, () -> Recovery.recover(older.storedFiles(), LogFixture.IDENTITY));
        }
        final LogRecord blank = hardState(5, 1, 0, 0);
        ((UnsafeBuffer) blank.buffer()).putInt(HardStateRecord.FLAGS_OFFSET, 1, LITTLE_ENDIAN);
        final MemoryRecordStream copy = stream.copy();
        appendRaw(copy, sealed(blank));
        assertThrows(DamagedLogException.class, () -> Recovery.recover(copy.storedFiles(), LogFixture.IDENTITY));
        appendRaw(hardState(5, 1, 0, Long.MAX_VALUE));
        assertDamaged("testifies to what is behind it");
    }

    @Test
    void recordsOfANewerVersionAreRefused() {
        final LogRecord entry = LogFixture.record(RecordKind.CLIENT, 1, 1, 0, new byte[1]);
        ((UnsafeBuffer) entry.buffer()).putByte(LogRecord.VERSION_OFFSET, (byte) (LogRecord.VERSION + 1));
        appendRaw(sealed(entry));

        assertRefused(LogFixture.IDENTITY, "written by a newer version", "file-1 at offset");
    }

    @Test
    void recordsOfAnUnknownKindAreRefusedAsANewerVersions() {
        appendRaw(LogFixture.record((byte) 9, 1, 1, 0, new byte[1]));

        assertRefused(LogFixture.IDENTITY, "kind 9", "written by a newer version");
    }

    @Test
    void filesOfANewerFormatAreRefused() {
        final LogRecord header = recordAt(1, MemoryRecordStream.FIRST_OFFSET);
        ((UnsafeBuffer) header.buffer())
                .putInt(FileHeaderRecord.FORMAT_OFFSET, FileHeaderRecord.FORMAT + 1, LITTLE_ENDIAN);
        sealed(header);

        assertRefused(LogFixture.IDENTITY, "format 2", "written by a newer version");
    }

    @Test
    void fileUnderAnotherNumberIsDamage() {
        appendUntilFile(3);
        stream.bytes(2).putBytes(0, stream.bytes(3), 0, FILE_BYTES);

        assertDamaged("file-2 at offset", "header is that of file-3");
    }

    @Test
    void lyingFileIndexDoesNoHarm() {
        appendUntilFile(3);
        fixture.settle();
        int offset = MemoryRecordStream.FIRST_OFFSET;
        while (recordAt(1, offset).kind() != RecordKind.FILE_INDEX) {
            offset = (offset + recordAt(1, offset).length() + 7 & -8) + 8;
        }
        final LogRecord lie = recordAt(1, offset);
        final UnsafeBuffer bytes = (UnsafeBuffer) lie.buffer();
        final int slots = bytes.getInt(FileIndexRecord.SLOT_COUNT_OFFSET, LITTLE_ENDIAN);
        final int firstOffset = FileIndexRecord.SLOTS_OFFSET + slots * 8;
        bytes.putInt(firstOffset, bytes.getInt(firstOffset, LITTLE_ENDIAN) + 8, LITTLE_ENDIAN);
        sealed(lie);

        fixture.start();

        for (long index = 1; index <= fixture.log.lastIndex(); index++) {
            assertEquals("entry " + (index - 1), fixture.payloadAt(index));
        }
    }

    @Test
    void evidenceInAPayloadIsNoneIfItTestifiesToWhatIsBehindIt() {
        final LogRecord forged = hardState(1, 2, 0, Long.MAX_VALUE);
        final byte[] payload = new byte[4 + forged.length()];
        forged.buffer().getBytes(0, payload, 4, forged.length());
        fixture.append("flushed");
        fixture.flush();
        final int offset = stream.usedBytes(1) + 8 + 7 & -8;
        fixture.append(RecordKind.CLIENT, payload, 0);
        stream.flipBit(1, offset * 8L);

        assertEquals(1, fixture.recover().report().lastIndex());
    }

    @Test
    void commitWatermarkIsNeverAboveTheLastIndex() {
        fixture.append("a");
        fixture.append("b");
        fixture.log.onCommit(2);
        fixture.log.persistHardState(2, 0, false);
        for (long lost = 1; lost <= stream.lastSeq(); lost++) {
            final long seq = lost;
            final LogFixture crashed = new LogFixture(new MemoryRecordStream(FILE_BYTES));
            crashed.log.persistHardState(1, 2, false);
            crashed.append("a");
            crashed.append("b");
            crashed.log.onCommit(2);
            crashed.log.persistHardState(2, 0, false);
            crashed.restart((record, length) -> record == seq ? 0 : length);
            assertTrue(crashed.log.commitWatermark() <= crashed.log.lastIndex());
        }
    }

    @Test
    void killedProcessLosesNothing() {
        appendUntilFile(3);
        final long last = fixture.log.lastIndex();

        fixture.restart(CrashFate.ALL_SURVIVES);

        assertEquals(last, fixture.log.lastIndex());
        assertEquals(2, fixture.log.votedFor());
    }

    private LogRecord recordAt(final int file, final int offset) {
        final UnsafeBuffer bytes = stream.bytes(file);
        final int length = LogRecord.lengthAt(bytes, offset, FILE_BYTES - offset);
        return new LogRecord().wrap(bytes, offset, length);
    }

    private static LogRecord hardState(
            final long term, final int votedFor, final long commitIndex, final long flushedBefore) {
        final UnsafeBuffer whole = new UnsafeBuffer(new byte[HardStateRecord.LENGTH]);
        HardStateRecord.encodePayload(whole, 0, votedFor, false, false, flushedBefore);
        final byte[] payload = new byte[HardStateRecord.LENGTH - LogRecord.HEADER_LENGTH];
        whole.getBytes(LogRecord.HEADER_LENGTH, payload);
        return LogFixture.record(RecordKind.HARD_STATE, commitIndex, term, 0, payload);
    }

    /** Sets the right checksum over changed bytes. */
    private static LogRecord sealed(final LogRecord record) {
        final UnsafeBuffer bytes = (UnsafeBuffer) record.buffer();
        final int covered = bytes.capacity() - LogRecord.LENGTH_OFFSET;
        final int checksum = new Crc32c()
                .reset()
                .update(bytes, LogRecord.LENGTH_OFFSET, covered)
                .value();
        bytes.putInt(LogRecord.CRC_OFFSET, checksum, LITTLE_ENDIAN);
        return record;
    }

    private void appendRaw(final LogRecord record) {
        appendRaw(stream, record);
    }

    private static void appendRaw(final MemoryRecordStream stream, final LogRecord record) {
        final DirectBuffer bytes = record.buffer();
        stream.append(bytes, 0, LogRecord.HEADER_LENGTH, bytes, LogRecord.HEADER_LENGTH, record.payloadLength());
    }
}
