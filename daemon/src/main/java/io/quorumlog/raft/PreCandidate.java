package io.quorumlog.raft;

import io.quorumlog.codec.peer.VoteReply;

/**
 * Asks whether a majority would vote for it, before it raises its term (thesis 9.6): a member that was cut off comes back
 * without deposing anyone. Promises nothing, changes nothing.
 *
 * <p>So does one to which a leader hands over. The others need not stick to that leader then, but the leader itself must
 * agree, as it does only as long as the transfer lasts: one that is told to campaign, and is not heard or falls asleep, does
 * not depose it later.
 */
final class PreCandidate extends Role {
    private final Raft raft;
    /** The leader that hands over, {@link #NO_LEADER} if none does. */
    private final int predecessor;

    private final Quorum votes;
    private final long sinceNs;

    PreCandidate(final Raft raft, final int predecessor) {
        this.raft = raft;
        this.predecessor = predecessor;
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
    int leaderId() {
        return predecessor;
    }

    @Override
    void begin() {
        votes.vote(raft.members().self(), true);
        if (isWon()) {
            campaign("the only member");
        } else {
            raft.outbox().requestVotes(true, isTransfer());
        }
    }

    private boolean isTransfer() {
        return predecessor != NO_LEADER;
    }

    void ask(final int slot) {
        raft.outbox().requestVote(slot, true, isTransfer());
    }

    @Override
    void onVoteReply(final int slot, final VoteReply reply) {
        if (!reply.isPreVote() || reply.requestedTerm() != raft.term() + 1 || reply.isTransfer() != isTransfer()) {
            return; // Late: from an earlier round or term.
        }
        if (raft.nowNs() >= endNs()) {
            return; // We slept. Who granted it may follow a leader by now, whose messages wait behind this one.
        }
        votes.vote(slot, reply.isGranted());
        if (isWon() && !isTransfer()) {
            campaign("pre-" + votes.votes(raft.members()));
        }
    }

    private boolean isWon() {
        return votes.isWon()
                && (!isTransfer() || votes.hasGranted(raft.members().slotOf(predecessor)));
    }

    @Override
    void onConnection(final int slot, final boolean up) {
        if (up) {
            ask(slot);
        } else if (raft.members().id(slot) == predecessor) {
            raft.becomePreCandidate("the leader's connection broke");
        }
    }

    /** A transfer that is agreed to begins when what else the leader has sent is read: it may have given up since. */
    @Override
    long deadlineNs() {
        return isWon() ? raft.nowNs() : endNs();
    }

    /** When the round is over: a transfer's after as long as the leader gives it, which began before. */
    private long endNs() {
        return isTransfer() ? sinceNs + raft.config().electionTimeoutNs() : raft.electionDeadlineNs();
    }

    @Override
    void fireTimers() {
        if (isWon()) {
            campaign("pre-" + votes.votes(raft.members()));
        } else if (raft.nowNs() >= endNs()) {
            raft.becomePreCandidate("no majority answered the pre-vote");
        }
    }

    /** The disk may have been at work when the election began, and hang now. */
    private void campaign(final String reason) {
        if (raft.mayCampaign()) {
            raft.becomeCandidate(isTransfer(), reason);
        } else {
            raft.campaignAgainSoon("won the pre-vote, but could write nothing now");
        }
    }
}
