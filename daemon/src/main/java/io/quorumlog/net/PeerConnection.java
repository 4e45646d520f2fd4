package io.quorumlog.net;

import io.quorumlog.codec.ProtocolException;
import io.quorumlog.codec.peer.Handshake;
import io.quorumlog.codec.peer.KeepAlive;
import io.quorumlog.codec.peer.MessageKind;
import io.quorumlog.codec.peer.PeerMessage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import org.agrona.MutableDirectBuffer;

/**
 * One connection to another member, from its first byte to its last. Who dialed sends its handshake; who accepted checks
 * it and answers with its own, even where it refuses, so that both logs can name the reason; who dialed checks that and
 * confirms with a keep-alive, and only then do both call the connection up. So one that was dialed by mistake (a wrong
 * address, a peer that was paused and finds old connections in its queue) never takes the place of one that works.
 *
 * <p>Allocates nothing a message once it is up.
 */
final class PeerConnection extends Connection {
    private enum Stage {
        CONNECTING,
        GREETING,
        CONFIRMING,
        UP
    }

    private final PeerLinks links;
    private final boolean isDialed;
    private final String address;
    private final KeepAlive keepAlive = new KeepAlive();
    private PeerLink link;
    private Stage stage;
    /** Whether the other end has been told the own cluster's id, which may become known only later. */
    private boolean hasNamedCluster;
    /** As the other end has named it; both halves are 0 until it does. */
    private long theirClusterHigh;

    private long theirClusterLow;
    private boolean isPeerBlank;
    private long theirIncarnation;
    private Chunk input;
    private long deadlineNs;
    private long lastReceivedNs;
    private long lastSentNs;
    private long nowNs;

    private PeerConnection(
            final PeerLinks links,
            final SocketChannel channel,
            final OutputBuffer output,
            final PendingWrites writes,
            final String address,
            final PeerLink link,
            final long nowNs) {
        super(channel, output, writes);
        this.links = links;
        this.address = address;
        this.link = link;
        this.isDialed = link != null;
        this.stage = isDialed ? Stage.CONNECTING : Stage.GREETING;
        this.nowNs = nowNs;
        this.deadlineNs = nowNs + NetLimits.HANDSHAKE_NS;
    }

    /** A connection that this member begins; the socket is connecting, or connected already. */
    static PeerConnection dialed(
            final PeerLinks links,
            final SocketChannel channel,
            final String address,
            final PeerLink link,
            final long now) {
        return new PeerConnection(links, channel, links.newOutput(), links.writes(), address, link, now);
    }

    /** A connection that somebody has begun, who has not said yet who it is. */
    static PeerConnection accepted(final PeerLinks links, final SocketChannel channel, final long nowNs) {
        final String address = Sockets.remoteAddress(channel);
        return new PeerConnection(links, channel, links.newOutput(), links.writes(), address, null, nowNs);
    }

    /** Begins to take part in the loop. */
    void begin() throws IOException {
        if (!isDialed) {
            input = links.inputs().take(NetLimits.MAX_HANDSHAKE_BYTES + 1);
            register(links.selector(), SelectionKey.OP_READ);
        } else if (channel.isConnected()) {
            register(links.selector(), SelectionKey.OP_READ);
            onConnected();
        } else {
            register(links.selector(), SelectionKey.OP_CONNECT);
        }
    }

    String address() {
        return address;
    }

    long lastReceivedNs() {
        return lastReceivedNs;
    }

    long lastSentNs() {
        return lastSentNs;
    }

    /** Whether the other end said in its handshake that it is blank. */
    boolean isPeerBlank() {
        return isPeerBlank;
    }

    /** Which process of the member the other end is, as it said in its handshake. */
    long theirIncarnation() {
        return theirIncarnation;
    }

    /** When this is over unless it is up by then. */
    long deadlineNs() {
        return deadlineNs;
    }

    /** Why it is over when the deadline has passed. */
    String lateness() {
        final long ms = NetLimits.HANDSHAKE_NS / 1_000_000;
        return stage == Stage.CONNECTING ? "no answer within " + ms + " ms" : "no handshake within " + ms + " ms";
    }

    // Sending.

    /**
     * Room for a frame, or null if so much is queued that it must be lost. All that waits is in one buffer: whoever claims
     * for the largest frame and uses little of it wastes nothing. (The handshake may still wait in a small one before it.)
     */
    MutableDirectBuffer claim(final int maxLength) {
        if (output.heldBytes() + output.growthFor(maxLength)
                > links.maxOutputBytes() + NetLimits.FIRST_OUTPUT_CHUNK_BYTES) {
            return null;
        }
        return output.claim(maxLength);
    }

    void commit(final int length, final long now) {
        output.commit(length);
        if (length > 0) {
            lastSentNs = now;
            outputQueued();
        }
    }

    /** Says that we live. Where there is no room for it, there is enough else under way. */
    void sendKeepAlive(final long now) {
        final MutableDirectBuffer buffer = claim(KeepAlive.LENGTH);
        if (buffer != null) {
            keepAlive.wrapAndEncode(buffer, output.claimedOffset(), links.memberId(), links.term());
            commit(KeepAlive.LENGTH, now);
        }
    }

    private void sendHandshake(final boolean refusesDouble) {
        final MutableDirectBuffer buffer = output.claim(Handshake.MAX_LENGTH);
        commit(links.greeting().encode(buffer, output.claimedOffset(), refusesDouble), links.nowNs());
        hasNamedCluster = links.greeting().isClusterKnown();
    }

    /**
     * The own cluster's id is known. On a connection that came up before, it is told by a handshake more; who has named
     * another cluster meanwhile is refused now.
     */
    void onClusterKnown() {
        if (stage != Stage.UP || hasNamedCluster) {
            return;
        }
        sendHandshake(false);
        final String reason = links.greeting().clusterRefusal(link.id(), theirClusterHigh, theirClusterLow);
        if (reason != null) {
            // As in a first handshake, the other end is to see why.
            writeAtOnce();
            close("refused: " + reason);
        }
    }

    /** A small frame fits a socket that is not full; where it is, the other end does without. */
    private void writeAtOnce() {
        try {
            output.writeTo(channel, new ByteBuffer[NetLimits.BUFFERS_PER_WRITE]);
        } catch (final IOException e) {
            // The connection is at its end in any case.
            return;
        }
    }

    // Receiving.

    @Override
    public void onReady(final long now) throws IOException {
        if (!isOpen()) {
            return;
        }
        nowNs = now;
        if (stage == Stage.CONNECTING) {
            if (channel.finishConnect()) {
                interestIn(SelectionKey.OP_CONNECT, false);
                interestIn(SelectionKey.OP_READ, true);
                onConnected();
            }
            return;
        }
        if (isReady(SelectionKey.OP_WRITE)) {
            socketTakesMore();
        }
        if (isReady(SelectionKey.OP_READ)) {
            read();
        }
    }

    boolean hasPartOfAFrame() {
        return input.length() > 0;
    }

    /** Reads, though nothing was said of its readiness. */
    void readAtRest(final long now) throws IOException {
        nowNs = now;
        read();
    }

    private void onConnected() {
        stage = Stage.GREETING;
        deadlineNs = nowNs + NetLimits.HANDSHAKE_NS;
        input = links.takeInput();
        sendHandshake(false);
    }

    private void read() throws IOException {
        int budget = NetLimits.PEER_READ_BYTES_PER_TURN;
        while (budget > 0) {
            makeRoom();
            final ByteBuffer space = input.space();
            final int room = space.remaining();
            final int count = channel.read(space);
            if (count < 0) {
                throw new IOException("closed by the other end");
            }
            input.tail += count;
            budget -= count;
            if (count > 0) {
                lastReceivedNs = nowNs;
                takeFrames();
            }
            if (!isOpen() || count < room) {
                return;
            }
        }
    }

    /** What is left is less than a frame, for which the buffer always has room once it stands at the front. */
    private void makeRoom() {
        if (input.head == input.tail) {
            input.head = 0;
            input.tail = 0;
        } else if (input.room() < NetLimits.PEER_READ_AHEAD_BYTES) {
            input.moveToFront();
        }
    }

    private void takeFrames() throws IOException {
        while (isOpen()) {
            if (stage != Stage.UP) {
                checkGreetingLength();
            }
            final int length = links.reader().frameLength(input.buffer, input.head, input.tail);
            if (length == 0) {
                tellOfEntriesUnderWay();
                return;
            }
            final PeerMessage message = links.reader().message(input.buffer, input.head, length);
            input.head += length;
            onMessage(message);
        }
    }

    /** A frame of entries may take long to come in: its leader lives meanwhile. */
    private void tellOfEntriesUnderWay() {
        if (stage == Stage.UP
                && input.length() >= PeerMessage.HEADER_LENGTH
                && input.buffer.getByte(input.head + PeerMessage.KIND_OFFSET) == MessageKind.APPEND_ENTRIES) {
            final long term = input.buffer.getLong(input.head + PeerMessage.TERM_OFFSET, ByteOrder.LITTLE_ENDIAN);
            links.replica().onEntriesUnderWay(link.id(), term);
        }
    }

    private void checkGreetingLength() {
        if (input.length() < PeerMessage.KIND_OFFSET) {
            return;
        }
        final int length = input.buffer.getInt(input.head, ByteOrder.LITTLE_ENDIAN);
        if (length < 0 || length > NetLimits.MAX_HANDSHAKE_BYTES) {
            throw new ProtocolException("no handshake, but a frame of " + Integer.toUnsignedString(length) + " bytes");
        }
    }

    private void onMessage(final PeerMessage message) {
        switch (stage) {
            case GREETING -> {
                if (message instanceof Handshake handshake) {
                    onHandshake(handshake);
                } else {
                    throw new ProtocolException("no handshake, but " + message);
                }
            }
            case CONFIRMING -> onConfirmation(message);
            case UP -> onPeerMessage(message);
            case CONNECTING -> throw new IllegalStateException("bytes before the connection");
        }
    }

    private void onHandshake(final Handshake handshake) {
        isPeerBlank = handshake.isBlank();
        theirIncarnation = handshake.incarnation();
        if (isDialed) {
            check(handshake);
            sendKeepAlive(nowNs);
            becomeUp();
            return;
        }
        final int from = handshake.from();
        sendHandshake(links.greeting().isDouble(from, handshake.incarnation()));
        try {
            check(handshake);
        } catch (final ProtocolException e) {
            // The other end is to see ours before the end of the connection.
            writeAtOnce();
            throw e;
        }
        link = links.link(from);
        stage = Stage.CONFIRMING;
    }

    /** Refuses whom a handshake shows to be no peer, and notes the cluster that it names. */
    private void check(final Handshake handshake) {
        final String reason = links.greeting().refusal(handshake, isDialed ? link : null);
        if (reason != null) {
            throw new ProtocolException("refused: " + reason);
        }
        theirClusterHigh = handshake.clusterIdHigh();
        theirClusterLow = handshake.clusterIdLow();
    }

    private void onConfirmation(final PeerMessage message) {
        if (!(message instanceof KeepAlive) || message.from() != link.id()) {
            throw new ProtocolException("no confirmation of the handshake, but " + message);
        }
        if (links.greeting().isDouble(link.id(), theirIncarnation)) {
            throw new ProtocolException("another process has connected as member " + link.id() + " meanwhile");
        }
        final Chunk larger = links.takeInput();
        larger.buffer.putBytes(0, input.buffer, input.head, input.length());
        larger.tail = input.length();
        links.inputs().release(input);
        input = larger;
        links.forgetStranger(this);
        becomeUp();
    }

    private void becomeUp() {
        stage = Stage.UP;
        output.chunkBytes(links.maxOutputBytes());
        lastReceivedNs = nowNs;
        link.onUp(this, nowNs);
        if (links.greeting().isClusterKnown()) {
            onClusterKnown();
        }
    }

    private void onPeerMessage(final PeerMessage message) {
        if (message == null) {
            // A kind that a later version sends: nothing that we need to understand.
            return;
        }
        if (message.from() != link.id()) {
            throw new ProtocolException(
                    "frame from member " + message.from() + " on member " + link.id() + "'s connection");
        }
        if (message instanceof KeepAlive) {
            links.replica().onPeerAlive(link.id());
            return;
        }
        if (message instanceof Handshake handshake) {
            // What the peer did not know at first: its cluster's id.
            check(handshake);
            return;
        }
        links.replica().onPeerMessage(link.id(), message);
    }

    // The end.

    @Override
    void onWritten() {
        // Room has become free; whoever wants to send asks by itself.
    }

    @Override
    public void onFailure(final Exception reason) {
        if (!isDialed && stage != Stage.UP && reason instanceof IOException) {
            // Who leaves before it was up is no news: a health check, or a member whose patience ended before
            // this one ran.
            links.forgetStranger(this);
            discard();
            return;
        }
        close(reason.getMessage() == null ? reason.getClass().getSimpleName() : reason.getMessage());
    }

    /** Ends the connection, and tells the replica and the log if it was up. */
    void close(final String reason) {
        if (!isOpen()) {
            return;
        }
        final boolean wasUp = stage == Stage.UP;
        discard();
        if (wasUp) {
            link.onDown(this, reason, links.nowNs());
        } else if (isDialed) {
            link.onAttemptFailed(reason, links.nowNs());
        } else {
            links.onStrangerClosed(this, reason);
        }
    }

    /** Ends the connection without a word. */
    void discard() {
        closeSocket();
        if (input != null) {
            links.inputs().release(input);
            input = null;
        }
    }
}
