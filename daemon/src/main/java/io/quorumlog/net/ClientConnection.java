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
    /** The session wanted to write more than there was room for. */
    private boolean ranOutOfRoom;

    private int memoryNeeded;
    private int readLimit;
    private long lastMovedNs;
    private long lingerDeadlineNs;

    /** Where this stands among all connections; theirs to change. */
    int slot;

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

    // -- input --------------------------------------------------------------------------------------------------------

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
        int budget = NetLimits.CLIENT_READ_BYTES_PER_TURN;
        while (budget > 0 && mayRead()) {
            final Chunk target = chunkToRead();
            if (target == null) {
                waitsForMemory = true;
                clients.waitForMemory(this);
                return;
            }
            final ByteBuffer space = target.space();
            final int room = Math.min(space.remaining(), readLimit);
            space.limit(space.position() + room);
            final int count = channel.read(space);
            if (count > 0) {
                target.tail += count;
                budget -= count;
                lastMovedNs = nowNs;
                offer(target);
            }
            keep(target);
            if (count < 0) {
                onInputEnd();
                return;
            }
            if (count < room) {
                return;
            }
        }
    }

    /**
     * Whether there is a use for more bytes. While a READ blocks, the session takes none and wants them all the same, to
     * see the stream's end; then as many are kept as the common buffer holds.
     */
    private boolean mayRead() {
        return !inputEnded
                && !waitsForMemory
                && session.wantsInput()
                && !session.isFinished()
                && (held == null || held.length() < Math.max(session.bytesNeeded(), NetLimits.SHARED_INPUT_BYTES));
    }

    /** A buffer with what is unconsumed in it and room behind; null if there is no memory for what may be left over. */
    private Chunk chunkToRead() {
        readLimit = Integer.MAX_VALUE;
        final int needed = session.bytesNeeded();
        if (needed > NetLimits.SHARED_INPUT_BYTES) {
            return largeChunk(needed);
        }
        final boolean canKeep = held != null && held.capacity() >= NetLimits.SHARED_INPUT_BYTES;
        if (!canKeep && !mayTake(NetLimits.SHARED_INPUT_BYTES)) {
            if (held != null) {
                return null;
            }
            readLimit = NetLimits.LEAST_READ_BYTES;
        }
        final Chunk shared = clients.sharedInput();
        if (held != null) {
            shared.tail = held.length();
            shared.buffer.putBytes(0, held.buffer, held.head, held.length());
        }
        return shared;
    }

    private Chunk largeChunk(final int needed) {
        if (held != null && held.capacity() >= needed) {
            held.moveToFront();
            return held;
        }
        if (!mayTake(needed)) {
            return null;
        }
        hold(held, needed);
        return held;
    }

    private boolean mayTake(final int bytes) {
        memoryNeeded = bytes;
        final boolean may = clients.mayTake(bytes, hasWaitedForMemory);
        hasWaitedForMemory &= !may;
        return may;
    }

    /** Gives the session what is there, until it takes no more of it. */
    private void offer(final Chunk chunk) {
        while (chunk.length() > 0) {
            final int consumed = session.onInput(chunk.buffer, chunk.head, chunk.tail);
            if (consumed == 0) {
                return;
            }
            chunk.head += consumed;
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
        final boolean large = needed > NetLimits.SHARED_INPUT_BYTES;
        final int wanted = large && clients.mayTake(needed, hasWaitedForMemory) ? needed : length;
        final boolean fits = held != null
                && held.capacity() >= wanted
                && held.capacity() <= Math.max(4 * BufferPool.capacityFor(wanted), NetLimits.SHARED_INPUT_BYTES);
        if (!fits) {
            hold(chunk, wanted);
        } else if (chunk != held) {
            held.buffer.putBytes(0, chunk.buffer, chunk.head, length);
            held.head = 0;
            held.tail = length;
        }
    }

    /** Moves bytes into a new buffer of our own. */
    private void hold(final Chunk from, final int capacity) {
        final BufferPool pool = clients.inputsFor(capacity);
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

    // -- going on -----------------------------------------------------------------------------------------------------

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

    /** Whether the client has long left an unfinished request, or its replies, where they are. */
    boolean hasStalled(final long nowNs) {
        return held != null
                && nowNs - lastMovedNs >= NetLimits.STALLED_INPUT_NS
                && (!output.isEmpty() || held.length() < session.bytesNeeded());
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

    // -- the end ------------------------------------------------------------------------------------------------------

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
        int budget = NetLimits.CLIENT_READ_BYTES_PER_TURN;
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

    // -- output -------------------------------------------------------------------------------------------------------

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
    public boolean hasRoom() {
        final boolean room = output.queuedBytes() < NetLimits.ENTRY_OUTPUT_BYTES && !isOverShare();
        ranOutOfRoom |= !room;
        return room;
    }

    @Override
    public boolean isOverfull() {
        final boolean overfull = output.queuedBytes() >= NetLimits.CLIENT_OUTPUT_BYTES || isOverShare();
        ranOutOfRoom |= overfull;
        return overfull;
    }

    /** Where all clients together have too much queued, nobody may add to what he already has. */
    private boolean isOverShare() {
        return clients.outputs().isExhausted() && !output.isEmpty();
    }
}
