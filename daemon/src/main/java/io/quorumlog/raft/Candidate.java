package io.quorumlog.raft;

import io.quorumlog.codec.peer.VoteReply;

/**
 * Campaigns in a term of its own (thesis 3.4). It asks for votes once its own vote, and every entry that the request speaks
 * of, survives a crash: were the request sent earlier, a crash could lose the tail that it claims, and a vote given for the
 * longer log would count for the shorter one.
 */
final class Candidate extends Role {
    private final Raft raft;
    private final boolean transfer;
    private final Quorum votes;
    private boolean asked;
    private boolean inquired;

    Candidate(final Raft raft, final boolean transfer) {
        this.raft = raft;
        this.transfer = transfer;
        votes = new Quorum(raft.members().count());
    }

    @Override
    RoleKind kind() {
        return RoleKind.CANDIDATE;
    }

    @Override
    void begin() {
        onDurable();
    }

    @Override
    void onDurable() {
        if (asked || !raft.isHardStateDurable()) {
            return;
        }
        asked = true;
        votes.vote(raft.members().self(), true);
        if (votes.isWon()) {
            raft.becomeLeader(false, votes.votes(raft.members()));
            return;
        }
        raft.resetElectionTimer(); // The voters' time begins when they are asked; our own disk may have been slow.
        raft.outbox().requestVotes(false, transfer);
    }

    @Override
    void onVoteReply(final int slot, final VoteReply reply) {
        if (reply.isPreVote() || reply.requestedTerm() != raft.term()) {
            return; // Late: from the pre-vote, or from an earlier term.
        }
        if (raft.nowNs() >= deadlineNs()) {
            return; // A voter may be wiped, and counted in another term, when our time is over: see BlankFollower.
        }
        votes.vote(slot, reply.isGranted());
        inquired |= reply.isGranted() && reply.isBlank();
        if (votes.isWon()) {
            raft.becomeLeader(inquired, votes.votes(raft.members()));
        } else if (hasNoChance()) {
            raft.campaignAgainSoon("lost the election");
        }
    }

    /** Whether those that are connected and have not refused make no majority with us: waiting longer brings nothing. */
    private boolean hasNoChance() {
        int possible = 0;
        for (int slot = 0; slot < raft.members().count(); slot++) {
            if (!votes.hasRefused(slot) && (slot == raft.members().self() || raft.isConnected(slot))) {
                possible++;
            }
        }
        return possible < Quorum.majority(raft.members().count());
    }

    @Override
    void onConnection(final int slot, final boolean up) {
        if (up && asked) {
            raft.outbox().requestVote(slot, false, transfer);
        }
    }

    @Override
    long deadlineNs() {
        return raft.electionDeadlineNs();
    }

    @Override
    void fireTimers() {
        if (raft.nowNs() < deadlineNs()) {
            return;
        }
        if (asked) {
            raft.becomePreCandidate("no majority answered");
        } else {
            raft.resetElectionTimer(); // Our own disk is the one that is late.
        }
    }
}
