package io.quorumlog.net;

import io.quorumlog.codec.ProtocolException;
import io.quorumlog.replica.PeerTransport;
import io.quorumlog.replica.ReplicaPort;
import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.Arrays;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.agrona.concurrent.EpochClock;
import org.agrona.concurrent.NanoClock;

/**
 * The node's one thread at work: all sockets, timers, sessions, the replica, every append and every read of the log, but
 * for the verification of old files.
 *
 * <p>{@link #doCycle} is one turn. It waits for sockets, or for the next deadline, or for somebody to wake it; takes over
 * what the flusher has made durable; reads each ready connection within a budget, so that none starves the rest, members
 * first (where a leader is at rest, unasked) and then clients for some milliseconds, whose rest comes first in the next turn;
 * fires what is due, <em>after</em> reading, for a node that was paused must see the heartbeat in its buffer before it calls
 * the leader dead; and then, at the end of the batch, sends one message to each follower, asks for one flush, answers clients
 * and writes once to each connection. So batches follow from the load: an idle node passes one entry on at once, a busy one
 * all that came in while it was busy. No timer waits for a batch to fill.
 *
 * <p>The flusher, name lookups and looks for vanished clients come back in the same way: they publish their result and wake
 * the loop. A wake-up costs a system call only while the loop blocks: either side first says what it did and then looks at
 * what the other one said, so that one of them sees it. There is no queue and no lock between them.
 *
 * <p>What a single connection suffers or does closes that one. Whatever else is thrown ends {@link #doCycle}, and with it
 * the node: its owner runs the loop, sees the throwable, and decides how to stop. A turn allocates nothing unless
 * connections come or go, roles change, or something fails.
 */
public final class EventLoop implements AutoCloseable {
    private static final long NANOS_PER_MS = 1_000_000;
    /** Only so that no sum or conversion overflows; something is always due before. */
    private static final long LONGEST_WAIT_NS = TimeUnit.SECONDS.toNanos(60);

    private static final int MAX_HELPERS = 64;

    private final NanoClock nanoClock;
    private final EpochClock wallClock;
    private final boolean isSpinning;
    private final Selector selector;
    private final PendingWrites writes = new PendingWrites();
    private final ExecutorService helpers;
    private final PeerLinks links;
    private final ClientConnections clients;
    private final Acceptor peerAcceptor;
    private final Acceptor clientAcceptor;
    private final Consumer<SelectionKey> onSelected = this::onSelected;

    private Ready[] ready = new Ready[64];
    private int readyCount;
    private ReplicaPort replica;
    private Flusher flusher;
    private long takenDurableSeq = -1;
    private long takenFlushedSeq = -1;
    private long ownerDeadlineNs = Long.MAX_VALUE;

    private volatile boolean isBlocking;
    private volatile boolean isWakeUpRequested;
    private volatile boolean isStopRequested;

    /**
     * Takes over the ports; nobody is accepted before {@link #start}.
     *
     * @throws IOException in one line, if the JVM allows too little memory for these settings or the system too few
     *     descriptors, or gives no selector
     */
    public EventLoop(
            final NetSettings settings,
            final ListeningPorts ports,
            final NanoClock nanoClock,
            final EpochClock wallClock)
            throws IOException {
        final NetMemory memory = NetMemory.of(settings, NetMemory.allowedBytes());
        final NetDescriptors descriptors = NetDescriptors.of(settings.peers().size());
        this.nanoClock = nanoClock;
        this.wallClock = wallClock;
        this.isSpinning = settings.spin();
        this.selector = Selector.open();
        this.helpers = new ThreadPoolExecutor(
                0, MAX_HELPERS, 10, TimeUnit.SECONDS, new SynchronousQueue<>(), EventLoop::helperThread);
        this.links = new PeerLinks(settings, memory, descriptors.strangers(), selector, writes, helpers, this::wakeUp);
        final VanishedClients vanished =
                new VanishedClients(new SocketTable(), ports.clientPort(), helpers, nanoClock::nanoTime, this::wakeUp);
        this.clients = new ClientConnections(selector, writes, memory, vanished, nanoClock);
        this.peerAcceptor =
                new Acceptor("peer", ports.peers(), selector, links::onAccepted, descriptors.strangers(), () -> true);
        this.clientAcceptor = new Acceptor(
                "client",
                ports.clients(),
                selector,
                clients::onAccepted,
                NetLimits.ACCEPTS_PER_TURN,
                () -> clients.count() < descriptors.clients());
    }

    private static Thread helperThread(final Runnable work) {
        final Thread thread = new Thread(work, "helper");
        thread.setDaemon(true);
        return thread;
    }

    /** The connections to the other members, for the replica to send by. */
    public PeerTransport peerTransport() {
        return links;
    }

    /** Connects the loop with what it drives; to be called once, before the first turn. */
    public void start(final ReplicaPort target, final Flusher flushThread) {
        replica = target;
        flusher = flushThread;
        final long nowNs = nanoClock.nanoTime();
        links.start(target, nowNs);
        clients.start(target.sessions(), nowNs);
    }

    /** The clients, for tests. */
    ClientConnections clients() {
        return clients;
    }

    /** The links, for tests. */
    PeerLinks links() {
        return links;
    }

    // A turn.

    /**
     * One turn.
     *
     * @return how much there was to do; 0 for an idle turn
     * @throws IOException if the selector failed
     */
    public int doCycle() throws IOException {
        awaitSockets();
        final long nowNs = nanoClock.nanoTime();
        moveClocks(nowNs);
        takeDurable();
        int work = readAll(nowNs);
        final int served = clients.serve();
        fireTimers(nowNs);
        replica.sendPending();
        flusher.request(replica.lastRecordSeq(), replica.hasUnflushedHardState());
        replica.answerClients();
        work += writes.writeAll();
        // Who spins, or serves readers, is awake in any case, and would look for answers in each turn.
        links.rest(!isSpinning && served == 0 && replica.isAtRest());
        return work + served;
    }

    private void awaitSockets() throws IOException {
        if (isSpinning || clients.hasWork()) {
            isWakeUpRequested = false;
            selector.selectNow(onSelected);
            return;
        }
        isBlocking = true;
        final long waitMs = isWakeUpRequested ? 0 : waitMs();
        if (waitMs == 0) {
            // A wait of 0 would be one without end.
            selector.selectNow(onSelected);
        } else {
            selector.select(onSelected, waitMs);
        }
        isBlocking = false;
        // Before what it announces is looked at: what comes now is seen now, and at worst once more.
        isWakeUpRequested = false;
    }

    /** Until the next deadline. */
    private long waitMs() {
        final long nowNs = nanoClock.nanoTime();
        long waitNs = LONGEST_WAIT_NS;
        waitNs = Math.min(waitNs, untilNs(replica.deadlineNs(), nowNs));
        waitNs = Math.min(waitNs, untilNs(ownerDeadlineNs, nowNs));
        waitNs = Math.min(waitNs, links.waitNs(nowNs));
        waitNs = Math.min(waitNs, clients.waitNs(nowNs));
        waitNs = Math.min(waitNs, peerAcceptor.waitNs(nowNs));
        waitNs = Math.min(waitNs, clientAcceptor.waitNs(nowNs));
        return roundedUpToMs(waitNs);
    }

    /** Too late by less than a millisecond, and never a turn for nothing. */
    static long roundedUpToMs(final long waitNs) {
        return (waitNs + NANOS_PER_MS - 1) / NANOS_PER_MS;
    }

    private static long untilNs(final long deadlineNs, final long nowNs) {
        return deadlineNs == Long.MAX_VALUE ? Long.MAX_VALUE : Math.max(0, deadlineNs - nowNs);
    }

    private void moveClocks(final long nowNs) {
        replica.time(nowNs, wallClock.time());
        links.time(nowNs);
        clients.time(nowNs);
    }

    private void takeDurable() {
        // In this order: the first one never passes the second, though both may rise between the reads.
        final long flushedSeq = flusher.flushedSeq();
        final long durableSeq = flusher.durableSeq();
        if (durableSeq != takenDurableSeq || flushedSeq != takenFlushedSeq) {
            takenDurableSeq = durableSeq;
            takenFlushedSeq = flushedSeq;
            replica.onDurable(durableSeq, flushedSeq);
        }
    }

    /** Only notes who is ready: the clocks are to be moved before anybody acts. */
    private void onSelected(final SelectionKey key) {
        if (key.attachment() instanceof ClientConnection client) {
            clients.addReady(client);
            return;
        }
        if (readyCount == ready.length) {
            ready = Arrays.copyOf(ready, 2 * readyCount);
        }
        ready[readyCount++] = (Ready) key.attachment();
    }

    private int readAll(final long nowNs) {
        final int work = readyCount;
        for (int i = 0; i < readyCount; i++) {
            final Ready next = ready[i];
            ready[i] = null;
            try {
                next.onReady(nowNs);
            } catch (IOException | ProtocolException e) {
                next.onFailure(e);
            }
        }
        readyCount = 0;
        links.readAtRest(nowNs);
        return work;
    }

    private void fireTimers(final long nowNs) {
        replica.fireTimers();
        links.fireTimers();
        clients.fireTimers();
        peerAcceptor.fireTimers(nowNs);
        clientAcceptor.fireTimers(nowNs);
    }

    // From other threads.

    /** Makes a turn that waits, or the next one, begin at once. Any thread; cheap while the loop does not wait. */
    public void wakeUp() {
        isWakeUpRequested = true;
        if (isBlocking) {
            selector.wakeup();
        }
    }

    /** Asks for the node's end and wakes the loop. Any thread; what it means is the owner's to decide. */
    public void requestStop() {
        isStopRequested = true;
        wakeUp();
    }

    /** Whether {@link #requestStop} was called. */
    public boolean isStopRequested() {
        return isStopRequested;
    }

    // The owner's.

    /** No turn waits past this time; {@link Long#MAX_VALUE}: no such time. */
    public void wakeAt(final long deadlineNs) {
        ownerDeadlineNs = deadlineNs;
    }

    /** Whether frames can go to that member now. The loop's thread. */
    public boolean isConnected(final int member) {
        return links.isConnected(member);
    }

    /** Clients connected now. The loop's thread. */
    public int clientConnections() {
        return clients.count();
    }

    /** Refuses new connections from now on, on both ports. */
    public void stopAccepting() {
        peerAcceptor.close();
        clientAcceptor.close();
    }

    /** Closes all sockets. The loop's thread, or nobody's any more. */
    @Override
    public void close() {
        stopAccepting();
        links.close();
        clients.close();
        helpers.shutdown();
        try {
            selector.close();
        } catch (IOException e) {
            // Every socket is closed already; that is all that matters.
            return;
        }
    }
}
