package io.quorumlog.sim;

import io.quorumlog.replica.Replica;
import io.quorumlog.session.ClientSession;
import io.quorumlog.session.ReplyOutput;
import java.util.Arrays;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A client's connection: two ordered streams of bytes with a delay, cut into pieces anywhere, that end when either side is
 * gone. On the member's side it does what ClientSession's Javadoc asks of a connection.
 */
final class SimConnection implements ReplyOutput {
    private static final int ROOM_BYTES = 64 * 1024;
    private static final int SLOW_ROOM_BYTES = 512;
    /** Rooms that are queued when no request is answered any more. */
    private static final int OVERFULL_ROOMS = 4;

    private final Simulation simulation;
    private final SimClient client;
    private final SimNode node;
    private final SimRandom random;
    private final boolean slowReader;
    private ClientSession session;
    private boolean closed;

    // Towards the member.
    private long lastRequestNs;
    private byte[] input = new byte[256];
    private final UnsafeBuffer inputView = new UnsafeBuffer(input);
    private int inputLength;
    private boolean offering;

    // Towards the client.
    private long lastReplyNs;
    private final UnsafeBuffer claimed = new UnsafeBuffer(new byte[MAX_CLAIM_BYTES]);
    private int queuedBytes;
    /** The session wanted to write more than there was room for. */
    private boolean ranOutOfRoom;

    SimConnection(final Simulation simulation, final SimClient client, final SimNode node, final SimRandom random) {
        this.simulation = simulation;
        this.client = client;
        this.node = node;
        this.random = random;
        slowReader = simulation.plan().slowReaders && simulation.happens(Fault.SLOW_READER);
    }

    int member() {
        return node.id();
    }

    /** Whether somebody listens. */
    boolean open() {
        final Replica replica = node.accept(this);
        if (replica == null) {
            return false;
        }
        session = replica.sessions().open(this);
        return true;
    }

    // The client's side.

    /** Sends bytes, in one piece or more. */
    void send(final byte[] bytes) {
        int from = 0;
        while (from < bytes.length) {
            final int to = random.percent(70) ? bytes.length : from + 1 + random.below(bytes.length - from);
            final byte[] piece = Arrays.copyOfRange(bytes, from, to);
            lastRequestNs = Math.max(lastRequestNs, simulation.queue().nowNs() + delayNs());
            simulation.queue().at(lastRequestNs, () -> node.clientInput(() -> onBytes(piece)));
            from = to;
        }
    }

    /** The client goes away; the member hears of it later. */
    void close() {
        if (!closed) {
            closed = true;
            final long goneNs = Math.max(lastRequestNs, simulation.queue().nowNs()) + delayNs();
            simulation.queue().at(goneNs, () -> node.clientInput(this::end));
        }
    }

    private long delayNs() {
        return random.between(simulation.plan().leastDelayNs, simulation.plan().mostDelayNs);
    }

    // The member's side.

    /** The member's process is gone; the client hears of it later, behind the replies that are on their way. */
    void onNodeGone() {
        session = null;
        if (!closed) {
            final long heardNs = Math.max(lastReplyNs, simulation.queue().nowNs()) + delayNs();
            simulation.queue().at(heardNs, () -> client.onClosed(this));
        }
    }

    private void end() {
        if (session != null) {
            session.close();
            session = null;
            node.forget(this);
        }
    }

    private void onBytes(final byte[] bytes) {
        if (session == null) {
            return;
        }
        if (inputLength + bytes.length > input.length) {
            input = Arrays.copyOf(input, Math.max(2 * input.length, inputLength + bytes.length));
            inputView.wrap(input);
        }
        System.arraycopy(bytes, 0, input, inputLength, bytes.length);
        inputLength += bytes.length;
        offer();
    }

    private void offer() {
        if (offering || session == null) {
            return;
        }
        offering = true;
        int offset = 0;
        int consumed = 1;
        while (consumed > 0 && offset < inputLength && session.wantsInput()) {
            consumed = session.onInput(inputView, offset, inputLength);
            offset += consumed;
        }
        System.arraycopy(input, offset, input, 0, inputLength - offset);
        inputLength -= offset;
        offering = false;
        if (random.percent(10)) {
            session.onProgress(); // It may come at any time, and must change nothing.
        }
        if (session.isFinished()) {
            end();
            onNodeGone();
        }
    }

    @Override
    public void onSessionReady() {
        offer();
    }

    @Override
    public MutableDirectBuffer claim(final int length) {
        return claimed;
    }

    @Override
    public int claimedOffset() {
        return 0;
    }

    @Override
    public void commit(final int length) {
        node.onEffect();
        final byte[] bytes = new byte[length];
        claimed.getBytes(0, bytes);
        queuedBytes += length;
        final long slowNs = isSlow() ? random.between(0, 20) * delayNs() : 0;
        lastReplyNs = Math.max(lastReplyNs, simulation.queue().nowNs() + delayNs() + slowNs);
        simulation.queue().at(lastReplyNs, () -> {
            drained(length);
            client.onBytes(this, bytes);
        });
    }

    /** The socket has taken a reply: there may be room for what did not fit, and a use for what was not read. */
    private void drained(final int length) {
        queuedBytes -= length;
        final boolean hasRoomAgain = ranOutOfRoom && queuedBytes < roomBytes();
        if (session == null || !hasRoomAgain && inputLength == 0) {
            return;
        }
        ranOutOfRoom &= !hasRoomAgain;
        node.clientInput(() -> {
            if (session != null && hasRoomAgain) {
                session.onProgress();
            }
            offer();
        });
    }

    /** Until everything is healed: a large reply would take a slow client longer than a run may. */
    private boolean isSlow() {
        return slowReader && !simulation.isHealed();
    }

    private int roomBytes() {
        return isSlow() ? SLOW_ROOM_BYTES : ROOM_BYTES;
    }

    @Override
    public int room() {
        final boolean room = queuedBytes < roomBytes();
        ranOutOfRoom |= !room;
        return room ? (isSlow() ? LEAST_ROOM_BYTES : MAX_CLAIM_BYTES) : 0;
    }

    @Override
    public boolean isOverfull() {
        final boolean overfull = queuedBytes > OVERFULL_ROOMS * roomBytes();
        ranOutOfRoom |= overfull;
        return overfull;
    }
}
