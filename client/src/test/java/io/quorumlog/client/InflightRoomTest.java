package io.quorumlog.client;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class InflightRoomTest {
    private final InflightRoom room = new InflightRoom(5000);

    private static long inMs(long ms) {
        return System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ms);
    }

    @Test
    void takerIsRefusedAtItsDeadline() {
        room.take(3000, inMs(0), true);
        long start = System.nanoTime();

        assertThrows(UnavailableException.class, () -> room.take(3000, inMs(200), true));

        assertTrue(System.nanoTime() - start >= TimeUnit.MILLISECONDS.toNanos(190));
    }

    @Test
    void takerThatMayNotWaitIsRefusedAtOnce() {
        room.take(3000, inMs(0), false);

        assertThrows(UnavailableException.class, () -> room.take(3000, inMs(60_000), false));
    }

    @Test
    void oneThatIsLargerThanTheRoomGoesAlone() {
        room.take(1_000_000, inMs(0), false);

        assertThrows(UnavailableException.class, () -> room.take(1, inMs(0), false));
        room.giveBack(1_000_000);
        room.take(1, inMs(0), false);
    }

    @Test
    void roomGivenBackIsTakenByWhoWaits() throws Exception {
        room.take(3000, inMs(0), true);
        CompletableFuture<Void> waiting = CompletableFuture.runAsync(() -> room.take(3000, inMs(5000), true));
        Thread.sleep(100);

        room.giveBack(3000);
        room.tellWaiting();

        waiting.get(2, TimeUnit.SECONDS);
    }

    @Test
    void closedRoomTakesNobody() throws Exception {
        room.take(5000, inMs(0), true);
        CompletableFuture<Void> waiting = CompletableFuture.runAsync(() -> room.take(3000, inMs(60_000), true));
        Thread.sleep(100);

        room.close();

        assertThrows(Exception.class, () -> waiting.get(2, TimeUnit.SECONDS));
        assertThrows(UnavailableException.class, () -> room.take(1, inMs(0), true));
    }
}
