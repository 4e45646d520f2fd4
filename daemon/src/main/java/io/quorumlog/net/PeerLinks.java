package io.quorumlog.net;

import io.quorumlog.codec.ProtocolException;
import io.quorumlog.codec.peer.FrameReader;
import io.quorumlog.replica.PeerTransport;
import io.quorumlog.replica.ReplicaPort;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.agrona.MutableDirectBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All connections to other members: the links, and the connections on the peer port that have not said yet whose they are.
 * The loop's thread only.
 */
final class PeerLinks implements PeerTransport {
    private static final Logger LOG = LoggerFactory.getLogger(PeerLinks.class);

    private final NetSettings settings;
    private final Selector selector;
    private final PendingWrites writes;
    private final PeerLink[] links;
    private final BufferPool inputs;
    private final BufferPool outputs;
    private final FrameReader reader;
    private final int inputBytes;
    private final int maxOutputBytes;
    private final int maxStrangers;
    private final ArrayDeque<PeerConnection> strangers = new ArrayDeque<>(NetLimits.MAX_STRANGERS);
    private final LogThrottle refusals = new LogThrottle(3, TimeUnit.SECONDS.toNanos(10));
    private ReplicaPort replica;
    private Greeting greeting;
    private long nowNs;
    private PeerConnection claimed;
    /** Whether the links have heard that the cluster's id is known. */
    private boolean hasToldCluster;

    /** See {@link #rest}. */
    private boolean isAtRest;

    /**
     * @param memory sizes of the connections' buffers
     * @param maxStrangers connections that may not yet have said who they are; beyond it the oldest one is closed
     * @param resolvers runs lookups of names
     * @param wakeup wakes the loop
     */
    PeerLinks(
            final NetSettings settings,
            final NetMemory memory,
            final int maxStrangers,
            final Selector selector,
            final PendingWrites writes,
            final Executor resolvers,
            final Runnable wakeup) {
        this.settings = settings;
        this.maxStrangers = maxStrangers;
        this.selector = selector;
        this.writes = writes;
        this.reader = new FrameReader(settings.peerLimits());
        this.inputBytes = memory.peerInputBytes();
        this.maxOutputBytes = memory.peerOutputBytes();
        // Bounded by the connections, each of which is; only what is kept free needs a bound of its own.
        final int peers = settings.peers().size();
        final long strangersBytes = (long) maxStrangers * NetLimits.FIRST_OUTPUT_CHUNK_BYTES;
        this.inputs = new BufferPool(Long.MAX_VALUE, (long) peers * inputBytes + strangersBytes);
        this.outputs = new BufferPool(Long.MAX_VALUE, (long) peers * maxOutputBytes + strangersBytes);
        // Who campaigns writes to all the others in one turn, and everybody waits for it then.
        outputs.prepare(peers, maxOutputBytes);
        this.links = new PeerLink[peers];
        for (int i = 0; i < links.length; i++) {
            final NetSettings.Peer peer = settings.peers().get(i);
            final NameLookup lookup = new NameLookup(peer.host(), InetAddress::getAllByName, resolvers, wakeup);
            links[i] = new PeerLink(this, peer, settings.nodeId() < peer.id(), lookup);
        }
    }

    void start(final ReplicaPort target, final long now) {
        replica = target;
        greeting = new Greeting(settings.nodeId(), settings.memberIds(), this, target);
        nowNs = now;
        for (final PeerLink link : links) {
            link.start(now);
        }
    }

    // Sending.

    @Override
    public MutableDirectBuffer claim(final int member, final int maxLength) {
        final PeerLink link = link(member);
        claimed = link == null ? null : link.current();
        return claimed == null ? null : claimed.claim(maxLength);
    }

    @Override
    public int claimedOffset() {
        return claimed.output.claimedOffset();
    }

    @Override
    public void commit(final int length) {
        claimed.commit(length, nowNs);
    }

    // The loop's calls.

    /** Moves the clock. */
    void time(final long now) {
        nowNs = now;
    }

    /** Does what is due on the links and on connections that have not greeted. */
    void fireTimers() {
        if (!hasToldCluster && greeting.isClusterKnown()) {
            hasToldCluster = true;
            for (final PeerLink link : links) {
                link.onClusterKnown();
            }
        }
        for (int i = 0; i < links.length; i++) {
            links[i].fireTimers(nowNs);
        }
        while (!strangers.isEmpty() && nowNs - strangers.peekFirst().deadlineNs() >= 0) {
            final PeerConnection oldest = strangers.peekFirst();
            oldest.close(oldest.lateness());
        }
    }

    /** How long the loop may wait on the links' account. */
    long waitNs(final long now) {
        long waitNs = strangers.isEmpty()
                ? Long.MAX_VALUE
                : Math.max(0, strangers.peekFirst().deadlineNs() - now);
        for (int i = 0; i < links.length; i++) {
            waitNs = Math.min(waitNs, links[i].waitNs(now));
        }
        return waitNs;
    }

    /**
     * Whether what the members send is not to wake the loop: {@link #readAtRest} finds it in its next turn, which begins after
     * a heartbeat at the latest. But a frame that is partly here goes on coming in: a large one does not fit a socket.
     */
    void rest(final boolean on) {
        isAtRest = on;
        for (int i = 0; i < links.length; i++) {
            if (links[i].current() != null) {
                final PeerConnection current = links[i].current();
                current.interestIn(SelectionKey.OP_READ, !on || current.hasPartOfAFrame());
            }
        }
    }

    /** Reads what the members have sent, of which nobody told the loop. */
    void readAtRest(final long now) {
        for (int i = 0; i < links.length && isAtRest; i++) {
            final PeerConnection current = links[i].current();
            if (current == null) {
                continue;
            }
            try {
                current.readAtRest(now);
            } catch (IOException | ProtocolException e) {
                current.onFailure(e);
            }
        }
    }

    /** Somebody has connected to the peer port. */
    void onAccepted(final SocketChannel channel) {
        if (strangers.size() == maxStrangers) {
            strangers.peekFirst().close("too many connections without a handshake");
        }
        final PeerConnection stranger = PeerConnection.accepted(this, channel, nowNs);
        strangers.addLast(stranger);
        try {
            stranger.begin();
        } catch (IOException e) {
            stranger.onFailure(e);
        }
    }

    /** Whether frames can go to that member now. */
    boolean isConnected(final int member) {
        final PeerLink link = link(member);
        return link != null && link.current() != null;
    }

    /** Ends all connections, without telling anybody. */
    void close() {
        for (final PeerLink link : links) {
            link.discard();
        }
        for (final PeerConnection stranger : strangers) {
            stranger.discard();
        }
        strangers.clear();
    }

    // What the connections ask.

    /** The link to a member; null for one that is no peer. */
    PeerLink link(final int member) {
        for (int i = 0; i < links.length; i++) {
            if (links[i].id() == member) {
                return links[i];
            }
        }
        return null;
    }

    /**
     * The address that a connection to {@code target} is to leave from; null: the system's choice. Ours only where the
     * operator named it, and where packets from it can reach the target at all: not from loopback to another machine.
     */
    InetAddress sourceFor(final InetAddress target) {
        final InetAddress source = settings.bindAddress();
        final boolean fits = !source.isAnyLocalAddress()
                && source.isLoopbackAddress() == target.isLoopbackAddress()
                && source.getClass() == target.getClass();
        return settings.pinSource() && fits ? source : null;
    }

    /** Connections that have not said whose they are. */
    int strangers() {
        return strangers.size();
    }

    void forgetStranger(final PeerConnection stranger) {
        strangers.remove(stranger);
    }

    void onStrangerClosed(final PeerConnection stranger, final String reason) {
        strangers.remove(stranger);
        if (refusals.permits(nowNs)) {
            LOG.warn("port=peer from={} closed=\"{}\"{}", stranger.address(), reason, refusals.omitted());
        }
    }

    OutputBuffer newOutput() {
        return new OutputBuffer(outputs, NetLimits.FIRST_OUTPUT_CHUNK_BYTES, NetLimits.FIRST_OUTPUT_CHUNK_BYTES);
    }

    Chunk takeInput() {
        return inputs.take(inputBytes);
    }

    BufferPool inputs() {
        return inputs;
    }

    /** What is said, and checked, when a connection begins. */
    Greeting greeting() {
        return greeting;
    }

    FrameReader reader() {
        return reader;
    }

    Selector selector() {
        return selector;
    }

    PendingWrites writes() {
        return writes;
    }

    ReplicaPort replica() {
        return replica;
    }

    int memberId() {
        return settings.nodeId();
    }

    long term() {
        return replica.term();
    }

    int maxOutputBytes() {
        return maxOutputBytes;
    }

    long silenceNs() {
        return settings.silenceNs();
    }

    long nowNs() {
        return nowNs;
    }
}
