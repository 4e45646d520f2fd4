package io.quorumlog.session;

import io.quorumlog.codec.record.LogRecord;
import io.quorumlog.log.EntryCursor;
import io.quorumlog.raft.RoleKind;
import org.agrona.DirectBuffer;

/** All that a client's command can ask of the node. One thread, no call blocks or fails. */
public interface ReplicatedLog {
    /** This node does not lead. */
    long NOT_LEADER = -1;
    /** Not now (leadership is being handed over, the log prepares a file): keep the request and try again. */
    long NOT_NOW = -2;

    /**
     * Appends a client's entry if this node leads.
     *
     * @return its index, {@link #NOT_LEADER} or {@link #NOT_NOW}
     */
    long append(DirectBuffer payload, int offset, int length);

    /** Whether a leader here would take an entry now; false while this is a leader that answers {@link #NOT_NOW}. */
    boolean acceptsAppends();

    /** Index of the last client entry in this node's log, committed or not; 0 if there is none. */
    long lastClientIndex();

    /** Index of the last committed client entry; 0 if there is none. */
    long committedClientIndex();

    long commitIndex();

    /** Term of the entry at an index up to {@link #lastIndex()}. */
    long termAt(long index);

    long lastIndex();

    long term();

    RoleKind role();

    /** Id of the leader of the current term; 0 while none is known. */
    int leaderId();

    /** Where clients reach a member, {@code host:port}; null if it is no member. */
    String clientAddress(int member);

    /** Whether this node leads. */
    default boolean isLeader() {
        return role() == RoleKind.LEADER;
    }

    /**
     * Begins to confirm that this node still leads (ReadIndex, thesis 6.4).
     *
     * @return a number that {@link #confirmedRead()} reaches when a majority has confirmed it after this call, and an entry
     *     of this term is committed; {@link #NOT_LEADER}. It has no meaning in a later term.
     */
    long requestRead();

    /** All reads of the current term up to this number are confirmed; 0 before the first. */
    long confirmedRead();

    /**
     * Begins to hand leadership to another member.
     *
     * @return null if it has begun, else why not, in words
     */
    String transferTo(int member);

    /** Whether a transfer that this node began is under way. It ends, one way or the other, within an election timeout. */
    boolean isTransferring();

    /**
     * Moves to the next committed client entry at or behind the cursor, checks its checksum, and views it. The cursor ends
     * behind it; where there is none yet, before the first index that may become one.
     *
     * @return false if no such entry is committed
     */
    boolean readEntry(EntryCursor cursor, LogRecord view);

    /**
     * As {@link #readEntry}, for an entry that this reader has had before and will check once more at its end: this may check
     * nothing. A reply goes out in pieces, each of which looks the entry up anew, so that checking a large one each time
     * would be quadratic.
     */
    default boolean rereadEntry(final EntryCursor cursor, final LogRecord view) {
        return readEntry(cursor, view);
    }

    /**
     * As {@link #readEntry}, but looks at the header only: for counting. {@code view} need not cover the payload; how long
     * that is, the header's own length field says.
     */
    boolean skipEntry(EntryCursor cursor, LogRecord view);

    /** The monotonic clock of this turn of the loop, nanoseconds. */
    long nowNs();

    /** After how long an append whose fate is open is answered UNCERTAIN, counted from the loss of leadership. */
    long uncertainAfterNs();

    /** What STATUS and MEMBERS show. */
    NodeStatus status();
}
