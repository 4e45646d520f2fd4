package io.quorumlog.log;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.quorumlog.codec.peer.PeerLimits;
import io.quorumlog.codec.record.Crc32c;
import io.quorumlog.codec.record.LogRecord;
import io.quorumlog.codec.record.RecordKind;
import io.quorumlog.raft.Invariant;
import io.quorumlog.raft.RaftLog;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A member's log and hard state on one stream of records. Owned by the replica, on the event loop's thread; appending,
 * copying and reading allocate nothing, and go from entry to entry without a search while they are sequential.
 *
 * <p>Besides what the core asks for, it writes three kinds of record of its own, always <em>before</em> the record that is
 * asked for, so that {@link #lastRecordSeq()} after a call is the number of that one: a {@code FILE_INDEX} and a
 * {@code FILE_HEADER} round each roll, and <em>marks</em>, hard states that say nothing new but how far the stream is
 * known to have been flushed. By them {@link Recovery} tells a torn tail from damage; so there is one for each
 * {@link #MARK_SPACING_BYTES} while there is load, one when it ends ({@link #isMarkDue()}), and one at a clean stop
 * ({@link #lastMark()}).
 *
 * <p>No call fails for want of room: when a record does not fit the file any more, the next file is begun, prepared or
 * not. {@link #acceptsEntries()} says beforehand whether that would have to wait. What goes wrong with the disk is a
 * {@link StorageException}, which stops the node.
 */
public final class ReplicaLog implements RaftLog {
    /** Bytes appended between two marks under load: what a crash may leave undecided between torn and damaged. */
    static final int MARK_SPACING_BYTES = 64 * 1024;

    /** Kept free in a file for hard states, so that an election need not wait for the next file: eight of them. */
    private static final int HARD_STATE_RESERVE = 8 * (HardStateRecord.LENGTH + 12);

    /** The longest record that a member may be configured for, and what a message of entries may bring at once. */
    private static final int LARGEST_APPEND =
            LogRecord.HEADER_LENGTH + LogRecord.MAX_PAYLOAD_BYTES + PeerLimits.MAX_BATCH_BYTES;

    /** Readers of {@link #copyEntries} that go on without a search: one a follower, and some for repeats. */
    private static final int COPY_CURSORS = 8;

    private final RecordStream stream;
    private final NodeIdentity identity;
    private final LogState state;
    private final EntryIndex entries;
    private final FlushEvidence evidence;

    private final Crc32c crc = new Crc32c();
    private final UnsafeBuffer ownRecord = new UnsafeBuffer(new byte[FileHeaderRecord.MAX_LENGTH]);
    private final ExpandableArrayBuffer fileIndexRecord = new ExpandableArrayBuffer();
    private final UnsafeBuffer record = new UnsafeBuffer(0, 0);

    private final EntryCursor[] copyCursors = new EntryCursor[COPY_CURSORS];
    private int nextCopyCursor;
    private final NewestEntries newest = new NewestEntries();
    private int copiedBytes;

    /** Of the stream's last record, whatever kind it is. */
    private long lastPosition;
    /** The current file ends with its {@code FILE_INDEX}: nothing but a new file may follow. */
    private boolean closed;
    /** At least so many runs of equal term, and entries that are no client's, are in the current file. */
    private int runsInFile;

    private int nonClientsInFile;

    private long bytesSinceMark;
    private long markedBefore;
    /** Something other than a mark is behind the last mark. */
    private boolean unmarked;

    /**
     * Goes on where recovery ended; begins the first file of a new log.
     *
     * @param stream opened for appending, after what {@code recovered} asks for has been cut, and <em>after all that
     *     recovery has read was flushed</em>, whatever the durability: what is in the log at a start counts as durable
     * @param recovered used up by this. Where it {@linkplain RecoveredLog#hasLostEntries() has lost entries}, the first record
     *     says so, and is to be flushed before the member says anything.
     */
    public ReplicaLog(final RecordStream stream, final RecoveredLog recovered, final NodeIdentity identity) {
        this.stream = stream;
        this.identity = identity;
        state = recovered.takeState();
        entries = state.entries();
        evidence = new FlushEvidence(stream.lastSeq(), recovered.end());
        lastPosition = recovered.lastPosition();
        closed = recovered.isClosed();
        unmarked = !recovered.isMarked();
        markedBefore = evidence.flushedBefore();
        for (int i = 0; i < COPY_CURSORS; i++) {
            copyCursors[i] = new EntryCursor(0);
        }
        if (entries.isEmpty() || entries.newestFile() != stream.currentFile()) {
            writeFileHeader();
        } else {
            runsInFile = Math.max(1, FileIndexRecord.runsFrom(entries.newestFirstIndex(), state.terms()));
            nonClientsInFile = state.nonClients().size() - state.nonClients().countBelow(entries.newestFirstIndex());
        }
        if (state.hasLostEntries()) {
            mark();
        }
    }

    // Entries and hard state, written.

    @Override
    public void appendEntry(
            final byte kind,
            final long term,
            final long timestampMs,
            final DirectBuffer payload,
            final int offset,
            final int length) {
        final long index = state.lastIndex() + 1;
        checkEntry(kind, term, index);
        final long timestamp = Math.max(timestampMs, state.lastTimestampMs());
        prepare(LogRecord.HEADER_LENGTH + length, true);
        final long position = append(kind, index, term, timestamp, payload, offset, length);
        onEntry(kind, index, term, timestamp, position, payload, offset, length);
    }

    @Override
    public void appendReplicated(final LogRecord entry) {
        final long index = entry.index();
        checkEntry(entry.kind(), entry.term(), index);
        Invariant.check(
                index > state.commitIndex(),
                "a committed entry would be superseded (index, commit)",
                index,
                state.commitIndex());
        final DirectBuffer bytes = entry.buffer();
        prepare(entry.length(), true);
        final long position =
                stream.append(bytes, 0, LogRecord.HEADER_LENGTH, bytes, LogRecord.HEADER_LENGTH, entry.payloadLength());
        onAppended(position, entry.length());
        onEntry(
                entry.kind(),
                index,
                entry.term(),
                entry.timestampMs(),
                position,
                bytes,
                LogRecord.HEADER_LENGTH,
                entry.payloadLength());
    }

    private void checkEntry(final byte kind, final long term, final long index) {
        Invariant.check(RecordKind.isEntry(kind), "no kind of entry (kind, index)", kind, index);
        Invariant.check(
                index >= 1 && index <= state.lastIndex() + 1,
                "an entry leaves a gap (index, last)",
                index,
                state.lastIndex());
        Invariant.check(
                term <= state.term(), "an entry is ahead of the persisted term (entry, term)", term, state.term());
    }

    private void onEntry(
            final byte kind,
            final long index,
            final long term,
            final long timestampMs,
            final long position,
            final DirectBuffer payload,
            final int offset,
            final int length) {
        if (term != state.terms().termAt(index - 1)) {
            runsInFile++;
        }
        if (kind != RecordKind.CLIENT) {
            nonClientsInFile++;
        }
        state.entry(kind, index, term, timestampMs, position, payload, offset, length);
        unmarked = true;
    }

    @Override
    public void persistHardState(final long term, final int votedFor, final boolean blank) {
        Invariant.check(term >= state.term(), "the term falls (new, old)", term, state.term());
        Invariant.check(
                term > state.term() || state.votedFor() == 0 || state.votedFor() == votedFor,
                "a second vote in a term (new, old)",
                votedFor,
                state.votedFor());
        Invariant.check(state.isBlank() || !blank, "a member that is not blank turns blank");
        prepare(HardStateRecord.LENGTH, false);
        state.hardState(term, votedFor, blank);
        appendHardState();
        unmarked = true;
    }

    /** Whether everything appended is flushed and something other than a mark was appended since the last mark. */
    public boolean isMarkDue() {
        return unmarked && evidence.isEverythingFlushed();
    }

    /**
     * Writes the last mark of a clean stop, when everything is flushed, unless none is due or it would need a new file. Itself
     * it may be lost; if it is there, it spares the next start work.
     */
    public void lastMark() {
        final int fileIndexLength = FileIndexRecord.length(entries.newestSlots().size(), runsInFile, nonClientsInFile);
        if (isMarkDue() && !closed && stream.fits(HardStateRecord.LENGTH, fileIndexLength)) {
            mark();
        }
    }

    /** Writes a mark; called when the log has been idle for a while and {@link #isMarkDue()}. */
    public void mark() {
        prepareRoom(HardStateRecord.LENGTH, false);
        appendHardState();
        unmarked = false;
    }

    private void appendHardState() {
        final long flushedBefore = evidence.flushedBefore();
        HardStateRecord.encodePayload(
                ownRecord, 0, state.votedFor(), state.isBlank(), state.hasLostEntries(), flushedBefore);
        appendOwn(
                RecordKind.HARD_STATE,
                state.commitIndex(),
                state.term(),
                0,
                ownRecord,
                HardStateRecord.LENGTH - LogRecord.HEADER_LENGTH);
        onEvidenceWritten(flushedBefore);
    }

    private void onEvidenceWritten(final long flushedBefore) {
        bytesSinceMark = 0;
        markedBefore = flushedBefore;
    }

    /** Makes room for a record, and writes the mark that may be due before it. */
    private void prepare(final int recordLength, final boolean entry) {
        if (bytesSinceMark >= MARK_SPACING_BYTES && evidence.flushedBefore() > markedBefore) {
            mark();
        }
        prepareRoom(recordLength, entry);
    }

    private void prepareRoom(final int recordLength, final boolean entry) {
        final int fileIndexLength =
                FileIndexRecord.length(entries.newestSlots().size() + 1, runsInFile + 1, nonClientsInFile + 1);
        final int reserve = fileIndexLength + (entry ? HARD_STATE_RESERVE : 0);
        if (closed) {
            roll();
        } else if (fileIndexLength > FileIndexRecord.MAX_LENGTH || !stream.fits(recordLength, reserve)) {
            // A hard state rather goes in behind a full file's last entry than waits for the next file.
            if (entry || stream.isNextFileReady()) {
                roll();
            }
        }
    }

    private void roll() {
        if (!closed) {
            final int length = FileIndexRecord.encodePayload(
                    fileIndexRecord,
                    0,
                    entries.newestFirstIndex(),
                    entries.newestSlots(),
                    state.terms(),
                    state.nonClients());
            appendOwn(
                    RecordKind.FILE_INDEX,
                    state.lastIndex(),
                    state.lastTerm(),
                    0,
                    fileIndexRecord,
                    length - LogRecord.HEADER_LENGTH);
            entries.indexWritten(lastPosition);
        }
        stream.roll();
        writeFileHeader();
    }

    private void writeFileHeader() {
        final long flushedBefore = evidence.flushedBefore();
        final int length = FileHeaderRecord.encodePayload(
                ownRecord, 0, stream.currentFile(), identity, state, flushedBefore, lastPosition);
        appendOwn(
                RecordKind.FILE_HEADER,
                state.lastIndex(),
                state.lastTerm(),
                state.lastTimestampMs(),
                ownRecord,
                length - LogRecord.HEADER_LENGTH);
        entries.beginFile(stream.currentFile());
        closed = false;
        runsInFile = 1;
        nonClientsInFile = 0;
        unmarked = true;
        onEvidenceWritten(flushedBefore);
    }

    /** Appends a record whose payload stands in {@code whole} behind room for a header. */
    private void appendOwn(
            final byte kind,
            final long index,
            final long term,
            final long timestampMs,
            final MutableDirectBuffer whole,
            final int payloadLength) {
        append(kind, index, term, timestampMs, whole, LogRecord.HEADER_LENGTH, payloadLength);
    }

    private long append(
            final byte kind,
            final long index,
            final long term,
            final long timestampMs,
            final DirectBuffer payload,
            final int offset,
            final int length) {
        final DirectBuffer source = length == 0 ? ownRecord : payload;
        LogRecord.encodeHeader(ownRecord, 0, kind, index, term, timestampMs, source, offset, length, crc);
        final long position = stream.append(ownRecord, 0, LogRecord.HEADER_LENGTH, source, offset, length);
        onAppended(position, LogRecord.HEADER_LENGTH + length);
        return position;
    }

    private void onAppended(final long position, final int length) {
        lastPosition = position;
        bytesSinceMark += length;
        evidence.onAppended(stream.lastSeq(), position + length);
    }

    /** All up to this index is committed: the watermark of later hard states. */
    public void onCommit(final long commitIndex) {
        Invariant.check(
                commitIndex <= state.lastIndex(),
                "committed beyond the log (commit, last)",
                commitIndex,
                state.lastIndex());
        state.commit(commitIndex);
    }

    /**
     * Every record up to this number <em>is on disk</em>; never what is only reported as durable in page-cache mode: a
     * mark would then testify to a flush that never was, and a power loss be taken for damage.
     */
    public void onFlushed(final long recordSeq) {
        evidence.onFlushed(recordSeq);
        stream.noteFlushed(evidence.flushedBefore());
    }

    /**
     * Whether entries can be appended without waiting: false while room for the largest is not reserved on the disk, or the
     * file may be too full for it and the next one is not prepared yet. A leader then takes no proposals, a follower no
     * entries.
     */
    @Override
    public boolean acceptsEntries() {
        return stream.isSpaceReserved()
                && (stream.isNextFileReady()
                        || !closed
                                && stream.fits(
                                        LARGEST_APPEND,
                                        FileIndexRecord.length(
                                                entries.newestSlots().size(), runsInFile, nonClientsInFile)));
    }

    // Entries, read.

    /**
     * Copies whole records, one after another, from an index on, as many as fit {@code maxBytes}; the first one always.
     * Their checksums are checked on the way, but for what was just checked for another follower (see {@link NewestEntries}).
     *
     * @param maxBytes at least 1
     * @param target has room for {@code maxBytes}, and for the first record, from {@code offset} on
     * @return index of the last entry copied; {@code firstIndex - 1} if that was the last index
     * @throws DamagedLogException if an entry is not what was written
     */
    public long copyEntries(
            final long firstIndex, final int maxBytes, final MutableDirectBuffer target, final int offset) {
        final long lastIndex = state.lastIndex();
        final EntryCursor cursor = copyCursor(firstIndex);
        final int kept = newest.copyTo(cursor, entries.generation(), maxBytes, target, offset);
        int copied = kept;
        while (copied < maxBytes && cursor.index() <= lastIndex) {
            final long position = locate(cursor);
            stream.wrap(position, record);
            final int length = record.capacity();
            if (copied > 0 && copied + length > maxBytes) {
                break;
            }
            record.getBytes(0, target, offset + copied, length);
            final int checked = offset + copied + LogRecord.LENGTH_OFFSET;
            if (crc.reset()
                            .update(target, checked, length - LogRecord.LENGTH_OFFSET)
                            .value()
                    != record.getInt(LogRecord.CRC_OFFSET, LITTLE_ENDIAN)) {
                throw EntryIndex.damaged(stream, position, cursor.index(), "its checksum is wrong");
            }
            copied += length;
            cursor.advance(entries.generation(), position);
        }
        if (copied > kept && cursor.index() > lastIndex) {
            newest.keep(firstIndex, cursor, target, offset, copied);
        }
        copiedBytes = copied;
        return cursor.index() - 1;
    }

    /**
     * Length of an entry's record in bytes, header included.
     *
     * @throws DamagedLogException if it can't be found
     */
    public int recordLength(final long index) {
        stream.wrapHeader(locate(copyCursor(index)), record);
        return record.getInt(LogRecord.LENGTH_OFFSET, LITTLE_ENDIAN);
    }

    /** Bytes that the last {@link #copyEntries} copied. */
    public int copiedBytes() {
        return copiedBytes;
    }

    /** The cursor that has come to this index, or the one that was begun longest ago. */
    private EntryCursor copyCursor(final long index) {
        for (int i = 0; i < COPY_CURSORS; i++) {
            if (copyCursors[i].index() == index) {
                return copyCursors[i];
            }
        }
        final EntryCursor cursor = copyCursors[nextCopyCursor];
        nextCopyCursor = (nextCopyCursor + 1) % COPY_CURSORS;
        cursor.seek(index);
        return cursor;
    }

    /**
     * Moves to the next client entry at or behind the cursor, at most {@code limitIndex}, checks its checksum and views
     * it. The cursor ends behind it; where there is none, before the first index that may become one.
     *
     * @param view valid until the next call
     * @return false if there is none
     * @throws DamagedLogException if an entry on the way is not what was written
     */
    public boolean read(final EntryCursor cursor, final long limitIndex, final LogRecord view) {
        final long limit = Math.min(limitIndex, state.lastIndex());
        while (cursor.index() <= limit) {
            final long position = locate(cursor);
            stream.wrap(position, record);
            view.wrap(record, 0, record.capacity());
            if (!view.isIntact(crc)) {
                throw EntryIndex.damaged(stream, position, cursor.index(), "its checksum is wrong");
            }
            cursor.advance(entries.generation(), position);
            if (view.kind() == RecordKind.CLIENT) {
                return true;
            }
        }
        return false;
    }

    /**
     * As {@link #read}, but looks at the header only, for counting: the view's lengths are right, its payload has not been
     * checked.
     */
    public boolean skip(final EntryCursor cursor, final long limitIndex, final LogRecord view) {
        final long limit = Math.min(limitIndex, state.lastIndex());
        while (cursor.index() <= limit) {
            final long index = cursor.index();
            final long position = locate(cursor);
            stream.wrap(position, record);
            view.wrap(record, 0, record.capacity());
            final boolean client = view.kind() == RecordKind.CLIENT;
            if (client == isNonClient(index)) {
                throw EntryIndex.damaged(stream, position, index, "its kind has changed to " + view.kind());
            }
            cursor.advance(entries.generation(), position);
            if (client) {
                return true;
            }
        }
        return false;
    }

    private boolean isNonClient(final long index) {
        return state.nonClients().firstAtLeast(index) == index;
    }

    /** Where the entry that the cursor wants stands: behind the one before, or found. */
    private long locate(final EntryCursor cursor) {
        final long index = cursor.index();
        final long before = cursor.position(entries.generation());
        if (before != RecordStream.NONE) {
            final long next = entries.next(stream, before, index);
            if (next != RecordStream.NONE) {
                return next;
            }
        }
        return entries.find(stream, index);
    }

    // What is known without reading.

    @Override
    public long lastIndex() {
        return state.lastIndex();
    }

    @Override
    public long lastTerm() {
        return state.lastTerm();
    }

    @Override
    public long termAt(final long index) {
        return state.terms().termAt(index);
    }

    @Override
    public long lastIndexWithTermAtMost(final long term, final long index) {
        return state.terms().lastIndexWithTermAtMost(term, index);
    }

    @Override
    public long lastRecordSeq() {
        return stream.lastSeq();
    }

    /** Index of the oldest entry that is kept: 1, as nothing is deleted yet; 0 while there is none. */
    public long firstIndex() {
        return Math.min(1, state.lastIndex());
    }

    /** Index of the last client entry; 0 if there is none. */
    public long lastClientIndex() {
        return lastClientIndexAtMost(state.lastIndex());
    }

    /** Index of the last client entry at or below an index up to {@link #lastIndex()}; 0 if there is none. */
    public long lastClientIndexAtMost(final long index) {
        return state.nonClients().lastAbsentAtMost(index);
    }

    /** Bytes that the log's files take, by what has been written. */
    public long bytes() {
        return stream.bytes();
    }

    /** The term as last persisted; 0 before the first. */
    public long term() {
        return state.term();
    }

    /** The vote as last persisted; 0 if none was given in {@link #term()}. */
    public int votedFor() {
        return state.votedFor();
    }

    /**
     * Whether this member is blank, as last persisted: the directory held no log, or a damaged one, and no leader has brought
     * it up to date since. True before the first hard state.
     */
    public boolean isBlank() {
        return state.isBlank();
    }

    @Override
    public boolean hasLostEntries() {
        return state.hasLostEntries();
    }

    /** At least so much was committed; after a start, as the last hard state said. At most {@link #lastIndex()}. */
    public long commitWatermark() {
        return state.commitIndex();
    }

    /** Upper half of the cluster's id in the {@code CLUSTER} entry, committed or not; 0 while there is none. */
    public long clusterIdHigh() {
        return state.cluster() == null ? 0 : state.cluster().high();
    }

    /** Lower half of the cluster's id. */
    public long clusterIdLow() {
        return state.cluster() == null ? 0 : state.cluster().low();
    }

    /** Ids of the cluster's members by the {@code CLUSTER} entry, ascending; null while there is none. Allocates. */
    int[] clusterMembers() {
        return state.cluster() == null ? null : state.cluster().memberIds();
    }
}
