package io.quorumlog.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The wall clock of a running node jumps: it stamps entries, and decides nothing. */
@Tag("bad-days")
final class ClockJumpIT {
    private static final int JUMPING = 1;
    private static final int OTHER = 2;
    private static final List<Long> JUMPS_S = List.of(-3_600L, 3_600L, 31_536_000L, 0L);
    /** Under libfaketime, whatever asks for the time waits for a lock of the whole process. */
    private static final int ELECTION_TIMEOUT_MS = 2_000;
    /** A jump comes in the midst of it. */
    private static final int BLOCK_MS = 1_200;

    private static final int MAX_LATE_MS = 1_000;

    @RegisterExtension
    final ProcessCluster cluster = new ProcessCluster(3);

    private TestClock clock;

    @Test
    void jumpsOfTheWallClockElectNobodyAndHoldUpNothing() {
        clock = cluster.giveClock(JUMPING);
        cluster.setting("election-timeout-ms", ELECTION_TIMEOUT_MS);
        cluster.startAll();
        final AppendLoad load = new AppendLoad(cluster, 1);
        try (load) {
            for (final boolean leads : new boolean[] {true, false}) {
                cluster.lead(leads ? JUMPING : OTHER);
                load.awaitMore(20);
                assertNothingComesOfJumps(load);
            }
        }
        load.check(cluster.awaitEqualLogs());
    }

    private void assertNothingComesOfJumps(final AppendLoad load) {
        final int leader = cluster.awaitLeader();
        final long term = cluster.term();
        try (RespClient client = cluster.client(leader)) {
            final long hourAheadMs = lastTimestampMs(client) + 3_600_000;
            for (final long jump : JUMPS_S) {
                clock.jump(jump);
                assertBlocksInRealTime(JUMPING);
                load.awaitMore(20);
                assertInstanceOf(Long.class, client.call("LAST"));
            }
            assertEquals(leader == JUMPING, lastTimestampMs(client) >= hourAheadMs, "entries carry the leader's clock");
        }
        assertEquals(term, cluster.term());
    }

    private static long lastTimestampMs(final RespClient client) {
        final long last = (Long) client.call("LAST");
        return client.readAll(last).get(0).timestampMs();
    }

    /** A jump in the middle of a wait neither ends it nor makes it longer. */
    private void assertBlocksInRealTime(final int id) {
        try (RespClient client = cluster.client(id)) {
            final long beganNs = System.nanoTime();
            client.send("READ", Long.MAX_VALUE, "BLOCK", BLOCK_MS);
            assertEquals(List.of(), client.receive());
            final long tookMs = (System.nanoTime() - beganNs) / 1_000_000;
            assertTrue(tookMs >= BLOCK_MS - 10 && tookMs < BLOCK_MS + MAX_LATE_MS, tookMs + " ms");
        }
    }
}
