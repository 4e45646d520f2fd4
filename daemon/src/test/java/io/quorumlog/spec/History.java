package io.quorumlog.spec;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What is known of the whole cluster since the traces began; raft.tla's history variables. Nothing in it is ever forgotten. */
final class History {
    /** The entries that a term's leader has made: from which index on, behind an entry of which term, and how far. */
    private static final class Made {
        private final long firstIndex;
        private final long previousTerm;
        private long lastIndex;

        Made(final long firstIndex, final long previousTerm) {
            this.firstIndex = firstIndex;
            this.previousTerm = previousTerm;
        }
    }

    private final Set<Long> sent = new HashSet<>();
    private final Map<Long, Integer> leaders = new HashMap<>();
    private final TreeMap<Long, TermRuns> logsAtElection = new TreeMap<>();
    private final Map<Long, Made> made = new HashMap<>();
    private final TermRuns committed = new TermRuns(1);
    /** By the term of the leader that committed it: up to which index. */
    private final TreeMap<Long, Long> committedIn = new TreeMap<>();

    // Messages.

    void onSent(final String message) {
        sent.add(hash(message));
    }

    boolean wasSent(final String message) {
        return sent.contains(hash(message));
    }

    /** 64 bits (FNV-1a): that two of a billion messages look the same is unlikely enough. */
    private static long hash(final String text) {
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
        }
        return hash ^ hash >>> 32;
    }

    // Leaders.

    /** The term's leader; 0 if none is known. */
    int leaderOf(final long term) {
        return leaders.getOrDefault(term, HardState.NOBODY);
    }

    void onElected(final Member member) {
        final int other = leaderOf(member.term());
        Rule.ELECTION_SAFETY.require(
                other == HardState.NOBODY, "member " + other + " has led term " + member.term() + " already");
        for (final Map.Entry<Long, Long> commit :
                committedIn.headMap(member.term()).entrySet()) {
            requireHolds(member.log, commit.getValue(), member.term(), commit.getKey());
        }
        leaders.put(member.term(), member.id);
        logsAtElection.put(member.term(), member.log.copy());
    }

    private void requireHolds(final TermRuns log, final long index, final long term, final long committingTerm) {
        Rule.LEADER_COMPLETENESS.require(
                log.sameUpTo(committed, 1) >= index,
                "the leader of term " + term + " began with " + log + ", and " + index + " was committed in term "
                        + committingTerm + " of " + committed);
    }

    // Entries.

    void onMade(final long term, final long index, final long count, final long previousTerm) {
        made.computeIfAbsent(term, any -> new Made(index, previousTerm)).lastIndex = index + count - 1;
    }

    /** Entries from an index on have been put into a log. */
    void requireMade(final TermRuns log, final long firstIndex) {
        long index = firstIndex;
        while (index <= log.lastIndex()) {
            final long term = log.termAt(index);
            final Made entries = made.get(term);
            Rule.LOG_MATCHING.require(
                    entries != null && index <= entries.lastIndex && log.runEnd(index) <= entries.lastIndex,
                    "nobody has made all entries of term " + term + " in " + log);
            Rule.LOG_MATCHING.require(
                    index == entries.firstIndex
                            ? log.termAt(index - 1) == entries.previousTerm
                            : index > entries.firstIndex && log.termAt(index - 1) == term,
                    "the entries of term " + term + " begin with " + entries.firstIndex + ", behind one of term "
                            + entries.previousTerm + ", and not as in " + log);
            index = log.runEnd(index) + 1;
        }
    }

    /** What a process came up with, part of which no trace may have told of. */
    void learn(final TermRuns log) {
        long index = 1;
        while (index <= log.lastIndex()) {
            final long term = log.termAt(index);
            final Made entries = made.get(term);
            if (entries == null) {
                onMade(term, index, log.runEnd(index) - index + 1, log.termAt(index - 1));
            } else {
                entries.lastIndex = Math.max(entries.lastIndex, log.runEnd(index));
            }
            index = log.runEnd(index) + 1;
        }
        requireMade(log, 1);
    }

    // Commits.

    /** A member has committed up to an index, having known before of {@code before}. */
    void onCommitted(final Member member, final long before, final long index) {
        final TermRuns log = member.log;
        final long known = Math.min(index, committed.lastIndex());
        Rule.STATE_MACHINE_SAFETY.require(
                known <= before || log.sameUpTo(committed, before + 1) >= known,
                "it commits " + index + " of " + log + ", and committed is " + committed);
        long next = committed.lastIndex() + 1;
        while (next <= index) {
            final long end = Math.min(log.runEnd(next), index);
            committed.append(log.termAt(next), end - next + 1);
            next = end + 1;
        }
    }

    /** A leader has decided that all up to this index is committed. */
    void onDecided(final Member leader, final long index) {
        committedIn.merge(leader.term(), index, Math::max);
        for (final Map.Entry<Long, TermRuns> later :
                logsAtElection.tailMap(leader.term(), false).entrySet()) {
            requireHolds(later.getValue(), index, later.getKey(), leader.term());
        }
    }
}
