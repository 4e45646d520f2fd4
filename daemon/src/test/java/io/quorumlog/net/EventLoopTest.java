package io.quorumlog.net;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class EventLoopTest {
    @Test
    void turnsOfABusyLoopAllocateNothing() throws IOException {
        try (TestNode second = new TestNode(2, TestNode.nobody(1));
                TestNode first = new TestNode(1, second.asPeer());
                Socket socket = first.client()) {
            first.awaitEvents("up 2");
            first.call(() -> first.replica.countsOnly = true);
            second.call(() -> second.replica.countsOnly = true);
            final byte[] requests = "APPEND some payload\r\n".repeat(100).getBytes(ISO_8859_1);
            final byte[] replies = new byte[4_096];
            long index = 0;
            long least = Long.MAX_VALUE;
            for (int round = 0; round < 20; round++) {
                final long before = first.call(EventLoopTest::allocatedBytes);
                final long turnsBefore = first.call(() -> first.replica.turns);
                for (int i = 0; i < 100; i++) {
                    socket.getOutputStream().write(requests);
                    long awaited = 0;
                    for (int j = 0; j < 100; j++) {
                        awaited += (":" + ++index + "\r\n").length();
                    }
                    socket.getInputStream().readNBytes(replies, 0, (int) awaited);
                }
                final long turns = first.call(() -> first.replica.turns) - turnsBefore;
                final long allocated = first.call(EventLoopTest::allocatedBytes) - before;
                assertTrue(turns >= 100, turns + " turns");
                least = Math.min(least, allocated);
            }

            // The calls from this thread cost their tasks' few objects; a byte a turn would be more.
            assertTrue(least < 1_000, least + " bytes in 100 turns or more");
        }
    }

    private static long allocatedBytes() {
        return ((ThreadMXBean) ManagementFactory.getThreadMXBean())
                .getThreadAllocatedBytes(Thread.currentThread().getId());
    }

    @Test
    void whatIsNoConnectionsTroubleEndsTheLoopAndReachesItsOwner() throws IOException {
        final Error error = new AssertionError("ours");
        try (TestNode node = new TestNode(1)) {
            node.replica.errorOnDurable = error;
            node.replica.durableSeq = 1;
            node.loop.wakeUp();

            await().atMost(TestNode.PATIENCE).until(() -> node.failure != null);
            assertSame(error, node.failure);
        }
    }

    @Test
    void turnEndsSoonHoweverManyClientsAreReadyAndTheRestFollows() throws IOException {
        final int clients = 60;
        final AtomicLong addedNs = new AtomicLong();
        final AtomicLong stepNs = new AtomicLong();
        final List<Socket> sockets = new ArrayList<>();
        try (TestNode node = new TestNode(1, 0, () -> System.nanoTime() + addedNs.addAndGet(stepNs.get()))) {
            for (int i = 0; i < clients; i++) {
                sockets.add(node.client());
            }
            await().atMost(TestNode.PATIENCE).until(() -> node.call(() -> node.loop.clientConnections()) == clients);
            node.pause();
            for (final Socket socket : sockets) {
                socket.getOutputStream().write("PING\r\n".getBytes(ISO_8859_1));
            }
            final long before = node.replica.turns;
            // A slow processor: between two looks at the clock, more than half of the time that clients have passes.
            stepNs.set(NetLimits.READY_NS_PER_TURN * 3 / 5);
            node.resume();

            for (final Socket socket : sockets) {
                assertEquals("+PONG\r\n", new String(socket.getInputStream().readNBytes(7), ISO_8859_1));
            }
            final long turns = node.call(() -> node.replica.turns) - before;
            assertTrue(turns >= clients / 2, turns + " turns for " + clients + " clients, of whom each has two");
        } finally {
            for (final Socket socket : sockets) {
                socket.close();
            }
        }
    }

    @Test
    void idleLoopSleeps() throws IOException {
        try (TestNode node = new TestNode(1)) {
            final long before = node.call(() -> node.replica.turns);
            await().pollDelay(1, TimeUnit.SECONDS).atMost(TestNode.PATIENCE).until(() -> true);

            final long turns = node.call(() -> node.replica.turns) - before;
            assertTrue(turns <= 4, turns + " turns");
        }
    }

    @Test
    void loopWakesForADeadlineNotBeforeItAndNotOften() throws IOException {
        try (TestNode node = new TestNode(1);
                Socket socket = node.client()) {
            final long before = node.call(() -> node.replica.turns);
            final long beganNs = System.nanoTime();
            socket.getOutputStream().write("READ 1 BLOCK 300\r\n".getBytes(ISO_8859_1));

            assertEquals("*0\r\n", new String(socket.getInputStream().readNBytes(4), ISO_8859_1));
            assertTrue(System.nanoTime() - beganNs >= TimeUnit.MILLISECONDS.toNanos(299));
            final long turns = node.call(() -> node.replica.turns) - before;
            assertTrue(turns <= 8, turns + " turns");
        }
    }

    @Test
    void waitsAreRoundedUpSoThatNoTurnIsForNothing() {
        assertEquals(0, EventLoop.roundedUpToMs(0));
        assertEquals(1, EventLoop.roundedUpToMs(1));
        assertEquals(1, EventLoop.roundedUpToMs(1_000_000));
        assertEquals(2, EventLoop.roundedUpToMs(1_000_001));
    }

    @Test
    void requestToStopWakesASleepingLoop() throws IOException {
        final TestNode node = new TestNode(1);
        await().pollDelay(300, TimeUnit.MILLISECONDS).atMost(TestNode.PATIENCE).until(() -> true);

        node.close();

        assertTrue(node.loop.isStopRequested());
        assertTrue(node.isStopped());
    }
}
