package io.quorumlog.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.quorumlog.raft.RoleKind;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

final class RoleLogTest {
    private final Logger logger = (Logger) LoggerFactory.getLogger(RoleLog.class);
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
    private final RoleLog log = new RoleLog();

    @BeforeEach
    void listen() {
        lines.start();
        logger.setAdditive(false);
        logger.addAppender(lines);
    }

    @AfterEach
    void leave() {
        logger.detachAppender(lines);
        logger.setAdditive(true);
    }

    @Test
    void aChangeIsOneLine() {
        log.onRole(0, RoleKind.LEADER, 7, 1, "votes 1,3 of 3");

        assertEquals(
                "role=leader term=7 leader=1 reason=\"votes 1,3 of 3\"",
                lines.list.get(0).getFormattedMessage());
    }

    @Test
    void aSearchThatNeverEndsIsLessThanTenLinesAMinuteAndTheLeaderAtItsEndIsNotLeftOut() {
        long nowNs = 0;
        for (; nowNs < TimeUnit.MINUTES.toNanos(1); nowNs += TimeUnit.MILLISECONDS.toNanos(200)) {
            log.onRole(nowNs, RoleKind.PRE_CANDIDATE, 3, 0, "no majority answered the pre-vote");
        }
        assertTrue(lines.list.size() <= 10, () -> "lines: " + lines.list.size());

        log.onRole(nowNs, RoleKind.FOLLOWER, 4, 2, "its first message");

        assertTrue(lines.list.get(lines.list.size() - 1).getFormattedMessage().contains("leader=2"));
    }

    @Test
    void whatWasLeftOutIsCounted() {
        for (int i = 0; i < 9; i++) {
            log.onRole(0, RoleKind.PRE_CANDIDATE, 3, 0, "no majority answered the pre-vote");
        }
        log.onRole(TimeUnit.SECONDS.toNanos(15), RoleKind.PRE_CANDIDATE, 3, 0, "no majority answered the pre-vote");

        assertEquals(7, lines.list.size());
        assertTrue(lines.list.get(6).getFormattedMessage().endsWith(" (and 3 more before)"));
    }
}
