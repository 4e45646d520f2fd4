package io.quorumlog.sim.invariant;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class HistoryTest {
    private final History history = new History();

    @Test
    void operationsAtTheSameTimeMayComeInAnyOrder() {
        history.appended("a", 2, 1, 10);
        history.appended("b", 3, 2, 9);
        history.lastWas("last", 2, 3, 8);
        history.lastWas("last", 3, 3, 8);

        assertNull(history.contradiction());
    }

    @Test
    void appendDoesNotComeBeforeOneThatHadBeenAnswered() {
        history.appended("first", 3, 1, 2);
        history.appended("second", 2, 3, 4);

        assertEquals("second comes before first, which had been answered when it was asked", history.contradiction());
    }

    @Test
    void appendWhoseAnswerIsNeverHeardComesBehindWhatHadBeenAnsweredAllTheSame() {
        history.appended("first", 3, 1, 2);
        history.appendedUnheard("second", 2, 3);

        assertNotNull(history.contradiction());
    }

    @Test
    void appendWhoseAnswerIsNeverHeardMayComeAtAnyTime() {
        history.appendedUnheard("first", 3, 1);
        history.lastWas("last", 2, 5, 6);
        history.appended("second", 2, 3, 4);

        assertNull(history.contradiction());
    }

    @Test
    void lastIsNotOlderThanWhatHadBeenAnswered() {
        history.appended("append", 2, 1, 2);
        history.lastWas("last", 0, 3, 4);

        assertEquals("last comes before append, which had been answered when it was asked", history.contradiction());
    }

    @Test
    void lastIsNotOlderThanWhatHadBeenShown() {
        history.appendedUnheard("append", 2, 1);
        history.shown("read", 2, 5);
        history.lastWas("last", 0, 6, 7);

        assertNotNull(history.contradiction());
    }

    @Test
    void lastDoesNotKnowWhatIsAskedLater() {
        history.lastWas("last", 2, 1, 2);
        history.appended("append", 2, 3, 4);

        assertNotNull(history.contradiction());
    }

    @Test
    void whatIsShownMayBeOld() {
        history.appended("a", 2, 1, 2);
        history.appended("b", 3, 3, 4);
        history.shown("read", 2, 9);

        assertNull(history.contradiction());
    }

    /** Against the definition: no operation was asked after the answer of one that comes behind it. */
    @Test
    void agreesWithAComparisonOfAllPairs() {
        for (long seed = 1; seed <= 3_000; seed++) {
            final SplittableRandom random = new SplittableRandom(seed);
            final History some = new History();
            final int count = 2 + random.nextInt(6);
            final long[] places = new long[count];
            final long[] asked = new long[count];
            final long[] answered = new long[count];
            for (int i = 0; i < count; i++) {
                final long index = 1 + random.nextInt(4);
                asked[i] = random.nextInt(20);
                answered[i] = asked[i] + 1 + random.nextInt(12);
                final boolean last = random.nextBoolean();
                places[i] = 2 * index + (last ? 1 : 0);
                if (last) {
                    some.lastWas("last", index, asked[i], answered[i]);
                } else {
                    some.appended("append", index, asked[i], answered[i]);
                }
            }

            boolean contradicts = false;
            for (int i = 0; i < count; i++) {
                for (int j = 0; j < count; j++) {
                    contradicts |= places[i] < places[j] && asked[i] > answered[j];
                }
            }
            assertEquals(contradicts, some.contradiction() != null, "seed " + seed);
        }
    }
}
