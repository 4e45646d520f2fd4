package io.quorumlog.raft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class TermIndexTest {
    @Test
    void emptyLogHasTermZeroAtIndexZero() {
        final TermIndex terms = new TermIndex();

        assertEquals(0, terms.lastIndex());
        assertEquals(0, terms.lastTerm());
        assertEquals(0, terms.termAt(0));
        assertEquals(0, terms.lastIndexWithTermAtMost(9, 0));
    }

    @Test
    void hintPassesWholeTerms() {
        final TermIndex terms = of(1, 1, 3, 3, 3, 6);

        assertEquals(6, terms.lastIndexWithTermAtMost(6, 6));
        assertEquals(5, terms.lastIndexWithTermAtMost(5, 6));
        assertEquals(4, terms.lastIndexWithTermAtMost(3, 4));
        assertEquals(2, terms.lastIndexWithTermAtMost(2, 6));
        assertEquals(0, terms.lastIndexWithTermAtMost(0, 6));
    }

    @Test
    void gapsAndFallingTermsAreDefects() {
        final TermIndex terms = of(2, 2);

        assertThrows(Invariant.Violation.class, () -> terms.append(4, 2));
        assertThrows(Invariant.Violation.class, () -> terms.append(2, 2));
        assertThrows(Invariant.Violation.class, () -> terms.append(3, 1));
        assertThrows(Invariant.Violation.class, () -> new TermIndex().append(1, 0));
        assertThrows(Invariant.Violation.class, () -> terms.termAt(3));
        assertThrows(Invariant.Violation.class, () -> terms.termAt(-1));
        assertThrows(Invariant.Violation.class, () -> terms.truncateAfter(3));
        assertThrows(Invariant.Violation.class, () -> terms.lastIndexWithTermAtMost(1, 3));
    }

    @Property(tries = 300)
    void agreesWithAList(@ForAll final long seed) {
        final Random random = new Random(seed);
        final TermIndex terms = new TermIndex();
        final List<Long> list = new ArrayList<>();
        for (int step = 0; step < 200; step++) {
            if (random.nextInt(15) == 0) {
                final int keep = random.nextInt(list.size() + 1);
                terms.truncateAfter(keep);
                list.subList(keep, list.size()).clear();
            } else {
                final long last = list.isEmpty() ? 1 : list.get(list.size() - 1);
                list.add(last + (random.nextInt(3) == 0 ? random.nextInt(3) : 0));
                terms.append(list.size(), list.get(list.size() - 1));
            }
            agree(list, terms, random);
        }
    }

    private static void agree(final List<Long> list, final TermIndex terms, final Random random) {
        assertEquals(list.size(), terms.lastIndex());
        assertEquals(list.isEmpty() ? 0 : list.get(list.size() - 1), terms.lastTerm());
        final int index = random.nextInt(list.size() + 1);
        assertEquals(index == 0 ? 0 : list.get(index - 1), terms.termAt(index));
        final long term = random.nextInt(60);
        int expected = index;
        while (expected > 0 && list.get(expected - 1) > term) {
            expected--;
        }
        assertEquals(expected, terms.lastIndexWithTermAtMost(term, index), list + " term " + term + " index " + index);
    }

    private static TermIndex of(final long... terms) {
        final TermIndex index = new TermIndex();
        for (int i = 0; i < terms.length; i++) {
            index.append(i + 1, terms[i]);
        }
        return index;
    }
}
