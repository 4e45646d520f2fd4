package io.quorumlog.log;

import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * The entries that were copied last, if they were the log's newest. Under load a leader sends the same ones to each follower in
 * one turn: for all but the first they are here in one piece, found and checked.
 */
final class NewestEntries {
    /** More at once is not kept: a message of the leader's carries no more, but for one entry that is larger. */
    static final int MAX_BYTES = 256 * 1024;

    private final ExpandableArrayBuffer copy = new ExpandableArrayBuffer();
    private final EntryCursor end = new EntryCursor(0);
    private long firstIndex;
    private int length;

    /**
     * The records of all entries from an index to the log's end were copied to here.
     *
     * @param behind has come to behind the last of them
     */
    void keep(
            final long newFirstIndex,
            final EntryCursor behind,
            final DirectBuffer source,
            final int offset,
            final int newLength) {
        if (newLength > MAX_BYTES) {
            return;
        }
        copy.putBytes(0, source, offset, newLength);
        firstIndex = newFirstIndex;
        end.seek(behind);
        length = newLength;
    }

    /**
     * Copies what is kept and moves the cursor behind it, if it begins with the cursor's entry, fits and still stands.
     *
     * @param generation of the index, now
     * @return bytes copied; 0 if nothing of that is here
     */
    int copyTo(
            final EntryCursor cursor,
            final long generation,
            final int maxBytes,
            final MutableDirectBuffer target,
            final int offset) {
        if (cursor.index() != firstIndex || length > maxBytes || end.position(generation) == RecordStream.NONE) {
            return 0;
        }
        target.putBytes(offset, copy, 0, length);
        cursor.seek(end);
        return length;
    }
}
