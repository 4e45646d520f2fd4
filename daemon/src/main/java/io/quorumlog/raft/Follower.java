package io.quorumlog.raft;

import io.quorumlog.codec.ProtocolException;
import io.quorumlog.codec.peer.AppendEntries;
import io.quorumlog.codec.peer.EntryBatch;
import io.quorumlog.codec.record.Crc32c;
import io.quorumlog.codec.record.LogRecord;

/**
 * Follows a leader, or waits for one. Its answers are derived from state when they may leave, never queued: what it
 * acknowledges is the smaller of what is durable and what this leader has verified, so one flush gives one reply.
 */
final class Follower extends Role {
    private static final long NEVER = Long.MAX_VALUE;

    private final Raft raft;
    private final RaftLog log;
    private final Crc32c crc = new Crc32c();
    private int leaderId;
    /** Up to here our log is the leader's: rises while we follow it, for a leader never changes its own log. */
    private long verifiedIndex;

    private long round;
    private long repliedRound;
    private long repliedMatch;
    private boolean replyOwed;
    private boolean refusalOwed;
    private long refusedPrevIndex;
    private long refusedPrevTerm;
    /** Whether the leader hands over to us, and has said nothing else since. */
    private boolean handedOver;
    /** When to campaign before the election timeout, as nobody leads by all signs; {@link #NEVER} without such signs. */
    private long earlyDeadlineNs = NEVER;

    private String earlyReason;

    Follower(final Raft raft, final int leaderId) {
        this.raft = raft;
        this.leaderId = leaderId;
        log = raft.log();
    }

    @Override
    RoleKind kind() {
        return RoleKind.FOLLOWER;
    }

    @Override
    int leaderId() {
        return leaderId;
    }

    /** Whether the leader's process may be gone: its connection broke, and it has not been heard of since. */
    boolean hasLostLeader() {
        return earlyDeadlineNs != NEVER;
    }

    /** The consistency check and what follows from it (thesis 3.5). The message is of the current term. */
    void onAppendEntries(final int from, final AppendEntries message) {
        if (leaderId == NO_LEADER) {
            leaderId = from;
            raft.onLeaderKnown();
        }
        Invariant.check(leaderId == from, "two leaders in one term (leader, sender)", leaderId, from);
        earlyDeadlineNs = NEVER;
        handedOver = false;
        raft.onLeaderHeard();
        round = Math.max(round, message.round());

        final long prevIndex = message.prevIndex();
        if (prevIndex < 0 || prevIndex == 0 && message.prevTerm() != 0) {
            throw new ProtocolException("no entry can be " + prevIndex + "@" + message.prevTerm());
        }
        if (prevIndex > log.lastIndex() || log.termAt(prevIndex) != message.prevTerm()) {
            Invariant.check(
                    prevIndex > raft.commitIndex(),
                    "a leader contradicts what is committed (prev, commit)",
                    prevIndex,
                    raft.commitIndex());
            refusalOwed = true;
            refusedPrevIndex = prevIndex;
            refusedPrevTerm = message.prevTerm();
            return;
        }
        refusalOwed = false;
        final long lastVerified = append(prevIndex, message);
        verifiedIndex = Math.max(verifiedIndex, lastVerified);
        if (message.entryBytes() == 0 || round > repliedRound || lastVerified <= raft.durableIndex()) {
            replyOwed = true;
        }
        raft.commitUpTo(Math.min(message.leaderCommit(), verifiedIndex));
        if (message.endsBlankness() && raft.endBlankness(leaderId)) {
            replyOwed = true;
        }
    }

    /**
     * Appends the entries that are new here. An entry that we hold with the same term is passed over, so that a late or
     * repeated message cuts nothing off; only a conflict supersedes.
     *
     * @return last index that this message has verified
     */
    private long append(final long prevIndex, final AppendEntries message) {
        long index = prevIndex;
        long lastTerm = message.prevTerm();
        final EntryBatch entries = message.entries();
        while (entries.next()) {
            final LogRecord entry = entries.entry();
            if (entry.index() != index + 1 || entry.term() < Math.max(lastTerm, 1) || entry.term() > message.term()) {
                throw new ProtocolException(
                        "entry " + entry + " behind " + index + "@" + lastTerm + " in term " + message.term());
            }
            lastTerm = entry.term();
            if (index + 1 > log.lastIndex() || log.termAt(index + 1) != lastTerm) {
                if (!raft.hasRoom()) {
                    return index;
                }
                if (!entry.isIntact(crc)) {
                    throw new ProtocolException("entry " + entry + " has a wrong checksum");
                }
                Invariant.check(
                        index + 1 > raft.commitIndex(),
                        "a committed entry would be superseded (index, commit)",
                        index + 1,
                        raft.commitIndex());
                if (index + 1 <= verifiedIndex) {
                    throw new ProtocolException("entry " + entry + " supersedes one that the same leader had sent");
                }
                raft.appendReplicated(entry);
            }
            index++;
        }
        return index;
    }

    @Override
    void sendPending() {
        if (leaderId == NO_LEADER || !raft.isHardStateDurable()) {
            return;
        }
        final long match = Math.min(raft.durableIndex(), verifiedIndex);
        if (refusalOwed) {
            final long hint = log.lastIndexWithTermAtMost(refusedPrevTerm, Math.min(refusedPrevIndex, log.lastIndex()));
            raft.outbox().sendRefusal(leaderId, match, round, refusedPrevIndex, hint, log.termAt(hint));
        } else if (replyOwed || match > repliedMatch) {
            raft.outbox().sendAppendReply(leaderId, match, round);
        } else {
            return;
        }
        refusalOwed = false;
        replyOwed = false;
        repliedMatch = match;
        repliedRound = round;
    }

    @Override
    void onConnection(final int slot, final boolean up) {
        if (raft.members().id(slot) != leaderId) {
            return;
        }
        if (up) {
            repliedMatch = 0;
        } else if (earlyDeadlineNs == NEVER) {
            campaignAfter(raft.campaignTurnNs(leaderId), "the leader's connection broke");
        }
    }

    /** After a pre-vote for another we leave it a head start: two that campaign at once split the votes. */
    void yieldToCandidate() {
        if (earlyDeadlineNs != NEVER) {
            earlyDeadlineNs =
                    Math.max(earlyDeadlineNs, raft.nowNs() + raft.config().heartbeatNs());
        }
    }

    /** Campaigns after a delay, unless somebody leads before: nobody leads now. */
    void campaignAfter(final long delayNs, final String reason) {
        earlyDeadlineNs = raft.nowNs() + delayNs;
        earlyReason = reason;
    }

    /** The leader hands over to us. It may have thought better of it long ago: what else it has sent is read first. */
    void onTimeoutNow() {
        handedOver = true;
    }

    @Override
    long deadlineNs() {
        return handedOver ? raft.nowNs() : Math.min(raft.electionDeadlineNs(), earlyDeadlineNs);
    }

    @Override
    void fireTimers() {
        if (handedOver) {
            handedOver = false; // Should we be unable to campaign now, we are told again.
            if (raft.mayCampaign()) {
                sendPending(); // or the leader would miss answers, of which it needs a majority's
                raft.becomePreCandidateInPlaceOf(leaderId);
            }
            return;
        }
        if (raft.nowNs() < deadlineNs()) {
            return;
        }
        final boolean early = raft.nowNs() >= earlyDeadlineNs;
        if (raft.mayCampaign()) {
            raft.becomePreCandidate(early ? earlyReason : "no leader heard for an election timeout");
        } else if (early) {
            earlyDeadlineNs = raft.nowNs() + raft.config().heartbeatNs();
        } else {
            raft.resetElectionTimer();
        }
    }
}
