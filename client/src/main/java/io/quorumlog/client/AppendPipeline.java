package io.quorumlog.client;

import io.quorumlog.codec.resp.Reply;
import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Appends, many in flight on one connection to the leader, on a thread of its own.
 *
 * <p>What it promises of each append: it completes by its deadline, and it is sent again only if it certainly did not
 * happen. That is: it never left this process as a whole, or its node answered NOTLEADER or NOLEADER. Once its last byte
 * was handed to the socket, nothing but a reply tells what became of it; without one it is uncertain.
 *
 * <p>A link whose node gives no sign of life for a second is retired, and a leader looked for, while those in flight go on
 * waiting for their replies. Appends go to a new link only when the retired ones are done or silent, so that their order
 * is kept as long as nobody is dead. The search blocks, so it has a thread of its own while it lasts.
 */
final class AppendPipeline implements Runnable {
    private static final long PAUSE_NS = 20_000_000; // between two searches, where a leader takes no appends yet
    private static final long LONGEST_WAIT_MS = 60_000;
    private static final long LONGEST_CLOSE_MS = 1_000;
    private static final Deque<AppendCall> NOTHING = new ArrayDeque<>(0);

    private final LeaderFinder finder;
    private final long timeoutNs;
    private final InflightRoom room;
    private final Selector selector;
    private final Thread thread;
    private final Queue<AppendCall> submitted = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean waitsUnwoken = new AtomicBoolean(); // the thread, and nobody has woken it yet
    private volatile boolean closing;
    private volatile boolean ended; // set before the thread looks at submitted for the last time

    // Used by the thread alone:
    private final Deque<AppendCall> returned = new ArrayDeque<>(); // certainly not happened; older than all waiting
    private final Deque<AppendCall> waiting = new ArrayDeque<>();
    private AppendLink link; // to the leader, or null
    private final List<AppendLink> retired = new ArrayList<>();
    private AppendLink reading; // whose replies are being taken
    private CompletableFuture<NodeConnection> search; // or null
    private long searchAgainAtNs;
    private final Consumer<SelectionKey> onReady = this::onReady;
    private final BiConsumer<AppendCall, Reply> onReply = this::onReply;
    private final Consumer<AppendCall> onLost = this::onLost;

    AppendPipeline(LeaderFinder finder, long timeoutNs, long maxInflightBytes) throws IOException {
        this.finder = finder;
        this.timeoutNs = timeoutNs;
        this.room = new InflightRoom(maxInflightBytes);
        this.selector = Selector.open();
        this.searchAgainAtNs = System.nanoTime();
        this.thread = new Thread(this, "quorumlog-client");
        this.thread.setDaemon(true);
        this.thread.start();
    }

    /**
     * Takes over an append.
     *
     * @throws UnavailableException if there is no room for it by its deadline; on the pipeline's own thread, where waiting
     *     would be for ever, at once.
     */
    CompletableFuture<Long> submit(byte[] frame) {
        AppendCall call = new AppendCall(frame, System.nanoTime() + timeoutNs);
        room.take(frame.length, call.deadlineNs, !isOwnThread());
        submitted.add(call);
        if (ended && submitted.remove(call)) {
            fail(call, new UnavailableException("the client is closed"));
        }
        wakeUp();
        return call.result;
    }

    boolean isOwnThread() {
        return Thread.currentThread() == thread;
    }

    /** Ends the thread; what is unsent fails, what is in flight is uncertain. */
    void close() {
        closing = true;
        room.close();
        selector.wakeup();
        if (!isOwnThread()) {
            try {
                thread.join(LONGEST_CLOSE_MS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void wakeUp() {
        if (waitsUnwoken.get() && waitsUnwoken.compareAndSet(true, false)) {
            selector.wakeup();
        }
    }

    @Override
    public void run() {
        String end = "the client is closed";
        try {
            while (!closing) {
                awaitSockets();
                doCycle(System.nanoTime());
            }
        } catch (IOException | RuntimeException | Error e) {
            end = "the client has failed: " + e;
        }
        end(end);
    }

    private void awaitSockets() throws IOException {
        waitsUnwoken.set(true); // Before submitted is looked at: what comes later wakes the selector.
        if (submitted.isEmpty()) {
            selector.select(onReady, waitMs());
            waitsUnwoken.set(false);
        } else {
            waitsUnwoken.set(false);
            selector.selectNow(onReady);
        }
    }

    private void doCycle(long nowNs) {
        for (AppendCall call = submitted.poll(); call != null; call = submitted.poll()) {
            waiting.add(call);
        }
        takeFound();
        expire(nowNs);
        tendLinks(nowNs);
        if (link == null && hasWaiting() && search == null && searchAgainAtNs - nowNs <= 0) {
            searchLeader(nowNs);
        }
        if (link != null && mayWrite(nowNs)) {
            write(nowNs);
        }
    }

    private boolean hasWaiting() {
        return !returned.isEmpty() || !waiting.isEmpty();
    }

    /** Not while an older append may still come back from a link that is alive: it would be overtaken. */
    private boolean mayWrite(long nowNs) {
        for (AppendLink old : retired) {
            if (!old.isSilent(nowNs)) {
                return false;
            }
        }
        return true;
    }

    private void write(long nowNs) {
        AppendLink writing = link;
        try {
            while (!returned.isEmpty()) {
                waiting.addFirst(returned.pollLast());
            }
            writing.write(waiting, nowNs);
        } catch (IOException e) {
            onBroken(writing, e);
        }
    }

    // Sockets.

    private void onReady(SelectionKey key) {
        waitsUnwoken.set(false); // The wait is over, and what callbacks submit from here is seen without.
        AppendLink ready = (AppendLink) key.attachment();
        if (!key.isValid()) {
            return;
        }
        try {
            if (key.isReadable()) {
                reading = ready;
                ready.read(onReply);
            }
            if (key.isValid() && key.isWritable()) {
                ready.write(NOTHING, System.nanoTime());
            }
        } catch (IOException e) {
            onBroken(ready, e);
        }
    }

    private void onReply(AppendCall call, Reply reply) {
        if (reply instanceof Reply.Number index) {
            complete(call, index.value());
        } else if (reply instanceof Reply.Failure failure) {
            onFailure(call, failure);
        } else {
            fail(call, new UncertainException("a node's reply to an append is no index"));
        }
    }

    private void onFailure(AppendCall call, Reply.Failure failure) {
        if (!Replies.isNotLeader(failure) && !Replies.isNoLeader(failure)) {
            fail(call, Replies.exception(failure));
            return;
        }
        if (reading == link) { // else it has been replaced already, and what it says is old
            finder.leaderIs(Replies.isNotLeader(failure) ? Replies.leaderAddress(failure) : null);
            retireLink();
            searchAgainAtNs = System.nanoTime() + PAUSE_NS;
        }
        returned.add(call);
    }

    private void retireLink() {
        if (link != null) {
            link.retire();
            retired.add(link);
            link = null;
        }
    }

    private void onBroken(AppendLink broken, IOException e) {
        if (broken == link || retired.contains(broken)) {
            finder.suspect(broken.address(), LeaderFinder.inWords(e));
            drop(broken);
        }
    }

    private void drop(AppendLink dropped) {
        if (dropped == link) {
            link = null;
        } else {
            retired.remove(dropped);
        }
        dropped.close(onLost, returned);
    }

    private void onLost(AppendCall call) {
        fail(call, new UncertainException("the connection to the leader broke before it answered"));
    }

    // Time.

    private void expire(long nowNs) {
        expire(returned, nowNs);
        expire(waiting, nowNs);
        if (link != null) {
            expire(link, nowNs);
        }
        for (AppendLink old : retired) {
            expire(old, nowNs);
        }
    }

    private void expire(Deque<AppendCall> unsent, long nowNs) {
        while (!unsent.isEmpty() && unsent.peek().deadlineNs - nowNs <= 0) {
            fail(unsent.poll(), new UnavailableException("no leader took the append in time" + finder.because()));
        }
    }

    private void expire(AppendLink sent, long nowNs) {
        for (AppendCall call = sent.expire(nowNs); call != null; call = sent.expire(nowNs)) {
            fail(call, new UncertainException("no answer from " + sent.address() + " in time"));
        }
    }

    private void tendLinks(long nowNs) {
        if (link != null && link.isSilent(nowNs)) {
            if (link.isProbing()) {
                finder.suspect(link.address(), "does not answer");
                drop(link);
            } else if (hasWaiting() || !link.isAwaited()) {
                finder.leaderIs(null);
                retireLink();
            }
        }
        for (int i = retired.size() - 1; i >= 0; i--) {
            AppendLink old = retired.get(i);
            if (old.isIdle() || !old.isAwaited()) {
                drop(old);
            }
        }
    }

    private long waitMs() {
        long nowNs = System.nanoTime();
        long waitNs = LONGEST_WAIT_MS * 1_000_000;
        if (hasWaiting()) {
            AppendCall oldest = returned.isEmpty() ? waiting.peek() : returned.peek();
            waitNs = Math.min(waitNs, oldest.deadlineNs - nowNs);
            if (link == null && search == null) {
                waitNs = Math.min(waitNs, searchAgainAtNs - nowNs);
            }
        }
        if (link != null) {
            waitNs = Math.min(waitNs, linkWaitNs(link, nowNs));
        }
        for (AppendLink old : retired) {
            waitNs = Math.min(waitNs, linkWaitNs(old, nowNs));
        }
        return Math.max(1, waitNs / 1_000_000 + 1);
    }

    private static long linkWaitNs(AppendLink link, long nowNs) {
        long waitNs = Long.MAX_VALUE;
        if (link.isAwaited()) {
            waitNs = link.nextDeadlineNs() - nowNs;
        }
        if (!link.isIdle() && !link.isSilent(nowNs)) {
            waitNs = Math.min(waitNs, link.silentAtNs() - nowNs);
        }
        return waitNs;
    }

    // Search.

    private void searchLeader(long nowNs) {
        AppendCall oldest = returned.isEmpty() ? waiting.peek() : returned.peek();
        search = onOwnThread(() -> finder.connectToLeader(Math.max(oldest.deadlineNs, nowNs)));
        search.whenComplete((connection, trouble) -> selector.wakeup());
    }

    private static CompletableFuture<NodeConnection> onOwnThread(Supplier<NodeConnection> work) {
        CompletableFuture<NodeConnection> result = new CompletableFuture<>();
        Thread searching = new Thread(
                () -> {
                    try {
                        result.complete(work.get());
                    } catch (RuntimeException | Error e) {
                        result.completeExceptionally(e);
                    }
                },
                "quorumlog-search");
        searching.setDaemon(true);
        searching.start();
        return result;
    }

    private void takeFound() {
        if (search == null || !search.isDone()) {
            return;
        }
        CompletableFuture<NodeConnection> done = search;
        search = null;
        if (done.isCompletedExceptionally()) {
            return; // what waits for it expires with the finder's reasons, or searches again
        }
        NodeConnection connection = done.join();
        AppendLink found = new AppendLink(connection);
        try {
            connection.moveTo(selector, found);
            link = found;
        } catch (IOException e) {
            finder.suspect(connection.address(), LeaderFinder.inWords(e));
            connection.close();
        }
    }

    // Ends.

    private void complete(AppendCall call, long index) {
        room.giveBack(call.frame.length);
        call.result.complete(index);
    }

    private void fail(AppendCall call, QuorumLogException e) {
        room.giveBack(call.frame.length);
        call.result.completeExceptionally(e);
    }

    private void end(String reason) {
        closing = true;
        room.close();
        retireLink();
        for (AppendLink old : retired) {
            old.close(call -> fail(call, new UncertainException(reason + " before the leader answered")), returned);
        }
        if (search != null) {
            search.thenAccept(NodeConnection::close);
        }
        returned.addAll(waiting);
        ended = true; // Who adds an append from now on takes it out himself.
        for (AppendCall call = submitted.poll(); call != null; call = submitted.poll()) {
            returned.add(call);
        }
        for (AppendCall call : returned) {
            fail(call, new UnavailableException(reason));
        }
        try {
            selector.close();
        } catch (IOException e) {
            // nothing is registered any more
        }
    }
}
