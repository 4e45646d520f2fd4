package io.quorumlog.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class LogThrottleTest {
    @Test
    void fewLinesPassAtOnceThenOneAnIntervalAndTheRestIsCounted() {
        final LogThrottle throttle = new LogThrottle(2, 100);

        assertTrue(throttle.permits(-1_000));
        assertTrue(throttle.permits(-1_000));
        assertFalse(throttle.permits(-950));
        assertFalse(throttle.permits(-901));
        assertTrue(throttle.permits(-900));
        assertEquals(" (and 2 more before)", throttle.omitted());
        assertEquals("", throttle.omitted());
        assertFalse(throttle.permits(-899));
        assertTrue(throttle.permits(1_000_000));
        assertTrue(throttle.permits(1_000_000));
        assertFalse(throttle.permits(1_000_000));
    }
}
