package io.quorumlog.replica;

import io.quorumlog.codec.peer.AppendEntries;
import io.quorumlog.codec.peer.AppendReply;
import io.quorumlog.codec.peer.PeerMessage;
import io.quorumlog.codec.peer.TimeoutNow;
import io.quorumlog.codec.peer.VoteReply;
import io.quorumlog.codec.peer.VoteRequest;
import io.quorumlog.log.ReplicaLog;
import io.quorumlog.raft.RaftEffects;
import io.quorumlog.raft.RaftLog;
import io.quorumlog.raft.RoleKind;

/**
 * Writes a line for each action of the core, named as in Raft's public TLA+ specification where that has it. It is taken at the
 * core's ports, not told by the core: messages before they are handled, and records, messages and commits as they leave. So a
 * core that does something wrong can't hide it.
 *
 * <p>Each line begins with {@code node}, {@code seq} (counted from the process' start), {@code action} and {@code term}.
 *
 * <table>
 * <caption>Actions</caption>
 * <tr><td>Restart</td><td>the process has come up; what it found: votedFor, blank, lostEntries,
 * commitIndex, the log's terms</td></tr>
 * <tr><td>HandleRequestVoteRequest, …Response, HandleAppendEntriesRequest, …Response, HandleTimeoutNowRequest</td>
 * <td>a message came; what is behind it, up to the next input, came of it: nothing, where the message was stale</td></tr>
 * <tr><td>Durable</td><td>the records up to a number are on disk</td></tr>
 * <tr><td>Connect, Disconnect, Greet</td><td>what is known of the connection to a member</td></tr>
 * <tr><td>Timeout, UpdateTerm, GrantVote, EndBlankness</td><td>a hard state is written, as a record with a number: a campaign
 * begins; another's term is taken, perhaps with a vote; a vote is given; a member is blank no more</td></tr>
 * <tr><td>BecomeFollower, BecomePreCandidate, BecomeCandidate, BecomeLeader</td><td>the role, and the known leader</td></tr>
 * <tr><td>ClientRequest</td><td>a leader's own entries, in a row</td></tr>
 * <tr><td>NoConflictAppendEntriesRequest, ConflictAppendEntriesRequest</td><td>a follower appends, or supersedes what stood
 * at an index and behind it</td></tr>
 * <tr><td>AdvanceCommitIndex</td><td></td></tr>
 * <tr><td>RequestVote, RequestPreVote, InquireVote, AppendEntries, TimeoutNow, Reply</td><td>a message leaves, or is
 * lost</td></tr>
 * <tr><td>RequestRead, ConfirmRead</td><td>ReadIndex: the round that a read needs; the round up to which reads are good</td></tr>
 * </table>
 *
 * <p>Entries in a row are one line. Written at the end of each turn, before what it says can leave the process.
 */
final class ActionTrace extends CoreTrace {
    private static final int WRITE_BYTES = 64 << 10;

    private final TraceOutput output;
    private final TraceLines lines;
    private final int memberId;
    private long term;
    /** Entries that have been appended in a row, and are not written yet; null if there are none. */
    private String appending;

    private long firstIndex;
    private long count;
    private long entryTerm;
    private long firstRecord;
    private long requestedRound;
    private long confirmedRound;

    ActionTrace(final int memberId, final int[] memberIds, final ReplicaLog log, final TraceOutput output) {
        super(log);
        this.memberId = memberId;
        this.output = output;
        lines = new TraceLines(memberId);
        term = log.term();
        begin("Restart")
                .field("members", memberIds)
                .field("votedFor", log.votedFor())
                .field("blank", log.isBlank())
                .field("lostEntries", log.hasLostEntries())
                .field("commitIndex", log.commitWatermark())
                .terms("log", log, 1, log.lastIndex());
        end();
        flush();
    }

    @Override
    RaftLog log() {
        return new TracedLog(log, log.isBlank(), this);
    }

    @Override
    RaftEffects effects(final RaftEffects effects) {
        return new TracedEffects(effects, log, this);
    }

    // What goes into the core.

    @Override
    void onMessage(final int from, final PeerMessage message) {
        begin(handling(message)).message(from, memberId, message);
        end();
    }

    private static String handling(final PeerMessage message) {
        if (message instanceof AppendEntries) {
            return "HandleAppendEntriesRequest";
        } else if (message instanceof AppendReply) {
            return "HandleAppendEntriesResponse";
        } else if (message instanceof VoteRequest) {
            return "HandleRequestVoteRequest";
        } else if (message instanceof VoteReply) {
            return "HandleRequestVoteResponse";
        }
        return "HandleTimeoutNowRequest";
    }

    @Override
    void onDurable(final long recordSeq) {
        begin("Durable").field("record", recordSeq);
        end();
    }

    @Override
    void onGreeting(final int member, final boolean blank) {
        begin("Greet").field("peer", member).field("blank", blank);
        end();
    }

    @Override
    void onConnection(final int member, final boolean up) {
        begin(up ? "Connect" : "Disconnect").field("peer", member);
        end();
    }

    @Override
    void onReadRequested(final long round) {
        if (round != requestedRound) {
            requestedRound = round;
            begin("RequestRead").field("round", round);
            end();
        }
    }

    @Override
    void onReadConfirmed(final long round) {
        if (round != confirmedRound && round != 0) {
            confirmedRound = round;
            begin("ConfirmRead").field("round", round);
            end();
        }
    }

    @Override
    void flush() {
        settle();
        if (lines.length() > 0) {
            output.write(lines.bytes(), lines.length());
            lines.clear();
        }
    }

    // What comes out of it.

    /** An entry is in the log, in this record. */
    void onAppended(final String action, final long index, final long newEntryTerm, final long record) {
        if (action.equals(appending)
                && index == firstIndex + count
                && record == firstRecord + count
                && newEntryTerm == entryTerm) {
            count++;
            return;
        }
        settle();
        appending = action;
        firstIndex = index;
        count = 1;
        entryTerm = newEntryTerm;
        firstRecord = record;
    }

    void onHardState(
            final long newTerm,
            final int newVote,
            final boolean blank,
            final boolean endsBlankness,
            final long record) {
        settle();
        final String action = newTerm > term
                ? newVote == memberId ? "Timeout" : "UpdateTerm"
                : endsBlankness ? "EndBlankness" : "GrantVote";
        term = newTerm;
        begin(action).field("votedFor", newVote).field("blank", blank).field("record", record);
        end();
    }

    void onSent(final int to, final PeerMessage message) {
        begin(sending(message)).message(memberId, to, message);
        end();
        requestedRound = 0;
    }

    void onSent(
            final int to, final AppendEntries message, final RaftLog log, final long firstSent, final long lastSent) {
        begin(sending(message)).message(memberId, to, message, log, firstSent, lastSent);
        end();
        requestedRound = 0;
    }

    private static String sending(final PeerMessage message) {
        if (message instanceof AppendEntries) {
            return "AppendEntries";
        } else if (message instanceof VoteRequest request) {
            return request.isInquiry() ? "InquireVote" : request.isPreVote() ? "RequestPreVote" : "RequestVote";
        } else if (message instanceof TimeoutNow) {
            return "TimeoutNow";
        }
        return "Reply";
    }

    void onCommit(final long commitIndex) {
        begin("AdvanceCommitIndex").field("commitIndex", commitIndex);
        end();
    }

    void onRole(final RoleKind role, final int leaderId) {
        begin(becoming(role)).field("leader", leaderId);
        end();
        confirmedRound = 0;
    }

    private static String becoming(final RoleKind role) {
        return switch (role) {
            case FOLLOWER -> "BecomeFollower";
            case PRE_CANDIDATE -> "BecomePreCandidate";
            case CANDIDATE -> "BecomeCandidate";
            case LEADER -> "BecomeLeader";
        };
    }

    // Lines.

    private TraceLines begin(final String action) {
        settle();
        return lines.begin(action, term);
    }

    private void end() {
        lines.end();
        if (lines.length() >= WRITE_BYTES) {
            output.write(lines.bytes(), lines.length());
            lines.clear();
        }
    }

    /** Writes down the entries that have been appended in a row. */
    private void settle() {
        if (appending == null) {
            return;
        }
        lines.begin(appending, term)
                .field("index", firstIndex)
                .field("count", count)
                .field("entryTerm", entryTerm)
                .field("record", firstRecord);
        appending = null;
        end();
    }
}
