package io.quorumlog.spec;

/** The rules of terms, votes and roles (thesis 3.3, 3.4, 3.6.1, 3.10, 9.6), and what ours adds for members without a disk. */
final class Elections {
    private final History history;

    Elections(final History history) {
        this.history = history;
    }

    // Hard states.

    /** Term, vote or blankness change; false if the line is about something else. */
    boolean acceptHardState(final Member member, final TraceLine line) {
        switch (line.action()) {
            case "Timeout" -> timeout(member, HardState.of(line));
            case "UpdateTerm" -> updateTerm(member, HardState.of(line));
            case "GrantVote" -> grantVote(member, HardState.of(line));
            case "EndBlankness" -> endBlankness(member, HardState.of(line));
            default -> {
                return false;
            }
        }
        member.disk.write(line.number("record"), member.state);
        return true;
    }

    private void timeout(final Member member, final HardState next) {
        Rule.TERM_NEVER_FALLS.require(
                next.term() == member.term() + 1, "a campaign begins one term above " + member.term());
        Rule.VOTE_IS_ASKED_FOR.require(next.votedFor() == member.id, "a candidate votes for itself");
        Rule.TRANSFER_IS_WANTED.require(
                !member.isTransfer || member.preVotes.contains(member.leader),
                "it has pre-votes of " + member.preVotes + ", not of leader " + member.leader);
        Rule.PRE_VOTE_BEFORE_CAMPAIGN.require(
                member.role == Member.Role.PRE_CANDIDATE && member.preVotes.size() + 1 >= member.majority(),
                "it is a " + member.role + " with pre-votes of " + member.preVotes);
        Rule.BLANK_ONLY_FOUNDS.require(
                !member.state.blank() || !member.hasHeardOfLog, "it is blank, and there is a log");
        Rule.BLANKNESS_ENDS_WHOLE.require(next.blank() == member.state.blank(), "blankness is another matter");
        enter(member, next);
        member.role = Member.Role.CANDIDATE;
    }

    private void updateTerm(final Member member, final HardState next) {
        Rule.TERM_NEVER_FALLS.require(
                next.term() > member.term()
                        && member.input != null
                        && member.input.number("mterm") == next.term()
                        && !isPreVoteRequest(member.input),
                "no message takes it from term " + member.term() + " there");
        Rule.BLANKNESS_ENDS_WHOLE.require(next.blank() == member.state.blank(), "blankness is another matter");
        enter(member, next);
        member.role = Member.Role.FOLLOWER;
        if (next.votedFor() != HardState.NOBODY) {
            requireMayVote(member, next.votedFor());
        }
    }

    private static boolean isPreVoteRequest(final TraceLine message) {
        return message.text("mtype").equals("RequestVoteRequest") && message.flag("mpreVote");
    }

    private static void enter(final Member member, final HardState next) {
        member.state = next;
        member.beginTerm();
        member.absorb();
    }

    private void grantVote(final Member member, final HardState next) {
        Rule.TERM_NEVER_FALLS.require(next.term() == member.term(), "it was in term " + member.term());
        Rule.ONE_VOTE_A_TERM.require(
                member.state.votedFor() == HardState.NOBODY,
                "it has voted for " + member.state.votedFor() + " already in term " + next.term());
        Rule.BLANKNESS_ENDS_WHOLE.require(next.blank() == member.state.blank(), "blankness is another matter");
        requireMayVote(member, next.votedFor());
        member.state = next;
    }

    private static void requireMayVote(final Member member, final int candidate) {
        final TraceLine request = member.voteRequests.get(candidate);
        Rule.VOTE_IS_ASKED_FOR.require(
                candidate != member.id && request != null, candidate + " has not asked in term " + member.term());
        requireUpToDate(member, request);
        if (request.flag("mblank")) {
            Rule.BLANK_ONLY_FOUNDS.require(
                    member.state.blank() && !member.hasHeardOfLog, "the candidate is blank, and there is a log");
        } else if (member.state.blank()) {
            final long others = member.inquiryGrants.entrySet().stream()
                    .filter(grant -> grant.getValue() == candidate && grant.getKey() != candidate)
                    .count();
            Rule.BLANK_VOTE_IS_INQUIRED.require(
                    others == member.size - 2, "of the others only these have said yes: " + member.inquiryGrants);
        }
    }

    private static void requireUpToDate(final Member member, final TraceLine request) {
        Rule.LOST_ENTRIES_NO_VOTE.require(!member.hasLostEntries, "it has lost entries");
        final long lastTerm = request.number("mlastLogTerm");
        final long lastIndex = request.number("mlastLogIndex");
        Rule.ELECTION_RESTRICTION.require(
                lastTerm > member.log.lastTerm()
                        || lastTerm == member.log.lastTerm() && lastIndex >= member.log.lastIndex(),
                "the voter holds " + member.log + ", the other one ends with " + lastIndex + "@" + lastTerm);
    }

    private void endBlankness(final Member member, final HardState next) {
        Rule.TERM_NEVER_FALLS.require(next.term() == member.term(), "it was in term " + member.term());
        final TraceLine message = member.leadersMessage();
        final boolean isTold = message != null && message.flag("mendsBlankness");
        Rule.BLANKNESS_ENDS_WHOLE.require(
                !next.blank() && (isTold || member.role == Member.Role.LEADER), "no leader has said so");
        final int before = member.state.votedFor();
        Rule.ONE_VOTE_A_TERM.require(
                next.votedFor() == (before == HardState.NOBODY ? member.leader : before),
                "it had voted for " + before + ", and follows " + member.leader);
        member.state = next;
        member.hasLostEntries = false;
    }

    // Roles.

    boolean acceptRole(final Member member, final TraceLine line) {
        final int leader = line.action().startsWith("Become") ? (int) line.number("leader") : 0;
        switch (line.action()) {
            case "BecomeFollower" -> {
                Rule.ROLE_FITS.require(
                        leader == HardState.NOBODY || leader == member.leader && leader != member.id,
                        "the leader that it has heard of is " + member.leader);
                member.role = Member.Role.FOLLOWER;
            }
            case "BecomePreCandidate" -> {
                Rule.ROLE_FITS.require(member.role != Member.Role.LEADER, "it leads");
                member.role = Member.Role.PRE_CANDIDATE;
                member.preVotes.clear();
            }
            case "BecomeCandidate" ->
                Rule.ROLE_FITS.require(member.role == Member.Role.CANDIDATE, "no campaign has begun");
            case "BecomeLeader" -> becomeLeader(member);
            default -> {
                return false;
            }
        }
        return true;
    }

    private void becomeLeader(final Member member) {
        Rule.ROLE_FITS.require(member.role == Member.Role.CANDIDATE, "it is a " + member.role);
        Rule.LEADER_HAS_MAJORITY.require(
                member.votes.size() + 1 >= member.majority(), "beside its own it has the votes of " + member.votes);
        Rule.TERM_IS_DURABLE.require(
                member.disk.hardState().equals(member.state), "on disk is " + member.disk.hardState());
        history.onElected(member);
        member.beginLeading();
    }

    // Messages.

    boolean acceptSending(final Member member, final TraceLine line) {
        switch (line.action()) {
            case "RequestPreVote" -> {
                Rule.ROLE_FITS.require(member.role == Member.Role.PRE_CANDIDATE, "it is a " + member.role);
                member.isTransfer = line.flag("mtransfer");
                Rule.TRANSFER_IS_WANTED.require(
                        !member.isTransfer || member.isToldToCampaign, "nobody has told it to campaign");
                requireOwnLog(member, line);
            }
            case "RequestVote" -> {
                Rule.ROLE_FITS.require(member.role == Member.Role.CANDIDATE, "it is a " + member.role);
                requireOwnLog(member, line);
                Rule.CANDIDATE_NAMES_ITS_LOG.require(
                        member.disk.durableIndex() == member.log.lastIndex(),
                        "its log is on disk up to " + member.disk.durableIndex());
            }
            case "InquireVote" ->
                Rule.BLANK_VOTE_IS_INQUIRED.require(
                        member.state.blank() && member.voteRequests.containsKey((int) line.number("minquiryAbout")),
                        "nobody asked this blank member for that");
            case "TimeoutNow" -> transfer(member, line);
            case "Reply" -> {
                if (line.text("mtype").equals("RequestVoteResponse")) {
                    reply(member, line);
                    return true;
                }
                return false;
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private static void requireOwnLog(final Member member, final TraceLine request) {
        Rule.CANDIDATE_NAMES_ITS_LOG.require(
                request.number("mlastLogIndex") == member.log.lastIndex()
                        && request.number("mlastLogTerm") == member.log.lastTerm(),
                "its log is " + member.log);
        Rule.BLANK_SAYS_SO.require(request.flag("mblank") == member.state.blank(), "blank=" + member.state.blank());
    }

    private static void transfer(final Member member, final TraceLine line) {
        Rule.ROLE_FITS.require(member.role == Member.Role.LEADER, "it is a " + member.role);
        final long match = member.match.getOrDefault(line.destination(), 0L);
        Rule.TRANSFER_TO_CAUGHT_UP.require(
                match >= member.log.lastIndex(), "that one holds " + match + " of " + member.log);
    }

    private static void reply(final Member member, final TraceLine reply) {
        final int to = reply.destination();
        if (!reply.flag("mvoteGranted")) {
            return;
        }
        if (reply.number("minquiryAbout") != 0) {
            answerInquiry(member, reply, member.inquiries.get(to));
            return;
        }
        if (reply.flag("mpreVote")) {
            final TraceLine request = member.preVoteRequests.get(to);
            Rule.VOTE_IS_ASKED_FOR.require(
                    request != null && request.number("mterm") == reply.number("mrequestedTerm"),
                    to + " has not asked for this");
            requireUpToDate(member, request);
        } else {
            Rule.ONE_VOTE_A_TERM.require(
                    member.state.votedFor() == to && reply.number("mrequestedTerm") == member.term(),
                    "it has voted for " + member.state.votedFor() + " in term " + member.term());
        }
        Rule.BLANK_SAYS_SO.require(reply.flag("mblank") || !member.state.blank(), "it is blank");
    }

    private static void answerInquiry(final Member member, final TraceLine reply, final TraceLine inquiry) {
        final int candidate = (int) reply.number("minquiryAbout");
        Rule.VOTE_IS_ASKED_FOR.require(
                inquiry != null && inquiry.number("minquiryAbout") == candidate, "nobody inquired about " + candidate);
        final int votedFor = member.state.votedFor();
        Rule.ONE_VOTE_A_TERM.require(
                votedFor == HardState.NOBODY || votedFor == candidate, "it has voted for " + votedFor);
        requireUpToDate(member, inquiry);
    }
}
