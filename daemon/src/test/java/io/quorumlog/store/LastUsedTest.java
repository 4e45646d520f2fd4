package io.quorumlog.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.junit.jupiter.api.Test;

class LastUsedTest {
    @Test
    void whatIsUsedComesFirstAndTheOthersKeepTheirOrder() {
        final LastUsed<String> things = new LastUsed<>(new String[] {"a", "b", "c", "d"});

        assertEquals("c", things.use(2));

        assertEquals("c a b d", text(things));
        assertEquals("c", things.use(0));
        assertEquals("c a b d", text(things));
    }

    @Test
    void oldestIsTheOneUsedLongestAgo() {
        final LastUsed<String> things = new LastUsed<>(new String[] {"a", "b", "c"});
        things.use(2);
        things.use(1);

        assertEquals("b", things.useOldest());

        assertEquals("b a c", text(things));
    }

    @Test
    void roomOfTheOldestIsTakenByAnother() {
        final LastUsed<String> things = new LastUsed<>(new String[] {"a", null});

        assertNull(things.useOldest());
        things.replaceNewest("b");
        assertEquals("b a", text(things));

        assertEquals("a", things.useOldest());
        things.replaceNewest("c");
        assertEquals("c b", text(things));
    }

    private static String text(final LastUsed<String> things) {
        final StringBuilder text = new StringBuilder();
        for (int i = 0; i < things.size(); i++) {
            text.append(i == 0 ? "" : " ").append(things.get(i));
        }
        return text.toString();
    }
}
