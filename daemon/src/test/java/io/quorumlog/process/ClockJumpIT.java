package io.quorumlog.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The wall clock of a running node jumps: it stamps entries, and decides nothing. */
@Tag("bad-days")
final class ClockJumpIT {
    private static final int JUMPING = 1;
    private static final int OTHER = 2;
    private static final List<String> JUMPS = List.of("-3600", "+3600", "+31536000", "+0");
    /** Under libfaketime, whatever asks for the time waits for a lock of the whole process. */
    private static final int ELECTION_TIMEOUT_MS = 2_000;
    /** A jump comes in the midst of it. */
    private static final int BLOCK_MS = 1_200;

    private static final int MAX_LATE_MS = 1_000;

    @RegisterExtension
    final ProcessCluster cluster = new ProcessCluster(3);

    @Test
    void jumpsOfTheWallClockElectNobodyAndHoldUpNothing() throws IOException {
        final Path library = faketime();
        assumeTrue(library != null, "jumps of the clock need libfaketime (package faketime)");
        jump("+0");
        cluster.setting("election-timeout-ms", ELECTION_TIMEOUT_MS);
        cluster.start(
                JUMPING,
                Map.of(
                        "LD_PRELOAD",
                        library.toString(),
                        "FAKETIME_TIMESTAMP_FILE",
                        clock().toString(),
                        "FAKETIME_CACHE_DURATION",
                        "1", // a jump is seen within a second
                        "DONT_FAKE_MONOTONIC",
                        "1"));
        for (int id = 1; id <= cluster.size(); id++) {
            if (id != JUMPING) {
                cluster.start(id);
            }
        }
        cluster.awaitAllCount();
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

    private void assertNothingComesOfJumps(final AppendLoad load) throws IOException {
        final int leader = cluster.awaitLeader();
        final long term = cluster.term();
        try (RespClient client = cluster.client(leader)) {
            final long hourAheadMs = lastTimestampMs(client) + 3_600_000;
            for (final String jump : JUMPS) {
                jump(jump);
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

    private Path clock() {
        return cluster.directory().resolve("clock");
    }

    /** From now on the jumping node's wall clock is so many seconds away from ours. */
    private void jump(final String seconds) throws IOException {
        final Path next = Files.writeString(cluster.directory().resolve("next-clock"), seconds + "\n");
        Files.move(next, clock(), StandardCopyOption.ATOMIC_MOVE);
    }

    private static Path faketime() throws IOException {
        final Path libraries = Path.of("/usr/lib");
        try (Stream<Path> found =
                Files.find(libraries, 3, (path, attributes) -> path.endsWith("faketime/libfaketimeMT.so.1"))) {
            return found.findFirst().orElse(null);
        }
    }
}
