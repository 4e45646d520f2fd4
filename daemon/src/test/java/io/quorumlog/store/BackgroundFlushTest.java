package io.quorumlog.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class BackgroundFlushTest {
    private static final long SECOND_NS = 1_000_000_000;
    private static final int MIB = 1024 * 1024;

    private long nowNs = 3;
    private final BackgroundFlush background = new BackgroundFlush(() -> nowNs);

    @Test
    void restsWhileNothingIsWritten() {
        nowNs += 10 * SECOND_NS;

        assertEquals(Long.MAX_VALUE, background.dueInNs());
    }

    @Test
    void isDueASecondAfterTheLastFlush() {
        assertTrue(background.wrote(100), "it may rest");
        assertFalse(background.wrote(100), "it waits already");
        assertEquals(SECOND_NS, background.dueInNs());
        nowNs += SECOND_NS + 5;
        assertEquals(0, background.dueInNs());

        background.flushed(background.writtenBytes());

        assertEquals(Long.MAX_VALUE, background.dueInNs());
        assertTrue(background.wrote(100));
        assertEquals(SECOND_NS, background.dueInNs());
    }

    @Test
    void isDueAtOnceWhenMuchIsWritten() {
        assertTrue(background.wrote(3 * MIB));
        assertFalse(background.wrote(MIB - 1));
        assertEquals(SECOND_NS, background.dueInNs());

        assertTrue(background.wrote(1));
        assertEquals(0, background.dueInNs());
    }

    /** The mistake: what was written during a flush counts as flushed by it. */
    @Test
    void whatIsWrittenDuringAFlushIsLeftForTheNext() {
        background.wrote(100);
        final long covered = background.writtenBytes();
        assertFalse(background.wrote(50));

        background.flushed(covered);

        assertEquals(SECOND_NS, background.dueInNs());
        background.flushed(background.writtenBytes());
        assertEquals(Long.MAX_VALUE, background.dueInNs());
    }
}
