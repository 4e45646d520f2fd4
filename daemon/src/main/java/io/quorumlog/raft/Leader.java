package io.quorumlog.raft;

import io.quorumlog.codec.ProtocolException;
import io.quorumlog.codec.peer.AppendReply;
import io.quorumlog.codec.record.LogRecord;
import io.quorumlog.codec.record.RecordKind;
import org.agrona.DirectBuffer;

/**
 * Leads: takes entries, replicates them while it flushes them itself, commits what a majority holds durably, and leaves
 * office when it hears from no majority. Everything that goes out, goes out in {@link #sendPending()}, once a turn: what
 * came in together travels together.
 */
final class Leader extends Role {
    private final Raft raft;
    private final RaftLog log;
    private final Members members;
    private final Progress[] followers;
    private final BlankFollower[] blankness;
    private final Quorum quorum;
    private final long[] perMember;
    /** The first entry of this term; what is below it counts only through it (thesis 3.6.2). */
    private final long firstIndexOfTerm;
    /** Whether a blank member's vote was needed, which rests on what all others answered. */
    private final boolean inquired;
    /** Whether we were blank ourselves, and with us all who elected us: a new cluster. */
    private boolean founding;

    private long heartbeatDeadlineNs;
    private long lastIndexAtHeartbeat;
    /** Whether entries were appended between the last two heartbeats. */
    private boolean isBusy;

    private long commitNoticeDeadlineNs = Long.MAX_VALUE;
    private long round;
    private boolean roundWanted;
    private boolean heartbeatWanted;
    /** The newest round for whose answers somebody waits. */
    private long awaitedRound;
    /** Whether anything was asked of this leader since the last heartbeat. */
    private boolean wasAsked = true;
    /** Whether nothing was asked of it between the last two heartbeats. */
    private boolean isQuiet;

    private LeadershipTransfer transfer;
    private long appendedBytes;
    /** The bytes of entries are counted between marks: what was appended before the mark is committed once its index is. */
    private long byteMark;

    private long byteMarkIndex;
    private long committedBytes;

    Leader(final Raft raft, final boolean inquired) {
        this.raft = raft;
        this.inquired = inquired;
        log = raft.log();
        members = raft.members();
        followers = new Progress[members.count()];
        blankness = new BlankFollower[members.count()];
        for (int slot = 0; slot < followers.length; slot++) {
            final boolean connected = raft.isConnected(slot);
            followers[slot] = new Progress(log.lastIndex() + 1, connected, raft.hasGreetedBlank(slot), raft.nowNs());
            blankness[slot] = new BlankFollower(raft.nowNs());
        }
        quorum = new Quorum(members.count());
        perMember = new long[members.count()];
        firstIndexOfTerm = log.lastIndex() + 1;
        byteMarkIndex = log.lastIndex();
    }

    @Override
    RoleKind kind() {
        return RoleKind.LEADER;
    }

    @Override
    int leaderId() {
        return raft.config().memberId();
    }

    /** Appends the entry by which this term begins; without one, entries of older terms would never commit (thesis 6.4). */
    @Override
    void begin() {
        founding = raft.endBlankness(leaderId());
        if (inquired && !founding) {
            for (int slot = 0; slot < followers.length; slot++) {
                if (followers[slot].isConnected()) {
                    blankness[slot].confirmed(firstIndexOfTerm);
                }
            }
        }
        if (log.lastIndex() == 0) {
            final DirectBuffer identity = raft.config().clusterIdentity();
            append(RecordKind.CLUSTER, identity, 0, identity.capacity());
        } else {
            append(RecordKind.NO_OP, raft.config().clusterIdentity(), 0, 0);
        }
        heartbeatDeadlineNs = raft.nowNs() + raft.config().heartbeatNs();
    }

    /** Whether a client's entry would be taken now. */
    boolean acceptsProposals() {
        return transfer == null && appendedBytes - committedBytes <= RaftLimits.UNCOMMITTED_BYTES && raft.hasRoom();
    }

    long append(final byte kind, final DirectBuffer payload, final int offset, final int length) {
        raft.appendOwn(kind, payload, offset, length);
        wasAsked = true;
        appendedBytes += LogRecord.HEADER_LENGTH + length;
        return log.lastIndex();
    }

    // Answers.

    @Override
    void onAppendReply(final int slot, final AppendReply reply) {
        if (reply.matchIndex() > log.lastIndex()) {
            throw new ProtocolException(
                    "match index " + reply.matchIndex() + " is behind the leader's last " + log.lastIndex());
        }
        final Progress follower = followers[slot];
        follower.onHeard(raft.nowNs(), reply.round(), reply.isBlank());
        follower.onMatch(reply.matchIndex());
        if (reply.isRefused() && follower.isCurrentRefusal(reply.prevIndex())) {
            final long bound = Math.min(reply.conflictIndex(), Math.min(reply.prevIndex() - 1, log.lastIndex()));
            follower.probe(log.lastIndexWithTermAtMost(reply.conflictTerm(), Math.max(bound, 0)) + 1);
        }
        advanceCommitIndex();
        endBlankness();
    }

    /** Our own disk counts like any other, and only what is on it (thesis 10.2.1). */
    @Override
    void onDurable() {
        advanceCommitIndex();
    }

    /** Commits what a majority holds durably, if it is of this term; older entries commit with it (thesis 3.6.2). */
    private void advanceCommitIndex() {
        for (int slot = 0; slot < followers.length; slot++) {
            perMember[slot] = slot == members.self() ? raft.durableIndex() : followers[slot].countedIndex();
        }
        final long index = quorum.reachedByMajority(perMember);
        if (index <= raft.commitIndex() || log.termAt(index) != raft.term()) {
            return;
        }
        raft.commitUpTo(index);
        if (index == log.lastIndex()) {
            byteMark = appendedBytes;
            byteMarkIndex = index;
        }
        if (index >= byteMarkIndex) {
            committedBytes = byteMark;
            byteMark = appendedBytes;
            byteMarkIndex = log.lastIndex();
        }
        if (commitNoticeDeadlineNs == Long.MAX_VALUE) {
            commitNoticeDeadlineNs = raft.nowNs() + raft.config().heartbeatNs() / RaftLimits.COMMIT_NOTICE_SHARE;
        }
    }

    // Reads.

    /** The round whose answers will confirm that we led after this call (ReadIndex, thesis 6.4). */
    long requestRead() {
        roundWanted = true;
        wasAsked = true;
        awaitedRound = round + 1;
        return awaitedRound;
    }

    /**
     * The newest round that a majority has answered; 0 until an entry of this term is committed, for before that this leader
     * does not know what is committed.
     */
    long confirmedRead() {
        if (raft.commitIndex() < firstIndexOfTerm) {
            return 0;
        }
        for (int slot = 0; slot < followers.length; slot++) {
            perMember[slot] = slot == members.self() ? round : followers[slot].round();
        }
        return quorum.reachedByMajority(perMember);
    }

    // Blank followers.

    /** Takes each blank follower a step further, as {@link BlankFollower} tells. */
    private void endBlankness() {
        for (int slot = 0; slot < followers.length; slot++) {
            if (followers[slot].isBlank() && followers[slot].isConnected() && slot != members.self()) {
                endBlankness(slot);
            }
        }
    }

    private void endBlankness(final int slot) {
        final BlankFollower follower = blankness[slot];
        if (follower.needsRound()) {
            follower.confirmBy(requestRead());
        } else if (!follower.isConfirmed()
                && raft.commitIndex() >= firstIndexOfTerm
                && isConfirmedFor(slot, follower)) {
            follower.confirmed(raft.commitIndex());
        }
    }

    private boolean isConfirmedFor(final int slot, final BlankFollower follower) {
        int confirmations = 0;
        for (int other = 0; other < followers.length; other++) {
            if (other != slot && (other == members.self() || followers[other].round() >= follower.round())) {
                confirmations++;
            }
        }
        return confirmations == followers.length - 1
                || confirmations >= Quorum.majority(followers.length)
                        && follower.majoritySuffices(raft.nowNs(), raft.config().electionTimeoutNs());
    }

    /** Whether a follower that takes our next message is blank no more. */
    private boolean endsBlankness(final int slot) {
        return founding && raft.commitIndex() < firstIndexOfTerm
                || blankness[slot].isEnding(followers[slot].matchIndex());
    }

    private boolean tellsEnd(final int slot) {
        final boolean ends = endsBlankness(slot);
        if (ends) {
            blankness[slot].told();
        }
        return ends;
    }

    // Transfer.

    /** Begins to hand over; null, or why not. */
    String transferTo(final int target) {
        final int slot = members.slotOf(target);
        if (slot == Members.NONE) {
            return "member " + target + " is not one of the cluster";
        }
        if (slot == members.self()) {
            return "member " + target + " leads already";
        }
        if (transfer != null) {
            return "a transfer to member " + members.id(transfer.targetSlot()) + " is under way";
        }
        if (!followers[slot].isConnected()) {
            return "member " + target + " is not connected";
        }
        if (followers[slot].isBlank()) {
            return "member " + target + " is blank: its log was empty or damaged, and it is not brought up to date yet";
        }
        transfer = new LeadershipTransfer(slot, raft.nowNs() + raft.config().electionTimeoutNs());
        return null;
    }

    boolean isTransferring() {
        return transfer != null;
    }

    boolean isTransferringTo(final int slot) {
        return transfer != null && transfer.targetSlot() == slot;
    }

    /** The connected follower that holds most of the log and is not blank; 0 if there is none. */
    int mostUpToDateFollower() {
        int best = NO_LEADER;
        long bestMatch = -1;
        for (int slot = 0; slot < followers.length; slot++) {
            if (slot != members.self()
                    && followers[slot].isConnected()
                    && !followers[slot].isBlank()
                    && followers[slot].matchIndex() > bestMatch) {
                best = members.id(slot);
                bestMatch = followers[slot].matchIndex();
            }
        }
        return best;
    }

    // Rest.

    /** Whether nothing waits for a follower's answer, and nothing has been asked for a while. */
    boolean isAtRest() {
        if (!isQuiet
                || wasAsked
                || transfer != null
                || raft.commitIndex() < log.lastIndex()
                || confirmedRead() < awaitedRound) {
            return false;
        }
        for (int slot = 0; slot < followers.length; slot++) {
            final Progress follower = followers[slot];
            if (slot != members.self()
                    && follower.isConnected()
                    && (follower.isBlank() || follower.matchIndex() < log.lastIndex())) {
                return false;
            }
        }
        return true;
    }

    // Time and sending.

    /**
     * For check-quorum that is enough. A follower to which entries come over a slow link answers only when it has a whole
     * message of them; were it taken for gone meanwhile, the two could never bring each other up to date.
     */
    @Override
    void onAlive(final int slot) {
        followers[slot].onAlive(raft.nowNs());
    }

    @Override
    void onConnection(final int slot, final boolean up) {
        if (up) {
            followers[slot].onConnected(raft.hasGreetedBlank(slot));
        } else {
            followers[slot].onDisconnected();
        }
        blankness[slot].reset(raft.nowNs());
    }

    @Override
    long deadlineNs() {
        final long deadlineNs = Math.min(heartbeatDeadlineNs, commitNoticeDeadlineNs);
        return transfer == null ? deadlineNs : Math.min(deadlineNs, transfer.deadlineNs());
    }

    @Override
    void fireTimers() {
        final long nowNs = raft.nowNs();
        if (transfer != null && nowNs >= transfer.deadlineNs()) {
            transfer = null;
        }
        if (nowNs >= commitNoticeDeadlineNs) {
            commitNoticeDeadlineNs = Long.MAX_VALUE;
            for (int slot = 0; slot < followers.length; slot++) {
                if (slot != members.self()
                        && !isLeftToCampaign(slot)
                        && followers[slot].commitTold() < raft.commitIndex()) {
                    sendHeartbeat(slot);
                }
            }
        }
        if (nowNs >= heartbeatDeadlineNs) {
            heartbeatDeadlineNs = nowNs + raft.config().heartbeatNs();
            if (raft.isDiskStalled()) {
                raft.stepDown("no flush has completed for " + RaftLimits.STALLED_DISK_TIMEOUTS + " election timeouts");
                return;
            }
            if (!hearsMajority()) {
                raft.stepDown("no majority heard for an election timeout");
                return;
            }
            isQuiet = !wasAsked;
            wasAsked = false;
            isBusy = log.lastIndex() > lastIndexAtHeartbeat;
            lastIndexAtHeartbeat = log.lastIndex();
            for (final Progress follower : followers) {
                follower.onHeartbeat(log.lastIndex());
            }
            endBlankness();
            heartbeatWanted = true;
        }
    }

    /**
     * Check-quorum (thesis 6.2): who can't hear a majority must not keep others from electing. A blank follower may have
     * elected another before its disk was wiped.
     */
    private boolean hearsMajority() {
        for (int slot = 0; slot < followers.length; slot++) {
            perMember[slot] = slot == members.self() ? raft.nowNs() : followers[slot].lastCountedNs();
        }
        return raft.nowNs() - quorum.reachedByMajority(perMember)
                <= raft.config().electionTimeoutNs();
    }

    @Override
    void sendPending() {
        if (!raft.isHardStateDurable()) {
            return; // We were blank until now: nobody is to hear of us before that is over for good.
        }
        if (roundWanted || heartbeatWanted) {
            round++;
            sendToAll();
            roundWanted = false;
            heartbeatWanted = false;
        } else {
            for (int slot = 0; slot < followers.length; slot++) {
                if (slot != members.self() && !sendEntries(slot) && endsBlankness(slot) && blankness[slot].isUntold()) {
                    sendHeartbeat(slot);
                }
            }
        }
        if (transfer != null) {
            final int target = transfer.targetSlot();
            final Progress follower = followers[target];
            if (transfer.mayTell(follower.matchIndex(), log.lastIndex(), follower.messagesSent())) {
                raft.outbox().sendTimeoutNow(members.id(target));
            }
        }
    }

    /** Something to each follower: entries where there are some, else a heartbeat. */
    private void sendToAll() {
        for (int slot = 0; slot < followers.length; slot++) {
            if (slot != members.self() && !isLeftToCampaign(slot) && !sendEntries(slot)) {
                sendHeartbeat(slot);
            }
        }
    }

    /**
     * Whatever one hears that is told to campaign takes that back, and it must ask anew: under many reads, each of which
     * wants a round, it would never come to an end. So it hears of us with the heartbeats only.
     */
    private boolean isLeftToCampaign(final int slot) {
        return !heartbeatWanted && transfer != null && transfer.isTold(slot) && followers[slot].isStreaming();
    }

    private boolean sendEntries(final int slot) {
        final Progress follower = followers[slot];
        boolean sent = false;
        for (int i = 0; i < RaftLimits.MESSAGES_A_TURN; i++) {
            final long first = follower.nextIndex();
            final boolean probing = !follower.isStreaming();
            if (!follower.maySend() || first > log.lastIndex() && !probing) {
                return sent;
            }
            if (first > log.lastIndex()) {
                raft.outbox().sendAppendEntries(members.id(slot), first - 1, round, tellsEnd(slot));
                follower.onSent(first - 1, raft.commitIndex(), raft.nowNs());
                return true;
            }
            final boolean yields = isBusy && transfer == null && first <= raft.commitIndex();
            if (yields && !follower.mayCatchUp(raft.nowNs())) {
                return sent; // Others wait for the disks and processors that a catch-up keeps busy.
            }
            final long last = raft.outbox()
                    .sendAppendEntries(members.id(slot), first, round, tellsEnd(slot), bytesOfMessage(probing, yields));
            if (last < first) {
                return sent; // The connection has enough to carry for now.
            }
            follower.onSent(last, raft.commitIndex(), raft.nowNs());
            sent = true;
        }
        return sent;
    }

    private static int bytesOfMessage(final boolean probing, final boolean yields) {
        if (probing) {
            return RaftLimits.PROBE_BYTES;
        }
        return yields ? RaftLimits.CATCH_UP_BYTES : RaftLimits.BATCH_BYTES;
    }

    private void sendHeartbeat(final int slot) {
        final Progress follower = followers[slot];
        if (follower.isConnected()) {
            raft.outbox().sendAppendEntries(members.id(slot), follower.nextIndex() - 1, round, tellsEnd(slot));
            follower.onSent(follower.nextIndex() - 1, raft.commitIndex(), raft.nowNs());
        }
    }

    // For STATUS.

    long matchIndex(final int slot) {
        return slot == members.self() ? raft.durableIndex() : followers[slot].matchIndex();
    }

    long lastHeardNs(final int slot) {
        return slot == members.self() ? raft.nowNs() : followers[slot].lastHeardNs();
    }
}
