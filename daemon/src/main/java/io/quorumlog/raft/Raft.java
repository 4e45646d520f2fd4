package io.quorumlog.raft;

import io.quorumlog.codec.peer.AppendEntries;
import io.quorumlog.codec.peer.AppendReply;
import io.quorumlog.codec.peer.MessageKind;
import io.quorumlog.codec.peer.PeerMessage;
import io.quorumlog.codec.peer.VoteReply;
import io.quorumlog.codec.peer.VoteRequest;
import io.quorumlog.codec.record.LogRecord;
import io.quorumlog.codec.record.RecordKind;
import org.agrona.DirectBuffer;

/**
 * One member's Raft: holds what is true in every role (term, vote, commit index, what is durable), the rules that do not
 * depend on the role, and the one {@link Role} object whose state dies with the role.
 *
 * <p><b>Nothing leaves before what it rests on is durable.</b> Records are numbered in one stream; the flusher reports the
 * highest durable number to {@link #onDurable}, and what may leave is derived from state then: a vote is one pending field, a
 * follower's acknowledgement is a minimum of two indexes, a candidate asks when its own vote is safe. {@link Outbox} checks the
 * rule at the only exit: no message names a term that is not on disk. The one exception is the thesis' own (10.2.1): a
 * leader sends entries that are not durable at home yet, and counts itself only when they are.
 *
 * <p><b>Liveness</b> needs pre-vote, check-quorum and leader stickiness together; one without the other has taken clusters
 * down. A broken connection to the leader is a hint that its process died: the followers then campaign in turn, the lowest id at
 * once, and those that lost the leader too grant it; who still hears the leader refuses, so that one broken link deposes
 * nobody.
 *
 * <p><b>Blank members.</b> A member whose disk was empty at its start may be new, or have lost what it promised; one whose
 * log was damaged has lost it. Until a leader has brought it up to date ({@link BlankFollower}), it says so in all that it
 * sends, and nothing of that counts: not for a commit, a read or check-quorum. Members that are all blank found a cluster
 * together; a blank one that has heard of a log neither campaigns nor helps another blank one, and votes for a candidate that
 * has one only when every other member says that it may ({@link VoteInquiries}). One that knows that it lost entries votes for
 * nobody.
 *
 * <p>Single-threaded; each input is one atomic step. Time is a number passed to {@link #time}: it never goes back, and has
 * nothing to do with wall time. Allocates per term, election and connection, never per entry or message.
 */
public final class Raft {
    /** What {@link #propose} returns when this member takes no entry. */
    public static final long NOT_ACCEPTED = -1;
    /** No member. */
    public static final int NONE = 0;
    /** {@link #lastLeaderContactNs()} of a member that has never heard of a leader. */
    public static final long NEVER = Long.MIN_VALUE;

    static {
        RoleClasses.load();
    }

    private final RaftConfig config;
    private final Members members;
    private final RaftLog log;
    private final RaftEffects effects;
    private final ElectionTimeouts timeouts;
    private final WriteTracker writes;
    private final boolean[] connected;
    /** By slot: whether the member said in its greeting that it is blank. */
    private final boolean[] greetedBlank;

    private final VoteInquiries inquiries;
    private final HeldPreVote heldPreVote = new HeldPreVote();

    private final Outbox outbox;

    private Role role;
    private long term;
    private int votedFor;
    /** Whether our disk was empty, or has lost entries, and nobody has brought us up to date since; once false, for ever. */
    private boolean blank;
    /** Whether some member is known to have a log: no cluster is to be founded then. Matters while blank. */
    private boolean hasHeardOfLog;

    private final long startedNs;

    private long commitIndex;
    /** Number of the record that holds term and vote. */
    private long hardStateSeq;
    /** Number of the record by which we are blank no more; 0 if it is none of this process. */
    private long blanknessEndSeq;

    private long durableSeq;
    private long nowNs;
    private long wallClockMs;
    private long electionDeadlineNs;
    private long lastLeaderContactNs = NEVER;
    /** Until when this member led; {@link #NEVER}. */
    private long ledUntilNs = NEVER;
    /** The vote that is given, but not told yet: it may not be durable. */
    private int voteOwedTo = NONE;
    /** Since when something has been written that no flush has covered; {@link #NEVER} while all is covered. */
    private long unflushedSinceNs = NEVER;

    private long electionsTotal;

    /**
     * A member as it comes up: a follower of the term that its log remembers.
     *
     * @param term as persisted last
     * @param votedFor as persisted last; {@link #NONE}
     * @param blank as persisted last; true for one that has nothing on its disk
     * @param commitIndex a watermark that was persisted; at most the log's last index
     */
    public Raft(
            final RaftConfig config,
            final RaftLog log,
            final RaftEffects effects,
            final ElectionTimeouts timeouts,
            final long term,
            final int votedFor,
            final boolean blank,
            final long commitIndex,
            final long nowNs) {
        this.config = config;
        this.log = log;
        this.effects = effects;
        this.timeouts = timeouts;
        this.term = term;
        this.votedFor = votedFor;
        this.blank = blank;
        this.commitIndex = commitIndex;
        this.nowNs = nowNs;
        startedNs = nowNs;
        members = new Members(config.memberId(), config.memberIds());
        connected = new boolean[members.count()];
        greetedBlank = new boolean[members.count()];
        inquiries = new VoteInquiries(this, members);
        outbox = new Outbox(this, effects);
        hasHeardOfLog = log.lastIndex() > 0;
        writes = new WriteTracker(log.lastIndex());
        Invariant.check(
                commitIndex <= log.lastIndex(),
                "committed beyond the log (commit, last)",
                commitIndex,
                log.lastIndex());
        Invariant.check(log.lastTerm() <= term, "the log is of a later term (last, term)", log.lastTerm(), term);
        role = new Follower(this, NONE);
        resetElectionTimer();
    }

    // Inputs.

    /**
     * Moves the clock; fires nothing.
     *
     * @param nowNs monotonic
     * @param wallClockMs milliseconds since the epoch; becomes the timestamp of entries, and decides nothing
     */
    public void time(final long nowNs, final long wallClockMs) {
        this.nowNs = Math.max(this.nowNs, nowNs);
        this.wallClockMs = wallClockMs;
    }

    /**
     * A message of another member, or of one who claims to be.
     *
     * @param message a checked view, valid during the call
     * @throws io.quorumlog.codec.ProtocolException if no correct member would send it; its connection is to be closed
     */
    public void onMessage(final int from, final PeerMessage message) {
        final int slot = members.slotOf(from);
        if (slot == Members.NONE || slot == members.self()) {
            return;
        }
        if (blank && isFromAMemberWithLog(message)) {
            onLogHeardOf();
        }
        if (message instanceof VoteRequest request && request.isPreVote()) {
            onPreVoteRequest(from, request);
            return;
        }
        if (message.term() > term) {
            if (message instanceof VoteRequest request && !request.isTransfer() && hearsLeader()) {
                return; // Leader stickiness (thesis 4.2.3): who hears a leader does not even take the term.
            }
            takeTerm(from, message);
        } else if (message.term() < term && !(message instanceof VoteReply)) {
            refuseStale(from, message);
            return;
        }
        switch (message.kind()) {
            case MessageKind.VOTE_REQUEST -> {
                if (((VoteRequest) message).isInquiry()) {
                    inquiries.onInquiry(slot, (VoteRequest) message);
                } else {
                    onVoteRequest(from, (VoteRequest) message);
                }
            }
            case MessageKind.VOTE_REPLY -> onVoteReply(slot, (VoteReply) message);
            case MessageKind.APPEND_ENTRIES -> onAppendEntries(from, (AppendEntries) message);
            case MessageKind.APPEND_REPLY -> role.onAppendReply(slot, (AppendReply) message);
            case MessageKind.TIMEOUT_NOW -> onTimeoutNow(from);
            default -> throw Invariant.impossible("a message that is not the core's");
        }
    }

    /**
     * Another member lives and is heard, though it has no message for the core: it may be at work on a large one of ours. A
     * hint, on which safety never rests.
     */
    public void onAlive(final int member) {
        role.onAlive(members.slotOf(member));
    }

    /**
     * A part of a message with entries has come in. Nothing is done with it before it is whole; but its sender lives, and if
     * that is our leader, nobody is to be elected because a large entry takes long on its way.
     */
    public void onEntriesUnderWay(final int from, final long messageTerm) {
        if (messageTerm == term && role.leaderId() == from) {
            onLeaderHeard();
            if (role instanceof PreCandidate) {
                becomeFollower(from, "the leader hands over no more");
            }
        }
    }

    /** What another member says of itself as a new connection begins; comes before {@link #onConnection}. */
    public void onGreeting(final int member, final boolean isBlank) {
        greetedBlank[members.slotOf(member)] = isBlank;
        if (blank && !isBlank) {
            onLogHeardOf();
        }
    }

    /** A connection to another member stands or is gone: a hint, on which safety never rests. */
    public void onConnection(final int member, final boolean up) {
        final int slot = members.slotOf(member);
        connected[slot] = up;
        role.onConnection(slot, up);
        if (up && lastLeaderContactNs == NEVER && role instanceof Follower follower && isEverybodyConnected()) {
            // At the start of a whole cluster there is nobody to wait for; a leader that is at work is heard before.
            follower.campaignAfter(
                    config.electionTimeoutNs() / RaftLimits.FIRST_CAMPAIGN_SHARE + campaignTurnNs(NONE),
                    "all members have come up");
        }
        if (!up && heldPreVote.isHeld(nowNs, config.heartbeatNs()) && !hearsLeader()) {
            final int candidate = heldPreVote.from();
            heldPreVote.drop();
            onPreVoteRequest(candidate, heldPreVote.request());
        }
    }

    /** All records up to this number survive a power failure. */
    public void onDurable(final long recordSeq) {
        if (recordSeq <= durableSeq) {
            return;
        }
        durableSeq = recordSeq;
        unflushedSinceNs = recordSeq < log.lastRecordSeq() ? nowNs : NEVER;
        writes.onDurable(recordSeq);
        tellVote();
        inquiries.onDurable();
        role.onDurable();
    }

    /**
     * A client's entry.
     *
     * @return its index; {@link #NOT_ACCEPTED} if this is no leader, or a leader that takes none now
     */
    public long propose(final DirectBuffer payload, final int offset, final int length) {
        return role instanceof Leader leader && leader.acceptsProposals()
                ? leader.append(RecordKind.CLIENT, payload, offset, length)
                : NOT_ACCEPTED;
    }

    /**
     * Begins to confirm that this leader still leads.
     *
     * @return the number that {@link #confirmedRead()} must reach in this term; {@link #NOT_ACCEPTED} if this is no leader
     */
    public long requestRead() {
        return role instanceof Leader leader ? leader.requestRead() : NOT_ACCEPTED;
    }

    /** The newest read of this term that is confirmed; 0 if none is, or this is no leader. */
    public long confirmedRead() {
        return role instanceof Leader leader ? leader.confirmedRead() : 0;
    }

    /** Begins to hand leadership to a member; null, or in words why not. */
    public String transferLeadership(final int target) {
        return role instanceof Leader leader ? leader.transferTo(target) : "this member does not lead";
    }

    /** Does what is due; called after the messages of a turn, so that a paused member first sees what came meanwhile. */
    public void fireTimers() {
        if (nowNs >= role.deadlineNs()) {
            role.fireTimers();
        }
    }

    /** Sends what the turn's inputs have brought about, once a turn. */
    public void sendPending() {
        if (unflushedSinceNs == NEVER && durableSeq < log.lastRecordSeq()) {
            unflushedSinceNs = nowNs;
        }
        role.sendPending();
    }

    /** When {@link #fireTimers()} must be called at the latest. */
    public long deadlineNs() {
        return role.deadlineNs();
    }

    /**
     * Whether what other members say may as well be read in the next turn, with the next heartbeat or before: this one leads,
     * nothing was asked of it for a while, and all that it waits for has been answered. Only a hint for whoever waits for
     * messages; a leader that nobody uses is woken by each answer to its heartbeats otherwise.
     */
    public boolean isAtRest() {
        return role instanceof Leader leader && leader.isAtRest();
    }

    // Votes.

    /** What the answer to a vote request would be (thesis 9.6). Changes nothing, and promises nothing. */
    private void onPreVoteRequest(final int from, final VoteRequest request) {
        if (!isHardStateDurable()) {
            return; // Our term is in flight, and may not be named yet; the candidate asks again.
        }
        final boolean keepsLeader = request.isTransfer() ? !mayBeReplacedBy(from) : hearsLeader();
        if (keepsLeader && !request.isTransfer()) {
            heldPreVote.hold(from, request, nowNs);
        }
        final boolean goesBefore = goesBefore(from, request);
        final boolean granted = request.term() > term
                && isUpToDate(request.lastTerm(), request.lastIndex())
                && !keepsLeader
                && !goesBefore
                && mayFound(request)
                && couldInquire(from, request);
        if (granted && role instanceof Follower follower) {
            follower.yieldToCandidate();
        } else if (granted && role instanceof PreCandidate) {
            final Follower follower = new Follower(this, NONE);
            follower.campaignAfter(config.heartbeatNs(), "nobody won an election");
            become(follower, "leaves the election to " + from);
        }
        outbox.sendPreVoteReply(from, request, granted);
        if (goesBefore) {
            // It may have refused us because it still heard the leader. It doesn't any more, and would now be kept
            // waiting by us.
            ((PreCandidate) role).ask(members.slotOf(from));
        }
    }

    /**
     * Of two that ask each other at the same moment, as two followers do whose leader's process died, the one with the lower
     * id goes on and the other one yields: were both to campaign, each would keep its vote, and nobody would win. Only for a
     * moment, and only between equal logs, so that one who can't win keeps nobody from it.
     */
    private boolean goesBefore(final int from, final VoteRequest request) {
        return role instanceof PreCandidate rival
                && !request.isTransfer()
                && config.memberId() < from
                && nowNs - rival.sinceNs() < config.heartbeatNs()
                && request.lastTerm() == log.lastTerm()
                && request.lastIndex() == log.lastIndex();
    }

    /** A request of our own term (the prologue has seen to that): one vote a term, for a log that lacks nothing of ours. */
    private void onVoteRequest(final int from, final VoteRequest request) {
        final boolean may = mayVoteFor(from, request.lastTerm(), request.lastIndex()) && mayFound(request);
        if (!may) {
            if (isHardStateDurable()) {
                outbox.sendVoteReply(from, term, false);
            }
        } else if (blank && !request.isBlank() && votedFor == NONE) {
            inquiries.inquire(from, request);
        } else {
            voteFor(from);
        }
    }

    /** Whether the rules that hold for every member allow a vote in this term. */
    boolean mayVoteFor(final int candidate, final long lastTerm, final long lastIndex) {
        return (votedFor == NONE || votedFor == candidate)
                && role.leaderId() == NONE
                && !log.hasLostEntries()
                && isUpToDate(lastTerm, lastIndex);
    }

    void voteFor(final int candidate) {
        if (votedFor == NONE) {
            votedFor = candidate;
            persistHardState();
        }
        resetElectionTimer();
        if (role.kind() != RoleKind.FOLLOWER) {
            become(new Follower(this, NONE), "voted for " + candidate);
        }
        voteOwedTo = candidate;
        tellVote();
    }

    /** Whether a request of a later term gets the vote with nothing more to be asked: not where only an inquiry can tell. */
    private boolean mayVoteAtOnce(final VoteRequest request) {
        return !request.isInquiry()
                && isUpToDate(request.lastTerm(), request.lastIndex())
                && mayFound(request)
                && (!blank || request.isBlank());
    }

    private void onVoteReply(final int slot, final VoteReply reply) {
        if (reply.isInquiry()) {
            inquiries.onAnswer(slot, reply);
        } else {
            role.onVoteReply(slot, reply);
        }
    }

    private void tellVote() {
        if (voteOwedTo != NONE && isHardStateDurable()) {
            outbox.sendVoteReply(voteOwedTo, term, true);
            voteOwedTo = NONE;
        }
    }

    /** The election restriction (thesis 3.6.1): the last terms decide, and the indexes only where they are equal. */
    private boolean isUpToDate(final long lastTerm, final long lastIndex) {
        return lastTerm > log.lastTerm() || lastTerm == log.lastTerm() && lastIndex >= log.lastIndex();
    }

    /** Whether a leader is at work as far as this member can tell. */
    private boolean hearsLeader() {
        return role instanceof Leader
                || role.leaderId() != NONE
                        && !(role instanceof Follower follower && follower.hasLostLeader())
                        && nowNs - lastLeaderContactNs < config.electionTimeoutNs();
    }

    /** Whether nothing is known here against a transfer to a member: only the leader can know something. */
    private boolean mayBeReplacedBy(final int member) {
        return !(role instanceof Leader leader) || leader.isTransferringTo(members.slotOf(member));
    }

    private void onTimeoutNow(final int from) {
        if (role instanceof Follower follower && follower.leaderId() == from) {
            follower.onTimeoutNow();
        }
    }

    // Blankness.

    /** Who is blank may be elected by others that are, to found a cluster; not by one that has a log or has heard of one. */
    private boolean mayFound(final VoteRequest request) {
        return !request.isBlank() || blank && !hasHeardOfLog;
    }

    /** Nobody has a log as far as we know, and all are there to found a cluster, or have been waited for. */
    private boolean mayFoundNow() {
        return !hasHeardOfLog
                && (isEverybodyConnected()
                        || nowNs - startedNs >= RaftLimits.FOUNDING_TIMEOUTS * config.electionTimeoutNs());
    }

    /**
     * Whether a blank member could give the vote that is spoken of: it would have to ask all the others. One that lost
     * entries could not: it knows that it held more than it holds, perhaps more than the candidate does.
     */
    private boolean couldInquire(final int candidate, final VoteRequest request) {
        if (log.hasLostEntries()) {
            withholdVote(candidate, request.term(), "entries that this member had acknowledged are lost");
            return false;
        }
        final int missing = blank && !request.isBlank() ? inquiries.missingBeside(candidate) : NONE;
        if (missing != NONE) {
            withholdVote(candidate, request.term(), "member " + missing + " is not connected");
        }
        return missing == NONE;
    }

    void withholdVote(final int candidate, final long inTerm, final String reason) {
        effects.onVoteWithheld(candidate, inTerm, reason);
    }

    private static boolean isFromAMemberWithLog(final PeerMessage message) {
        return message instanceof AppendEntries || message instanceof VoteRequest request && !request.isBlank();
    }

    /** Some member has a log: while we are blank, it is not for us to lead. */
    private void onLogHeardOf() {
        hasHeardOfLog = true;
        if (role instanceof PreCandidate || role instanceof Candidate) {
            stepDown("a member has a log, and this one is blank");
        }
    }

    /**
     * We are blank no more: a leader says so, or we are the one that founds the cluster. The vote goes to that leader where
     * none was given in its term: we may have given one before our disk was wiped, to it or in vain, and must not give
     * another.
     *
     * @return whether this member was blank
     */
    boolean endBlankness(final int leaderId) {
        if (!blank) {
            return false;
        }
        blank = false;
        if (votedFor == NONE) {
            votedFor = leaderId;
        }
        persistHardState();
        blanknessEndSeq = hardStateSeq;
        effects.onBlanknessEnded(term, leaderId);
        return true;
    }

    /** Whether this member is blank as far as others may know: until the end of it is durable. */
    public boolean isBlank() {
        return blank || durableSeq < blanknessEndSeq;
    }

    boolean hasGreetedBlank(final int slot) {
        return greetedBlank[slot];
    }

    // Entries.

    private void onAppendEntries(final int from, final AppendEntries message) {
        if (!(role instanceof Follower)) {
            Invariant.check(!(role instanceof Leader), "two leaders in one term (other, term)", from, term);
            becomeFollower(from, "the term's leader is heard");
        }
        ((Follower) role).onAppendEntries(from, message);
    }

    /** The sender lives in an earlier term; an answer tells it so. */
    private void refuseStale(final int from, final PeerMessage message) {
        if (!isHardStateDurable()) {
            return;
        }
        if (message instanceof AppendEntries) {
            // No refusal: the sender may lead the term that it learns from this, and would take a hint for one.
            outbox.sendAppendReply(from, 0, 0);
        } else if (message instanceof VoteRequest request) {
            outbox.sendVoteReply(from, request.term(), false);
        }
    }

    void appendOwn(final byte kind, final DirectBuffer payload, final int offset, final int length) {
        log.appendEntry(kind, term, wallClockMs, payload, offset, length);
        writes.appended(log.lastRecordSeq(), log.lastIndex());
    }

    void appendReplicated(final LogRecord entry) {
        log.appendReplicated(entry);
        writes.appended(log.lastRecordSeq(), log.lastIndex());
    }

    void commitUpTo(final long index) {
        if (index > commitIndex) {
            Invariant.check(
                    index <= log.lastIndex(), "committed beyond the log (commit, last)", index, log.lastIndex());
            commitIndex = index;
            effects.onCommit(index);
        }
    }

    // Transitions.

    private void persistHardState() {
        log.persistHardState(term, votedFor, blank);
        hardStateSeq = log.lastRecordSeq();
    }

    private void enterTerm(final long newTerm, final int vote) {
        Invariant.check(newTerm > term, "the term does not rise (new, old)", newTerm, term);
        inquiries.onTermEnds();
        term = newTerm;
        votedFor = vote;
        voteOwedTo = NONE;
        persistHardState();
    }

    /** Follows a message into its term, and votes for its sender in the same record where it asks for that. */
    private void takeTerm(final int from, final PeerMessage message) {
        enterTerm(message.term(), message instanceof VoteRequest request && mayVoteAtOnce(request) ? from : NONE);
        becomeFollower(message.kind() == MessageKind.APPEND_ENTRIES ? from : NONE, "a later term");
    }

    /** The election timer goes on as it was: only a leader's message or a vote given starts it anew. */
    private void becomeFollower(final int leaderId, final String reason) {
        final boolean led = role instanceof Leader;
        if (led) {
            resetElectionTimer();
        }
        become(new Follower(this, leaderId), reason);
    }

    /** Becomes a follower within its term: a leader, or a candidate that is not to campaign. */
    void stepDown(final String reason) {
        becomeFollower(NONE, reason);
    }

    void becomePreCandidate(final String reason) {
        resetElectionTimer();
        become(new PreCandidate(this, NONE), reason);
    }

    /** A leader hands over to us. */
    void becomePreCandidateInPlaceOf(final int leaderId) {
        resetElectionTimer();
        become(new PreCandidate(this, leaderId), "leader " + leaderId + " hands over");
    }

    void becomeCandidate(final boolean transfer, final String reason) {
        electionsTotal++;
        enterTerm(term + 1, config.memberId());
        resetElectionTimer();
        become(new Candidate(this, transfer), reason);
    }

    /** After an election that nobody can have won: the next one begins after a short random delay. */
    void campaignAgainSoon(final String reason) {
        final Follower follower = new Follower(this, NONE);
        follower.campaignAfter(
                timeouts.nextNs(config.electionTimeoutNs() / RaftLimits.RETRY_SHARE), "nobody won an election");
        become(follower, reason);
    }

    /** @param inquired whether a blank member's vote was needed, which rests on what all others answered */
    void becomeLeader(final boolean inquired, final String reason) {
        become(new Leader(this, inquired), reason);
    }

    private void become(final Role next, final String reason) {
        if (role instanceof Leader) {
            ledUntilNs = nowNs;
        }
        role = next;
        effects.onRole(next.kind(), term, next.leaderId(), reason);
        next.begin();
    }

    void onLeaderKnown() {
        effects.onRole(role.kind(), term, role.leaderId(), "its first message");
    }

    void onLeaderHeard() {
        lastLeaderContactNs = nowNs;
        resetElectionTimer();
    }

    void resetElectionTimer() {
        electionDeadlineNs = nowNs + config.electionTimeoutNs() + timeouts.nextNs(config.electionTimeoutNs());
    }

    // State.

    public long term() {
        return term;
    }

    /** The member that got this member's vote in this term; {@link #NONE}. */
    public int votedFor() {
        return votedFor;
    }

    public RoleKind role() {
        return role.kind();
    }

    /** The current term's leader; {@link #NONE} while none is known. */
    public int leaderId() {
        return role.leaderId();
    }

    public long commitIndex() {
        return commitIndex;
    }

    /** Up to here this member's own log is on its disk. */
    public long durableIndex() {
        return writes.durableIndex();
    }

    /** When a leader was last heard of, itself included, on the clock of {@link #time}; {@link #NEVER}. */
    public long lastLeaderContactNs() {
        return role instanceof Leader ? nowNs : Math.max(lastLeaderContactNs, ledUntilNs);
    }

    /** Whether a client's entry would be taken now. */
    public boolean acceptsProposals() {
        return role instanceof Leader leader && leader.acceptsProposals();
    }

    /** Whether this leader is handing over. */
    public boolean isTransferring() {
        return role instanceof Leader leader && leader.isTransferring();
    }

    /** On a leader: the connected follower that holds most; {@link #NONE}. */
    public int mostUpToDateFollower() {
        return role instanceof Leader leader ? leader.mostUpToDateFollower() : NONE;
    }

    /** On a leader: up to where a member's log is durable; -1 on others. */
    public long matchIndex(final int member) {
        return role instanceof Leader leader ? leader.matchIndex(members.slotOf(member)) : -1;
    }

    /** On a leader: when a member was last heard of; {@link #NEVER} on others. */
    public long lastHeardNs(final int member) {
        return role instanceof Leader leader ? leader.lastHeardNs(members.slotOf(member)) : NEVER;
    }

    /** Elections that this member has begun since its start. */
    public long electionsTotal() {
        return electionsTotal;
    }

    /** Whether term and vote, as they stand, are on disk. */
    public boolean isHardStateDurable() {
        return durableSeq >= hardStateSeq;
    }

    /** Whether the disk has been busy with one flush for so long that others should lead. */
    boolean isDiskStalled() {
        return unflushedForLongerThan(RaftLimits.STALLED_DISK_TIMEOUTS * config.electionTimeoutNs());
    }

    /** A member whose disk hangs, or whose log can't take an entry now, could not even begin a term; a blank one must not. */
    boolean mayCampaign() {
        return (!blank || mayFoundNow())
                && isHardStateDurable()
                && hasRoom()
                && !unflushedForLongerThan(config.electionTimeoutNs());
    }

    private boolean unflushedForLongerThan(final long boundNs) {
        return unflushedSinceNs != NEVER && nowNs - unflushedSinceNs > boundNs;
    }

    boolean hasRoom() {
        return log.acceptsEntries();
    }

    boolean isConnected(final int slot) {
        return connected[slot];
    }

    private boolean isEverybodyConnected() {
        return inquiries.missingBeside(NONE) == NONE;
    }

    /**
     * After which time to campaign when all others know as well that nobody leads: because the connection to the leader broke,
     * or everybody has come up. The followers take turns in the order of their ids: chance would make them wait longer, and now
     * and then collide. A turn that comes to nothing costs only the next one's wait.
     *
     * @param leaderId who led; {@link #NONE}
     */
    long campaignTurnNs(final int leaderId) {
        int turn = 0;
        for (int slot = 0; slot < members.self(); slot++) {
            if (members.id(slot) != leaderId) {
                turn++;
            }
        }
        return turn * (config.electionTimeoutNs() / RaftLimits.CAMPAIGN_TURN_SHARE);
    }

    long electionDeadlineNs() {
        return electionDeadlineNs;
    }

    long nowNs() {
        return nowNs;
    }

    RaftConfig config() {
        return config;
    }

    RaftLog log() {
        return log;
    }

    Outbox outbox() {
        return outbox;
    }

    Members members() {
        return members;
    }
}
