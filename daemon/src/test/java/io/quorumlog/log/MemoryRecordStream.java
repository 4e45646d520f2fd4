package io.quorumlog.log;

import io.quorumlog.codec.record.LogRecord;
import java.util.ArrayList;
import java.util.List;
import org.agrona.BitUtil;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A stream of records in memory, with a disk's bad manners: what was not flushed may be lost in a crash, record by record
 * and in part, and bytes can be damaged. Small files make it roll often. Deterministic; allocates per file, not per
 * record; one thread.
 *
 * <pre>
 *   crash:    stream.crash(fate);
 *   restart:  RecoveredLog recovered = Recovery.recover(stream.storedFiles(), identity);
 *             stream.reopen(recovered);
 *             new ReplicaLog(stream, recovered, identity);
 * </pre>
 *
 * Records begin at multiples of 8, behind 8 bytes that stand for what a file format puts before a record, so that a
 * record's end is not where the next one begins.
 */
public final class MemoryRecordStream implements RecordStream {
    /** Offset of a file's first record. */
    public static final int FIRST_OFFSET = 64;

    private static final int GAP = 8;

    /** What becomes of an unflushed record in a crash. */
    @FunctionalInterface
    public interface CrashFate {
        /** Nothing unflushed survives. */
        CrashFate ALL_LOST = (seq, length) -> 0;

        /** Everything survives: the process died, not the machine. */
        CrashFate ALL_SURVIVES = (seq, length) -> length;

        /** How many of the record's bytes survive, from its first; the rest becomes zeros. */
        int survivingBytes(long seq, int length);

        /** Changes what has survived of the record that stands at {@code offset}. */
        default void spoil(final UnsafeBuffer bytes, final int offset, final int length) {}
    }

    /** For a node's own records behind a full file's last entry, while the next file is not ready. */
    private static final int BEHIND_FULL_BYTES = 4096;

    private static final class File {
        final int number;
        final UnsafeBuffer bytes;
        /** Behind the last record. */
        int end = FIRST_OFFSET - GAP;

        File(final int number, final int capacity) {
            this.number = number;
            bytes = new UnsafeBuffer(new byte[capacity]);
        }
    }

    private final int fileBytes;
    private final List<File> files = new ArrayList<>();
    private File current;
    private long lastSeq;
    private long flushedSeq;
    private boolean nextFileReady = true;
    private boolean spaceReserved = true;
    private long flushedBefore;

    /** Position and length of each unflushed record, in order: record {@code flushedSeq + 1} first. */
    private long[] unflushedPositions = new long[64];

    private int[] unflushedLengths = new int[64];
    private int unflushedFrom;
    private int unflushedTo;

    /** An empty stream whose first file has number 1. */
    public MemoryRecordStream(final int fileBytes) {
        this.fileBytes = BitUtil.align(fileBytes, GAP);
        begin(1);
    }

    private void begin(final int number) {
        current = new File(number, fileBytes + BEHIND_FULL_BYTES);
        files.add(current);
    }

    // The port.

    @Override
    public long append(
            final DirectBuffer header,
            final int headerOffset,
            final int headerLength,
            final DirectBuffer payload,
            final int payloadOffset,
            final int payloadLength) {
        final int length = headerLength + payloadLength;
        final int offset = nextOffset(current.end);
        if (offset + length > current.bytes.capacity()) {
            throw new StorageException(
                    fileName(current.number) + ": a record of " + length + " bytes does not fit at offset " + offset);
        }
        current.bytes.putBytes(offset, header, headerOffset, headerLength);
        current.bytes.putBytes(offset + headerLength, payload, payloadOffset, payloadLength);
        current.end = offset + length;
        lastSeq++;
        final long position = RecordStream.position(current.number, offset);
        remember(position, length);
        return position;
    }

    private void remember(final long position, final int length) {
        if (unflushedTo == unflushedPositions.length) {
            final int count = unflushedTo - unflushedFrom;
            final boolean grow = count > unflushedPositions.length / 2;
            final long[] positions = grow ? new long[count * 2] : unflushedPositions;
            final int[] lengths = grow ? new int[count * 2] : unflushedLengths;
            System.arraycopy(unflushedPositions, unflushedFrom, positions, 0, count);
            System.arraycopy(unflushedLengths, unflushedFrom, lengths, 0, count);
            unflushedPositions = positions;
            unflushedLengths = lengths;
            unflushedFrom = 0;
            unflushedTo = count;
        }
        unflushedPositions[unflushedTo] = position;
        unflushedLengths[unflushedTo++] = length;
    }

    private static int nextOffset(final int end) {
        return BitUtil.align(end, GAP) + GAP;
    }

    @Override
    public long lastSeq() {
        return lastSeq;
    }

    @Override
    public boolean fits(final int recordLength, final int reserve) {
        final int offset = nextOffset(current.end);
        return recordLength <= fileBytes - offset && nextOffset(offset + recordLength) + (long) reserve <= fileBytes;
    }

    @Override
    public boolean isSpaceReserved() {
        return spaceReserved;
    }

    @Override
    public boolean isNextFileReady() {
        return nextFileReady;
    }

    @Override
    public void roll() {
        begin(current.number + 1);
    }

    @Override
    public int currentFile() {
        return current.number;
    }

    /** Number of the oldest file. */
    public int firstFile() {
        return files.get(0).number;
    }

    @Override
    public void wrap(final long position, final UnsafeBuffer view) {
        final File file = file(position);
        final int offset = (int) position;
        final int length = offset < FIRST_OFFSET || offset > file.end - LogRecord.HEADER_LENGTH
                ? 0
                : LogRecord.lengthAt(file.bytes, offset, file.end - offset);
        if (length == 0) {
            throw new DamagedLogException(fileName(file.number) + " at offset " + offset + ": no record stands there");
        }
        view.wrap(file.bytes, offset, length);
    }

    @Override
    public void wrapHeader(final long position, final UnsafeBuffer view) {
        wrap(position, view);
        view.wrap(view, 0, LogRecord.HEADER_LENGTH);
    }

    @Override
    public long next(final long position, final int recordLength) {
        final File file = file(position);
        final int next = nextOffset((int) position + recordLength);
        final boolean there = next < file.end && LogRecord.lengthAt(file.bytes, next, file.end - next) > 0;
        return there ? RecordStream.position(file.number, next) : NONE;
    }

    /** Noted at once, and so as far ahead as ever may be. */
    @Override
    public void noteFlushed(final long position) {
        flushedBefore = position;
    }

    @Override
    public long bytes() {
        long bytes = 0;
        for (int i = 0; i < files.size(); i++) {
            bytes += files.get(i).end;
        }
        return bytes;
    }

    @Override
    public String fileName(final int file) {
        return "file-" + file;
    }

    private File file(final long position) {
        return fileOf(RecordStream.file(position));
    }

    private File fileOf(final int number) {
        final int i = number - files.get(0).number;
        if (i < 0 || i >= files.size() || files.get(i).number != number) {
            for (int j = 0; j < files.size(); j++) {
                if (files.get(j).number == number) {
                    return files.get(j);
                }
            }
            throw new StorageException("there is no " + fileName(number));
        }
        return files.get(i);
    }

    // Flushes and crashes.

    /** Whether {@link #isNextFileReady()}; true until set otherwise. */
    public void nextFileReady(final boolean ready) {
        nextFileReady = ready;
    }

    /** Whether {@link #isSpaceReserved()}; true until set otherwise. */
    public void spaceReserved(final boolean reserved) {
        spaceReserved = reserved;
    }

    /** A flush of the records up to this number has ended: they survive a crash. */
    public void flushed(final long seq) {
        final int count = (int) (Math.min(seq, lastSeq) - flushedSeq);
        if (count > 0) {
            unflushedFrom += count;
            flushedSeq += count;
        }
    }

    /** Number of the last record that survives a crash for certain. */
    public long flushedSeq() {
        return flushedSeq;
    }

    /**
     * The machine loses power: each unflushed record meets its fate. Files stay, empty ones too. Before anything else is
     * done with the stream, {@link #reopen} it.
     */
    public void crash(final CrashFate fate) {
        for (int i = unflushedFrom; i < unflushedTo; i++) {
            final int length = unflushedLengths[i];
            final int survives = fate.survivingBytes(flushedSeq + 1 + i - unflushedFrom, length);
            final int offset = (int) unflushedPositions[i];
            file(unflushedPositions[i]).bytes.setMemory(offset + survives, length - survives, (byte) 0);
            fate.spoil(file(unflushedPositions[i]).bytes, offset, length);
        }
        forgetUnflushed();
    }

    /** Carries out what recovery asks for, and begins to number records anew; everything kept counts as flushed. */
    public void reopen(final RecoveredLog recovered) {
        for (final int number : recovered.filesToDelete()) {
            files.remove(fileOf(number));
        }
        for (int i = 0; i < files.size(); i++) {
            final File file = files.get(i);
            if (file.number == recovered.cutFile()) {
                final int offset = (int) recovered.cutOffset();
                file.bytes.setMemory(offset, fileBytes - offset, (byte) 0);
            }
            file.end = endOfRecords(file.bytes);
        }
        if (files.isEmpty()) {
            begin(1);
            flushedBefore = 0;
        }
        current = files.get(files.size() - 1);
        forgetUnflushed();
    }

    /** Cuts off a stopped log's end, from a position on. */
    public void cutOff(final long position) {
        flushedBefore = 0;
        final int number = RecordStream.file(position);
        files.removeIf(file -> file.number > number || file.number == number && (int) position < FIRST_OFFSET);
        for (final File file : files) {
            if (file.number == number) {
                file.bytes.setMemory((int) position, fileBytes - (int) position, (byte) 0);
            }
        }
    }

    private static int endOfRecords(final UnsafeBuffer bytes) {
        int end = FIRST_OFFSET - GAP;
        int length;
        do {
            final int offset = nextOffset(end);
            length = LogRecord.lengthAt(bytes, offset, bytes.capacity() - offset);
            end = length == 0 ? end : offset + length;
        } while (length > 0);
        return end;
    }

    private void forgetUnflushed() {
        lastSeq = 0;
        flushedSeq = 0;
        unflushedFrom = 0;
        unflushedTo = 0;
    }

    // Damage.

    /** A copy with the same bytes; everything in it counts as flushed. */
    public MemoryRecordStream copy() {
        final MemoryRecordStream copy = new MemoryRecordStream(fileBytes);
        copy.files.clear();
        for (int i = 0; i < files.size(); i++) {
            final File file = files.get(i);
            copy.begin(file.number);
            copy.current.bytes.putBytes(0, file.bytes, 0, fileBytes);
            copy.current.end = file.end;
        }
        copy.flushedBefore = flushedBefore;
        return copy;
    }

    /** Numbers of the files, ascending. */
    public int[] fileNumbers() {
        final int[] numbers = new int[files.size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = files.get(i).number;
        }
        return numbers;
    }

    /** Bytes of a file up to its last one that is not zero. */
    public int usedBytes(final int file) {
        return usedBytes(fileOf(file).bytes);
    }

    private static int usedBytes(final UnsafeBuffer bytes) {
        int used = bytes.capacity();
        while (used > 0 && bytes.getByte(used - 1) == 0) {
            used--;
        }
        return used;
    }

    /** A file's bytes, to be damaged at will. */
    public UnsafeBuffer bytes(final int file) {
        return fileOf(file).bytes;
    }

    /** Flips one bit; {@code bit} counts from the file's begin. */
    public void flipBit(final int file, final long bit) {
        final UnsafeBuffer bytes = bytes(file);
        final int at = (int) (bit >>> 3);
        bytes.putByte(at, (byte) (bytes.getByte(at) ^ 1 << (bit & 7)));
    }

    /** Sets the bytes from {@code from} to before {@code to} to zero. */
    public void zero(final int file, final int from, final int to) {
        bytes(file).setMemory(from, Math.min(to, fileBytes) - from, (byte) 0);
    }

    /** What was noted beside the files is gone, or was never written. */
    public void forgetNote() {
        flushedBefore = 0;
    }

    /** Deletes a file. */
    public void deleteFile(final int file) {
        files.remove(fileOf(file));
    }

    // As recovery reads it.

    /** The files as they are; to be read before {@link #reopen}. */
    public StoredFiles storedFiles() {
        return new StoredFiles() {
            @Override
            public int[] numbers() {
                return fileNumbers();
            }

            @Override
            public String name(final int file) {
                return fileName(file);
            }

            @Override
            public boolean isForeign(final int file) {
                return false;
            }

            @Override
            public long flushedBefore() {
                return flushedBefore;
            }

            @Override
            public Scan scan(final int file) {
                return scan(file, FIRST_OFFSET);
            }

            @Override
            public Scan scan(final int file, final long offset) {
                return new MemoryScan(bytes(file), (int) offset);
            }
        };
    }

    private static final class MemoryScan implements StoredFiles.Scan {
        private final UnsafeBuffer bytes;
        private final int used;
        private final UnsafeBuffer record = new UnsafeBuffer(0, 0);
        private int offset;
        private int nextOffset;

        MemoryScan(final UnsafeBuffer bytes, final int offset) {
            this.bytes = bytes;
            this.offset = offset;
            nextOffset = offset;
            used = usedBytes(bytes);
        }

        @Override
        public StoredFiles.Found next() {
            offset = nextOffset;
            if (offset >= used) {
                return StoredFiles.Found.END;
            }
            return recordAt(offset) ? StoredFiles.Found.RECORD : StoredFiles.Found.BROKEN;
        }

        @Override
        public StoredFiles.Found resync(final long behind) {
            for (offset = (int) behind + GAP; offset < used; offset += GAP) {
                if (recordAt(offset)) {
                    return StoredFiles.Found.RECORD;
                }
            }
            offset = Math.max(used, (int) behind);
            return StoredFiles.Found.END;
        }

        private boolean recordAt(final int at) {
            final int length = LogRecord.lengthAt(bytes, at, bytes.capacity() - at);
            if (length == 0) {
                return false;
            }
            record.wrap(bytes, at, length);
            nextOffset = MemoryRecordStream.nextOffset(at + length);
            return true;
        }

        @Override
        public long offset() {
            return offset;
        }

        @Override
        public DirectBuffer record() {
            return record;
        }

        @Override
        public void close() {}
    }
}
