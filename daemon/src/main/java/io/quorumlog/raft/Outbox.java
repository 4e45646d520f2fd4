package io.quorumlog.raft;

import io.quorumlog.codec.peer.AppendEntries;
import io.quorumlog.codec.peer.AppendReply;
import io.quorumlog.codec.peer.PeerMessage;
import io.quorumlog.codec.peer.TimeoutNow;
import io.quorumlog.codec.peer.VoteReply;
import io.quorumlog.codec.peer.VoteRequest;
import org.agrona.concurrent.UnsafeBuffer;

/** The messages that a member sends: what it says of itself in each, and the one way out for all of them. */
final class Outbox {
    private final Raft raft;
    private final RaftEffects effects;
    private final Members members;

    private final UnsafeBuffer scratch = new UnsafeBuffer(new byte[128]);
    private final VoteRequest voteRequest = new VoteRequest();
    private final VoteReply voteReply = new VoteReply();
    private final AppendEntries appendEntries = new AppendEntries();
    private final AppendReply appendReply = new AppendReply();
    private final TimeoutNow timeoutNow = new TimeoutNow();

    Outbox(final Raft raft, final RaftEffects effects) {
        this.raft = raft;
        this.effects = effects;
        members = raft.members();
    }

    /** The only exit for messages. */
    private void send(final int to, final PeerMessage message) {
        checkTermIsDurable();
        effects.send(to, message);
    }

    private void checkTermIsDurable() {
        Invariant.check(raft.isHardStateDurable(), "a message would name a term that is not durable");
    }

    void requestVotes(final boolean preVote, final boolean transfer) {
        for (int slot = 0; slot < members.count(); slot++) {
            if (slot != members.self()) {
                requestVote(slot, preVote, transfer);
            }
        }
    }

    void requestVote(final int slot, final boolean preVote, final boolean transfer) {
        voteRequest
                .wrapAndEncode(scratch, 0, raft.config().memberId(), preVote ? raft.term() + 1 : raft.term())
                .lastIndex(raft.log().lastIndex())
                .lastTerm(raft.log().lastTerm())
                .preVote(preVote)
                .transfer(transfer)
                .blank(raft.isBlank());
        send(members.id(slot), voteRequest);
    }

    void sendInquiry(
            final int slot, final int candidate, final long lastTerm, final long lastIndex, final boolean transfer) {
        voteRequest
                .wrapAndEncode(scratch, 0, raft.config().memberId(), raft.term())
                .lastIndex(lastIndex)
                .lastTerm(lastTerm)
                .transfer(transfer)
                .inquireAbout(candidate);
        send(members.id(slot), voteRequest);
    }

    void sendInquiryAnswer(final int slot, final int candidate, final boolean granted) {
        voteReply
                .wrapAndEncode(scratch, 0, raft.config().memberId(), raft.term())
                .requestedTerm(raft.term())
                .granted(granted)
                .inquiredAbout(candidate);
        send(members.id(slot), voteReply);
    }

    void sendPreVoteReply(final int to, final VoteRequest request, final boolean granted) {
        encodeVoteReply(request.term(), granted).preVote(true).transfer(request.isTransfer());
        send(to, voteReply);
    }

    void sendVoteReply(final int to, final long requestedTerm, final boolean granted) {
        encodeVoteReply(requestedTerm, granted);
        send(to, voteReply);
    }

    private VoteReply encodeVoteReply(final long requestedTerm, final boolean granted) {
        return voteReply
                .wrapAndEncode(scratch, 0, raft.config().memberId(), raft.term())
                .requestedTerm(requestedTerm)
                .granted(granted)
                .blank(raft.isBlank());
    }

    /** A message without entries: a heartbeat, or a probe of a follower that may hold all. */
    void sendAppendEntries(final int to, final long prevIndex, final long round, final boolean endsBlankness) {
        send(to, appendEntriesBehind(prevIndex, round, endsBlankness));
    }

    /** Sends entries from {@code firstIndex} on; the last one that was taken. */
    long sendAppendEntries(
            final int to, final long firstIndex, final long round, final boolean endsBlankness, final int maxBytes) {
        checkTermIsDurable();
        final AppendEntries message = appendEntriesBehind(firstIndex - 1, round, endsBlankness);
        return effects.sendEntries(to, message, firstIndex, maxBytes);
    }

    private AppendEntries appendEntriesBehind(final long prevIndex, final long round, final boolean endsBlankness) {
        return appendEntries
                .wrapAndEncode(scratch, 0, raft.config().memberId(), raft.term())
                .prevIndex(prevIndex)
                .prevTerm(raft.log().termAt(prevIndex))
                .leaderCommit(raft.commitIndex())
                .round(round)
                .endsBlankness(endsBlankness);
    }

    void sendAppendReply(final int to, final long matchIndex, final long round) {
        send(to, appendReply(matchIndex, round));
    }

    void sendRefusal(
            final int to,
            final long matchIndex,
            final long round,
            final long prevIndex,
            final long conflictIndex,
            final long conflictTerm) {
        send(to, appendReply(matchIndex, round).refuse(prevIndex, conflictIndex, conflictTerm));
    }

    private AppendReply appendReply(final long matchIndex, final long round) {
        return appendReply
                .wrapAndEncode(scratch, 0, raft.config().memberId(), raft.term())
                .matchIndex(matchIndex)
                .round(round)
                .blank(raft.isBlank());
    }

    void sendTimeoutNow(final int to) {
        send(to, timeoutNow.wrapAndEncode(scratch, 0, raft.config().memberId(), raft.term()));
    }
}
