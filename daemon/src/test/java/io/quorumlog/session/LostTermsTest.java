package io.quorumlog.session;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class LostTermsTest {
    private final LostTerms terms = new LostTerms();

    @Test
    void termIsLostSinceItWasFirstAskedFor() {
        assertEquals(100, terms.sinceNs(3, 100));
        assertEquals(100, terms.sinceNs(3, 200));
        assertEquals(300, terms.sinceNs(7, 300));
        assertEquals(100, terms.sinceNs(3, 400));
    }

    @Test
    void termLostUnseenWasLostBeforeTheNextOne() {
        terms.sinceNs(3, 100);
        terms.sinceNs(7, 300);

        assertEquals(300, terms.sinceNs(5, 900));
    }

    @Test
    void termThatIsForgottenWasLostBeforeTheOldestThatIsKept() {
        for (int term = 1; term <= 20; term++) {
            terms.sinceNs(term, 100 * term);
        }

        assertEquals(1_300, terms.sinceNs(1, 9_000));
        assertEquals(2_000, terms.sinceNs(20, 9_000));
    }
}
