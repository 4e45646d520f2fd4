package io.quorumlog.net;

import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Accepts connections on one port, some a turn, and hands them on. When there are no descriptors left for them, it pauses for
 * a moment instead of being told again and again that somebody waits; the waiting ones stay in the kernel's queue.
 */
final class Acceptor implements Ready {
    private static final Logger LOG = LoggerFactory.getLogger(Acceptor.class);

    private final String purpose;
    private final ServerSocketChannel server;
    private final Consumer<SocketChannel> accepted;
    private final BooleanSupplier hasRoom;
    private final int acceptsPerTurn;
    private final SelectionKey key;
    private final LogThrottle throttle = new LogThrottle(1, TimeUnit.MINUTES.toNanos(1));
    private boolean isPaused;
    private long resumeNs;

    /**
     * @param purpose "client" or "peer", for the log
     * @param acceptsPerTurn so that a flood does not hold up those that are there
     * @param hasRoom whether there is a descriptor for one more
     */
    Acceptor(
            final String purpose,
            final ServerSocketChannel server,
            final Selector selector,
            final Consumer<SocketChannel> accepted,
            final int acceptsPerTurn,
            final BooleanSupplier hasRoom)
            throws IOException {
        this.purpose = purpose;
        this.server = server;
        this.accepted = accepted;
        this.acceptsPerTurn = acceptsPerTurn;
        this.hasRoom = hasRoom;
        this.key = server.register(selector, SelectionKey.OP_ACCEPT, this);
    }

    @Override
    public void onReady(final long nowNs) {
        if (!server.isOpen()) {
            return;
        }
        for (int i = 0; i < acceptsPerTurn; i++) {
            if (!hasRoom.getAsBoolean()) {
                pause(nowNs, "no descriptors left but those reserved for members and files");
                return;
            }
            final SocketChannel channel;
            try {
                channel = server.accept();
            } catch (IOException e) {
                pause(nowNs, e.getMessage());
                return;
            }
            if (channel == null) {
                return;
            }
            try {
                Sockets.configure(channel);
            } catch (IOException e) {
                // The other end has gone already.
                Sockets.closeQuietly(channel);
                continue;
            }
            accepted.accept(channel);
        }
    }

    /** Nothing that a connection does comes here: {@link #onReady} sees to each. */
    @Override
    public void onFailure(final Exception reason) {
        throw new IllegalStateException(purpose + " port failed", reason);
    }

    private void pause(final long nowNs, final String reason) {
        isPaused = true;
        resumeNs = nowNs + NetLimits.ACCEPT_PAUSE_NS;
        key.interestOps(0);
        if (throttle.permits(nowNs)) {
            LOG.warn(
                    "port={} accepting=paused reason=\"{}\"; new connections wait{}",
                    purpose,
                    reason,
                    throttle.omitted());
        }
    }

    /** Goes on after a pause that is over. */
    void fireTimers(final long nowNs) {
        if (isPaused && nowNs - resumeNs >= 0 && key.isValid()) {
            isPaused = false;
            key.interestOps(SelectionKey.OP_ACCEPT);
        }
    }

    /** How long the loop may wait on this one's account. */
    long waitNs(final long nowNs) {
        return isPaused ? Math.max(0, resumeNs - nowNs) : Long.MAX_VALUE;
    }

    /** Accepts nobody any more; the port refuses from now on. */
    void close() {
        isPaused = false;
        Sockets.closeQuietly(server);
    }
}
