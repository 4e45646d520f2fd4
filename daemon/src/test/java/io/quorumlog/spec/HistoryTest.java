package io.quorumlog.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** What follows from the other rules is checked all the same, in case that one of those is wrong. */
class HistoryTest {
    private final History history = new History();

    @Test
    void secondLeaderOfTermIsRejected() {
        history.onElected(member(1, 2, 1, 3));

        assertRejected(Rule.ELECTION_SAFETY, () -> history.onElected(member(2, 2, 1, 3)));
    }

    @Test
    void leaderWithoutCommittedEntryIsRejected() {
        history.onElected(member(1, 1));
        final Member leader = member(1, 1, 1, 3);
        history.onCommitted(leader, 0, 3);
        history.onDecided(leader, 3);

        assertRejected(Rule.LEADER_COMPLETENESS, () -> history.onElected(member(2, 2, 1, 2)));
    }

    /** Members share no clock: the election may be told before the commit, which came first. */
    @Test
    void commitThatLaterLeaderLacksIsRejected() {
        history.onElected(member(2, 2, 1, 2));
        final Member leader = member(1, 1, 1, 3);
        history.onCommitted(leader, 0, 3);

        assertRejected(Rule.LEADER_COMPLETENESS, () -> history.onDecided(leader, 3));
    }

    @Test
    void commitOfAnotherEntryIsRejected() {
        history.onCommitted(member(1, 2, 1, 3), 0, 3);

        assertRejected(Rule.STATE_MACHINE_SAFETY, () -> history.onCommitted(member(2, 2, 1, 2, 2, 1), 2, 3));
    }

    @Test
    void entryBehindAnotherThanItsLeaderPutItIsRejected() {
        history.onMade(1, 1, 3, 0);
        history.onMade(2, 4, 1, 1);

        assertRejected(Rule.LOG_MATCHING, () -> history.requireMade(log(1, 2, 2, 1), 3));
    }

    @Test
    void entryThatNobodyMadeIsRejected() {
        history.onMade(1, 1, 3, 0);

        assertRejected(Rule.LOG_MATCHING, () -> history.requireMade(log(1, 4), 4));
    }

    private static void assertRejected(final Rule rule, final Executable step) {
        assertEquals(rule, assertThrows(Violation.class, step).rule());
    }

    private static Member member(final int id, final long term, final long... runs) {
        final Member member = new Member(id);
        member.state = new HardState(term, id, false);
        member.log = log(runs);
        return member;
    }

    private static TermRuns log(final long... runs) {
        final TermRuns log = new TermRuns(1);
        for (int i = 0; i < runs.length; i += 2) {
            log.append(runs[i], runs[i + 1]);
        }
        return log;
    }
}
