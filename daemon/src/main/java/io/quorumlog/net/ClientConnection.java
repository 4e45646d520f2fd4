package io.quorumlog.net;

import io.quorumlog.session.ClientSession;
import io.quorumlog.session.ReplyOutput;
import io.quorumlog.session.Sessions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import org.agrona.MutableDirectBuffer;

/**
 * One client's socket, which drives its {@link ClientSession}: bytes in, replies out. It is read only while the session
 * wants input and there is memory for what the session may leave unconsumed; TCP holds back the rest. Allocates nothing
 * a request.
 *
 * <p>The end: when the session is finished and the last reply is written, our side is shut, and what the client still sends
 * is thrown away until its end comes, or a moment has passed. Closed at once, with unread bytes, the socket would answer
 * them with a reset, which takes the last reply from the client's own buffer.
 *
 * <p>A client that vanishes without a word is found by TCP keepalive in two and a half minutes if nothing was on its way to
 * it, and else by {@link VanishedClients}. One that lives and does not read is never closed for that.
 */
final class ClientConnection extends Connection implements ReplyOutput {
    private final ClientConnections clients;
    private ClientSession session;

    /** What the session has not consumed; null if there is nothing. */
    private Chunk held;

    /** Where {@link #held} came from. */
    private BufferPool heldFrom;

    private boolean inputEnded;
    private boolean isFinished;
    private boolean isLingering;
    private boolean isResumed;
    private boolean waitsForMemory;
    private boolean hasWaitedForMemory;
    /** A READ blocks, and there is no memory to spare for what stands behind it. */
    private boolean waitsToLookAhead;
    /** The session wanted to write more than there was room for. */
    private boolean ranOutOfRoom;

    private int memoryNeeded;
    private int readLimit;
    private long lastMovedNs;
    /** Since it was last looked whether a request takes too long. */
    private long arrivedBytes;
    /** Such looks in a row at one request that found too few of them. */
    private int slowLooks;

    private long lingerDeadlineNs;

    /** Where this stands among all connections; theirs to change. */
    int slot;
    /** Whether it waits to be read; theirs to change. */
    boolean isInReadyQueue;

    ClientConnection(final ClientConnections clients, final SocketChannel channel, final PendingWrites writes) {
        super(
                channel,
                new OutputBuffer(
                        clients.outputs(), NetLimits.FIRST_OUTPUT_CHUNK_BYTES, NetLimits.LARGEST_OUTPUT_CHUNK_BYTES),
                writes);
        this.clients = clients;
        this.lastMovedNs = clients.nowNs();
    }

    void begin(final Sessions sessions) {
        session = sessions.open(this);
    }

    // Input.

    @Override
    public void onReady(final long nowNs) throws IOException {
        if (!isOpen()) {
            return;
        }
        if (isReady(SelectionKey.OP_WRITE)) {
            socketTakesMore();
        }
        if (isReady(SelectionKey.OP_READ)) {
            if (isLingering) {
                discardInput();
            } else {
                read(nowNs);
                settle();
            }
        }
    }

    private void read(final long nowNs) throws IOException {
        int budget = clients.readBytes();
        while (budget > 0 && mayRead()) {
            final Chunk target = chunkToRead();
            if (target == null) {
                return;
            }
            final ByteBuffer space = target.space();
            final int room = Math.min(Math.min(space.remaining(), readLimit), budget);
            space.limit(space.position() + room);
            final int count = channel.read(space);
            if (count > 0) {
                target.tail += count;
                budget -= count;
                arrivedBytes += count;
                lastMovedNs = nowNs;
                offer(target);
            }
            keep(target);
            if (count < 0) {
                onInputEnd();
                return;
            }
            if (count < room || clients.isTurnOver()) {
                return;
            }
        }
    }

    /**
     * Whether there is a use for more bytes. While a READ blocks, the session takes none and wants them all the same, to
     * see the stream's end; then some are kept as long as there is memory to spare.
     */
    private boolean mayRead() {
        if (inputEnded || waitsForMemory || session.isFinished() || !session.wantsInput()) {
            return false;
        }
        if (session.onlyAwaitsEnd()) {
            return !waitsToLookAhead && length() < NetLimits.LOOK_AHEAD_BYTES;
        }
        return length() < Math.max(session.bytesNeeded(), NetLimits.SHARED_INPUT_BYTES);
    }

    /** Bytes that are unconsumed. */
    private int length() {
        return held == null ? 0 : held.length();
    }

    /**
     * A buffer with what is unconsumed in it and room behind, of which {@link #readLimit} bytes may be used: whatever the
     * session then leaves over may be kept. Null if there is no memory for that; then this waits.
     */
    private Chunk chunkToRead() {
        final int length = length();
        final int needed = session.bytesNeeded();
        if (needed > NetLimits.SHARED_INPUT_BYTES) {
            // No byte more than the request, so that nothing is left over in a large buffer.
            readLimit = needed - length;
            return largeChunk(needed);
        }
        if (held != null && session.onlyAwaitsEnd()) {
            return chunkToLookAhead(length);
        }
        int most = Math.min(length + clients.readAheadBytes(), NetLimits.SHARED_INPUT_BYTES);
        if (most < needed || !mayKeep(most)) {
            most = needed <= NetLimits.LITTLE_INPUT_BYTES
                    ? BufferPool.capacityFor(needed)
                    : NetLimits.SHARED_INPUT_BYTES;
            if (!mayKeep(most)) {
                waitForMemory(most);
                return null;
            }
        }
        readLimit = most - length;
        final Chunk shared = clients.sharedInput();
        if (held != null) {
            shared.tail = length;
            shared.buffer.putBytes(0, held.buffer, held.head, length);
        }
        return shared;
    }

    /**
     * Whether so many bytes in all may be left over by the session. More than a little counts as the most, because a line's
     * length is not known before its end: were memory taken step by step, many could hold a part each and wait for the rest.
     */
    private boolean mayKeep(final int bytes) {
        if (bytes <= NetLimits.LEAST_READ_BYTES || held != null && held.capacity() >= bytes) {
            return true;
        }
        final int most = bytes <= NetLimits.LITTLE_INPUT_BYTES ? bytes : NetLimits.SHARED_INPUT_BYTES;
        return clients.mayTakeSmall(most, heldSmallBytes());
    }

    private int heldSmallBytes() {
        return held != null && heldFrom == clients.smallInputs() ? held.capacity() : 0;
    }

    private Chunk largeChunk(final int needed) {
        if (held != null && held.capacity() >= needed) {
            held.moveToFront();
            return held;
        }
        if (!mayTakeLarge(needed)) {
            waitForMemory(needed);
            return null;
        }
        hold(held, needed, clients.largeInputs());
        return held;
    }

    private boolean mayTakeLarge(final int bytes) {
        final boolean may = clients.mayTakeLarge(bytes, hasWaitedForMemory);
        hasWaitedForMemory &= !may;
        return may;
    }

    /** The bytes behind a READ that blocks can't be run, only be kept; more of them as long as memory is plenty. */
    private Chunk chunkToLookAhead(final int length) {
        held.moveToFront();
        if (held.room() == 0) {
            final int wanted = Math.min(2 * length, NetLimits.LOOK_AHEAD_BYTES);
            if (!clients.mayLookAhead(wanted, heldSmallBytes())) {
                waitsToLookAhead = true;
                clients.waitToLookAhead(this, wanted);
                return null;
            }
            hold(held, wanted, clients.smallInputs());
        }
        readLimit = held.room();
        return held;
    }

    private void waitForMemory(final int bytes) {
        waitsForMemory = true;
        memoryNeeded = bytes;
        clients.waitForMemory(this);
    }

    /** Gives the session what is there, until it takes no more of it. */
    private void offer(final Chunk chunk) {
        while (chunk.length() > 0) {
            final int consumed = session.onInput(chunk.buffer, chunk.head, chunk.tail);
            if (consumed == 0) {
                return;
            }
            chunk.head += consumed;
            slowLooks = 0;
            lastMovedNs = clients.nowNs();
        }
    }

    /** Keeps what the session has left, in a buffer that is not much too large; gives memory back if that is nothing. */
    private void keep(final Chunk chunk) {
        final int length = chunk.length();
        if (length == 0) {
            releaseHeld();
            return;
        }
        final int needed = session.bytesNeeded();
        final boolean large = needed > NetLimits.SHARED_INPUT_BYTES
                && (held != null && held.capacity() >= needed || mayTakeLarge(needed));
        final boolean middling = needed > length
                && needed > NetLimits.LITTLE_INPUT_BYTES
                && needed <= NetLimits.SHARED_INPUT_BYTES
                && mayKeep(NetLimits.SHARED_INPUT_BYTES);
        final int wanted = large ? needed : middling ? NetLimits.SHARED_INPUT_BYTES : length;
        final boolean fits = held != null
                && held.capacity() >= wanted
                && (large || held.capacity() <= Math.max(4 * BufferPool.capacityFor(wanted), 4 * 1024));
        if (!fits) {
            hold(chunk, wanted, large ? clients.largeInputs() : chunk == held ? heldFrom : clients.smallInputs());
        } else if (chunk != held) {
            held.buffer.putBytes(0, chunk.buffer, chunk.head, length);
            held.head = 0;
            held.tail = length;
        }
    }

    /** Moves bytes into a new buffer of our own. */
    private void hold(final Chunk from, final int capacity, final BufferPool pool) {
        final Chunk chunk = pool.take(capacity);
        if (from != null) {
            chunk.tail = from.length();
            chunk.buffer.putBytes(0, from.buffer, from.head, from.length());
        }
        releaseHeld();
        held = chunk;
        heldFrom = pool;
    }

    private void releaseHeld() {
        if (held != null) {
            heldFrom.release(held);
            held = null;
        }
    }

    private void offerHeld() {
        if (held != null) {
            offer(held);
            keep(held);
        }
    }

    private void onInputEnd() {
        inputEnded = true;
        session.onEndOfInput();
        offerHeld();
    }

    // Going on.

    @Override
    public void onSessionReady() {
        resume();
    }

    private void resume() {
        if (!isResumed && isOpen()) {
            isResumed = true;
            clients.addResumed(this);
        }
    }

    /** Goes on with what was left: entries to be written, requests to be run. */
    void onResumed(final long nowNs) {
        isResumed = false;
        if (!isOpen() || isLingering) {
            return;
        }
        session.onProgress();
        offerHeld();
        settle();
    }

    /** Memory is free: the socket may be read again. */
    void onMemory() {
        waitsForMemory = false;
        hasWaitedForMemory = true;
        slowLooks = 0;
        lastMovedNs = clients.nowNs();
        if (isOpen()) {
            settle();
        }
    }

    /** Memory is plenty again. */
    void onMemoryToLookAhead() {
        waitsToLookAhead = false;
        if (isOpen()) {
            settle();
        }
    }

    /** How much of it this waits for. */
    int memoryNeeded() {
        return memoryNeeded;
    }

    boolean holdsFrom(final BufferPool pool) {
        return held != null && heldFrom == pool;
    }

    /**
     * Whether the client is too slow to end a request, or has long left its replies where they are. One that we don't read
     * is not to blame, unless it waits for memory and already has more of that memory than anybody may have. To be asked
     * once in each {@link NetLimits#STALL_CHECK_NS} while others wait for memory: it counts.
     */
    boolean hasStalled(final long nowNs) {
        if (held == null) {
            return false;
        }
        final boolean isAwaited = mayRead() && held.length() < session.bytesNeeded();
        if (isAwaited && held.capacity() > NetLimits.LITTLE_INPUT_BYTES) {
            return isTooSlow();
        }
        if (nowNs - lastMovedNs < NetLimits.STALLED_INPUT_NS) {
            return false;
        }
        if (waitsForMemory) {
            return held.capacity() > NetLimits.LITTLE_INPUT_BYTES && holdsFrom(clients.inputsFor(memoryNeeded));
        }
        return isAwaited || !output.isEmpty();
    }

    /** Looks are counted instead of time: after a pause of this whole process a request seems no older than before. */
    private boolean isTooSlow() {
        slowLooks = arrivedBytes < NetLimits.LEAST_BYTES_PER_CHECK ? slowLooks + 1 : 0;
        arrivedBytes = 0;
        return slowLooks >= NetLimits.MAX_SLOW_CHECKS;
    }

    @Override
    void onWritten() {
        if (!output.isEmpty()) {
            lastMovedNs = clients.nowNs();
        }
        if (ranOutOfRoom && output.queuedBytes() < NetLimits.ENTRY_OUTPUT_BYTES / 2) {
            ranOutOfRoom = false;
            resume();
        }
        if (!isLingering) {
            settle();
        }
    }

    /** Adapts what the socket is watched for to what the session wants, and ends the connection when it is time. */
    private void settle() {
        if (session.isFinished() && !isFinished) {
            isFinished = true;
            releaseHeld();
            if (session.isHttp()) {
                clients.logForeign(this, "HTTP is not spoken here");
            }
        }
        interestIn(SelectionKey.OP_READ, mayRead());
        if (isFinished && output.isEmpty()) {
            end();
        }
    }

    // The end.

    private void end() {
        if (inputEnded) {
            close();
            return;
        }
        try {
            channel.shutdownOutput();
        } catch (IOException e) {
            close();
            return;
        }
        isLingering = true;
        lingerDeadlineNs = clients.nowNs() + NetLimits.LINGER_NS;
        clients.addLingering(this);
        interestIn(SelectionKey.OP_READ, true);
    }

    private void discardInput() throws IOException {
        int budget = clients.readBytes();
        while (budget > 0) {
            final int count = channel.read(clients.sharedInput().space());
            if (count < 0) {
                close();
                return;
            }
            if (count == 0) {
                return;
            }
            budget -= count;
        }
    }

    boolean isLingering() {
        return isLingering;
    }

    /** When a lingering connection is closed whatever the client does. */
    long lingerDeadlineNs() {
        return lingerDeadlineNs;
    }

    /** The socket broke. Clients come and go: that is no news. */
    @Override
    public void onFailure(final Exception reason) {
        close();
    }

    void close() {
        if (isOpen()) {
            closeSocket();
            session.close();
            releaseHeld();
            clients.onClosed(this);
        }
    }

    // Output.

    @Override
    public MutableDirectBuffer claim(final int length) {
        return output.claim(length);
    }

    @Override
    public int claimedOffset() {
        return output.claimedOffset();
    }

    @Override
    public void commit(final int length) {
        output.commit(length);
        outputQueued();
    }

    @Override
    public int room() {
        final long queued = output.queuedBytes();
        if (!clients.outputs().isExhausted()) {
            ranOutOfRoom |= queued >= NetLimits.ENTRY_OUTPUT_BYTES;
            return queued >= NetLimits.ENTRY_OUTPUT_BYTES ? 0 : MAX_CLAIM_BYTES;
        }
        ranOutOfRoom |= queued >= NetLimits.LEAST_OUTPUT_BYTES;
        return queued >= NetLimits.LEAST_OUTPUT_BYTES
                ? 0
                : (int) Math.max(LEAST_ROOM_BYTES, NetLimits.LEAST_OUTPUT_BYTES - queued);
    }

    @Override
    public boolean isOverfull() {
        // Where all clients together have too much queued, nobody may have more than a little.
        final long most =
                clients.outputs().isExhausted() ? NetLimits.LEAST_OUTPUT_BYTES : NetLimits.CLIENT_OUTPUT_BYTES;
        final boolean overfull = output.queuedBytes() >= most;
        ranOutOfRoom |= overfull;
        return overfull;
    }
}
