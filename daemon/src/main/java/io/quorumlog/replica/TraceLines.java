package io.quorumlog.replica;

import io.quorumlog.codec.peer.AppendEntries;
import io.quorumlog.codec.peer.AppendReply;
import io.quorumlog.codec.peer.EntryBatch;
import io.quorumlog.codec.peer.PeerMessage;
import io.quorumlog.codec.peer.TimeoutNow;
import io.quorumlog.codec.peer.VoteReply;
import io.quorumlog.codec.peer.VoteRequest;
import io.quorumlog.raft.RaftLog;
import org.agrona.ExpandableArrayBuffer;

/**
 * Lines of a trace, each a JSON object: who, the line's number, the action and the member's term, and what the action needs to
 * be judged. A message is an object with the fields of raft.tla; it reads the same, to the last byte, where it is sent and
 * where it is handled. Allocates only to grow.
 */
final class TraceLines {
    private final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer(16 << 10);
    private final int memberId;
    private int length;
    private long lines;

    TraceLines(final int memberId) {
        this.memberId = memberId;
    }

    /** Bytes of the lines since {@link #clear}. */
    int length() {
        return length;
    }

    byte[] bytes() {
        return buffer.byteArray();
    }

    void clear() {
        length = 0;
    }

    TraceLines begin(final String action, final long term) {
        lines++;
        text("{\"node\":");
        digits(memberId);
        field("seq", lines);
        text(",\"action\":\"");
        text(action);
        text("\"");
        return field("term", term);
    }

    TraceLines field(final String name, final long value) {
        name(name);
        digits(value);
        return this;
    }

    TraceLines field(final String name, final boolean value) {
        name(name);
        text(value ? "true" : "false");
        return this;
    }

    TraceLines field(final String name, final int[] values) {
        beginList(name);
        for (final int value : values) {
            item(value);
        }
        return endList();
    }

    /** The terms of a log's entries, as runs: a term, and how many entries in a row have it, and so on. */
    TraceLines terms(final String name, final RaftLog log, final long firstIndex, final long lastIndex) {
        beginList(name);
        long index = firstIndex;
        while (index <= lastIndex) {
            final long term = log.termAt(index);
            final long runEnd =
                    log.termAt(lastIndex) == term ? lastIndex : log.lastIndexWithTermAtMost(term, lastIndex);
            item(term);
            item(runEnd - index + 1);
            index = runEnd + 1;
        }
        return endList();
    }

    void end() {
        text("}\n");
    }

    // Messages.

    TraceLines message(final int from, final int to, final PeerMessage message) {
        if (message instanceof VoteRequest request) {
            beginMessage("RequestVoteRequest", from, to, message.term());
            field("mlastLogIndex", request.lastIndex());
            field("mlastLogTerm", request.lastTerm());
            field("mpreVote", request.isPreVote());
            field("mtransfer", request.isTransfer());
            field("mblank", request.isBlank());
            field("minquiryAbout", request.isInquiry() ? request.candidate() : 0);
        } else if (message instanceof VoteReply reply) {
            beginMessage("RequestVoteResponse", from, to, message.term());
            field("mrequestedTerm", reply.requestedTerm());
            field("mvoteGranted", reply.isGranted());
            field("mpreVote", reply.isPreVote());
            field("mtransfer", reply.isTransfer());
            field("mblank", reply.isBlank());
            field("minquiryAbout", reply.isInquiry() ? reply.candidate() : 0);
        } else if (message instanceof AppendEntries entries) {
            appendEntries(from, to, entries);
            terms(entries.entries());
        } else if (message instanceof AppendReply reply) {
            beginMessage("AppendEntriesResponse", from, to, message.term());
            field("msuccess", !reply.isRefused());
            field("mmatchIndex", reply.matchIndex());
            field("mround", reply.round());
            field("mblank", reply.isBlank());
            field("mprevLogIndex", reply.prevIndex());
            field("mconflictIndex", reply.conflictIndex());
            field("mconflictTerm", reply.conflictTerm());
        } else if (message instanceof TimeoutNow) {
            beginMessage("TimeoutNowRequest", from, to, message.term());
        } else {
            throw new IllegalArgumentException("no message of the core's: " + message);
        }
        return endMessage();
    }

    /** A message and the entries that went with it, which lie in the log. */
    TraceLines message(
            final int from,
            final int to,
            final AppendEntries message,
            final RaftLog log,
            final long firstIndex,
            final long lastIndex) {
        appendEntries(from, to, message);
        terms("mentries", log, firstIndex, lastIndex);
        return endMessage();
    }

    private void appendEntries(final int from, final int to, final AppendEntries message) {
        beginMessage("AppendEntriesRequest", from, to, message.term());
        field("mprevLogIndex", message.prevIndex());
        field("mprevLogTerm", message.prevTerm());
        field("mcommitIndex", message.leaderCommit());
        field("mround", message.round());
        field("mendsBlankness", message.endsBlankness());
    }

    private void terms(final EntryBatch entries) {
        beginList("mentries");
        long term = 0;
        long count = 0;
        while (entries.next()) {
            if (entries.entry().term() != term && count > 0) {
                item(term);
                item(count);
                count = 0;
            }
            term = entries.entry().term();
            count++;
        }
        if (count > 0) {
            item(term);
            item(count);
        }
        endList();
    }

    private void beginMessage(final String type, final int from, final int to, final long term) {
        text(",\"message\":{\"mtype\":\"");
        text(type);
        text("\"");
        field("msource", from);
        field("mdest", to);
        field("mterm", term);
    }

    private TraceLines endMessage() {
        text("}");
        return this;
    }

    // Text.

    private void beginList(final String name) {
        name(name);
        text("[");
    }

    private void item(final long value) {
        if (buffer.getByte(length - 1) != '[') {
            text(",");
        }
        digits(value);
    }

    private TraceLines endList() {
        text("]");
        return this;
    }

    private void name(final String name) {
        text(",\"");
        text(name);
        text("\":");
    }

    private void digits(final long value) {
        length += buffer.putLongAscii(length, value);
    }

    private void text(final String ascii) {
        length += buffer.putStringWithoutLengthAscii(length, ascii);
    }
}
