package io.quorumlog.bench;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A client that wants one append acknowledged, soon, by whichever member can: it is connected to all of them, asks all, and
 * asks again whom refused. So what it measures is the cluster's delay, but for the pause of {@value #PAUSE_NS} ns before
 * a member is asked again, and for its own sleeps of {@value #SLEEP_NS} ns.
 */
final class Asker implements AutoCloseable {
    private static final long PAUSE_NS = 250_000;
    private static final long SLEEP_NS = 50_000;
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(60);

    private final List<Asked> members = new ArrayList<>();

    /** Connects to each. */
    Asker(final List<InetSocketAddress> addresses) throws IOException {
        for (final InetSocketAddress address : addresses) {
            members.add(new Asked(address));
        }
    }

    /** Returns when a member has acknowledged an append that was sent in this call. */
    void awaitAppend() throws IOException {
        final long deadlineNs = System.nanoTime() + PATIENCE_NS;
        for (long nowNs = System.nanoTime(); nowNs - deadlineNs < 0; nowNs = System.nanoTime()) {
            for (final Asked member : members) {
                if (member.poll(nowNs)) {
                    return;
                }
            }
            LockSupport.parkNanos(SLEEP_NS);
        }
        throw new IOException("no acknowledgement within " + TimeUnit.NANOSECONDS.toSeconds(PATIENCE_NS) + " s");
    }

    @Override
    public void close() throws IOException {
        for (final Asked member : members) {
            member.channel.close();
        }
    }

    /** A member, and the one append that it has been asked for. */
    private static final class Asked {
        private final SocketChannel channel;
        private final ByteBuffer request =
                ByteBuffer.wrap("*2\r\n$6\r\nAPPEND\r\n$5\r\nasked\r\n".getBytes(StandardCharsets.US_ASCII));
        private final ByteBuffer reply = ByteBuffer.allocate(1024);
        private boolean isAsked;
        private boolean isPausing;
        private long refusedNs;

        Asked(final InetSocketAddress address) throws IOException {
            channel = SocketChannel.open(address);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.configureBlocking(false);
        }

        /** Asks, or looks for the reply; whether it is an acknowledgement. */
        boolean poll(final long nowNs) throws IOException {
            if (!isAsked && !(isPausing && nowNs - refusedNs < PAUSE_NS)) {
                channel.write(request.rewind());
                reply.clear();
                isAsked = true;
            }
            if (!isAsked) {
                return false;
            }
            if (channel.read(reply) < 0) {
                throw new EOFException("a member that should run has closed the connection");
            }
            if (reply.position() == 0 || reply.get(reply.position() - 1) != '\n') {
                return false;
            }
            isAsked = false;
            isPausing = true;
            refusedNs = nowNs;
            return reply.get(0) == ':';
        }
    }
}
