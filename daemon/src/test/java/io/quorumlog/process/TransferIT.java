package io.quorumlog.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Leadership is offered to one who can't take it: that is said soon, appends go on, and it does not happen later. */
@Tag("bad-days")
final class TransferIT {
    private static final int MAX_PAUSE_MS = 2_000;
    private static final int UNKNOWN = 9;

    @RegisterExtension
    final NetworkCluster cluster = new NetworkCluster(3);

    private enum Target {
        UNKNOWN_MEMBER,
        DEAD,
        PAUSED,
        /** It holds the whole log: what it is to hear of the transfer waits in its socket. */
        PAUSED_AND_UP_TO_DATE,
        CUT_OFF,
        HEARS_NOTHING,
        IS_NOT_HEARD,
        /** It holds the whole log, and hears that it is to lead. */
        IS_NOT_HEARD_AND_UP_TO_DATE
    }

    @ParameterizedTest
    @EnumSource
    void transferToOneWhoCannotLeadFailsSoonAndForGood(final Target target) {
        final int leader = cluster.startAll();
        cluster.awaitAllFollow();
        final int follower = cluster.follower(leader);
        final long term = cluster.term();
        final boolean isIdle = target.name().endsWith("_AND_UP_TO_DATE");
        final AppendLoad load = new AppendLoad(cluster, isIdle ? 0 : 2);
        try (load;
                RespClient client = cluster.client(leader)) {
            load.awaitMore(isIdle ? 0 : 50);
            switch (target) {
                case DEAD -> cluster.kill(follower);
                case PAUSED, PAUSED_AND_UP_TO_DATE -> cluster.pause(follower);
                case CUT_OFF -> cluster.network().isolate(follower);
                case HEARS_NOTHING -> cluster.network().deafen(follower);
                case IS_NOT_HEARD, IS_NOT_HEARD_AND_UP_TO_DATE ->
                    cluster.network().mute(follower);
                default -> {}
            }
            load.measureAnew();
            final long beganNs = System.nanoTime();
            final Object reply = client.call("TRANSFER", target == Target.UNKNOWN_MEMBER ? UNKNOWN : follower);
            final long tookMs = (System.nanoTime() - beganNs) / 1_000_000;
            if (isIdle) {
                assertInstanceOf(Long.class, client.call("APPEND", "goes on"));
            } else {
                load.awaitMore(50);
                assertTrue(load.longestPauseMs() < MAX_PAUSE_MS, load.longestPauseMs() + " ms");
            }
            assertInstanceOf(RespClient.Failure.class, reply);
            assertTrue(tookMs < MAX_PAUSE_MS, tookMs + " ms");

            switch (target) {
                case DEAD -> cluster.start(follower);
                case PAUSED, PAUSED_AND_UP_TO_DATE -> cluster.resume(follower);
                default -> cluster.network().heal();
            }
            assertEquals(leader, cluster.awaitAllFollow());
            ProcessCluster.pass(Duration.ofSeconds(1));
            assertEquals(term, cluster.term());
        }
        if (!isIdle) {
            load.check(cluster.awaitEqualLogs());
        }
    }

    @Test
    void pipelinedTransfersAreAnsweredOneByOneAndAppendsGoOn() {
        cluster.startAll();
        final int leader = cluster.awaitAllFollow();
        final AppendLoad load = new AppendLoad(cluster, 2);
        try (load;
                RespClient client = cluster.client(leader)) {
            load.awaitMore(50);
            final long term = cluster.term();
            load.measureAnew();
            for (int i = 0; i < 10; i++) {
                client.send("TRANSFER", (leader + i) % 3 + 1); // to itself only when another one leads
            }
            final List<Object> replies = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                replies.add(client.receive());
            }
            load.awaitMore(50);
            final long made = replies.stream().filter("OK"::equals).count();
            assertTrue(made >= 1, replies::toString);
            assertTrue(load.longestPauseMs() < MAX_PAUSE_MS, load.longestPauseMs() + " ms");
            ProcessCluster.pass(Duration.ofSeconds(1));
            assertEquals(term + made, cluster.term(), replies::toString);
        }
        load.check(cluster.awaitEqualLogs());
    }
}
