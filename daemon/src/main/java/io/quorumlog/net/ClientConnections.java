package io.quorumlog.net;

import io.quorumlog.codec.ProtocolException;
import io.quorumlog.session.Sessions;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.NanoClock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All connections of clients, and the memory that they share. Each connection reads into one common buffer; only what it
 * can't use up yet is kept, in a buffer of its own, so that an idle connection holds none. What is kept, and what waits to
 * be written, has a bound over all of them: as it is reached each gets less, down to a little with which it is still served
 * as fast as it reads and sends, and no client that does its part is closed for what others hold. The loop's thread only;
 * allocates per connection, not per request or turn.
 */
final class ClientConnections {
    private static final Logger LOG = LoggerFactory.getLogger(ClientConnections.class);
    private static final int READ_AHEAD_PARTS = 16;

    private final Selector selector;
    private final PendingWrites writes;
    private final BufferPool smallInputs;
    private final BufferPool largeInputs;
    private final BufferPool outputs;
    private final VanishedClients vanished;
    private final NanoClock clock;
    private final Chunk sharedInput = new Chunk(NetLimits.SHARED_INPUT_BYTES);
    /** Two queues, for a small request must not wait behind a large one. */
    private final ArrayDeque<ClientConnection> waitingForLarge = new ArrayDeque<>();

    private final ArrayDeque<ClientConnection> waitingForSmall = new ArrayDeque<>();
    private final ArrayDeque<ClientConnection> waitingToLookAhead = new ArrayDeque<>();
    /** Whose sockets are ready, and whose turn may not have come in the turn that found it. */
    private final ArrayDeque<ClientConnection> ready = new ArrayDeque<>();
    /** Who can go on without a byte from outside. */
    private final ArrayDeque<ClientConnection> resumed = new ArrayDeque<>();

    private final ArrayDeque<ClientConnection> lingering = new ArrayDeque<>();
    private final LogThrottle foreign = new LogThrottle(3, TimeUnit.SECONDS.toNanos(5));
    private ClientConnection[] all = new ClientConnection[64];
    private int count;
    private int readBytes = NetLimits.CLIENT_READ_BYTES_PER_TURN;
    /** Of whoever had to wait last. */
    private int lookAheadBytes;

    private Sessions sessions;
    private long nowNs;
    private long stallCheckNs;
    private long turnEndNs;

    /**
     * @param memory the bounds on what all of them take
     * @param clock tells how much of a turn is over
     */
    ClientConnections(
            final Selector selector,
            final PendingWrites writes,
            final NetMemory memory,
            final VanishedClients vanished,
            final NanoClock clock) {
        this.selector = selector;
        this.writes = writes;
        this.vanished = vanished;
        this.clock = clock;
        this.smallInputs = new BufferPool(memory.smallInputBytes(), NetLimits.CACHED_BYTES / 2);
        this.largeInputs = new BufferPool(memory.largeInputBytes(), NetLimits.CACHED_BYTES / 2);
        this.outputs = new BufferPool(memory.outputBytes(), NetLimits.CACHED_BYTES);
    }

    void start(final Sessions target, final long now) {
        sessions = target;
        nowNs = now;
    }

    // The loop's calls.

    void time(final long now) {
        nowNs = now;
    }

    /** A client has connected. */
    void onAccepted(final SocketChannel channel) {
        final ClientConnection connection = new ClientConnection(this, channel, writes);
        if (count == all.length) {
            all = Arrays.copyOf(all, 2 * count);
        }
        connection.slot = count;
        all[count++] = connection;
        connection.begin(sessions);
        try {
            connection.register(selector, SelectionKey.OP_READ);
        } catch (IOException e) {
            connection.onFailure(e);
        }
    }

    /** Whether a connection can be served without a wait. */
    boolean hasWork() {
        return !resumed.isEmpty() || !ready.isEmpty();
    }

    /** A client's socket is ready, as its selector says again and again until it is served. */
    void addReady(final ClientConnection connection) {
        if (!connection.isInReadyQueue) {
            connection.isInReadyQueue = true;
            ready.addLast(connection);
        }
    }

    /**
     * Serves clients: first some of those who have unparsed input or unwritten replies and could not go on before, then some
     * whose sockets are ready, each kind for its part of the turn, in the order in which they came. However many there are
     * and whatever they ask for, members and heartbeats have their turn soon, on a slow or busy processor too; who is left
     * over is first in the next turn.
     *
     * @return how many were served
     */
    int serve() {
        return resume() + readReady();
    }

    private int resume() {
        final int due = resumed.size();
        turnEndNs = due == 0 ? 0 : clock.nanoTime() + NetLimits.RESUMED_NS_PER_TURN;
        for (int i = 0; i < due; i++) {
            if (i > 0 && isTurnOver()) {
                return i;
            }
            resumed.pollFirst().onResumed(nowNs);
        }
        return due;
    }

    private int readReady() {
        final int due = ready.size();
        shareTurn(due);
        turnEndNs = due == 0 ? 0 : clock.nanoTime() + NetLimits.READY_NS_PER_TURN;
        for (int i = 0; i < due; i++) {
            if (i > 0 && isTurnOver()) {
                return i;
            }
            final ClientConnection connection = ready.pollFirst();
            connection.isInReadyQueue = false;
            try {
                connection.onReady(nowNs);
            } catch (IOException | ProtocolException e) {
                connection.onFailure(e);
            }
        }
        return due;
    }

    /** Whether those whose turn it is have had their time. */
    boolean isTurnOver() {
        return clock.nanoTime() - turnEndNs >= 0;
    }

    private void shareTurn(final int readyCount) {
        readBytes = Math.max(
                NetLimits.LEAST_CLIENT_READ_BYTES_PER_TURN,
                Math.min(
                        NetLimits.CLIENT_READ_BYTES_PER_TURN, NetLimits.READ_BYTES_PER_TURN / Math.max(1, readyCount)));
    }

    /** Bytes that one connection may read in this turn. */
    int readBytes() {
        return readBytes;
    }

    /** Does what is due: ends connections that linger, hands out memory, takes it from those who sit on it. */
    void fireTimers() {
        closeVanished(vanished.fireTimers(nowNs, count > 0));
        while (mayAnybodyLookAhead()) {
            waitingToLookAhead.pollFirst().onMemoryToLookAhead();
        }
        while (!lingering.isEmpty() && nowNs - lingering.peekFirst().lingerDeadlineNs() >= 0) {
            lingering.pollFirst().close();
        }
        if (!isAnybodyWaiting()) {
            stallCheckNs = nowNs + NetLimits.STALL_CHECK_NS;
            return;
        }
        if (nowNs - stallCheckNs >= 0) {
            stallCheckNs = nowNs + NetLimits.STALL_CHECK_NS;
            closeStalled();
        }
        grantSmallMemory();
        grantLargeMemory();
    }

    /** How long the loop may wait on the clients' account. */
    long waitNs(final long now) {
        if (mayAnybodyLookAhead()) {
            return 0;
        }
        long waitNs = vanished.waitNs(now, count > 0);
        if (!lingering.isEmpty()) {
            waitNs = Math.min(waitNs, lingering.peekFirst().lingerDeadlineNs() - now);
        }
        if (isAnybodyWaiting()) {
            waitNs = Math.min(waitNs, stallCheckNs - now);
        }
        return Math.max(0, waitNs);
    }

    int count() {
        return count;
    }

    /** Ends all connections, without telling anybody. */
    void close() {
        while (count > 0) {
            all[count - 1].close();
        }
    }

    // Memory.

    /** Whether a client waits for memory. */
    boolean isAnybodyWaiting() {
        return !waitingForLarge.isEmpty() || !waitingForSmall.isEmpty();
    }

    /** As many as will fit, the longest waiting first; they take it only when they read. */
    private void grantLargeMemory() {
        long roomBytes = largeInputs.maxTakenBytes() - largeInputs.takenBytes();
        while (!waitingForLarge.isEmpty()) {
            final ClientConnection next = waitingForLarge.peekFirst();
            if (next.isOpen()) {
                roomBytes -= BufferPool.capacityFor(next.memoryNeeded());
                if (roomBytes < 0) {
                    return;
                }
            }
            waitingForLarge.pollFirst();
            next.onMemory();
        }
    }

    /** As many as will fit; those who need little don't wait behind those who need more. */
    private void grantSmallMemory() {
        int grantedBytes = 0;
        for (int i = waitingForSmall.size(); i > 0; i--) {
            final ClientConnection next = waitingForSmall.pollFirst();
            if (next.isOpen() && !mayTakeSmall(next.memoryNeeded(), -grantedBytes)) {
                waitingForSmall.addLast(next);
            } else {
                grantedBytes += BufferPool.capacityFor(next.memoryNeeded());
                next.onMemory();
            }
        }
    }

    private void closeVanished(final Set<InetSocketAddress> remotes) {
        for (int i = count - 1; i >= 0 && !remotes.isEmpty(); i--) {
            final ClientConnection connection = all[i];
            if (remotes.contains(Sockets.remote(connection.channel))) {
                logForeign(connection, "vanished: has answered nothing for more than a minute");
                connection.close();
            }
        }
    }

    private void closeStalled() {
        for (int i = count - 1; i >= 0; i--) {
            final ClientConnection connection = all[i];
            final boolean wanted =
                    connection.holdsFrom(largeInputs) ? !waitingForLarge.isEmpty() : !waitingForSmall.isEmpty();
            if (wanted && connection.hasStalled(nowNs)) {
                logForeign(connection, "too slow with what it began: others wait for the memory");
                connection.close();
            }
        }
    }

    /** Whether a connection may take a large buffer now; one that was told to wait, and then to go on, comes first. */
    boolean mayTakeLarge(final int bytes, final boolean hasWaited) {
        return (hasWaited || waitingForLarge.isEmpty()) && largeInputs.hasRoomFor(bytes);
    }

    /**
     * Whether a connection may take a small buffer instead of the one it has. The last part is kept for those who need
     * little; so whoever begins many middling requests and never ends them does not hold up the short ones.
     */
    boolean mayTakeSmall(final int bytes, final int ownBytes) {
        final long most = smallInputs.maxTakenBytes();
        final long mostHere = bytes <= NetLimits.LITTLE_INPUT_BYTES ? most : most / 4 * 3;
        return smallInputs.takenBytes() - ownBytes + BufferPool.capacityFor(bytes) <= mostHere;
    }

    /** Whether so much may be kept, instead of what there is, of a client that is read for its end only. */
    boolean mayLookAhead(final int bytes, final int ownBytes) {
        final long mostHere = smallInputs.maxTakenBytes() / 4;
        return smallInputs.takenBytes() - ownBytes + BufferPool.capacityFor(bytes) <= mostHere;
    }

    /**
     * How many bytes a connection may read without knowing that they are needed: some of them may have to be kept for
     * long, behind a request that waits. Half of the memory for small requests is for this, and each new one gets a part of
     * what is left of it: so any number of such clients leaves the other half to those who can go on. From
     * {@link NetLimits#LEAST_READ_BYTES} on, with which any client is served.
     */
    int readAheadBytes() {
        final long leftBytes = smallInputs.maxTakenBytes() / 2 - smallInputs.takenBytes();
        return (int) Math.max(
                NetLimits.LEAST_READ_BYTES, Math.min(NetLimits.SHARED_INPUT_BYTES, leftBytes / READ_AHEAD_PARTS));
    }

    private boolean mayAnybodyLookAhead() {
        return !waitingToLookAhead.isEmpty() && mayLookAhead(lookAheadBytes, 0);
    }

    /** Lets a connection go on looking for its end when so much memory is free. */
    void waitToLookAhead(final ClientConnection connection, final int bytes) {
        lookAheadBytes = bytes;
        waitingToLookAhead.addLast(connection);
    }

    /** Lets a connection wait, unread, until memory is free. */
    void waitForMemory(final ClientConnection connection) {
        final boolean small = isSmall(connection.memoryNeeded());
        (small ? waitingForSmall : waitingForLarge).addLast(connection);
    }

    private static boolean isSmall(final int bytes) {
        return bytes <= NetLimits.SHARED_INPUT_BYTES;
    }

    /** Bytes taken for what is unparsed. */
    long inputBytes() {
        return smallInputs.takenBytes() + largeInputs.takenBytes();
    }

    /** The bound on them, but for the least that each is read. */
    long maxInputBytes() {
        return smallInputs.maxTakenBytes() + largeInputs.maxTakenBytes();
    }

    /** Where a buffer for so many unparsed bytes is taken from: large requests and small ones don't compete. */
    BufferPool inputsFor(final int bytes) {
        return isSmall(bytes) ? smallInputs : largeInputs;
    }

    BufferPool smallInputs() {
        return smallInputs;
    }

    BufferPool largeInputs() {
        return largeInputs;
    }

    BufferPool outputs() {
        return outputs;
    }

    /** The common buffer, empty. */
    Chunk sharedInput() {
        sharedInput.head = 0;
        sharedInput.tail = 0;
        return sharedInput;
    }

    // What the connections ask.

    /** Lets a connection go on in one of the next turns, which begin at once. */
    void addResumed(final ClientConnection connection) {
        resumed.addLast(connection);
    }

    void addLingering(final ClientConnection connection) {
        lingering.addLast(connection);
    }

    void onClosed(final ClientConnection connection) {
        final ClientConnection last = all[--count];
        all[count] = null;
        if (last != connection) {
            all[connection.slot] = last;
            last.slot = connection.slot;
        }
        if (connection.isLingering()) {
            lingering.remove(connection);
        }
    }

    void logForeign(final ClientConnection connection, final String what) {
        if (foreign.permits(nowNs)) {
            LOG.warn(
                    "port=client from={} closed=\"{}\"{}",
                    Sockets.remoteAddress(connection.channel),
                    what,
                    foreign.omitted());
        }
    }

    long nowNs() {
        return nowNs;
    }
}
