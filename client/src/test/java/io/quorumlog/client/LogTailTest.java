package io.quorumlog.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class LogTailTest {
    private static final Duration LONG = Duration.ofSeconds(10);

    private final FakeNode a = new FakeNode();
    private final FakeNode b = a.peer().follows(a);
    private final QuorumLogClient client = QuorumLogClient.builder()
            .servers(a.address() + "," + b.address())
            .timeout(Duration.ofSeconds(1))
            .build();

    @AfterEach
    void closeAll() {
        client.close();
        a.close();
        b.close();
    }

    private void append(int from, int to) {
        synchronized (a.log()) {
            for (int i = from; i <= to; i++) {
                a.log().add("p" + i);
            }
        }
    }

    private static void assertNext(LogTail tail, int from, int to) {
        List<String> expected = new ArrayList<>();
        List<String> seen = new ArrayList<>();
        for (int i = from; i <= to; i++) {
            expected.add("p" + i);
            Entry entry = tail.next(LONG);
            assertEquals(i, entry.index());
            seen.add(new String(entry.payload(), StandardCharsets.UTF_8));
        }
        assertEquals(expected, seen);
    }

    @Test
    void tailGivesWhatIsThereAndWhatComes() {
        append(1, 2500);
        try (LogTail tail = client.tail(0)) {
            assertNext(tail, 1, 2500);
            CompletableFuture.delayedExecutor(1200, TimeUnit.MILLISECONDS).execute(() -> append(2501, 2510));
            assertNext(tail, 2501, 2510);
            assertEquals(2511, tail.position());
        }
    }

    @Test
    void nextReturnsInTimeWhenNothingComes() {
        try (LogTail tail = client.tail(1)) {
            for (int i = 0; i < 5; i++) {
                long start = System.nanoTime();
                assertNull(tail.next(Duration.ofMillis(300)));
                long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
                assertTrue(took >= 290 && took < 600, "took " + took + " ms");
            }
            append(1, 1);
            assertNext(tail, 1, 1);
            assertEquals(1, a.connections(), "a question that is still open is not asked again");
        }
    }

    @Test
    void tailGoesOnAtAnotherNodeWhenItsOwnBreaks() {
        append(1, 10);
        try (LogTail tail = client.tail(1)) {
            assertNext(tail, 1, 5);
            a.close();
            append(11, 20);
            assertNext(tail, 6, 20);
        }
    }

    @Test
    void tailGoesOnAtAnotherNodeWhenItsOwnFallsSilent() {
        append(1, 10);
        try (LogTail tail = client.tail(1)) {
            assertNext(tail, 1, 10);
            a.fallSilent();
            append(11, 20);
            long start = System.nanoTime();
            assertNext(tail, 11, 20);
            long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
            assertTrue(took < 3000, "took " + took + " ms");
        }
    }

    @Test
    void tailLeavesANodeThatKnowsNoLeader() {
        a.script((words, session) -> {
            if (words.get(0).equals("READ")) {
                Thread.sleep(100);
                session.reply("*0\r\n");
                return true;
            }
            return false;
        });
        a.knowsNoLeader();
        append(1, 5);
        try (LogTail tail = client.tail(1)) {
            assertNext(tail, 1, 5);
        }
    }

    @Test
    void tailRefusesEntriesItDidNotAskFor() {
        append(1, 5);
        a.script((words, session) -> {
            if (words.get(0).equals("READ")) {
                session.reply("*1\r\n*4\r\n:1\r\n:1\r\n:1\r\n$1\r\nx\r\n");
                return true;
            }
            return false;
        });
        try (LogTail tail = client.tail(3)) {
            assertNext(tail, 3, 5);
        }
    }

    @Test
    void tailSaysWhenNobodyAnswersForLong() {
        try (LogTail tail = client.tail(1)) {
            assertNull(tail.next(Duration.ofMillis(100)));
            a.close();
            b.close();
            assertThrows(UnavailableException.class, () -> tail.next(LONG));
        }
    }

    @Test
    void refusedReadIsAnError() {
        a.script((words, session) -> {
            session.reply("-ERR no\r\n-ERR no\r\n");
            return true;
        });
        try (LogTail tail = client.tail(1)) {
            assertThrows(ServerErrorException.class, () -> tail.next(LONG));
        }
    }
}
