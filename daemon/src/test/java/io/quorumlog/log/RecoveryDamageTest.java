package io.quorumlog.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.quorumlog.codec.record.LogRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Every kind of damage at every place: what recovery makes of it is a prefix of what was written that holds everything
 * flushed, or a refusal that names the place; and whatever it repaired stays repaired.
 */
final class RecoveryDamageTest {
    private static final int FILE_BYTES = 2 * 1024;

    /** The log's contents after each entry was appended, superseding included, as payloads. */
    private final List<List<String>> histories = new ArrayList<>();

    private final List<String> contents = new ArrayList<>();
    private LogFixture fixture;
    /** How many histories were complete when the last flush ended. */
    private int flushedHistories;

    private long flushedEnd;
    private int refusals;
    private int cuts;

    @BeforeEach
    void writeALogThatRollsAndSupersedes() {
        fixture = new LogFixture(FILE_BYTES);
        histories.add(List.of());
        fixture.log.persistHardState(1, 2, false);
        appendMany(25);
        fixture.log.persistHardState(2, 0, false);
        supersede(20);
        fixture.settle();
        appendMany(20);
        fixture.log.onCommit(30);
        fixture.log.persistHardState(3, 1, false);
        supersede(35);
        appendMany(10);
        fixture.settle();
        flushedHistories = histories.size() - 1;
        flushedEnd = fixture.recover().end();
        assertTrue(fixture.stream.fileNumbers().length > 2);
    }

    private void appendMany(final int count) {
        for (int i = 0; i < count; i++) {
            final String payload = "entry " + histories.size() + "@" + fixture.log.term();
            fixture.append(payload);
            contents.add(payload);
            histories.add(List.copyOf(contents));
        }
    }

    private void supersede(final int index) {
        final String payload = "anew " + histories.size();
        fixture.replicate(index, fixture.log.term(), payload);
        contents.subList(index - 1, contents.size()).clear();
        contents.add(payload);
        histories.add(List.copyOf(contents));
    }

    /** Writes on, rolling, without a flush. */
    private void appendUnflushed() {
        appendMany(20);
        fixture.log.persistHardState(4, 0, false);
        supersede((int) fixture.log.lastIndex() - 5);
        appendMany(30);
    }

    @Test
    void flippedBitAnywhereInASettledLogLosesNothing() {
        final Random random = new Random(1);
        for (final int file : fixture.stream.fileNumbers()) {
            for (int at = MemoryRecordStream.FIRST_OFFSET; at < FILE_BYTES; at++) {
                final MemoryRecordStream damaged = fixture.stream.copy();
                damaged.flipBit(file, at * 8L + random.nextInt(8));

                assertNothingLost(damaged, flushedHistories, "bit flipped in byte " + at + " of file " + file);
            }
        }
        assertTrue(refusals > 1_000 && cuts > 50, refusals + " refusals, " + cuts + " cuts");
    }

    @Test
    void zeroedPagesInASettledLogLoseNothing() {
        final int newest = fixture.stream.currentFile();
        final int markOffset = fixture.stream.usedBytes(newest) - HardStateRecord.LENGTH;
        for (final int file : fixture.stream.fileNumbers()) {
            for (int pageBytes = 8; pageBytes <= 512; pageBytes *= 2) {
                for (int at = 0; at < FILE_BYTES; at += pageBytes) {
                    final boolean last = file == newest && at + pageBytes > markOffset;
                    final MemoryRecordStream damaged = fixture.stream.copy();
                    damaged.zero(file, at, at + pageBytes);

                    final String what = pageBytes + " bytes zeroed at " + at + " of file " + file;
                    assertNothingLost(damaged.copy(), flushedHistories, what);
                    damaged.forgetNote();
                    // A zeroed end takes the mark with it: nothing testifies to what stood in the same page.
                    final int least = last ? flushedHistories - pageBytes / 32 - 1 : flushedHistories;
                    assertNothingLost(damaged, least, what + ", without a note");
                }
            }
        }
        assertTrue(refusals > 100, refusals + " refusals");
    }

    @Test
    void streamCutAnywhereLeavesAPrefix() {
        appendUnflushed();
        final int[] files = fixture.stream.fileNumbers();
        for (int i = files.length - 1; i >= 0; i--) {
            for (int at = FILE_BYTES; at >= 0; at -= 7) {
                final MemoryRecordStream damaged = fixture.stream.copy();
                damaged.zero(files[i], at, FILE_BYTES);
                for (int later = i + 1; later < files.length; later++) {
                    damaged.zero(files[later], 0, FILE_BYTES);
                }

                final String what = "cut at " + at + " of file " + files[i];
                final int refusalsBefore = refusals;
                damaged.forgetNote();
                assertNothingLost(damaged.copy(), 0, what + ", without a note");
                assertEquals(refusalsBefore, refusals, "a cut end is what a crash leaves");
                damaged.noteFlushed(flushedEnd);
                assertNothingLost(damaged, flushedHistories, what);
            }
        }
        assertTrue(refusals > 100, refusals + " refusals");
    }

    @Test
    void unflushedRecordsMayBeLostInAnyPattern() {
        final Random random = new Random(3);
        for (int round = 0; round < 150; round++) {
            histories.clear();
            contents.clear();
            writeALogThatRollsAndSupersedes();
            appendUnflushed();
            final int lossPercent = 1 + random.nextInt(100);

            fixture.stream.crash((seq, length) ->
                    random.nextInt(100) >= lossPercent ? length : random.nextBoolean() ? 0 : random.nextInt(length));
            for (int file = fixture.stream.currentFile(); random.nextBoolean(); file--) {
                if (fixture.stream.usedBytes(file) > 0) {
                    break;
                }
                fixture.stream.deleteFile(file);
            }

            assertNothingLost(fixture.stream, flushedHistories, "round " + round);
        }
        assertEquals(0, refusals, "a crash is no damage");
        assertTrue(cuts > 100, cuts + " cuts");
    }

    @Test
    void flippedBitsInTheUnflushedTailLeaveAPrefixThatHoldsAllThatWasFlushed() {
        appendUnflushed();
        final Random random = new Random(4);
        for (int round = 0; round < 1_000; round++) {
            final int[] files = fixture.stream.fileNumbers();
            final int file = files[random.nextInt(files.length)];
            final MemoryRecordStream damaged = fixture.stream.copy();
            damaged.flipBit(file, random.nextInt(FILE_BYTES * 8));
            damaged.flipBit(file, random.nextInt(FILE_BYTES * 8));

            assertNothingLost(damaged, flushedHistories, "round " + round);
        }
        assertTrue(refusals > 0 && cuts > 0);
    }

    /** Recovers; what comes out must read like a moment of the past, not before history number {@code least}. */
    private void assertNothingLost(final MemoryRecordStream stream, final int least, final String what) {
        final RecoveredLog recovered;
        try {
            recovered = Recovery.recover(stream.storedFiles(), LogFixture.IDENTITY);
        } catch (final DamagedLogException e) {
            refusals++;
            assertTrue(e.getMessage().matches("(?s)file-\\d+ at offset \\d+ .*entry \\d+.*"), e.getMessage());
            return;
        } catch (final RuntimeException | Error e) {
            fail(what, e);
            return;
        }
        final boolean repaired = recovered.needsRepair();
        cuts += repaired ? 1 : 0;
        assertEquals(repaired, recovered.report().repair() != null, what);
        stream.reopen(recovered);
        final ReplicaLog log = new ReplicaLog(stream, recovered, LogFixture.IDENTITY);
        final List<String> read = readAll(log);
        final int history = histories.lastIndexOf(read);
        assertTrue(history >= Math.max(least, 0), what + ": history " + history + ", flushed " + least + ": " + read);

        assertRepairLasts(stream, log, what);
    }

    private static void assertRepairLasts(final MemoryRecordStream stream, final ReplicaLog log, final String what) {
        final List<String> expected = readAll(log);
        log.persistHardState(100, 0, false);
        log.appendReplicated(LogFixture.record((byte) 1, log.lastIndex() + 1, 100, 0, new byte[] {'x'}));
        expected.add("x");
        final RecoveredLog again = Recovery.recover(stream.storedFiles(), LogFixture.IDENTITY);
        assertFalse(again.needsRepair(), what);
        assertEquals(100, again.report().term());
        stream.reopen(again);
        assertEquals(expected, readAll(new ReplicaLog(stream, again, LogFixture.IDENTITY)), what);
    }

    private static List<String> readAll(final ReplicaLog log) {
        final List<String> read = new ArrayList<>();
        final EntryCursor cursor = new EntryCursor(1);
        final LogRecord view = new LogRecord();
        while (log.read(cursor, log.lastIndex(), view)) {
            read.add(LogFixture.payload(view));
        }
        return read;
    }
}
