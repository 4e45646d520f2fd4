package io.quorumlog.log;

import io.quorumlog.codec.record.LogRecord;
import io.quorumlog.codec.record.RecordKind;
import io.quorumlog.log.StoredFiles.Found;
import java.util.Arrays;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Reads a stopped log, and says what it holds: from end to end, every file, every checksum, every record against those
 * before it. Most starts read only the newest files so. Nothing is changed; what must be cut is in the result.
 *
 * <p>The question that it answers is <em>torn or damaged?</em> A crash loses what was not flushed, in any pattern: a page
 * written late leaves a hole of zeros, or half a record, before pages that were written early. Nothing of that was ever
 * acknowledged, so it is cut off, from the first hole on, whatever looks whole behind it. But a hole may also be rot, or
 * a file that somebody cut: then acknowledged entries are gone or stand behind it, and a node that went on without them
 * would vote as if it had never had them, which destroys what a majority holds (mistake 21). A start must not take one
 * for the other, and a prefix alone does not tell.
 *
 * <ol>
 *   <li>While it runs, a node writes <em>evidence</em> into hard states and file headers: a position before which
 *       everything had been flushed ({@link HardStateRecord}).
 *   <li>Recovery replays to the first hole: a wrong checksum, bytes that are no record, or a file that ends before the
 *       record that the next file's header says it ends with.
 *   <li>Then it looks for evidence behind the hole, in this file and all later ones. If any covers the hole, what was
 *       flushed is gone: {@link DamagedLogException}, naming file, offset and index. Otherwise the rest is a torn tail.
 * </ol>
 *
 * <p>What is whole but can't have been written by this program in this order (an index that leaves a gap, a term or a
 * committed entry taken back, a missing file) is damage wherever it stands: no crash does that. The last record of all
 * has no evidence behind it; so a log that becomes idle writes a mark, and then only that mark can be lost unseen. And all
 * that a newest file says is lost with it; so there is a {@linkplain StoredFiles#flushedBefore() note} beside the files.
 *
 * <p>Damage says where it begins, so that whoever owns the files may {@linkplain RecoveredLog#withLostEntries cut there}.
 *
 * <p>A {@code FILE_INDEX} is compared with what the scan found, byte for byte; one that differs is not used, and the
 * table is kept in memory instead.
 *
 * <p>A start that {@linkplain #recover(StoredFiles, NodeIdentity, int) reads the newest files only} takes what the older
 * ones hold from their indexes, so that it hardly takes longer with a longer log; they are {@linkplain #verify verified}
 * while the node runs. It trusts them only where evidence says that all of them had been flushed, so that no crash can have
 * torn them, and where headers and indexes, checksums and all, fit one another. Wherever anything does not, it reads
 * everything, and what this says is what counts.
 */
public final class Recovery {
    /** What had been flushed is said by a file behind those that are not read, and the newest may be torn. */
    private static final int FEWEST_READ = 2;

    private static final int ALL = Integer.MAX_VALUE;

    private final StoredFiles files;
    private final LogOwner owner;
    private final RecordObserver observer;
    private final int[] foundNumbers;
    /** Of the files before the first gap. */
    private final int[] numbers;
    /** How many of the newest files are read; at least {@link #FEWEST_READ}. */
    private final int filesRead;
    /** Whether nothing may be torn. */
    private final boolean isVerification;

    private final LogState state = new LogState();

    private final StoredRecord stored;
    private final LogRecord record;
    private final HardStateRecord hardState;
    private final FileHeaderRecord fileHeader;
    private final EvidenceSearch evidence;
    private final ExpandableArrayBuffer expectedIndex = new ExpandableArrayBuffer();
    private final UnsafeBuffer expectedView = new UnsafeBuffer(0, 0);
    private final FileIndexRecord fileIndex = new FileIndexRecord();
    private final UnsafeBuffer header = new UnsafeBuffer(0, 0);
    private long headerOffset;

    private long lastPosition = RecordStream.NONE;
    private long end;
    private boolean closed;
    private boolean marked;
    private boolean isHardStateRead;
    private boolean isEveryIndexRight = true;
    private long flushedBefore;

    private int cutFile = RecoveredLog.NO_FILE;
    private long cutOffset;
    private int[] filesToDelete = {};
    private String repair;

    private Recovery(
            final StoredFiles files,
            final int[] foundNumbers,
            final NodeIdentity identity,
            final RecordObserver observer,
            final int filesRead,
            final boolean isVerification) {
        if (filesRead < FEWEST_READ) {
            throw new IllegalArgumentException("filesRead=" + filesRead);
        }
        this.files = files;
        this.foundNumbers = foundNumbers;
        this.observer = observer;
        this.filesRead = filesRead;
        this.isVerification = isVerification;
        owner = new LogOwner(files, identity);
        stored = new StoredRecord(files);
        record = stored.record();
        hardState = stored.hardState();
        fileHeader = stored.fileHeader();
        evidence = new EvidenceSearch(files, owner, stored);
        int together = Math.min(1, foundNumbers.length);
        while (together < foundNumbers.length && foundNumbers[together] == foundNumbers[together - 1] + 1) {
            together++;
        }
        numbers = Arrays.copyOf(foundNumbers, together);
    }

    /**
     * Reads everything.
     *
     * @throws DamagedLogException if what was flushed is not there any more
     * @throws StorageException if it can't be read, or is another node's, another cluster's or a newer version's
     */
    public static RecoveredLog recover(final StoredFiles files, final NodeIdentity identity) {
        return recover(files, identity, RecordObserver.NONE);
    }

    /**
     * Reads the newest files, and takes what the older ones hold from the indexes that they end with; reads everything if
     * that is not certain to come to the same. What an old file holds besides is to be {@linkplain #verify verified}.
     *
     * @param filesRead at least 2
     * @return whose report tells how many files were not read
     * @throws DamagedLogException if what was flushed is not there any more
     * @throws StorageException if it can't be read, or is another node's, another cluster's or a newer version's
     */
    public static RecoveredLog recover(final StoredFiles files, final NodeIdentity identity, final int filesRead) {
        try {
            return new Recovery(files, files.numbers(), identity, RecordObserver.NONE, filesRead, false).run();
        } catch (final DamagedLogException e) {
            // Where the damage begins is found by who reads everything.
            return recover(files, identity);
        }
    }

    /**
     * Reads the closed files that a start has taken from their indexes.
     *
     * @param count how many of the files, the oldest
     * @throws DamagedLogException if they are not what was written
     * @throws StorageException if they can't be read
     */
    public static void verify(final StoredFiles files, final int count, final NodeIdentity identity) {
        final int[] oldest = Arrays.copyOf(files.numbers(), count);
        new Recovery(files, oldest, identity, RecordObserver.NONE, ALL, true).run();
    }

    /**
     * Reads everything, before an observer's eyes.
     *
     * @param identity whose log it must be; null for anybody's
     */
    static RecoveredLog recover(final StoredFiles files, final NodeIdentity identity, final RecordObserver observer) {
        return new Recovery(files, files.numbers(), identity, observer, ALL, false).run();
    }

    private RecoveredLog run() {
        final int unread = filesRead == ALL ? 0 : unreadFiles();
        if (unread > 0) {
            takeFromIndexes(unread);
        }
        boolean whole = true;
        for (int i = unread; i < numbers.length && whole; i++) {
            whole = replay(i);
        }
        if (unread > 0 && !isHardStateRead) {
            // Whether the member is blank stands in hard states only.
            throw damaged(numbers[unread], 0, "no hard state behind it");
        }
        if (numbers.length < foundNumbers.length) {
            final int next = foundNumbers[numbers.length];
            throw new DamagedLogException(
                    "a file is missing between " + files.name(numbers[numbers.length - 1]) + " and " + files.name(next),
                    RecordStream.position(next, 0),
                    state.lastIndex());
        }
        final int kept = numbers.length - filesToDelete.length;
        return new RecoveredLog(
                state,
                lastPosition,
                end,
                closed,
                marked,
                cutFile,
                cutOffset,
                filesToDelete,
                flushedBefore,
                isEveryIndexRight,
                new RecoveryReport(
                        kept, unread, state.lastIndex(), state.lastTerm(), state.term(), state.votedFor(), repair));
    }

    // Files that are not read.

    /**
     * How many of the oldest files need not be read: those of which all had been flushed, by the newest header that is whole
     * or the records behind it. No older file knows more.
     */
    private int unreadFiles() {
        final int most = numbers.length - filesRead;
        if (most <= 0) {
            return 0;
        }
        final long enough = RecordStream.position(numbers[most], 0);
        int file = numbers.length - 1;
        while (file > most && !findFlushed(numbers[file], enough)) {
            file--;
        }
        int unread = 0;
        while (unread < most && RecordStream.position(numbers[unread + 1], 0) < flushedBefore) {
            unread++;
        }
        return unread;
    }

    /**
     * Reads a file from its begin, as long as its records are whole, for evidence, until there is enough.
     *
     * @return whether there is a record
     */
    private boolean findFlushed(final int number, final long enough) {
        try (StoredFiles.Scan scan = files.scan(number)) {
            boolean isBegun = false;
            while (flushedBefore <= enough && isNextIntact(scan)) {
                isBegun = true;
                final long before = stored.evidence(scan.record());
                if (before <= RecordStream.position(number, scan.offset())) {
                    flushedBefore = Math.max(flushedBefore, before);
                }
            }
            return isBegun;
        }
    }

    /** Applies closed files by their headers and indexes; what stands between these is not read. */
    private void takeFromIndexes(final int count) {
        copyHeader(0);
        for (int file = 0; file < count; file++) {
            final int number = numbers[file];
            checkFileHeader(number, headerOffset, header);
            apply(number, headerOffset, header, true);
            final long least = end;
            copyHeader(file + 1);
            takeIndex(number, fileHeader.prevPosition(), least);
        }
        if ((fileHeader.clusterIdHigh() | fileHeader.clusterIdLow()) == 0) {
            throw damaged(numbers[count], headerOffset, "the cluster was not founded before");
        }
        state.founded(
                new ClusterIdentity(fileHeader.clusterIdHigh(), fileHeader.clusterIdLow(), fileHeader.memberIds()));
    }

    /** Makes {@link #header} a file's header, of our version and format, and wraps it. */
    private void copyHeader(final int file) {
        try (StoredFiles.Scan scan = files.scan(numbers[file])) {
            final boolean isIntact = isNextIntact(scan);
            headerOffset = scan.offset();
            if (!isIntact || !stored.isHeader(scan.record())) {
                throw damaged(numbers[file], headerOffset, "no header");
            }
            stored.checkVersion(numbers[file], headerOffset);
            stored.checkFormat(numbers[file], headerOffset);
            header.wrap(new byte[scan.record().capacity()]);
            header.putBytes(0, scan.record(), 0, header.capacity());
        }
        record.wrap(header, 0, header.capacity());
        fileHeader.wrap(header);
    }

    private void takeIndex(final int number, final long position, final long least) {
        if (position < least || RecordStream.file(position) != number) {
            throw damaged(number, 0, "the next file's header does not go on behind it");
        }
        try (StoredFiles.Scan scan = files.scan(number, RecordStream.offset(position))) {
            if (!isNextIntact(scan) || record.kind() != RecordKind.FILE_INDEX || !isPossibleIndex(scan.record())) {
                throw damaged(number, scan.offset(), "no index that could be the file's");
            }
            stored.checkVersion(number, scan.offset());
            state.closedFile(fileIndex, position);
            if (state.lastTerm() != fileIndex.lastTerm()) {
                throw damaged(number, scan.offset(), "the file's index is of another term");
            }
            end = position + record.length();
        }
        record.wrap(header, 0, header.capacity());
        lastPosition = position;
        closed = true;
    }

    /** Wraps {@link #fileIndex}. */
    private boolean isPossibleIndex(final DirectBuffer bytes) {
        return fileIndex.wrap(bytes).isWellFormed()
                && fileIndex.isPossible()
                && fileIndex.firstIndex() > state.commitIndex()
                && fileIndex.firstIndex() <= nextIndex()
                && (fileIndex.runCount() == 0
                        || fileIndex.runTerm(0) >= state.terms().termAt(fileIndex.firstIndex() - 1));
    }

    private boolean isNextIntact(final StoredFiles.Scan scan) {
        return scan.next() == Found.RECORD && stored.isIntact(scan.record());
    }

    // Files that are read.

    /**
     * Applies a file's records.
     *
     * @return false if a torn tail begins in it, or it is dropped
     */
    private boolean replay(final int file) {
        final int number = numbers[file];
        try (StoredFiles.Scan scan = files.scan(number)) {
            boolean first = true;
            while (true) {
                final Found found = scan.next();
                final long offset = scan.offset();
                if (found == Found.END) {
                    return isEndWhole(file, first, offset);
                }
                if (found == Found.BROKEN) {
                    return tear(file, scan, offset, first, "no record stands there");
                }
                if (!stored.isIntact(scan.record())) {
                    return tear(file, scan, offset, first, "the checksum is wrong");
                }
                stored.checkVersion(number, offset);
                if (first && record.kind() != RecordKind.FILE_HEADER) {
                    return tear(file, scan, offset, true, "the file's header is not there");
                }
                if (first) {
                    checkFileHeader(number, offset, scan.record());
                }
                apply(number, offset, scan.record(), first);
                first = false;
            }
        }
    }

    // Torn or damaged.

    /**
     * A file ends cleanly, in zeros or its end mark: but does it end where the log went on? The next file's header says
     * what the last record of this one was.
     */
    private boolean isEndWhole(final int file, final boolean empty, final long offset) {
        final long hole = RecordStream.position(numbers[file], offset);
        if (file + 1 == numbers.length) {
            if (isVerification && (empty || !closed)) {
                throw damaged(numbers[file], offset, "the file ends there");
            }
            if (isWholeLog()) {
                checkFlushed(hole, "the log ends there", evidence.inNote(hole));
                checkForeign(file, empty);
            }
            if (empty) {
                drop(file, offset, true, "empty file " + files.name(numbers[file]) + " dropped");
            }
            return !empty;
        }
        if (!empty && nextFileFollows(file + 1)) {
            return true;
        }
        if (isVerification) {
            throw damaged(numbers[file], offset, "the file ends there");
        }
        checkFlushed(hole, "the file ends there", evidence.inFiles(numbers, file + 1, hole));
        checkFlushed(hole, "the file ends there", evidence.inNote(hole));
        checkForeign(file, empty);
        drop(
                file,
                offset,
                empty,
                "torn tail: " + files.name(numbers[file]) + " ends at offset " + offset + ", cut off behind index "
                        + state.lastIndex());
        return false;
    }

    /** Whether the last file that is looked at is that of the log. */
    private boolean isWholeLog() {
        return !isVerification && numbers.length == foundNumbers.length;
    }

    /**
     * Whether the next file has a whole header that does not speak of a record behind the one replayed last; without such
     * a header, whether this file ends with its index, so that the header itself is what is missing. Whatever else may be
     * wrong with the header comes out when the file is replayed.
     */
    private boolean nextFileFollows(final int next) {
        try (StoredFiles.Scan scan = files.scan(numbers[next])) {
            if (!isNextIntact(scan) || !stored.isHeader(scan.record())) {
                return closed;
            }
            return fileHeader.format() > FileHeaderRecord.FORMAT
                    || fileHeader.file() != numbers[next]
                    || fileHeader.prevPosition() <= lastPosition;
        }
    }

    /** The hole in a file, unless evidence behind it says that it had been flushed, is the begin of a torn tail. */
    private boolean tear(
            final int file, final StoredFiles.Scan scan, final long offset, final boolean first, final String what) {
        final int number = numbers[file];
        if (isVerification) {
            throw damaged(number, offset, what);
        }
        final long hole = RecordStream.position(number, offset);
        checkFlushed(hole, what, evidence.inRestOf(number, scan, scan.resync(offset), hole));
        final long tornBytes = Math.max(0, scan.offset() - offset);
        checkFlushed(hole, what, evidence.inFiles(numbers, file + 1, hole));
        checkFlushed(hole, what, evidence.inNote(hole));
        checkForeign(file, first);
        drop(
                file,
                offset,
                first,
                "torn tail of " + tornBytes + " bytes in " + files.name(number) + " at offset " + offset + " (" + what
                        + ") cut off behind index " + state.lastIndex());
        return false;
    }

    /** @param witness who shows that what stood at the hole had been flushed; null if nobody does */
    private void checkFlushed(final long hole, final String what, final String witness) {
        if (witness != null) {
            throw new DamagedLogException(
                    files.name(RecordStream.file(hole)) + " at offset " + RecordStream.offset(hole)
                            + " is damaged: entry " + nextIndex() + " was expected there or behind, but " + what + "; "
                            + witness + " shows that it had been on disk",
                    hole,
                    state.lastIndex());
        }
    }

    /** Of a file of which nothing is kept, its begin may say that it was not written by us. */
    private void checkForeign(final int file, final boolean isDropped) {
        if (isDropped && files.isForeign(numbers[file])) {
            throw damaged(numbers[file], 0, "the file does not begin like one of a log");
        }
    }

    /** Records what is not kept: the file's end, or all of it, and all later files. */
    private void drop(final int file, final long offset, final boolean all, final String why) {
        final int from = all ? file : file + 1;
        filesToDelete = new int[numbers.length - from];
        for (int i = 0; i < filesToDelete.length; i++) {
            filesToDelete[i] = numbers[numbers.length - 1 - i];
        }
        if (!all) {
            cutFile = numbers[file];
            cutOffset = offset;
        }
        final StringBuilder text = new StringBuilder(why);
        for (int later = file + 1; later < numbers.length; later++) {
            text.append(later == file + 1 ? ", with " : ", ").append(files.name(numbers[later]));
        }
        repair = text.toString();
    }

    // The records, one by one.

    private void apply(final int file, final long offset, final DirectBuffer bytes, final boolean first) {
        if (closed && !first) {
            throw damaged(file, offset, "a record stands behind the file's index");
        }
        final byte kind = record.kind();
        marked = false;
        switch (kind) {
            case RecordKind.CLIENT, RecordKind.NO_OP, RecordKind.CLUSTER -> applyEntry(file, offset);
            case RecordKind.HARD_STATE -> applyHardState(file, offset, bytes);
            case RecordKind.FILE_HEADER -> applyFileHeader(file, offset, first);
            case RecordKind.FILE_INDEX -> applyFileIndex(file, offset, bytes);
            default -> throw stored.newer(file, offset, "a record of kind " + kind);
        }
        lastPosition = RecordStream.position(file, offset);
        end = lastPosition + record.length();
        observer.onRecord(lastPosition, record);
    }

    private void applyEntry(final int file, final long offset) {
        final long index = record.index();
        if (index < 1 || index > nextIndex()) {
            throw damaged(file, offset, "entry " + index + " stands there and leaves a gap");
        }
        if (index <= state.commitIndex()) {
            throw damaged(
                    file,
                    offset,
                    "entry " + index + " is written anew, though " + state.commitIndex() + " was committed");
        }
        if (record.term() < Math.max(1, state.terms().termAt(index - 1)) || record.term() > state.term()) {
            throw damaged(file, offset, "entry " + index + " is of term " + record.term() + ", which can't be");
        }
        state.entry(
                record.kind(),
                index,
                record.term(),
                record.timestampMs(),
                RecordStream.position(file, offset),
                record.buffer(),
                LogRecord.HEADER_LENGTH,
                record.payloadLength());
        if (record.kind() == RecordKind.CLUSTER && state.cluster() != null) {
            owner.checkMembers(file, state.cluster().memberIds());
        }
    }

    private void applyHardState(final int file, final long offset, final DirectBuffer bytes) {
        if (bytes.capacity() != HardStateRecord.LENGTH) {
            throw damaged(file, offset, "a hard state of " + bytes.capacity() + " bytes");
        }
        isHardStateRead = true;
        hardState.wrap(bytes);
        checkHardState(file, offset, hardState.term(), hardState.votedFor(), hardState.commitIndex());
        if (hardState.hasLostEntries()) {
            state.loseEntries();
        }
        if (hardState.isBlank() && !state.isBlank()) {
            throw damaged(file, offset, "a member that had been brought up to date is blank again");
        }
        if (hardState.flushedBefore() > RecordStream.position(file, offset)) {
            throw damaged(file, offset, "a hard state testifies to what is behind it");
        }
        flushedBefore = Math.max(flushedBefore, hardState.flushedBefore());
        marked = hardState.flushedBefore() >= end
                && hardState.term() == state.term()
                && hardState.votedFor() == state.votedFor()
                && hardState.isBlank() == state.isBlank();
        state.hardState(hardState.term(), hardState.votedFor(), hardState.isBlank());
        state.commit(hardState.commitIndex());
    }

    private void checkHardState(
            final int file, final long offset, final long term, final int votedFor, final long commitIndex) {
        if (term < state.term()) {
            throw damaged(file, offset, "the term falls from " + state.term() + " to " + term);
        }
        if (term == state.term() && state.votedFor() != 0 && votedFor != state.votedFor()) {
            throw damaged(
                    file, offset, "the vote of term " + term + " changes from " + state.votedFor() + " to " + votedFor);
        }
        if (commitIndex < state.commitIndex() || commitIndex > state.lastIndex()) {
            throw damaged(file, offset, "a commit watermark of " + commitIndex + ", which can't be");
        }
    }

    private void applyFileHeader(final int file, final long offset, final boolean first) {
        if (!first) {
            throw damaged(file, offset, "a second file header");
        }
        checkHardState(file, offset, fileHeader.term(), fileHeader.votedFor(), fileHeader.commitIndex());
        if (fileHeader.prevIndex() != state.lastIndex() || fileHeader.prevTerm() != state.lastTerm()) {
            throw damaged(
                    file,
                    offset,
                    "the file's header goes on behind " + fileHeader.prevIndex() + "@" + fileHeader.prevTerm()
                            + ", but the last entry is " + state.lastIndex() + "@" + state.lastTerm());
        }
        final ClusterIdentity cluster = state.cluster();
        if (cluster != null
                && (fileHeader.clusterIdHigh() | fileHeader.clusterIdLow()) != 0
                && (fileHeader.clusterIdHigh() != cluster.high() || fileHeader.clusterIdLow() != cluster.low())) {
            throw new StorageException(files.name(file) + " belongs to cluster "
                    + ClusterIdentity.idText(fileHeader.clusterIdHigh(), fileHeader.clusterIdLow())
                    + ", but the files before it to cluster " + ClusterIdentity.idText(cluster.high(), cluster.low()));
        }
        if (fileHeader.flushedBefore() > RecordStream.position(file, offset)) {
            throw damaged(file, offset, "a file's header testifies to what is behind it");
        }
        flushedBefore = Math.max(flushedBefore, fileHeader.flushedBefore());
        state.fileHeader(fileHeader.term(), fileHeader.votedFor(), fileHeader.prevTimestampMs());
        state.commit(fileHeader.commitIndex());
        state.entries().beginFile(file);
        closed = false;
    }

    /**
     * The first record of a file, a whole one of kind {@code FILE_HEADER}, must be ours, this file's, and go on where the
     * replay stands. Wraps {@link #fileHeader}.
     */
    private void checkFileHeader(final int file, final long offset, final DirectBuffer bytes) {
        if (!stored.isHeader(bytes)) {
            throw damaged(file, offset, "the file's header is none");
        }
        stored.checkFormat(file, offset);
        owner.checkHeader(file, fileHeader);
        if (fileHeader.file() != file) {
            throw damaged(file, offset, "the file's header is that of " + files.name(fileHeader.file()));
        }
        if (state.entries().isEmpty() && fileHeader.prevPosition() != RecordStream.NONE) {
            throw damaged(
                    file,
                    offset,
                    "the log does not begin there: the files with entries up to " + fileHeader.prevIndex()
                            + " are missing");
        }
        if (fileHeader.prevPosition() != lastPosition) {
            throw damaged(file, offset, "the file's header does not go on behind the last record of the file before");
        }
    }

    private void applyFileIndex(final int file, final long offset, final DirectBuffer bytes) {
        final EntryIndex entries = state.entries();
        final int length = FileIndexRecord.encodePayload(
                expectedIndex, 0, entries.newestFirstIndex(), entries.newestSlots(), state.terms(), state.nonClients());
        if (length == bytes.capacity() && isExpectedIndex(bytes, length)) {
            entries.indexWritten(RecordStream.position(file, offset));
        } else if (isVerification) {
            throw damaged(file, offset, "the file's index is not that of its entries");
        } else {
            isEveryIndexRight = false;
        }
        closed = true;
    }

    private boolean isExpectedIndex(final DirectBuffer bytes, final int length) {
        final int payloadLength = length - LogRecord.HEADER_LENGTH;
        expectedView.wrap(bytes, LogRecord.HEADER_LENGTH, payloadLength);
        return record.index() == state.lastIndex()
                && record.term() == state.lastTerm()
                && expectedView.compareTo(new UnsafeBuffer(expectedIndex, LogRecord.HEADER_LENGTH, payloadLength)) == 0;
    }

    private long nextIndex() {
        return state.lastIndex() + 1;
    }

    private DamagedLogException damaged(final int file, final long offset, final String what) {
        return new DamagedLogException(
                files.name(file) + " at offset " + offset + " is damaged at entry " + nextIndex() + ": " + what,
                RecordStream.position(file, offset),
                state.lastIndex());
    }
}
