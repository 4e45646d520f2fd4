package io.quorumlog.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorumlog.LogCapture;
import io.quorumlog.raft.RoleKind;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class RoleLogTest {
    private final RoleLog log = new RoleLog();
    private LogCapture logged;

    @BeforeEach
    void listen() {
        logged = LogCapture.begin();
    }

    @AfterEach
    void leave() {
        logged.close();
    }

    @Test
    void aChangeIsOneLine() {
        log.onRole(0, RoleKind.LEADER, 7, 1, "votes 1,3 of 3");

        assertEquals(List.of("role=leader term=7 leader=1 reason=\"votes 1,3 of 3\""), logged.lines());
    }

    @Test
    void aSearchThatNeverEndsIsLessThanTenLinesAMinuteAndTheLeaderAtItsEndIsNotLeftOut() {
        long nowNs = 0;
        for (; nowNs < TimeUnit.MINUTES.toNanos(1); nowNs += TimeUnit.MILLISECONDS.toNanos(200)) {
            log.onRole(nowNs, RoleKind.PRE_CANDIDATE, 3, 0, "no majority answered the pre-vote");
        }
        assertTrue(logged.lines().size() <= 10, () -> "lines: " + logged.lines().size());

        log.onRole(nowNs, RoleKind.FOLLOWER, 4, 2, "its first message");

        assertTrue(logged.lines().get(logged.lines().size() - 1).contains("leader=2"));
    }

    @Test
    void whatWasLeftOutIsCounted() {
        for (int i = 0; i < 9; i++) {
            log.onRole(0, RoleKind.PRE_CANDIDATE, 3, 0, "no majority answered the pre-vote");
        }
        log.onRole(TimeUnit.SECONDS.toNanos(15), RoleKind.PRE_CANDIDATE, 3, 0, "no majority answered the pre-vote");

        assertEquals(7, logged.lines().size());
        assertTrue(logged.lines().get(6).endsWith(" (and 3 more before)"));
    }
}
