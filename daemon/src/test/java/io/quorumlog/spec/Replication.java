package io.quorumlog.spec;

import java.util.function.Predicate;

/** The rules of entries, commits and reads (thesis 3.5, 3.6.2, 3.8, 6.4, 10.2.1). */
final class Replication {
    private final History history;
    /** Whether all that made the entries of a member's log has been told. */
    private final Predicate<Member> isWhole;

    Replication(final History history, final Predicate<Member> isWhole) {
        this.history = history;
        this.isWhole = isWhole;
    }

    boolean accept(final Member member, final TraceLine line) {
        switch (line.action()) {
            case "ClientRequest" -> clientRequest(member, line);
            case "NoConflictAppendEntriesRequest", "ConflictAppendEntriesRequest" -> append(member, line);
            case "AdvanceCommitIndex" -> advanceCommitIndex(member, line.number("commitIndex"));
            case "RequestRead" -> {
                Rule.ROLE_FITS.require(member.role == Member.Role.LEADER, "it is a " + member.role);
                Rule.READ_NEEDS_NEW_ROUND.require(
                        line.number("round") > member.sentRound, "round " + member.sentRound + " has begun already");
            }
            case "ConfirmRead" -> confirmRead(member, line.number("round"));
            default -> {
                return false;
            }
        }
        return true;
    }

    // Entries.

    private void clientRequest(final Member member, final TraceLine line) {
        final long index = line.number("index");
        final long count = line.number("count");
        Rule.ROLE_FITS.require(member.role == Member.Role.LEADER, "it is a " + member.role);
        Rule.LEADER_APPEND_ONLY.require(
                line.number("entryTerm") == member.term() && index == member.log.lastIndex() + 1,
                "it leads term " + member.term() + " with " + member.log);
        history.onMade(member.term(), index, count, member.log.lastTerm());
        put(member, line, index, count);
    }

    private void append(final Member member, final TraceLine line) {
        final long index = line.number("index");
        final long last = index + line.number("count") - 1;
        final long entryTerm = line.number("entryTerm");
        final TraceLine message = member.leadersMessage();
        Rule.ROLE_FITS.require(
                member.role == Member.Role.FOLLOWER && message != null,
                "it is a " + member.role + ", and handles no message of this term's leader");
        final TermRuns entries = message.terms("mentries", message.number("mprevLogIndex") + 1);
        Rule.CONSISTENCY_CHECK.require(
                member.commonWith(message) >= index - 1 && index >= entries.firstIndex(),
                "it has no more in common with the message than up to " + member.commonWith(message));
        Rule.CONSISTENCY_CHECK.require(
                entries.termAt(index) == entryTerm && entries.runEnd(index) >= last, "the message holds " + entries);
        final boolean isConflict = index <= member.log.lastIndex();
        Rule.CONSISTENCY_CHECK.require(isConflict == line.action().startsWith("Conflict"), "its log is " + member.log);
        if (isConflict) {
            Rule.SUPERSEDES_ONLY_CONFLICTS.require(
                    member.log.termAt(index) != entryTerm
                            && index > Math.max(member.commitIndex, member.verifiedIndex()),
                    "its log is " + member.log + ", committed up to " + member.commitIndex + " and the leader's up to "
                            + member.verifiedIndex());
        }
        put(member, line, index, last - index + 1);
        if (isWhole.test(member)) {
            history.requireMade(member.log, index);
        }
    }

    private static void put(final Member member, final TraceLine line, final long index, final long count) {
        final long entryTerm = line.number("entryTerm");
        member.log.dropFrom(index);
        member.log.append(entryTerm, count);
        member.disk.write(line.number("record"), index, count, entryTerm);
    }

    // Commits and reads.

    private void advanceCommitIndex(final Member member, final long index) {
        final long before = member.commitIndex;
        Rule.COMMIT_NEVER_FALLS.require(
                index > before && index <= member.log.lastIndex(),
                "it was " + before + ", and the log is " + member.log);
        final boolean isLeader = member.role == Member.Role.LEADER;
        if (isLeader) {
            requireMajority(member, index);
        } else {
            Rule.COMMIT_AS_LEADER_SAYS.require(
                    index <= Math.min(member.heardCommit, member.verifiedIndex()),
                    "the leader has said " + member.heardCommit + ", and verified " + member.verifiedIndex());
        }
        history.onCommitted(member, before, index);
        member.commitIndex = index;
        if (isLeader) {
            history.onDecided(member, index);
        }
    }

    private static void requireMajority(final Member leader, final long index) {
        int holders = leader.disk.durableIndex() >= index ? 1 : 0;
        for (final int follower : leader.match.keySet()) {
            holders += leader.countedMatch(follower) >= index ? 1 : 0;
        }
        Rule.COMMIT_BY_MAJORITY.require(
                holders >= leader.majority(),
                holders + " of " + leader.size + " hold it: its disk " + leader.disk.durableIndex() + ", the others "
                        + leader.match + ", blank are " + leader.blankFollowers);
        Rule.COMMIT_OWN_TERM.require(
                leader.log.termAt(index) == leader.term(), "the entry is of term " + leader.log.termAt(index));
    }

    private static void confirmRead(final Member member, final long round) {
        Rule.ROLE_FITS.require(member.role == Member.Role.LEADER, "it is a " + member.role);
        int answers = 1;
        for (final long answered : member.rounds.values()) {
            answers += answered >= round ? 1 : 0;
        }
        Rule.READ_IS_CONFIRMED.require(
                round <= member.sentRound && answers >= member.majority(),
                answers + " have answered round " + round + ", with its own answer; begun is " + member.sentRound);
        Rule.READ_IS_CONFIRMED.require(
                member.commitIndex >= member.firstIndexOfTerm,
                "the term begins with " + member.firstIndexOfTerm + ", committed is " + member.commitIndex);
    }

    // Messages.

    boolean acceptSending(final Member member, final TraceLine line) {
        if (line.action().equals("AppendEntries")) {
            appendEntries(member, line);
            return true;
        }
        if (line.action().equals("Reply")) {
            reply(member, line);
            return true;
        }
        return false;
    }

    private static void appendEntries(final Member member, final TraceLine message) {
        Rule.ROLE_FITS.require(member.role == Member.Role.LEADER, "it is a " + member.role);
        final long prevIndex = message.number("mprevLogIndex");
        final TermRuns entries = message.terms("mentries", prevIndex + 1);
        Rule.LEADER_SENDS_ITS_LOG.require(
                member.commonWith(message) == entries.lastIndex(), "its log is " + member.log);
        Rule.LEADER_SENDS_ITS_LOG.require(
                message.number("mcommitIndex") <= member.commitIndex, "it has committed " + member.commitIndex);
        Rule.READ_NEEDS_NEW_ROUND.require(
                message.number("mround") >= member.sentRound, "round " + member.sentRound + " has begun already");
        member.sentRound = message.number("mround");
        if (message.flag("mendsBlankness")) {
            final long match = member.match.getOrDefault(message.destination(), 0L);
            Rule.BLANKNESS_ENDS_WHOLE.require(
                    match >= member.firstIndexOfTerm
                            || member.isFounding && member.commitIndex < member.firstIndexOfTerm,
                    "the term begins with " + member.firstIndexOfTerm + ", the follower holds " + match);
        }
    }

    private static void reply(final Member member, final TraceLine reply) {
        final long match = reply.number("mmatchIndex");
        final long round = reply.number("mround");
        if (match > 0 || round > 0) {
            Rule.ROLE_FITS.require(
                    member.role == Member.Role.FOLLOWER && reply.destination() == member.leader,
                    "it is a " + member.role + " and knows " + member.leader + " for its leader");
            Rule.ACKNOWLEDGED_IS_DURABLE.require(
                    match <= member.disk.durableIndex(), "its log is on disk up to " + member.disk.durableIndex());
            Rule.ACKNOWLEDGED_IS_VERIFIED.require(
                    match <= member.verifiedIndex(), "the leader has verified " + member.verifiedIndex());
            Rule.READ_IS_CONFIRMED.require(
                    round <= member.heardRound, "the newest round that it has heard is " + member.heardRound);
        }
        Rule.BLANK_SAYS_SO.require(reply.flag("mblank") || !member.state.blank(), "it is blank");
    }
}
