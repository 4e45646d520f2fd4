package io.quorumlog.client;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorumlog.codec.resp.Reply;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The client against nodes that do what a test tells them; each wait has a bound. */
@Timeout(20)
class QuorumLogClientTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(2);

    private final FakeNode a = new FakeNode();
    private final FakeNode b = a.peer();
    private final List<AutoCloseable> opened = new ArrayList<>(List.of(a, b));

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable closeable : opened) {
            closeable.close();
        }
    }

    private QuorumLogClient client(Duration timeout, String... servers) {
        QuorumLogClient client = QuorumLogClient.builder()
                .servers(String.join(",", servers))
                .timeout(timeout)
                .build();
        opened.add(0, client);
        return client;
    }

    private QuorumLogClient client() {
        return client(TIMEOUT, a.address(), b.address());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static void assertWithin(long ms, Runnable work) {
        long start = System.nanoTime();
        work.run();
        long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
        assertTrue(took <= ms, "took " + took + " ms");
    }

    // Finding the leader.

    @Test
    void appendGoesToTheLeaderThatAFollowerNames() {
        a.follows(b);
        b.leads();

        long index = client(TIMEOUT, a.address()).append(bytes("x"));

        assertEquals(1, index);
        assertEquals(List.of("APPEND x"), b.received());
        assertEquals(List.of(), a.received());
    }

    @Test
    void appendFollowsNotLeaderWhenTheLeaderChanges() {
        b.follows(a);
        QuorumLogClient client = client();
        client.append(bytes("x"));

        a.follows(b);
        b.leads();
        long index = client.append(bytes("y"));

        assertEquals(2, index);
        assertEquals(List.of("x", "y"), a.log());
    }

    @Test
    void appendWaitsUntilThereIsALeader() {
        a.knowsNoLeader();
        b.knowsNoLeader();
        QuorumLogClient client = client();

        CompletableFuture<Long> append = client.appendAsync(bytes("x"));
        CompletableFuture.delayedExecutor(300, TimeUnit.MILLISECONDS).execute(b::leads);

        assertEquals(1, append.join());
    }

    @Test
    void appendRepeatsWhatTheLeaderRefusedForNoLeader() {
        b.follows(a);
        int[] refusals = {0};
        a.script((words, session) -> {
            boolean refuse = words.get(0).equals("APPEND") && refusals[0]++ < 3;
            if (refuse) {
                session.reply("-NOLEADER not yet\r\n");
            }
            return refuse;
        });

        assertEquals(1, client().append(bytes("x")));
        assertEquals(List.of("x"), a.log());
    }

    @Test
    void callsFailInTimeWhenThereIsNoLeader() {
        a.knowsNoLeader();
        b.knowsNoLeader();
        QuorumLogClient client = client(Duration.ofMillis(500), a.address(), b.address());

        assertWithin(1000, () -> {
            UnavailableException e = assertThrows(UnavailableException.class, () -> client.append(bytes("x")));
            assertTrue(e.getMessage().contains(a.address() + " knows no leader"), e.getMessage());
        });
        assertWithin(1000, () -> assertThrows(UnavailableException.class, client::last));
    }

    @Test
    void callsFailInTimeWhenNobodyListens() {
        a.close();
        b.close();
        QuorumLogClient client = client(Duration.ofMillis(500), a.address(), b.address());

        assertWithin(1000, () -> {
            UnavailableException e = assertThrows(UnavailableException.class, () -> client.append(bytes("x")));
            assertTrue(e.getMessage().contains("connection refused"), e.getMessage());
        });
        assertWithin(1000, () -> assertThrows(UnavailableException.class, () -> client.read(1, 1)));
        assertWithin(1000, () -> assertThrows(UnavailableException.class, client::last));
    }

    @Test
    void nextServerIsTriedWithinASecondWhenOneCannotBeReached() throws IOException {
        FakeNode.BlackHole hole = new FakeNode.BlackHole();
        opened.add(hole);

        assertWithin(
                1500,
                () -> client(Duration.ofSeconds(5), hole.address(), a.address()).append(bytes("x")));
        assertWithin(
                1500,
                () -> client(Duration.ofSeconds(5), hole.address(), a.address()).status());
        assertWithin(
                1500,
                () -> client(Duration.ofSeconds(5), hole.address(), a.address()).last());
    }

    @Test
    void nextServerIsTriedWithinASecondWhenOneIsStopped() {
        b.follows(b);
        a.fallSilent();
        b.leads();

        assertWithin(1500, () -> client().append(bytes("x")));
        assertWithin(1500, () -> client().status());
        assertWithin(1500, () -> client().read(1, 1));
    }

    @Test
    void serverThatIsNoneOfOursIsLeftOut() {
        a.script((words, session) -> {
            session.reply("HTTP/1.1 400 Bad Request\r\n\r\n");
            return true;
        });
        b.leads();

        assertEquals(1, client().append(bytes("x")));
    }

    @Test
    void hostNameIsResolved() {
        String byName = a.address().replace("127.0.0.1", "localhost");

        assertEquals(1, client(TIMEOUT, byName).append(bytes("x")));
    }

    @Test
    void unknownHostFailsInTime() {
        QuorumLogClient client = client(Duration.ofMillis(500), "no-such-host.invalid:6500");

        assertWithin(1500, () -> assertThrows(UnavailableException.class, () -> client.append(bytes("x"))));
    }

    // Uncertainty.

    @Test
    void appendIsUncertainAndNotRepeatedWhenTheConnectionBreaksBehindIt() {
        b.follows(a);
        a.script((words, session) -> {
            boolean append = words.get(0).equals("APPEND");
            if (append) {
                a.log().add(words.get(1));
                session.reset();
            }
            return append;
        });
        QuorumLogClient client = client();

        assertThrows(UncertainException.class, () -> client.append(bytes("x")));
        assertEquals(List.of("APPEND x"), a.received());
        assertEquals(List.of(), b.received());
    }

    @Test
    void appendIsUncertainWhenOnlyHalfAReplyCame() {
        a.script((words, session) -> {
            boolean append = words.get(0).equals("APPEND");
            if (append) {
                session.reply(":1");
                session.close();
            }
            return append;
        });

        assertThrows(UncertainException.class, () -> client().append(bytes("x")));
    }

    @Test
    void appendIsUncertainWhenNoReplyComesInTime() {
        b.follows(a);
        a.script((words, session) -> words.get(0).equals("APPEND"));
        QuorumLogClient client = client(Duration.ofMillis(700), a.address());

        assertWithin(1200, () -> assertThrows(UncertainException.class, () -> client.append(bytes("x"))));
        assertEquals(List.of("APPEND x"), a.received());
    }

    @Test
    void lateReplyIsNotTakenForThatOfTheNextAppend() throws Exception {
        a.script((words, session) -> {
            boolean first = words.contains("first");
            if (first) {
                session.awaitMore();
                session.reply(":1001\r\n");
            }
            return first;
        });
        QuorumLogClient client = client(Duration.ofMillis(600), a.address());

        assertUncertain(client.appendAsync(bytes("first")));
        CompletableFuture<Long> second = client.appendAsync(bytes("second"));

        assertEquals(1, second.get(2, TimeUnit.SECONDS));
        assertEquals(1, a.connections(), "the second was not behind the first");
    }

    @Test
    void appendBehindALateReplyStillEndsInTime() throws Exception {
        a.script((words, session) -> {
            if (words.contains("first")) {
                session.awaitMore();
                session.reply(":1001\r\n");
            }
            return words.get(0).equals("APPEND");
        });
        QuorumLogClient client = client(Duration.ofMillis(600), a.address());

        assertUncertain(client.appendAsync(bytes("first")));
        assertUncertain(client.appendAsync(bytes("second")));
        assertEquals(List.of("APPEND first", "APPEND second"), a.received());
    }

    @Test
    void pipelineTellsWhichAppendsWereAnswered() {
        b.follows(a);
        a.script((words, session) -> {
            if (words.contains("p50")) {
                a.log().add("p50");
                session.reset();
                return true;
            }
            return false;
        });
        QuorumLogClient client = client();

        List<CompletableFuture<Long>> appends = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            appends.add(client.appendAsync(bytes("p" + i)));
        }

        int acknowledged = 0;
        for (int i = 0; i < 100; i++) {
            try {
                long index = appends.get(i).join();
                assertEquals("p" + i, a.log().get((int) index - 1));
                acknowledged++;
            } catch (CompletionException e) {
                assertTrue(e.getCause() instanceof UncertainException, e.toString());
            }
        }
        assertTrue(acknowledged <= 99);
        assertEquals(a.log().size(), a.log().stream().distinct().count(), "doubled: " + a.log());
    }

    @Test
    void uncertainReplyIsNotRepeated() {
        a.script((words, session) -> {
            boolean append = words.get(0).equals("APPEND");
            if (append) {
                session.reply("-UNCERTAIN leadership was lost\r\n");
            }
            return append;
        });

        assertThrows(UncertainException.class, () -> client().append(bytes("x")));
        assertEquals(1, a.received().size());
    }

    @Test
    void appendAfterAPauseGoesToTheNewLeaderWhenTheOldOneVanishedWithoutAWord() throws Exception {
        b.follows(a);
        QuorumLogClient client = client(Duration.ofSeconds(5), a.address(), b.address());
        client.append(bytes("x"));

        a.fallSilent();
        b.leads();
        Thread.sleep(600); // no event to wait for: the link shall have been quiet for longer than 500 ms
        long index = assertTimeoutPreemptively(Duration.ofSeconds(5), () -> client.append(bytes("y")));

        assertEquals(2, index);
        assertEquals(List.of("APPEND y"), b.received());
        assertEquals(List.of("APPEND x", "PING"), a.received());
    }

    @Test
    void appendsBehindASilentOneGoToTheNewLeader() throws Exception {
        b.follows(a);
        QuorumLogClient client = client(Duration.ofSeconds(5), a.address(), b.address());
        client.append(bytes("x"));
        a.fallSilent();
        CompletableFuture<Long> lost = client.appendAsync(bytes("lost"));
        b.leads();
        TimeUnit.NANOSECONDS.sleep(AppendLink.SILENCE_NS + 100_000_000); // no event to wait for: silence is time

        long index = assertTimeoutPreemptively(Duration.ofSeconds(4), () -> client.append(bytes("y")));

        assertEquals(2, index);
        assertUncertain(lost);
        assertEquals(List.of("APPEND y"), b.received());
    }

    private static void assertUncertain(CompletableFuture<Long> append) {
        ExecutionException e = assertThrows(ExecutionException.class, () -> append.get(6, TimeUnit.SECONDS));
        assertTrue(e.getCause() instanceof UncertainException, e.toString());
    }

    // Pipelining.

    @Test
    void pipelinedAppendsKeepTheirOrderAcrossAChangeOfLeader() {
        b.follows(a);
        QuorumLogClient client = client();
        List<String> expected = new ArrayList<>();
        List<CompletableFuture<Long>> appends = new ArrayList<>();
        for (int i = 0; i < 2000; i++) {
            if (i == 1000) {
                b.leads();
                a.follows(b);
            }
            expected.add("p" + i);
            appends.add(client.appendAsync(bytes("p" + i)));
        }

        for (int i = 0; i < appends.size(); i++) {
            assertEquals(i + 1, appends.get(i).join());
        }
        assertEquals(expected, a.log());
    }

    @Test
    void appendIsNotOvertakenWhileTheOldLeaderMayStillRefuseIt() throws Exception {
        b.follows(a);
        QuorumLogClient client = client(Duration.ofSeconds(5), a.address(), b.address());
        client.append(bytes("p0"));
        CountDownLatch go = new CountDownLatch(1);
        a.script((words, session) -> {
            if (words.contains("p1")) {
                session.awaitMore();
            } else if (words.contains("p2")) {
                go.await();
            }
            return false;
        });
        b.leads();
        a.follows(b);

        List<CompletableFuture<Long>> appends = new ArrayList<>();
        appends.add(client.appendAsync(bytes("p1")));
        appends.add(client.appendAsync(bytes("p2")));
        await().pollInterval(10, TimeUnit.MILLISECONDS)
                .until(() -> b.connections() == 1); // p1 has been refused, p2 not yet
        appends.add(client.appendAsync(bytes("p3")));
        await().during(100, TimeUnit.MILLISECONDS) // the cycle that sees p3 is over then
                .atMost(2, TimeUnit.SECONDS)
                .pollInterval(10, TimeUnit.MILLISECONDS)
                .until(() -> b.received().isEmpty());
        go.countDown();
        appends.forEach(CompletableFuture::join);

        assertEquals(List.of("p0", "p1", "p2", "p3"), a.log());
    }

    @Test
    void replyMayComeAByteAtATime() {
        a.script((words, session) -> {
            session.replySlowly(words.get(0).equals("STATUS") ? FakeNode.bulk("role:leader\r\nnode_id:1") : ":123\r\n");
            return true;
        });

        assertEquals(123, client().append(bytes("x")));
    }

    @Test
    void payloadIsAnyBytesOfAnyLength() {
        byte[] payload = new byte[500_000];
        for (int i = 0; i < payload.length; i++) {
            payload[i] = (byte) (i * 31);
        }
        QuorumLogClient client = client();

        assertEquals(1, client.append(payload));
        assertEquals(2, client.append(new byte[0]));
        assertArrayEquals(payload, client.read(1, 1).get(0).payload());
    }

    @Test
    void appendAsyncWaitsForRoom() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        a.script((words, session) -> {
            if (words.get(0).equals("APPEND")) {
                go.await();
            }
            return false;
        });
        QuorumLogClient client = QuorumLogClient.builder()
                .servers(a.address())
                .timeout(Duration.ofSeconds(5))
                .maxInflightBytes(3000)
                .build();
        opened.add(0, client);
        client.appendAsync(new byte[1500]);

        FutureTask<CompletableFuture<Long>> second = new FutureTask<>(() -> client.appendAsync(new byte[5000]));
        Thread caller = new Thread(second);
        caller.start();
        await().until(() -> caller.getState() == Thread.State.TIMED_WAITING || second.isDone());
        assertFalse(second.isDone(), "went ahead without room");
        go.countDown();

        assertEquals(2, second.get(3, TimeUnit.SECONDS).get(3, TimeUnit.SECONDS));
    }

    @Test
    void callbackMayAppendButNotBlock() throws Exception {
        CountDownLatch attached = new CountDownLatch(1);
        a.script((words, session) -> {
            attached.await(); // what hangs on a future that is complete already runs on this thread
            return false;
        });
        QuorumLogClient client = client();

        CompletableFuture<Long> second =
                client.appendAsync(bytes("x")).thenCompose(index -> client.appendAsync(bytes("y")));
        CompletableFuture<Long> blocking = client.appendAsync(bytes("z")).thenApply(index -> client.last());
        attached.countDown();

        assertTrue(second.get(2, TimeUnit.SECONDS) > 1);
        ExecutionException e = assertThrows(ExecutionException.class, () -> blocking.get(2, TimeUnit.SECONDS));
        assertTrue(e.getCause() instanceof IllegalStateException, e.toString());
    }

    @Test
    void blockingAppendInACallbackIsRefusedBeforeItIsSent() throws Exception {
        CountDownLatch attached = new CountDownLatch(1);
        a.script((words, session) -> {
            attached.await();
            return false;
        });
        QuorumLogClient client = client();

        CompletableFuture<Long> blocking = client.appendAsync(bytes("x")).thenApply(index -> client.append(bytes("y")));
        CompletableFuture<Long> blockingIf =
                client.appendAsync(bytes("x")).thenApply(index -> client.appendIf(index, bytes("z")));
        attached.countDown();

        assertThrows(ExecutionException.class, () -> blocking.get(2, TimeUnit.SECONDS));
        assertThrows(ExecutionException.class, () -> blockingIf.get(2, TimeUnit.SECONDS));
        client.append(bytes("end")); // on the same connection, so behind what was sent
        assertEquals(List.of("x", "x", "end"), a.log());
    }

    @Test
    void appendSubmittedWhileTheClientClosesIsCompleted() throws Exception {
        b.leads();
        for (int i = 0; i < 200; i++) {
            QuorumLogClient closing = client(Duration.ofSeconds(60), b.address());
            closing.append(bytes("x"));
            Queue<CompletableFuture<Long>> appends = new ConcurrentLinkedQueue<>();
            List<Thread> appending = new ArrayList<>();
            for (int n = 0; n < 4; n++) {
                appending.add(new Thread(() -> {
                    try {
                        while (true) {
                            appends.add(closing.appendAsync(bytes("y")));
                        }
                    } catch (UnavailableException e) {
                        // it is closed
                    }
                }));
            }
            appending.forEach(Thread::start);

            closing.close();
            for (Thread thread : appending) {
                thread.join();
            }

            for (CompletableFuture<Long> append : appends) {
                append.handle((index, e) -> index).get(5, TimeUnit.SECONDS);
            }
        }
    }

    @Test
    void closeTellsWhatBecameOfEachAppend() throws Exception {
        a.script((words, session) -> words.get(0).equals("APPEND"));
        QuorumLogClient sent = client(TIMEOUT, a.address());
        CompletableFuture<Long> uncertain = sent.appendAsync(bytes("x"));
        await().until(() -> !a.received().isEmpty());
        QuorumLogClient unsent = client(TIMEOUT, b.knowsNoLeader().address());
        CompletableFuture<Long> unavailable = unsent.appendAsync(bytes("x"));

        sent.close();
        unsent.close();

        assertUncertain(uncertain);
        ExecutionException e = assertThrows(ExecutionException.class, () -> unavailable.get(2, TimeUnit.SECONDS));
        assertTrue(e.getCause() instanceof UnavailableException, e.toString());
        assertThrows(UnavailableException.class, () -> sent.append(bytes("y")));
        assertThrows(UnavailableException.class, sent::last);
    }

    // Commands.

    @Test
    void errorRepliesAreExceptions() {
        QuorumLogClient client = client();
        client.append(bytes("x"));
        a.script((words, session) -> {
            if (words.contains("big")) {
                session.reply("-TOOBIG 3 bytes\r\n");
                return true;
            }
            return false;
        });

        assertEquals(
                1,
                assertThrows(ConflictException.class, () -> client.appendIf(7, bytes("y")))
                        .last());
        assertEquals(2, client.appendIf(1, bytes("y")));
        assertThrows(TooBigException.class, () -> client.append(bytes("big")));
        assertEquals(new Reply.Failure("ERR unknown command 'NOSUCH'"), client.command("NOSUCH"));
    }

    @Test
    void questionsAreAnswered() {
        b.follows(a);
        QuorumLogClient client = client();
        client.append(bytes("x"));

        assertEquals(1, client.last());
        assertEquals(List.of(new Entry(1, 1, 1000, bytes("x"))), client.read(0, 10));
        assertEquals("leader", client.status().get("role"));
        assertEquals(Optional.of(new Leader(2, a.address())), client.leader());
        assertEquals(List.of(new Member(2, "127.0.0.1:5501", a.address(), "leader")), client.members());
        assertEquals(new Reply.Bulk(bytes("a b")), client.command("ECHO", "a b"));
        client.transfer(2);
        assertTrue(a.received().contains("TRANSFER 2"));
        assertEquals(Map.of(), Replies.status(new Reply.Bulk(bytes("# Node\r\n"))));
    }

    @Test
    void leaderIsEmptyWhileNoneIsKnown() {
        a.knowsNoLeader();

        assertEquals(Optional.empty(), client(TIMEOUT, a.address()).leader());
    }

    @Test
    void lastFollowsNotLeaderAndIsRepeatedWhenTheConnectionBreaks() {
        b.follows(a);
        QuorumLogClient client = client();
        client.append(bytes("x"));
        assertEquals(1, client.last());

        a.follows(b);
        b.leads();
        assertEquals(1, client.last());
        b.breakConnections();
        assertEquals(1, client.last());
    }

    @Test
    void transferWithoutAnAnswerIsUncertain() {
        a.script((words, session) -> {
            boolean transfer = words.get(0).equals("TRANSFER");
            if (transfer) {
                session.close();
            }
            return transfer;
        });

        assertThrows(UncertainException.class, () -> client().transfer(2));
        assertEquals(1, a.received().size());
    }

    @Test
    void transferInterruptedBehindItsRequestIsUncertain() {
        Thread caller = Thread.currentThread();
        a.script((words, session) -> {
            boolean transfer = words.get(0).equals("TRANSFER");
            if (transfer) {
                caller.interrupt();
            }
            return transfer;
        });

        assertThrows(UncertainException.class, () -> client().transfer(2));
        assertTrue(Thread.interrupted());
    }

    @Test
    void readWaitsForTheFirstEntryAcrossSlices() {
        QuorumLogClient client = client();
        CompletableFuture.delayedExecutor(1300, TimeUnit.MILLISECONDS)
                .execute(() -> a.log().add("x"));

        List<Entry> entries = client.read(1, 10, 5000);
        List<Entry> none = client.read(2, 10, 100);

        assertEquals(1, entries.size());
        assertEquals(List.of(), none);
        assertTrue(a.received().size() >= 3, a.received().toString());
    }

    @Test
    void connectionsAreUsedAgain() {
        QuorumLogClient client = client(TIMEOUT, a.address());
        for (int i = 0; i < 20; i++) {
            client.status();
            client.append(bytes("x"));
        }

        assertTrue(a.connections() <= 2, a.connections() + " connections");
    }

    @Test
    void settingsOutOfRangeAreRefused() {
        QuorumLogClient.Builder builder = QuorumLogClient.builder();

        assertThrows(IllegalArgumentException.class, () -> builder.servers("localhost"));
        assertThrows(IllegalArgumentException.class, () -> builder.timeout(Duration.ZERO));
        assertThrows(IllegalArgumentException.class, () -> builder.maxInflightBytes(0));
        assertThrows(IllegalArgumentException.class, () -> client().command("append", "x"));
        assertThrows(IllegalArgumentException.class, () -> client().command("TAIL", "1"));
    }
}
