package io.quorumlog.log;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.quorumlog.codec.record.LogRecord;
import io.quorumlog.codec.record.RecordKind;
import io.quorumlog.raft.TermIndex;
import java.util.Arrays;
import org.agrona.collections.Int2ObjectHashMap;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Where the entries are: from index to position with memory that does not grow with the log. Owned by the log, one thread.
 *
 * <p>A file has a sparse table of {@link Slots slots}: a new one at least each {@link #SLOT_SPACING_BYTES} of records, and
 * always where an entry supersedes earlier ones, whose slots are dropped. So who walks from the last slot at or below an
 * index reaches that index by entries that follow one another, and meets no superseded one on the way. The newest file's
 * table is in memory; a closed file's is searched in place, in the {@code FILE_INDEX} record that it ends with (or kept
 * in memory, should a file have been left without a usable one). What memory holds of a closed file is two longs.
 *
 * <p>A superseding entry may reach back into closed files. Their tables stay as they are, but their ranges are cut: file f
 * has the entries from {@code firstIndexes[f]} to just before {@code firstIndexes[f + 1]}.
 *
 * <p>Where entries were superseded, a superseded one may stand behind a live one, under the index that a reader wants next.
 * Index and term name an entry (log matching), so who goes on from entry to entry compares both, and searches where they
 * differ.
 */
final class EntryIndex {
    /** Records between two slots, bytes: a search walks over at most so much, and a table takes 0.3 % of its file. */
    static final int SLOT_SPACING_BYTES = 4 * 1024;

    private int oldestFile;
    private int files;
    /** First live entry of each file, never falling; a file without live entries has the next file's. */
    private long[] firstIndexes = new long[16];
    /** Position of each file's usable {@code FILE_INDEX}; {@link RecordStream#NONE} while there is none. */
    private long[] indexPositions = new long[16];

    private Slots newest = new Slots();
    private final Int2ObjectHashMap<Slots> kept = new Int2ObjectHashMap<>();
    private final TermIndex terms;
    private long lastIndex;
    private long generation;

    private final UnsafeBuffer view = new UnsafeBuffer(0, 0);
    private final FileIndexRecord fileIndex = new FileIndexRecord();

    /** @param terms of the live entries, kept by the caller */
    EntryIndex(final TermIndex terms) {
        this.terms = terms;
    }

    /** Begins a file behind the newest one; its number is the next one, unless it is the log's first. */
    void beginFile(final int file) {
        assert files == 0 || file == oldestFile + files;
        if (files == firstIndexes.length) {
            firstIndexes = Arrays.copyOf(firstIndexes, files * 2);
            indexPositions = Arrays.copyOf(indexPositions, files * 2);
        }
        if (files == 0) {
            oldestFile = file;
        } else if (indexPositions[files - 1] == RecordStream.NONE) {
            kept.put(newestFile(), newest);
            newest = new Slots();
        }
        newest.clear();
        firstIndexes[files] = lastIndex + 1;
        indexPositions[files++] = RecordStream.NONE;
    }

    /**
     * Adds all entries of the newest file, which is closed, as its {@code FILE_INDEX} record tells of them; those from
     * {@code firstIndex} on in older files are superseded.
     *
     * @param firstIndex at most one above the last index
     */
    void appendIndexed(final long firstIndex, final long fileLastIndex, final long indexPosition) {
        if (firstIndex <= lastIndex) {
            supersedeFrom(firstIndex);
        }
        lastIndex = fileLastIndex;
        indexWritten(indexPosition);
    }

    /** The newest file ends with this {@code FILE_INDEX} record, which tells of its entries. */
    void indexWritten(final long position) {
        indexPositions[files - 1] = position;
    }

    /** Adds an entry of the newest file; one at or below the last index supersedes all from there on. */
    void append(final long index, final long position) {
        final boolean supersedes = index <= lastIndex;
        if (supersedes) {
            supersedeFrom(index);
        }
        final long offset = RecordStream.offset(position);
        if (supersedes || newest.size() == 0 || offset - newest.offset(newest.size() - 1) >= SLOT_SPACING_BYTES) {
            newest.add(index, offset);
        }
        lastIndex = index;
    }

    private void supersedeFrom(final long index) {
        generation++;
        newest.removeFrom(index);
        for (int i = files - 1; i >= 0 && firstIndexes[i] > index; i--) {
            firstIndexes[i] = index;
        }
    }

    int newestFile() {
        return oldestFile + files - 1;
    }

    /** Whether no file has been begun. */
    boolean isEmpty() {
        return files == 0;
    }

    /** First live entry of a file; the next file's if it has none. */
    long firstIndex(final int file) {
        return firstIndexes[file - oldestFile];
    }

    /** First live entry of the newest file; one above the last index if it has none. */
    long newestFirstIndex() {
        return firstIndexes[files - 1];
    }

    Slots newestSlots() {
        return newest;
    }

    /** Rises with each superseding: positions found before are worth nothing. */
    long generation() {
        return generation;
    }

    /**
     * Position of the record of an entry.
     *
     * @param index 1 to the last index
     * @throws DamagedLogException if the way there is not what was written
     */
    long find(final RecordStream stream, final long index) {
        final int file = fileOf(index);
        final Slots slots = file == newestFile() ? newest : kept.get(file);
        long slotIndex = 0;
        long offset = 0;
        if (slots != null) {
            final int slot = slots.floor(index);
            if (slot >= 0) {
                slotIndex = slots.index(slot);
                offset = slots.offset(slot);
            }
        } else {
            stream.wrap(indexPositions[file - oldestFile], view);
            fileIndex.wrap(view);
            if (!fileIndex.isWellFormed()) {
                throw damaged(stream, indexPositions[file - oldestFile], index, "the file's index is none");
            }
            final int slot = fileIndex.floorSlot(index);
            if (slot >= 0) {
                slotIndex = fileIndex.slotIndex(slot);
                offset = fileIndex.slotOffset(slot);
            }
        }
        if (slotIndex == 0) {
            throw damaged(stream, RecordStream.position(file, 0), index, "the file's index does not have it");
        }
        return walk(stream, RecordStream.position(file, offset), slotIndex, index);
    }

    private long walk(final RecordStream stream, final long from, final long fromIndex, final long index) {
        stream.wrapHeader(from, view);
        if (!isEntry(view) || view.getLong(LogRecord.INDEX_OFFSET, LITTLE_ENDIAN) != fromIndex) {
            throw damaged(stream, from, index, "the file's index leads to no entry " + fromIndex);
        }
        // A search trusts positions from disk.
        final long term = view.getLong(LogRecord.TERM_OFFSET, LITTLE_ENDIAN);
        if (term != terms.termAt(fromIndex)) {
            throw damaged(stream, from, index, "the term of entry " + fromIndex + " is " + term);
        }
        long position = from;
        for (long at = fromIndex; at < index; at++) {
            final long before = position;
            position = next(stream, position, at + 1);
            if (position == RecordStream.NONE) {
                throw damaged(stream, before, index, "it does not stand behind entry " + at);
            }
        }
        return position;
    }

    /**
     * Position of the entry {@code index}, if it is what follows the one at a position in the stream, a node's own records
     * aside; {@link RecordStream#NONE} if another one does, a superseded one of that index perhaps, or the file ends.
     */
    long next(final RecordStream stream, final long position, final long index) {
        stream.wrapHeader(position, view);
        long next = stream.next(position, view.getInt(LogRecord.LENGTH_OFFSET, LITTLE_ENDIAN));
        while (next != RecordStream.NONE) {
            stream.wrapHeader(next, view);
            if (isEntry(view)) {
                final boolean isWanted = view.getLong(LogRecord.INDEX_OFFSET, LITTLE_ENDIAN) == index
                        && view.getLong(LogRecord.TERM_OFFSET, LITTLE_ENDIAN) == terms.termAt(index);
                return isWanted ? next : RecordStream.NONE;
            }
            next = stream.next(next, view.getInt(LogRecord.LENGTH_OFFSET, LITTLE_ENDIAN));
        }
        return RecordStream.NONE;
    }

    /** The last file whose range begins at or below the index: with files that have no live entries, the right one. */
    private int fileOf(final long index) {
        if (firstIndexes[files - 1] <= index) {
            return oldestFile + files - 1;
        }
        int low = 0;
        int high = files - 1;
        while (low <= high) {
            final int middle = (low + high) >>> 1;
            if (firstIndexes[middle] <= index) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return oldestFile + high;
    }

    private static boolean isEntry(final UnsafeBuffer header) {
        return RecordKind.isEntry(header.getByte(LogRecord.KIND_OFFSET));
    }

    static DamagedLogException damaged(
            final RecordStream stream, final long position, final long index, final String what) {
        return new DamagedLogException(stream.fileName(RecordStream.file(position)) + " at offset "
                + RecordStream.offset(position) + ": entry " + index + " can't be read: " + what);
    }
}
