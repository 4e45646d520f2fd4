package io.quorumlog.net;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.channels.UnsupportedAddressTypeException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What connects this member with one other: at most one connection at a time. The member with the lower id dials, for as
 * long as there is no connection; the other one waits. Where the accepting side still holds an older connection of the same
 * process, the newest takes its place, for the dialer knows better whether the old one works; another process is refused
 * ({@link Greeting#isDouble}).
 *
 * <p>Redialing costs next to nothing however the peer is away: one attempt at a time, each bounded, never more than ten a
 * second, and pauses that double up to half a second. The pause counts from the attempt's begin, so that a peer that
 * swallows packets is tried again as soon as an attempt has run out.
 */
final class PeerLink {
    private static final Logger LOG = LoggerFactory.getLogger(PeerLink.class);

    /** So much earlier a keep-alive goes with a turn that is taken anyway: that saves a wake-up. */
    static final long KEEP_ALIVE_EARLY_NS = NetSettings.KEEP_ALIVE_NS / 5;

    private final PeerLinks links;
    private final NetSettings.Peer peer;
    private final boolean dials;
    private final NameLookup lookup;
    private final LogThrottle changes = new LogThrottle(6, TimeUnit.SECONDS.toNanos(15));
    private final LogThrottle failures = new LogThrottle(1, TimeUnit.MINUTES.toNanos(1));
    /** Apart from {@link #changes}, whose lines are not for the reasons of a peer that is away now in this way, now in that. */
    private final LogThrottle reasons = new LogThrottle(2, TimeUnit.SECONDS.toNanos(30));
    /** What the log says of the attempts since there was a connection; null if nothing. */
    private String loggedFailure;

    /** The connection that is up; null if there is none. */
    private PeerConnection current;
    /** The connection that is being dialed; null if there is none, and where {@link #current} is not. */
    private PeerConnection attempt;

    private long nextAttemptNs;
    private long attemptBeganNs;
    private long attempts;
    private long pauseNs = NetLimits.FIRST_REDIAL_PAUSE_NS;
    private long upSinceNs;

    PeerLink(final PeerLinks links, final NetSettings.Peer peer, final boolean dials, final NameLookup lookup) {
        this.links = links;
        this.peer = peer;
        this.dials = dials;
        this.lookup = lookup;
    }

    int id() {
        return peer.id();
    }

    /** The connection by which frames go; null if there is none. */
    PeerConnection current() {
        return current;
    }

    /** Whether it is for this member to dial. */
    boolean dials() {
        return dials;
    }

    /** Attempts to reach the peer since the start. */
    long attempts() {
        return attempts;
    }

    void start(final long nowNs) {
        nextAttemptNs = nowNs;
        attemptBeganNs = nowNs - NetLimits.SHORTEST_REDIAL_NS;
    }

    // Time.

    /** Does what is due. */
    void fireTimers(final long nowNs) {
        if (current != null) {
            if (nowNs - current.lastReceivedNs() >= links.silenceNs()) {
                current.close("silent for " + (nowNs - current.lastReceivedNs()) / 1_000_000 + " ms");
            } else if (nowNs - current.lastSentNs() >= NetSettings.KEEP_ALIVE_NS - KEEP_ALIVE_EARLY_NS) {
                current.sendKeepAlive(nowNs);
            }
        } else if (attempt != null) {
            if (nowNs - attempt.deadlineNs() >= 0) {
                attempt.close(attempt.lateness());
            }
        } else if (dials) {
            if (!lookup.isUnderWay() && nowNs - nextAttemptNs >= 0) {
                attempts++;
                attemptBeganNs = nowNs;
                lookup.begin(nowNs);
            }
            if (lookup.isDone(nowNs)) {
                dial(lookup.take(), nowNs);
            }
        }
    }

    /** How long the loop may wait on this link's account; a lookup's end wakes it. */
    long waitNs(final long nowNs) {
        if (current != null) {
            final long silence = current.lastReceivedNs() + links.silenceNs() - nowNs;
            final long keepAlive = current.lastSentNs() + NetSettings.KEEP_ALIVE_NS - nowNs;
            return Math.max(0, Math.min(silence, keepAlive));
        }
        if (attempt != null) {
            return Math.max(0, attempt.deadlineNs() - nowNs);
        }
        if (!dials) {
            return Long.MAX_VALUE;
        }
        if (lookup.isUnderWay()) {
            return lookup.isDone(nowNs) ? 0 : lookup.deadlineNs() - nowNs;
        }
        return Math.max(0, nextAttemptNs - nowNs);
    }

    // Dialing.

    private void dial(final InetAddress[] addresses, final long nowNs) {
        if (addresses == null) {
            onAttemptFailed(lookup.failure(), nowNs);
            return;
        }
        // A name may stand for several machines or address families: one after the other.
        final InetAddress address = addresses[(int) (attempts % addresses.length)];
        final InetSocketAddress target = new InetSocketAddress(address, peer.port());
        SocketChannel channel = null;
        try {
            channel = SocketChannel.open();
            Sockets.configure(channel);
            final InetAddress source = links.sourceFor(address);
            if (source != null) {
                channel.bind(new InetSocketAddress(source, 0));
            }
            channel.connect(target);
            attempt = PeerConnection.dialed(links, channel, Sockets.describe(target), this, nowNs);
            attempt.begin();
        } catch (IOException | UnsupportedAddressTypeException e) {
            if (attempt != null) {
                attempt.discard();
            } else if (channel != null) {
                Sockets.closeQuietly(channel);
            }
            onAttemptFailed(String.valueOf(e.getMessage()), nowNs);
        }
    }

    void onAttemptFailed(final String reason, final long nowNs) {
        attempt = null;
        scheduleAttempt(nowNs);
        final boolean due = failures.permits(nowNs);
        if (due || !reason.equals(loggedFailure) && reasons.permits(nowNs)) {
            loggedFailure = reason;
            LOG.info(
                    "peer={} link=unreachable address={}:{} reason=\"{}\"{}",
                    peer.id(),
                    peer.host(),
                    peer.port(),
                    reason,
                    due ? failures.omitted() : reasons.omitted());
        }
    }

    private void scheduleAttempt(final long nowNs) {
        final long jitter = ThreadLocalRandom.current().nextLong(pauseNs / 2 + 1);
        nextAttemptNs = attemptBeganNs + Math.max(NetLimits.SHORTEST_REDIAL_NS, pauseNs - jitter);
        if (nextAttemptNs - nowNs < 0) {
            nextAttemptNs = nowNs;
        }
        pauseNs = Math.min(2 * pauseNs, NetLimits.LONGEST_REDIAL_PAUSE_NS);
    }

    // The connection.

    /** The handshake is done, on both sides. */
    void onUp(final PeerConnection connection, final long nowNs) {
        if (current != null) {
            current.close("replaced by a newer connection");
        }
        attempt = null;
        loggedFailure = null;
        current = connection;
        upSinceNs = nowNs;
        if (changes.permits(nowNs)) {
            LOG.info("peer={} link=up address={}{}", peer.id(), connection.address(), changes.omitted());
        }
        links.replica().onPeerGreeting(peer.id(), connection.isPeerBlank());
        links.replica().onPeerConnection(peer.id(), true);
    }

    /** The own cluster's id has become known. */
    void onClusterKnown() {
        if (current != null) {
            current.onClusterKnown();
        }
    }

    /** The connection that was up is closed. */
    void onDown(final PeerConnection connection, final String reason, final long nowNs) {
        if (connection != current) {
            return;
        }
        current = null;
        if (nowNs - upSinceNs >= NetLimits.PROVEN_LINK_NS) {
            pauseNs = NetLimits.FIRST_REDIAL_PAUSE_NS;
        }
        // A peer that broke off is hardly back at once, and an election may have to come first.
        attemptBeganNs = nowNs;
        scheduleAttempt(nowNs);
        if (changes.permits(nowNs)) {
            LOG.info("peer={} link=down reason=\"{}\"{}", peer.id(), reason, changes.omitted());
        }
        links.replica().onPeerConnection(peer.id(), false);
    }

    /** Ends what there is without a word, at the node's end. */
    void discard() {
        if (current != null) {
            current.discard();
            current = null;
        }
        if (attempt != null) {
            attempt.discard();
            attempt = null;
        }
    }
}
