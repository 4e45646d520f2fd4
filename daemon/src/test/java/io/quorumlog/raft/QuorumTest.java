package io.quorumlog.raft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuorumTest {
    @ParameterizedTest
    @CsvSource({"1, 1", "2, 2", "3, 2", "4, 3", "5, 3", "6, 4", "7, 4"})
    void majorityIsMoreThanHalf(final int members, final int majority) {
        assertEquals(majority, Quorum.majority(members));
    }

    /** Against the definition: the greatest of the values that more than half of the values reach. */
    @Property
    void majorityReachesTheGreatestValueThatMoreThanHalfReach(@ForAll @Size(min = 1, max = 7) final long[] values) {
        final long expected = LongStream.of(values)
                .filter(value -> 2
                                * LongStream.of(values)
                                        .filter(other -> other >= value)
                                        .count()
                        > values.length)
                .max()
                .orElseThrow();

        assertEquals(expected, new Quorum(values.length).reachedByMajority(values));
    }

    /** One instance serves a whole term: nothing of an earlier question is left in a later answer. */
    @Property
    void answersDoNotDependOnEarlierQuestions(
            @ForAll @Size(5) final @LongRange(min = 0, max = 9) long[] first,
            @ForAll @Size(5) final @LongRange(min = 0, max = 9) long[] second) {
        final Quorum quorum = new Quorum(5);
        final long[] untouched = second.clone();
        quorum.reachedByMajority(first);

        assertEquals(new Quorum(5).reachedByMajority(second), quorum.reachedByMajority(second));
        assertTrue(Arrays.equals(untouched, second), "the values were changed");
    }

    @Test
    void repeatedVoteCountsOnce() {
        final Quorum quorum = new Quorum(5);

        for (int i = 0; i < 5; i++) {
            quorum.vote(2, true);
        }
        assertFalse(quorum.isWon());

        quorum.vote(0, true);
        quorum.vote(4, true);
        assertTrue(quorum.isWon());
    }

    @Test
    void refusalsAreNoVotes() {
        final Quorum quorum = new Quorum(3);

        quorum.vote(0, true);
        quorum.vote(1, false);
        quorum.vote(2, false);

        assertFalse(quorum.isWon());
        assertTrue(quorum.hasRefused(1));
        assertFalse(quorum.hasRefused(0));
    }

    /** The refusal of an earlier round of pre-votes may come late, and must not hide the answer to this one. */
    @Test
    void lateRefusalTakesNoVoteBackAndHidesNone() {
        final Quorum quorum = new Quorum(3);

        quorum.vote(0, true);
        quorum.vote(1, false);
        quorum.vote(1, true);
        assertTrue(quorum.isWon());
        assertFalse(quorum.hasRefused(1));

        quorum.vote(1, false);
        assertTrue(quorum.isWon());
    }

    @Test
    void votesAreNamedByMember() {
        final Quorum quorum = new Quorum(3);

        quorum.vote(0, true);
        quorum.vote(2, true);

        assertEquals("votes 4,9 of 3", quorum.votes(new Members(4, new int[] {4, 7, 9})));
    }
}
