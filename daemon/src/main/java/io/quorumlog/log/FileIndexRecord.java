package io.quorumlog.log;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static org.agrona.BitUtil.SIZE_OF_INT;
import static org.agrona.BitUtil.SIZE_OF_LONG;

import io.quorumlog.codec.record.LogRecord;
import io.quorumlog.raft.TermIndex;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * View of a {@code FILE_INDEX} record, the last of a closed file: where its entries are. It is searched in place, so that
 * closed files need no memory.
 *
 * <pre>
 *   0             8               16              24         36              44          48       52           56
 *  +-------------+---------------+---------------+----------+---------------+-----------+--------+------------+
 *  | crc, length |   lastIndex   |   lastTerm    | 0, kind… |  firstIndex   | slotCount |runCount|nonClientCnt|
 *  +-------------+---------------+---------------+----------+---------------+-----------+--------+------------+
 *
 *   56                       then                      then                        then
 *  +------------------------+-------------------------+---------------------------+----------------------------+
 *  | slotCount × index (8 B)| slotCount × offset (4 B)| runCount × (first, term)  | nonClientCount × index     |
 *  +------------------------+-------------------------+---------------------------+----------------------------+
 * </pre>
 *
 * {@code firstIndex} to {@code lastIndex} are the entries that stand in the file and were not superseded when it was
 * closed; {@code firstIndex == lastIndex + 1} if there is none. Offsets are unsigned. Runs are those of equal term, the
 * first one cut at {@code firstIndex}.
 */
final class FileIndexRecord {
    static final int FIRST_INDEX_OFFSET = LogRecord.HEADER_LENGTH;
    static final int SLOT_COUNT_OFFSET = FIRST_INDEX_OFFSET + SIZE_OF_LONG;
    static final int RUN_COUNT_OFFSET = SLOT_COUNT_OFFSET + SIZE_OF_INT;
    static final int NON_CLIENT_COUNT_OFFSET = RUN_COUNT_OFFSET + SIZE_OF_INT;
    static final int SLOTS_OFFSET = NON_CLIENT_COUNT_OFFSET + SIZE_OF_INT;

    private static final int SLOT_LENGTH = SIZE_OF_LONG + SIZE_OF_INT;
    private static final int RUN_LENGTH = SIZE_OF_LONG + SIZE_OF_LONG;

    /**
     * Largest record that a file may come to need; a file that needs more is closed. It holds the slots of a full file's
     * 64 MiB of ordinary entries ({@link EntryIndex#SLOT_SPACING_BYTES}) and a hundred and fifty thousand more.
     */
    static final int MAX_LENGTH = 2 * 1024 * 1024;

    private final UnsafeBuffer buffer = new UnsafeBuffer(0, 0);

    /** Length of the whole record. */
    static int length(final int slots, final int runs, final int nonClients) {
        return SLOTS_OFFSET + slots * SLOT_LENGTH + runs * RUN_LENGTH + nonClients * SIZE_OF_LONG;
    }

    /**
     * Writes the payload of the record that begins at {@code offset}, for a file whose entries begin at
     * {@code firstIndex} and reach to the log's end.
     *
     * @param target expandable, or with room enough
     * @return length of the whole record
     */
    static int encodePayload(
            final MutableDirectBuffer target,
            final int offset,
            final long firstIndex,
            final Slots slots,
            final TermIndex terms,
            final IndexList nonClients) {
        final int runs = runsFrom(firstIndex, terms);
        final int firstNonClient = nonClients.countBelow(firstIndex);
        final int nonClientCount = nonClients.size() - firstNonClient;
        target.putLong(offset + FIRST_INDEX_OFFSET, firstIndex, LITTLE_ENDIAN);
        target.putInt(offset + SLOT_COUNT_OFFSET, slots.size(), LITTLE_ENDIAN);
        target.putInt(offset + RUN_COUNT_OFFSET, runs, LITTLE_ENDIAN);
        target.putInt(offset + NON_CLIENT_COUNT_OFFSET, nonClientCount, LITTLE_ENDIAN);
        int at = offset + SLOTS_OFFSET;
        for (int i = 0; i < slots.size(); i++, at += SIZE_OF_LONG) {
            target.putLong(at, slots.index(i), LITTLE_ENDIAN);
        }
        for (int i = 0; i < slots.size(); i++, at += SIZE_OF_INT) {
            target.putInt(at, (int) slots.offset(i), LITTLE_ENDIAN);
        }
        long last = terms.lastIndex();
        for (int i = runs - 1; i >= 0; i--) {
            final long term = terms.termAt(last);
            final long before = terms.lastIndexWithTermAtMost(term - 1, last);
            target.putLong(at + i * RUN_LENGTH, Math.max(before + 1, firstIndex), LITTLE_ENDIAN);
            target.putLong(at + i * RUN_LENGTH + SIZE_OF_LONG, term, LITTLE_ENDIAN);
            last = before;
        }
        at += runs * RUN_LENGTH;
        for (int i = firstNonClient; i < nonClients.size(); i++, at += SIZE_OF_LONG) {
            target.putLong(at, nonClients.get(i), LITTLE_ENDIAN);
        }
        return at - offset;
    }

    /** How many runs of equal term the entries from {@code firstIndex} on make. */
    static int runsFrom(final long firstIndex, final TermIndex terms) {
        int runs = 0;
        for (long last = terms.lastIndex(); last >= firstIndex && last > 0; runs++) {
            last = terms.lastIndexWithTermAtMost(terms.termAt(last) - 1, last);
        }
        return runs;
    }

    /** Wraps a whole record. */
    FileIndexRecord wrap(final DirectBuffer record) {
        buffer.wrap(record);
        return this;
    }

    /** Whether the record is as long as its counts say. */
    boolean isWellFormed() {
        if (buffer.capacity() < SLOTS_OFFSET) {
            return false;
        }
        final long rest = buffer.capacity() - SLOTS_OFFSET;
        return slotCount() >= 0
                && runCount() >= 0
                && nonClientCount() >= 0
                && rest == (long) slotCount() * SLOT_LENGTH + (long) runCount() * RUN_LENGTH + nonClientCount() * 8L;
    }

    /**
     * Whether what it says of its entries can be: runs and entries that are no client's rise, and are within its range.
     * Wants a {@link #isWellFormed() well formed} one. The slots are not looked at: a search checks where they lead.
     */
    boolean isPossible() {
        final long last = lastIndex();
        if (firstIndex() < 1
                || last < firstIndex() - 1
                || (runCount() == 0) != (last < firstIndex())
                || runCount() > 0 && runFirstIndex(0) != firstIndex()) {
            return false;
        }
        long before = 0;
        long termBefore = 0;
        for (int i = 0; i < runCount(); i++) {
            if (runFirstIndex(i) <= before || runFirstIndex(i) > last || runTerm(i) <= termBefore) {
                return false;
            }
            before = runFirstIndex(i);
            termBefore = runTerm(i);
        }
        before = firstIndex() - 1;
        for (int i = 0; i < nonClientCount(); i++) {
            if (nonClientIndex(i) <= before || nonClientIndex(i) > last) {
                return false;
            }
            before = nonClientIndex(i);
        }
        return true;
    }

    long firstIndex() {
        return buffer.getLong(FIRST_INDEX_OFFSET, LITTLE_ENDIAN);
    }

    long lastIndex() {
        return buffer.getLong(LogRecord.INDEX_OFFSET, LITTLE_ENDIAN);
    }

    /** Of its last entry, or of the last one before it if it has none. */
    long lastTerm() {
        return buffer.getLong(LogRecord.TERM_OFFSET, LITTLE_ENDIAN);
    }

    int slotCount() {
        return buffer.getInt(SLOT_COUNT_OFFSET, LITTLE_ENDIAN);
    }

    int runCount() {
        return buffer.getInt(RUN_COUNT_OFFSET, LITTLE_ENDIAN);
    }

    int nonClientCount() {
        return buffer.getInt(NON_CLIENT_COUNT_OFFSET, LITTLE_ENDIAN);
    }

    long slotIndex(final int slot) {
        return buffer.getLong(SLOTS_OFFSET + slot * SIZE_OF_LONG, LITTLE_ENDIAN);
    }

    /** Offset in the file of the slot's record. */
    long slotOffset(final int slot) {
        final int offsets = SLOTS_OFFSET + slotCount() * SIZE_OF_LONG;
        return Integer.toUnsignedLong(buffer.getInt(offsets + slot * SIZE_OF_INT, LITTLE_ENDIAN));
    }

    /** First index of a run of equal term. */
    long runFirstIndex(final int run) {
        return buffer.getLong(runOffset(run), LITTLE_ENDIAN);
    }

    /** Last index of a run of equal term. */
    long runLastIndex(final int run) {
        return run + 1 < runCount() ? runFirstIndex(run + 1) - 1 : lastIndex();
    }

    long runTerm(final int run) {
        return buffer.getLong(runOffset(run) + SIZE_OF_LONG, LITTLE_ENDIAN);
    }

    long nonClientIndex(final int i) {
        return buffer.getLong(runOffset(runCount()) + i * SIZE_OF_LONG, LITTLE_ENDIAN);
    }

    /** The last slot whose index is at most {@code index}; -1 if there is none. */
    int floorSlot(final long index) {
        int low = 0;
        int high = slotCount() - 1;
        while (low <= high) {
            final int middle = (low + high) >>> 1;
            if (slotIndex(middle) <= index) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return high;
    }

    private int runOffset(final int run) {
        return SLOTS_OFFSET + slotCount() * SLOT_LENGTH + run * RUN_LENGTH;
    }
}
