package io.quorumlog.spec;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** What is known of one member's process: raft.tla's variables, and what it has handled in its term. */
final class Member {
    enum Role {
        FOLLOWER,
        PRE_CANDIDATE,
        CANDIDATE,
        LEADER
    }

    final int id;
    int size;
    long seq;
    HardState state = HardState.NONE;
    Role role = Role.FOLLOWER;
    TermRuns log = new TermRuns(1);
    Disk disk = new Disk(HardState.NONE, new TermRuns(1));
    long commitIndex;

    /** The message that is being handled; null behind another input. */
    TraceLine input;

    private boolean isAbsorbed;
    /** Whether it came up with less than it had, knows it, and no leader has made that good since. */
    boolean hasLostEntries;
    /** Whether a log is known to exist somewhere; matters while blank. */
    boolean hasHeardOfLog;
    /** By member: whether it said that it is blank as the connection began. */
    final Map<Integer, Boolean> greeted = new HashMap<>();
    /** By candidate: its newest request of a pre-vote. */
    final Map<Integer, TraceLine> preVoteRequests = new HashMap<>();

    // In this term.
    int leader;
    final Map<Integer, TraceLine> voteRequests = new HashMap<>();
    final Map<Integer, TraceLine> inquiries = new HashMap<>();
    final Set<Integer> votes = new HashSet<>();
    final Set<Integer> preVotes = new HashSet<>();
    final Map<Integer, Integer> inquiryGrants = new HashMap<>();
    boolean isToldToCampaign;
    /** Whether the pre-votes are for a transfer. */
    boolean isTransfer;

    private TraceLine request;
    /** Up to here the leader has shown that its log and ours are the same. */
    private long verifiedIndex;

    long heardCommit;
    long heardRound;

    // As a leader.
    boolean isFounding;
    long firstIndexOfTerm;
    long sentRound;
    final Map<Integer, Long> match = new HashMap<>();
    final Map<Integer, Long> rounds = new HashMap<>();
    final Map<Integer, Boolean> blankFollowers = new HashMap<>();

    Member(final int id) {
        this.id = id;
    }

    long term() {
        return state.term();
    }

    int majority() {
        return size / 2 + 1;
    }

    /** The process is a new one: it remembers what is on its disk. */
    void restart(final TraceLine line, final HardState found, final TermRuns foundLog) {
        size = line.numbers("members").length;
        state = found;
        log = foundLog;
        disk = new Disk(found, foundLog.copy());
        commitIndex = line.number("commitIndex");
        role = Role.FOLLOWER;
        hasLostEntries = line.flag("lostEntries");
        hasHeardOfLog = log.lastIndex() > 0;
        input = null;
        greeted.clear();
        preVoteRequests.clear();
        beginTerm();
    }

    /** Forgets what belonged to an earlier term. */
    void beginTerm() {
        leader = HardState.NOBODY;
        voteRequests.clear();
        inquiries.clear();
        votes.clear();
        preVotes.clear();
        inquiryGrants.clear();
        isToldToCampaign = false;
        request = null;
        verifiedIndex = 0;
        heardCommit = 0;
        heardRound = 0;
    }

    void beginLeading() {
        role = Role.LEADER;
        leader = id;
        isFounding = state.blank();
        firstIndexOfTerm = log.lastIndex() + 1;
        sentRound = 0;
        match.clear();
        rounds.clear();
        blankFollowers.clear();
        blankFollowers.putAll(greeted);
    }

    // Messages.

    void handle(final TraceLine line) {
        input = line;
        isAbsorbed = false;
        final String type = line.text("mtype");
        if (type.equals("AppendEntriesRequest") || type.equals("RequestVoteRequest") && !line.flag("mblank")) {
            hasHeardOfLog = true;
        }
        absorb();
    }

    /** Takes note of the message that is being handled, once the member is in its term: it may only be on its way there. */
    void absorb() {
        if (input == null || isAbsorbed) {
            return;
        }
        if (input.text("mtype").equals("RequestVoteRequest") && input.flag("mpreVote")) {
            isAbsorbed = true; // It names a term that nobody enters for it.
            preVoteRequests.put(input.source(), input);
            return;
        }
        if (input.number("mterm") > term()) {
            return;
        }
        isAbsorbed = true;
        final boolean isCurrent = input.number("mterm") == term();
        final int from = input.source();
        switch (input.text("mtype")) {
            case "RequestVoteRequest" -> onVoteRequest(from, isCurrent);
            case "RequestVoteResponse" -> onVoteResponse(from);
            case "AppendEntriesRequest" -> {
                if (isCurrent) {
                    onAppendEntries(from);
                }
            }
            case "AppendEntriesResponse" -> {
                if (isCurrent && role == Role.LEADER && input.number("mmatchIndex") <= log.lastIndex()) {
                    onAppendResponse(from);
                }
            }
            default -> isToldToCampaign |= isCurrent && from == leader && role == Role.FOLLOWER;
        }
    }

    private void onVoteRequest(final int from, final boolean isCurrent) {
        if (!isCurrent) {
            return;
        }
        if (input.number("minquiryAbout") == 0) {
            voteRequests.put(from, input);
        } else {
            inquiries.put(from, input);
        }
    }

    private void onVoteResponse(final int from) {
        if (!input.flag("mvoteGranted")) {
            return;
        }
        final long requestedTerm = input.number("mrequestedTerm");
        final int inquiredAbout = (int) input.number("minquiryAbout");
        if (input.flag("mpreVote")) {
            if (requestedTerm == term() + 1 && role == Role.PRE_CANDIDATE && input.flag("mtransfer") == isTransfer) {
                preVotes.add(from);
            }
        } else if (requestedTerm == term() && inquiredAbout != 0) {
            inquiryGrants.put(from, inquiredAbout);
        } else if (requestedTerm == term() && role == Role.CANDIDATE) {
            votes.add(from);
        }
    }

    private void onAppendEntries(final int from) {
        leader = from;
        request = input;
        isToldToCampaign = false;
        heardCommit = Math.max(heardCommit, input.number("mcommitIndex"));
        heardRound = Math.max(heardRound, input.number("mround"));
    }

    private void onAppendResponse(final int from) {
        final boolean blank = input.flag("mblank");
        blankFollowers.put(from, blank);
        match.merge(from, input.number("mmatchIndex"), Math::max);
        if (!blank) {
            rounds.merge(from, input.number("mround"), Math::max);
        }
    }

    /** The leader's message that is being handled; null if none is. */
    TraceLine leadersMessage() {
        return input != null && input == request ? request : null;
    }

    /** Up to here the leader's messages have shown that its log and ours are the same. */
    long verifiedIndex() {
        if (request != null) {
            verifiedIndex = Math.max(verifiedIndex, commonWith(request));
        }
        return verifiedIndex;
    }

    /** Up to where our log holds what the message does; -1 if not even the entry before its first one. */
    long commonWith(final TraceLine message) {
        final long prevIndex = message.number("mprevLogIndex");
        return log.termAt(prevIndex) == message.number("mprevLogTerm")
                ? log.sameUpTo(message.terms("mentries", prevIndex + 1), prevIndex + 1)
                : -1;
    }

    /** What a leader may count of a follower's log. */
    long countedMatch(final int follower) {
        return blankFollowers.getOrDefault(follower, false) ? 0 : match.getOrDefault(follower, 0L);
    }
}
