package io.quorumlog.log;

import io.quorumlog.codec.peer.PeerLimits;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * A copy of entries that were the log's newest when they were last sent. Under load a leader sends the same ones to each follower
 * in one turn: for all but the first they are here in one piece, found and checked. Takes memory as messages come to need it.
 */
final class NewestEntries {
    /** A message carries no more, but for one entry that is larger: that is not kept. */
    static final int MAX_BYTES = PeerLimits.MAX_BATCH_BYTES;

    private final ExpandableArrayBuffer copy = new ExpandableArrayBuffer();
    private final EntryCursor end = new EntryCursor(0);
    private long firstIndex;
    private int length;

    /**
     * The records of all entries from an index to the log's end were copied to {@code source}.
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
