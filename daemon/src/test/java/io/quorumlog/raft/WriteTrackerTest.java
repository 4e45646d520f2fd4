package io.quorumlog.raft;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class WriteTrackerTest {
    /** Every record that was ever written, and which of them the log now shows: the slow, obvious way. */
    private static final class Model {
        private final List<Long> recordOfEntry = new ArrayList<>();
        private long durableSeq;

        Model(final int entriesAtStart) {
            for (int i = 0; i < entriesAtStart; i++) {
                recordOfEntry.add(0L);
            }
        }

        void appended(final long seq, final long index) {
            recordOfEntry.subList((int) index - 1, recordOfEntry.size()).clear();
            recordOfEntry.add(seq);
        }

        long durableIndex() {
            int index = 0;
            while (index < recordOfEntry.size() && recordOfEntry.get(index) <= durableSeq) {
                index++;
            }
            return index;
        }
    }

    @Test
    void entriesAtTheStartAreDurable() {
        assertEquals(7, new WriteTracker(7).durableIndex());
    }

    @Test
    void flushOfPartOfARunReachesThatPart() {
        final WriteTracker tracker = new WriteTracker(0);
        for (int i = 1; i <= 10; i++) {
            tracker.appended(i, i);
        }

        tracker.onDurable(4);

        assertEquals(4, tracker.durableIndex());
    }

    /** Scenario: 2 and 3 are written (#1, #2), a flush of them begins, a new leader supersedes 2 (#3), the flush ends. */
    @Test
    void flushOfASupersededRecordSaysNothingAboutTheOneThatSupersededIt() {
        final WriteTracker tracker = new WriteTracker(1);
        tracker.appended(1, 2);
        tracker.appended(2, 3);
        tracker.appended(3, 2);

        tracker.onDurable(2);
        assertEquals(1, tracker.durableIndex());

        tracker.onDurable(3);
        assertEquals(2, tracker.durableIndex());
    }

    @Test
    void supersedingADurableEntryTakesItBack() {
        final WriteTracker tracker = new WriteTracker(9);

        tracker.appended(1, 5);

        assertEquals(4, tracker.durableIndex());
    }

    /** Between the entries stand hard states, which take numbers but no index. */
    @Test
    void recordsBetweenTheEntriesAreCounted() {
        final WriteTracker tracker = new WriteTracker(0);
        tracker.appended(1, 1);
        tracker.appended(3, 2);
        tracker.appended(7, 3);

        tracker.onDurable(2);
        assertEquals(1, tracker.durableIndex());
        tracker.onDurable(6);
        assertEquals(2, tracker.durableIndex());
        tracker.onDurable(9);
        assertEquals(3, tracker.durableIndex());
    }

    @Property(tries = 500)
    void agreesWithTheModel(@ForAll final long seed) {
        final Random random = new Random(seed);
        final int start = random.nextInt(5);
        final int supersedeOneIn = 2 + random.nextInt(20);
        final int flushOneIn = 1 + random.nextInt(40);
        final WriteTracker tracker = new WriteTracker(start);
        final Model model = new Model(start);
        long seq = 0;
        for (int step = 0; step < 300; step++) {
            seq++;
            if (random.nextInt(4) > 0) {
                final int last = model.recordOfEntry.size();
                final long index =
                        last > 0 && random.nextInt(supersedeOneIn) == 0 ? 1 + random.nextInt(last) : last + 1;
                tracker.appended(seq, index);
                model.appended(seq, index);
            }
            if (random.nextInt(flushOneIn) == 0) {
                model.durableSeq += random.nextInt((int) (seq - model.durableSeq) + 1);
                tracker.onDurable(model.durableSeq);
            }
            assertEquals(model.durableIndex(), tracker.durableIndex(), "seed " + seed + ", step " + step);
        }
    }
}
