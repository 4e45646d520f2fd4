package io.quorumlog.raft;

import io.quorumlog.codec.peer.VoteReply;
import io.quorumlog.codec.peer.VoteRequest;
import java.util.Arrays;

/**
 * What a blank member asks before it votes for a candidate that has a log, and what it is answered.
 *
 * <p>It may have voted in this term before its disk was wiped, or hold back a later term, or have acknowledged entries that
 * the candidate lacks; it can't know. So it asks every other member. Each enters the term first, as if the candidate had
 * asked, so that from then on it takes nothing from older leaders; then it says whether it would vote for this candidate
 * itself: whether it has voted for no other one, and has no more up-to-date log. Whatever the blank member promised, it
 * promised it to somebody, or together with somebody, among those. When all have said yes, nothing is committed, and
 * nothing can be any more in an older term, that the candidate lacks. A refusal or a silence is the end of it in this term:
 * the candidate waits for its time to run out, and whoever has the better log comes first meanwhile.
 *
 * <p>One object a member, used by both sides. Allocates per election.
 */
final class VoteInquiries {
    private record Inquiry(int candidate, long lastTerm, long lastIndex, boolean transfer) {}

    private final Raft raft;
    private final Members members;
    /** Of this blank member in the current term, the first and only one; null if there is none. */
    private Inquiry own;

    private final boolean[] granted;
    private boolean asked;
    private boolean over;
    /** By the slot of the blank member that asks: answered when this member's term is durable. */
    private final Inquiry[] owed;

    VoteInquiries(final Raft raft, final Members members) {
        this.raft = raft;
        this.members = members;
        granted = new boolean[members.count()];
        owed = new Inquiry[members.count()];
    }

    // The blank member asks.

    /** A member, neither this one nor the candidate, that is not connected; {@link Raft#NONE} if all are. */
    int missingBeside(final int candidate) {
        for (int slot = 0; slot < granted.length; slot++) {
            if (isAsked(slot, candidate) && !raft.isConnected(slot)) {
                return members.id(slot);
            }
        }
        return Raft.NONE;
    }

    private boolean isAsked(final int slot, final int candidate) {
        return slot != members.self() && members.id(slot) != candidate;
    }

    /** Asks all others about the candidate, which might be voted for by the usual rules; a repeated request repeats it. */
    void inquire(final int candidate, final VoteRequest request) {
        if (own == null) {
            own = new Inquiry(candidate, request.lastTerm(), request.lastIndex(), request.isTransfer());
            Arrays.fill(granted, false);
            asked = false;
            over = false;
            final int missing = missingBeside(candidate);
            if (missing != Raft.NONE) {
                refuse("member " + missing + " is not connected");
            }
        } else if (own.candidate != candidate) {
            return; // Two ask for votes in one term: each has voted for itself, and would refuse the other one.
        }
        ask();
    }

    /** Asks when the term that an inquiry names is durable. */
    private void ask() {
        if (over || !raft.isHardStateDurable()) {
            return;
        }
        asked = true;
        for (int slot = 0; slot < granted.length; slot++) {
            if (isAsked(slot, own.candidate) && !granted[slot]) {
                raft.outbox().sendInquiry(slot, own.candidate, own.lastTerm, own.lastIndex, own.transfer);
            }
        }
        decide();
    }

    /** An answer of the current term. */
    void onAnswer(final int slot, final VoteReply reply) {
        if (own == null || over || reply.requestedTerm() != raft.term() || reply.candidate() != own.candidate) {
            return; // Late: of another term or candidate.
        }
        if (!reply.isGranted()) {
            refuse("member " + members.id(slot) + " has a more up-to-date log, or has voted for another");
            return;
        }
        granted[slot] = true;
        decide();
    }

    private void decide() {
        for (int slot = 0; slot < granted.length; slot++) {
            if (isAsked(slot, own.candidate) && !granted[slot]) {
                return;
            }
        }
        over = true;
        if (raft.mayVoteFor(own.candidate, own.lastTerm, own.lastIndex)) {
            raft.voteFor(own.candidate);
        }
    }

    private void refuse(final String reason) {
        over = true;
        raft.withholdVote(own.candidate, raft.term(), reason);
    }

    // Another one answers.

    /** A blank member asks in the current term. */
    void onInquiry(final int slot, final VoteRequest request) {
        owed[slot] = new Inquiry(request.candidate(), request.lastTerm(), request.lastIndex(), request.isTransfer());
        answer(slot);
    }

    private void answer(final int slot) {
        final Inquiry inquiry = owed[slot];
        if (inquiry != null && raft.isHardStateDurable()) {
            owed[slot] = null;
            raft.outbox()
                    .sendInquiryAnswer(
                            slot,
                            inquiry.candidate,
                            raft.mayVoteFor(inquiry.candidate, inquiry.lastTerm, inquiry.lastIndex));
        }
    }

    // Both.

    void onDurable() {
        if (own != null && !asked) {
            ask();
        }
        for (int slot = 0; slot < owed.length; slot++) {
            answer(slot);
        }
    }

    /** The term is about to end, and with it all that was asked in it. */
    void onTermEnds() {
        if (own != null && !over) {
            refuse("not every other member has answered within the term");
        }
        own = null;
        Arrays.fill(owed, null);
    }
}
