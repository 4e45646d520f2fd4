package io.quorumlog.session;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.quorumlog.codec.record.LogRecord;
import io.quorumlog.codec.resp.ReplyWriter;
import io.quorumlog.log.EntryCursor;
import io.quorumlog.raft.Invariant;

/**
 * Where one client is in reading the log, for READ and TAIL: counts what a READ may return, and writes entries while the
 * output has room. A client that does not read its replies so costs the few bytes that the output takes and these words,
 * however much it has asked for: of an entry that did not fit, only the place is kept, and it is looked up again.
 */
final class EntryReader {
    /** Most payload bytes that a READ returns, unless its first entry alone is larger. */
    static final long MAX_READ_PAYLOAD_BYTES = 4 * 1024 * 1024;
    /**
     * Most bytes of a READ's whole reply, with the same exception. Its neighbour counts payloads alone, of which a hundred
     * thousand short ones, or any number of empty ones, would be far outweighed by what stands around them.
     */
    static final long MAX_READ_REPLY_BYTES = MAX_READ_PAYLOAD_BYTES + 256 * 1024;

    private static final int ENTRY_VALUES = 4;
    private static final int CR_LF_LENGTH = 2;
    private static final int MAX_FRAME_LENGTH = ReplyWriter.headerLength(ENTRY_VALUES)
            + 3 * ReplyWriter.integerLength(Long.MAX_VALUE)
            + ReplyWriter.headerLength(Integer.MAX_VALUE);
    private static final long NO_ENTRY = 0;

    private final ReplicatedLog log;
    private final ReplyOutput output;
    private final Replies replies;
    private final LogRecord view;

    private EntryCursor cursor; // most clients never read
    private long openIndex = NO_ENTRY; // of the entry of which a part is written
    private int openDone; // bytes of its payload that are written

    /** @param view to look at entries by; shared by all sessions, valid during a call */
    EntryReader(final ReplicatedLog log, final ReplyOutput output, final Replies replies, final LogRecord view) {
        this.log = log;
        this.output = output;
        this.replies = replies;
        this.view = view;
    }

    /** Moves before the entry at {@code index}, from 1. */
    void seek(final long index) {
        if (cursor == null) {
            cursor = new EntryCursor(index);
        } else {
            cursor.seek(index);
        }
    }

    /** Index at which the next entry is looked for. */
    long nextIndex() {
        return cursor.index();
    }

    /** Whether an entry is written in part, so that nothing else may be written before {@link #finishEntry}. */
    boolean isWithinEntry() {
        return openIndex != NO_ENTRY;
    }

    /** How many of the next entries a READ of at most {@code most} may return now. Moves at most over what is no entry. */
    int count(final long most) {
        if (cursor.index() > log.commitIndex() || !log.skipEntry(cursor, view)) {
            return 0;
        }
        final long firstIndex = view.index();
        long payloadBytes = payloadLength();
        long replyBytes = entryLength();
        int count = 1;
        while (count < most && log.skipEntry(cursor, view)) {
            payloadBytes += payloadLength();
            replyBytes += entryLength();
            if (payloadBytes > MAX_READ_PAYLOAD_BYTES || replyBytes > MAX_READ_REPLY_BYTES) {
                break;
            }
            count++;
        }
        cursor.seek(firstIndex);
        return count;
    }

    /**
     * Writes the next entry, as far as there is room.
     *
     * @return false if there is none, or no room even to begin with it
     */
    boolean writeEntry() {
        final int room = output.room();
        if (room == 0 || cursor.index() > log.commitIndex() || !log.readEntry(cursor, view)) {
            return false;
        }
        final int payloadLength = view.payloadLength();
        final boolean whole = MAX_FRAME_LENGTH + payloadLength + CR_LF_LENGTH <= room;
        final var buffer = output.claim(MAX_FRAME_LENGTH + (whole ? payloadLength + CR_LF_LENGTH : 0));
        final int start = output.claimedOffset();
        int offset = start + ReplyWriter.arrayHeader(buffer, start, ENTRY_VALUES);
        offset += ReplyWriter.integer(buffer, offset, view.index());
        offset += ReplyWriter.integer(buffer, offset, view.term());
        offset += ReplyWriter.integer(buffer, offset, view.timestampMs());
        offset += ReplyWriter.bulkHeader(buffer, offset, payloadLength);
        if (whole) {
            buffer.putBytes(offset, view.buffer(), LogRecord.HEADER_LENGTH, payloadLength);
            offset += payloadLength;
            offset += ReplyWriter.crLf(buffer, offset);
            output.commit(offset - start);
            return true;
        }
        output.commit(offset - start);
        openIndex = view.index();
        openDone = 0;
        writePieces(false);
        return true;
    }

    /** Goes on with an entry that was written in part, as far as there is room. */
    void finishEntry() {
        if (output.room() == 0) {
            return;
        }
        cursor.seek(openIndex);
        final boolean found = log.rereadEntry(cursor, view);
        Invariant.check(
                found && view.index() == openIndex,
                "a committed entry is gone (wanted, found)",
                openIndex,
                view.index());
        writePieces(true);
    }

    /** @param reread whether the entry was checked in an earlier call */
    private void writePieces(final boolean reread) {
        final int length = view.payloadLength();
        for (int room = output.room(); openDone < length && room > 0; room = output.room()) {
            if (reread && length - openDone <= room) {
                checkAgain();
            }
            final int piece = Math.min(length - openDone, room);
            replies.bytes(view.buffer(), LogRecord.HEADER_LENGTH + openDone, piece);
            openDone += piece;
        }
        if (openDone == length) {
            replies.crLf();
            openIndex = NO_ENTRY;
        }
    }

    /**
     * A client may take minutes from an entry's first piece to its last, and the disk may have let a bit go meanwhile. Nobody
     * gets the end of an entry, and so a reply, that is not what was written.
     */
    private void checkAgain() {
        cursor.seek(openIndex);
        log.readEntry(cursor, view);
    }

    /** From the header's own field: the view may cover no more than the header. */
    private int payloadLength() {
        return view.buffer().getInt(LogRecord.LENGTH_OFFSET, LITTLE_ENDIAN) - LogRecord.HEADER_LENGTH;
    }

    private int entryLength() {
        return ReplyWriter.headerLength(ENTRY_VALUES)
                + ReplyWriter.integerLength(view.index())
                + ReplyWriter.integerLength(view.term())
                + ReplyWriter.integerLength(view.timestampMs())
                + ReplyWriter.bulkLength(payloadLength());
    }
}
