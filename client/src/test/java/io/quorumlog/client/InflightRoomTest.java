package io.quorumlog.client;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
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

    /** Is waiting for room when this returns. */
    private CompletableFuture<Void> waiter(int frameBytes) {
        CompletableFuture<Void> taken = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                room.take(frameBytes, inMs(60_000), true);
                taken.complete(null);
            } catch (RuntimeException e) {
                taken.completeExceptionally(e);
            }
        });
        thread.start();
        while (thread.getState() != Thread.State.TIMED_WAITING && !taken.isDone()) {
            Thread.onSpinWait();
        }
        return taken;
    }

    @Test
    void roomGivenBackIsTakenByWhoWaits() throws Exception {
        room.take(3000, inMs(0), true);
        CompletableFuture<Void> waiting = waiter(3000);

        room.giveBack(3000);

        waiting.get(2, TimeUnit.SECONDS);
    }

    @Test
    void closedRoomTakesNobody() {
        room.take(5000, inMs(0), true);
        CompletableFuture<Void> waiting = waiter(3000);

        room.close();

        ExecutionException refused = assertThrows(ExecutionException.class, () -> waiting.get(2, TimeUnit.SECONDS));
        assertInstanceOf(UnavailableException.class, refused.getCause());
        assertThrows(UnavailableException.class, () -> room.take(1, inMs(0), true));
    }

    @Test
    void manyWhoTakeAndGiveBackLoseNothing() throws Exception {
        List<CompletableFuture<Void>> takers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            takers.add(CompletableFuture.runAsync(() -> {
                for (int n = 0; n < 20_000; n++) {
                    room.take(1000, inMs(5000), true); // Two of them find room.
                    room.giveBack(1000);
                }
            }));
        }

        for (CompletableFuture<Void> taker : takers) {
            taker.get(8, TimeUnit.SECONDS);
        }

        room.take(1_000_000, inMs(0), false); // which needs all of it
    }
}
