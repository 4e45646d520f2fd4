package io.quorumlog.raft;

import io.quorumlog.codec.peer.VoteReply;

/**
 * Asks whether a majority would vote for it, before it raises its term (thesis 9.6): a member that was cut off comes back
 * without deposing anyone. Promises nothing, changes nothing.
 */
final class PreCandidate extends Role {
    private final Raft raft;
    private final Quorum votes;
    private final long sinceNs;

    PreCandidate(final Raft raft) {
        this.raft = raft;
        sinceNs = raft.nowNs();
        votes = new Quorum(raft.members().count());
    }

    /** When this round of pre-votes began. */
    long sinceNs() {
        return sinceNs;
    }

    @Override
    RoleKind kind() {
        return RoleKind.PRE_CANDIDATE;
    }

    @Override
    void begin() {
        votes.vote(raft.members().self(), true);
        if (votes.isWon()) {
            campaign("the only member");
        } else {
            raft.requestVotes(true, false);
        }
    }

    @Override
    void onVoteReply(final int slot, final VoteReply reply) {
        if (!reply.isPreVote() || reply.requestedTerm() != raft.term() + 1) {
            return; // Late: from an earlier round or term.
        }
        if (raft.nowNs() >= deadlineNs()) {
            return; // We slept. Who granted it may follow a leader by now, whose messages wait behind this one.
        }
        votes.vote(slot, reply.isGranted());
        if (votes.isWon()) {
            campaign("pre-" + votes.votes(raft.members()));
        }
    }

    /** The disk may have been at work when the election began, and hang now. */
    private void campaign(final String reason) {
        if (raft.mayCampaign()) {
            raft.becomeCandidate(false, reason);
        } else {
            raft.campaignAgainSoon("won the pre-vote, but could write nothing now");
        }
    }

    @Override
    void onConnection(final int slot, final boolean up) {
        if (up) {
            raft.requestVote(slot, true, false);
        }
    }

    @Override
    long deadlineNs() {
        return raft.electionDeadlineNs();
    }

    @Override
    void fireTimers() {
        if (raft.nowNs() >= deadlineNs()) {
            raft.becomePreCandidate("no majority answered the pre-vote");
        }
    }
}
