package io.quorumlog.raft;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class InflightWindowTest {
    private final InflightWindow window = new InflightWindow();

    @Test
    void windowIsFullAfterItsMessagesAndNotBefore() {
        for (int i = 1; i <= RaftLimits.WINDOW_MESSAGES; i++) {
            assertFalse(window.isFull());
            window.add(i);
        }

        assertTrue(window.isFull());
        assertThrows(Invariant.Violation.class, () -> window.add(RaftLimits.WINDOW_MESSAGES + 1));
    }

    @Test
    void messageLeavesWhenAllItsEntriesAreAcknowledged() {
        for (int i = 1; i <= RaftLimits.WINDOW_MESSAGES; i++) {
            window.add(10L * i);
        }

        window.acknowledge(9);
        assertTrue(window.isFull());

        window.acknowledge(10);
        assertFalse(window.isFull());
    }

    @Test
    void windowGoesRound() {
        long sent = 0;
        for (int round = 0; round < 5; round++) {
            while (!window.isFull()) {
                window.add(++sent);
            }
            window.acknowledge(sent - 7);
            for (int i = 0; i < RaftLimits.WINDOW_MESSAGES - 7; i++) {
                assertFalse(window.isFull());
                window.add(++sent);
            }
            assertTrue(window.isFull());
            window.acknowledge(sent);
        }
    }

    @Test
    void clearedWindowIsEmpty() {
        while (!window.isFull()) {
            window.add(1);
        }

        window.clear();

        for (int i = 0; i < RaftLimits.WINDOW_MESSAGES; i++) {
            window.add(i);
        }
        assertTrue(window.isFull());
    }
}
