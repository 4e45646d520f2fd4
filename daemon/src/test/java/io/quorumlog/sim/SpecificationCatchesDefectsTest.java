package io.quorumlog.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import io.quorumlog.spec.Rule;
import io.quorumlog.spec.Specification;
import io.quorumlog.spec.Violation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongUnaryOperator;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The specification is tested by mistakes: into the trace of a simulated run, which it accepts, each of these is put as if a
 * member had made it, and the rule that it breaks must be the one that is named. What only follows from the other rules (election
 * safety, log matching and the like) is in {@code HistoryTest}.
 */
class SpecificationCatchesDefectsTest {
    private static final int SEEDS = 60;
    private static final int LINES_A_SEED = 6_000;
    private static final int TRIES_A_SEED = 12;
    private static final Set<Integer> MEMBERS = Set.of(1, 2, 3, 4, 5);
    private static final Pattern SEQ = Pattern.compile("\"node\":(\\d+),\"seq\":(\\d+),\"action\":\"(\\w+)\"");
    private static final Map<Long, List<String>> TRACES = new HashMap<>();

    /** @param change makes another line of one to which it applies, several lines, or none (an empty text); null elsewhere */
    private record Mistake(Rule rule, String what, boolean isEverywhere, UnaryOperator<String> change) {
        @Override
        public String toString() {
            return rule + ": " + what;
        }
    }

    static Stream<Mistake> mistakes() {
        return Stream.of(
                once(Rule.TERM_NEVER_FALLS, "takes a term that nobody named", of("UpdateTerm", "term", by(1))),
                always(Rule.TERM_IS_DURABLE, "asks for votes before its own is on disk", dropped("Durable", "")),
                once(Rule.ONE_VOTE_A_TERM, "votes twice in a term", SpecificationCatchesDefectsTest::secondVote),
                once(Rule.VOTE_IS_ASKED_FOR, "votes for one who did not ask", of("UpdateTerm", "votedFor", vote -> 9)),
                once(
                        Rule.ELECTION_RESTRICTION,
                        "would vote for a shorter log",
                        text(
                                "Reply",
                                "\"mvoteGranted\":false,\"mpreVote\":true",
                                "\"mvoteGranted\":true,\"mpreVote\":true")),
                once(Rule.CANDIDATE_NAMES_ITS_LOG, "claims an entry", of("RequestVote", "mlastLogIndex", by(1))),
                always(
                        Rule.PRE_VOTE_BEFORE_CAMPAIGN,
                        "does not ask before it campaigns",
                        dropped("HandleRequestVoteResponse", "\"mpreVote\":true")),
                always(
                        Rule.LEADER_HAS_MAJORITY,
                        "leads without votes",
                        dropped("HandleRequestVoteResponse", "\"mpreVote\":false")),
                once(
                        Rule.ROLE_FITS,
                        "takes entries without leading",
                        text("BecomeLeader", "\"action\":\"BecomeLeader\"", "\"action\":\"BecomeFollower\"")),
                once(
                        Rule.TRANSFER_IS_WANTED,
                        "calls its campaign a transfer",
                        text("RequestPreVote", "\"mtransfer\":false", "\"mtransfer\":true")),
                always(
                        Rule.TRANSFER_IS_WANTED,
                        "campaigns in the place of a leader that has not agreed",
                        dropped("HandleRequestVoteResponse", "\"mtransfer\":true")),
                once(
                        Rule.TRANSFER_TO_CAUGHT_UP,
                        "hands over to who lacks an entry",
                        SpecificationCatchesDefectsTest::handOver),
                once(Rule.LEADER_APPEND_ONLY, "leads and overwrites", of("ClientRequest", "index", by(-1))),
                once(
                        Rule.LEADER_SENDS_ITS_LOG,
                        "tells of a commit it has not made",
                        of("AppendEntries", "mcommitIndex", by(1000))),
                once(
                        Rule.LEADER_SENDS_ITS_LOG,
                        "names another term for an entry",
                        of("AppendEntries", "mprevLogTerm", by(1))),
                once(
                        Rule.CONSISTENCY_CHECK,
                        "appends behind a gap",
                        of("NoConflictAppendEntriesRequest", "index", by(1))),
                once(
                        Rule.CONSISTENCY_CHECK,
                        "appends what was not sent",
                        of("NoConflictAppendEntriesRequest", "entryTerm", by(1))),
                once(
                        Rule.SUPERSEDES_ONLY_CONFLICTS,
                        "cuts off what it holds already",
                        SpecificationCatchesDefectsTest::cutOff),
                once(Rule.ACKNOWLEDGED_IS_DURABLE, "acknowledges before the flush", of("Reply", "mmatchIndex", by(1))),
                once(
                        Rule.ACKNOWLEDGED_IS_VERIFIED,
                        "acknowledges what another leader sent",
                        of("Reply", "mmatchIndex", by(1))),
                once(Rule.COMMIT_NEVER_FALLS, "takes a commit back", of("AdvanceCommitIndex", "commitIndex", by(-9))),
                always(Rule.COMMIT_BY_MAJORITY, "commits alone", dropped("HandleAppendEntriesResponse", "")),
                once(
                        Rule.COMMIT_OWN_TERM,
                        "counts replicas of an older term",
                        of("AdvanceCommitIndex", "commitIndex", by(-1))),
                once(
                        Rule.COMMIT_AS_LEADER_SAYS,
                        "commits all that it holds",
                        of("AdvanceCommitIndex", "commitIndex", by(1))),
                once(Rule.READ_NEEDS_NEW_ROUND, "joins a round under way", of("RequestRead", "round", by(-1))),
                once(Rule.READ_IS_CONFIRMED, "reads before the answers", of("ConfirmRead", "round", by(1))),
                once(Rule.RECOVERS_WHAT_WAS_DURABLE, "forgets a vote", of("Restart", "votedFor", vote -> 0)),
                once(
                        Rule.RECOVERS_WHAT_WAS_DURABLE,
                        "forgets its log",
                        line -> isOf(line, "Restart")
                                ? changed(line, line.replaceAll("\"log\":\\[[0-9,]+]", "\"log\":[]"))
                                : null),
                once(
                        Rule.BLANK_SAYS_SO,
                        "keeps from the leader that it is blank",
                        text("Reply", "\"mblank\":true", "\"mblank\":false")),
                always(Rule.BLANK_VOTE_IS_INQUIRED, "is blank and asks nobody", inquiryAnswersDropped()),
                once(
                        Rule.LOST_ENTRIES_NO_VOTE,
                        "has lost entries and votes",
                        text("Restart", "\"lostEntries\":false", "\"lostEntries\":true")),
                once(
                        Rule.BLANK_ONLY_FOUNDS,
                        "is blank, has heard of a log, and campaigns",
                        line -> isOf(line, "Timeout")
                                ? line.replaceFirst(
                                                "\"Timeout\".*", "\"Greet\",\"term\":0,\"peer\":9,\"blank\":false}\n")
                                        + line
                                : null),
                always(
                        Rule.BLANKNESS_ENDS_WHOLE,
                        "is blank no more for no reason",
                        line -> changed(line, line.replace("\"mendsBlankness\":true", "\"mendsBlankness\":false"))),
                once(
                        Rule.MESSAGE_WAS_SENT,
                        "hears more than was said",
                        of("HandleAppendEntriesResponse", "mmatchIndex", by(1))));
    }

    /** Each is tried at some places of some runs: not everywhere does the same change break the same rule. */
    @ParameterizedTest
    @MethodSource("mistakes")
    void mistakeIsCaughtByItsRule(final Mistake mistake) {
        int tries = 0;
        for (long seed = 1; seed <= SEEDS; seed++) {
            final List<String> trace = trace(seed);
            int from = 0;
            for (int i = 0; i < TRIES_A_SEED && from < trace.size(); i++) {
                final List<String> changed = new ArrayList<>();
                from = change(trace, mistake, from, changed);
                if (from < 0) {
                    break;
                }
                tries++;
                if (mistake.rule() == brokenRule(changed)) {
                    return;
                }
                from += trace.size() / TRIES_A_SEED;
            }
        }

        fail(mistake + " was not caught in " + tries + " tries");
    }

    @Test
    void lineThatIsLostIsMissed() {
        final List<String> trace = new ArrayList<>(trace(1));
        int middle = trace.size() / 2;
        while (!trace.get(middle).contains("AdvanceCommitIndex")) {
            middle++; // The loss of a message that was sent is noticed first by who receives it.
        }
        trace.remove(middle);

        assertEquals(Rule.TRACE_IS_WHOLE, brokenRule(trace));
    }

    /** @return where it was changed; -1: nowhere */
    private static int change(
            final List<String> trace, final Mistake mistake, final int from, final List<String> changed) {
        int at = -1;
        for (int i = 0; i < trace.size(); i++) {
            final boolean isDue = mistake.isEverywhere() || i >= from && at < 0;
            final String other = isDue ? mistake.change().apply(trace.get(i)) : null;
            if (other == null) {
                changed.add(trace.get(i));
            } else {
                at = at < 0 ? i : at;
                other.lines().filter(line -> !line.isEmpty()).forEach(changed::add);
            }
        }
        renumber(changed);
        return at;
    }

    private static void renumber(final List<String> trace) {
        final Map<String, Long> numbers = new HashMap<>();
        for (int i = 0; i < trace.size(); i++) {
            final Matcher line = SEQ.matcher(trace.get(i));
            if (line.find()) {
                final long number = line.group(3).equals("Restart") ? 1 : numbers.getOrDefault(line.group(1), 0L) + 1;
                numbers.put(line.group(1), number);
                trace.set(i, trace.get(i).replaceFirst("\"seq\":\\d+", "\"seq\":" + number));
            }
        }
    }

    private static Rule brokenRule(final List<String> trace) {
        final Specification specification = new Specification(MEMBERS, Specification.World.SIMULATED);
        try {
            trace.forEach(line -> specification.accept(line, "a changed trace"));
            return null;
        } catch (final Violation violation) {
            return violation.rule();
        }
    }

    private static List<String> trace(final long seed) {
        return TRACES.computeIfAbsent(seed, any -> {
            final List<String> lines = new ArrayList<>();
            TracedRun.run(seed, lines::add);
            return List.copyOf(lines.subList(0, Math.min(lines.size(), LINES_A_SEED)));
        });
    }

    // Mistakes.

    private static Mistake once(final Rule rule, final String what, final UnaryOperator<String> change) {
        return new Mistake(rule, what, false, change);
    }

    private static Mistake always(final Rule rule, final String what, final UnaryOperator<String> change) {
        return new Mistake(rule, what, true, change);
    }

    private static boolean isOf(final String line, final String action) {
        return line.contains("\"action\":\"" + action + "\"");
    }

    private static String changed(final String line, final String other) {
        return line.equals(other) ? null : other;
    }

    private static LongUnaryOperator by(final long difference) {
        return value -> value + difference;
    }

    private static UnaryOperator<String> of(final String action, final String field, final LongUnaryOperator change) {
        final Pattern pattern = Pattern.compile("(\"" + field + "\":)(\\d+)");
        return line -> {
            final Matcher found = pattern.matcher(line);
            return isOf(line, action) && found.find()
                    ? changed(
                            line,
                            found.replaceFirst("$1" + Math.max(change.applyAsLong(Long.parseLong(found.group(2))), 0)))
                    : null;
        };
    }

    private static UnaryOperator<String> text(final String action, final String from, final String to) {
        return line -> isOf(line, action) ? changed(line, line.replace(from, to)) : null;
    }

    private static UnaryOperator<String> dropped(final String action, final String with) {
        return line -> isOf(line, action) && line.contains(with) ? "" : null;
    }

    private static UnaryOperator<String> inquiryAnswersDropped() {
        return line -> isOf(line, "HandleRequestVoteResponse") && !line.contains("\"minquiryAbout\":0") ? "" : null;
    }

    private static String secondVote(final String line) {
        return isOf(line, "UpdateTerm") && !line.contains("\"votedFor\":0")
                ? line + "\n"
                        + line.replace("UpdateTerm", "GrantVote").replaceFirst("\"votedFor\":\\d+", "\"votedFor\":9")
                : null;
    }

    private static String handOver(final String line) {
        if (!isOf(line, "ClientRequest")) {
            return null;
        }
        final Matcher numbers =
                Pattern.compile("\"node\":(\\d+).*?\"term\":(\\d+)").matcher(line);
        numbers.find();
        final int node = Integer.parseInt(numbers.group(1));
        return line + "\n{\"node\":" + node + ",\"seq\":0,\"action\":\"TimeoutNow\",\"term\":" + numbers.group(2)
                + ",\"message\":{\"mtype\":\"TimeoutNowRequest\",\"msource\":" + node + ",\"mdest\":" + (node % 3 + 1)
                + ",\"mterm\":" + numbers.group(2) + "}}";
    }

    private static String cutOff(final String line) {
        return isOf(line, "NoConflictAppendEntriesRequest")
                ? line + "\n" + line.replace("NoConflict", "Conflict")
                : null;
    }
}
