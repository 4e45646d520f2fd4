package io.quorumlog.bench;

import io.quorumlog.bench.AppendPipe.RefusedException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/**
 * A load that sends appends at fixed times, those within 0.1 ms together, whatever becomes of the earlier ones. Latency
 * counts from the time at which an append was meant to be sent: a stall is charged to all that it delays, and not only to
 * the one that met it, as a client that waits would have it. When leadership moves it follows; what was in flight then stays
 * unanswered, and what is due meanwhile is sent late.
 *
 * <p>One thread sends, that of the caller; each connection has one that reads.
 */
final class OpenLoop implements AutoCloseable {
    private static final long PATIENCE_NS = TimeUnit.SECONDS.toNanos(60);
    private static final long LAST_REPLIES_NS = TimeUnit.SECONDS.toNanos(5);

    /**
     * What is due within it is sent together, and late, which counts: who sent each of 350,000 appends a second by itself
     * would keep a processor busy, and that is what the nodes would then wait for.
     */
    private static final long BETWEEN_TURNS_NS = 100_000;

    private static final long LEADER_PAUSE_NS = 1_000_000;

    private final List<InetSocketAddress> servers;
    private final int connections;
    private final int payloadBytes;
    private final Histogram latencies = AppendPipe.newHistogram();
    private final List<Receiver> receivers = new ArrayList<>();
    private long recordFromNs;
    private long unanswered;

    /** @param servers members, of which one leads */
    OpenLoop(final List<InetSocketAddress> servers, final int connections, final int payloadBytes) {
        this.servers = servers;
        this.connections = connections;
        this.payloadBytes = payloadBytes;
    }

    /**
     * Sends for as long as it says, waits for the last replies, and counts what was to be sent after the warm-up.
     *
     * @param rate appends a second
     */
    LoadResult run(final double rate, final long warmUpNs, final long measureNs) throws IOException {
        SharpTimers.use();
        connect();
        final double intervalNs = TimeUnit.SECONDS.toNanos(1) / rate;
        final long startNs = System.nanoTime();
        final long end = (long) ((warmUpNs + measureNs) / intervalNs);
        recordFromNs = startNs + warmUpNs;
        receivers.forEach(receiver -> receiver.pipe.recordFrom(recordFromNs));
        long sent = 0;
        long turnNs = startNs - BETWEEN_TURNS_NS;
        while (sent < end) {
            if (hasFailed()) {
                reconnect();
            }
            final long nowNs = System.nanoTime();
            final long dueInNs = startNs + (long) (sent * intervalNs) + 1 - nowNs;
            final long waitNs = Math.max(dueInNs, turnNs + BETWEEN_TURNS_NS - nowNs);
            if (waitNs > 0) {
                LockSupport.parkNanos(waitNs);
                continue;
            }
            turnNs = nowNs + waitNs;
            long due = Math.min(end, (long) ((nowNs - startNs) / intervalNs) + 1) - sent;
            for (; due > 0 && receiver(sent).pipe.hasRoom(); due--) {
                receiver(sent).pipe.add(1, startNs + (long) (sent * intervalNs));
                sent++;
            }
            flush();
        }
        awaitLastReplies();
        disconnect();
        return new LoadResult(latencies, measureNs, unanswered);
    }

    private Receiver receiver(final long number) {
        return receivers.get((int) (number % receivers.size()));
    }

    private void flush() {
        for (final Receiver receiver : receivers) {
            try {
                receiver.pipe.flush();
            } catch (final IOException e) {
                receiver.failure = e;
            }
        }
    }

    private boolean hasFailed() {
        for (int i = 0; i < receivers.size(); i++) {
            if (receivers.get(i).failure != null) {
                return true;
            }
        }
        return false;
    }

    private void awaitLastReplies() {
        final long deadlineNs = System.nanoTime() + LAST_REPLIES_NS;
        while (receivers.stream().anyMatch(receiver -> receiver.pipe.inFlight() > 0)
                && !hasFailed()
                && System.nanoTime() - deadlineNs < 0) {
            LockSupport.parkNanos(LEADER_PAUSE_NS);
        }
    }

    private void reconnect() throws IOException {
        for (final Receiver receiver : receivers) {
            if (receiver.failure instanceof RefusedException refusal && !refusal.isForWantOfALeader()) {
                throw refusal;
            }
        }
        disconnect();
        connect();
    }

    private void connect() throws IOException {
        final long deadlineNs = System.nanoTime() + PATIENCE_NS;
        while (System.nanoTime() - deadlineNs < 0) {
            final InetSocketAddress leader = NodeQuery.findLeader(servers);
            if (leader != null) {
                try {
                    for (int i = 0; i < connections; i++) {
                        receivers.add(new Receiver(new AppendPipe(leader, payloadBytes)));
                    }
                    return;
                } catch (final IOException gone) {
                    disconnect();
                }
            }
            LockSupport.parkNanos(LEADER_PAUSE_NS);
        }
        throw new IOException(
                "none of " + servers + " leads within " + TimeUnit.NANOSECONDS.toSeconds(PATIENCE_NS) + " s");
    }

    private void disconnect() throws IOException {
        for (final Receiver receiver : receivers) {
            receiver.end();
            unanswered += receiver.pipe.inFlight();
            latencies.add(receiver.latencies);
        }
        receivers.clear();
    }

    @Override
    public void close() throws IOException {
        disconnect();
    }

    /** A connection, and the thread that reads it. */
    private final class Receiver implements Runnable {
        private final AppendPipe pipe;
        private final Histogram latencies = AppendPipe.newHistogram();
        private final Thread thread = new Thread(this, "receiver");
        private final Thread sender = Thread.currentThread();
        private volatile Exception failure;

        Receiver(final AppendPipe pipe) {
            this.pipe = pipe;
            pipe.recordFrom(recordFromNs);
            thread.setDaemon(true);
            thread.start();
        }

        @Override
        public void run() {
            try {
                while (true) {
                    pipe.receive(latencies);
                }
            } catch (final IOException | RefusedException e) {
                failure = e;
                LockSupport.unpark(sender);
            }
        }

        /** Closes the connection; the thread's histogram is the caller's then. */
        void end() throws IOException {
            pipe.close();
            boolean interrupted = false;
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (final InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
