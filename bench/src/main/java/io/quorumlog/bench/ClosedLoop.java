package io.quorumlog.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.HdrHistogram.Histogram;

/**
 * A load that keeps a number of appends in flight: each acknowledgement is followed by the next append. One thread, that
 * of who calls. A single connection is read by blocking, as its next reply is all that there is to wait for; more are
 * read as a selector says.
 */
final class ClosedLoop implements AutoCloseable {
    private static final long SILENCE_MS = 30_000;

    private final List<AppendPipe> pipes = new ArrayList<>();
    private final int perPipe;
    private final Selector selector;
    private final Consumer<SelectionKey> onReady = this::onReady;
    private final Histogram latencies = AppendPipe.newHistogram();
    private long available; // acknowledged and not taken
    private boolean isDraining;

    /**
     * Connects.
     *
     * @param inFlight of all connections, a multiple of their number
     */
    ClosedLoop(final InetSocketAddress leader, final int connections, final int inFlight, final int payloadBytes)
            throws IOException {
        if (inFlight < connections || inFlight % connections != 0) {
            throw new IllegalArgumentException(
                    "in flight " + inFlight + ": must be a multiple of the connections, " + connections);
        }
        perPipe = inFlight / connections;
        selector = connections == 1 ? null : Selector.open();
        for (int i = 0; i < connections; i++) {
            final AppendPipe pipe = new AppendPipe(leader, payloadBytes);
            pipes.add(pipe);
            if (selector != null) {
                pipe.channel().configureBlocking(false);
                pipe.channel().register(selector, SelectionKey.OP_READ, pipe);
            }
        }
    }

    /** Sends as much as may be in flight, when nothing is. */
    void fill() throws IOException {
        isDraining = false;
        final long nowNs = System.nanoTime();
        for (final AppendPipe pipe : pipes) {
            pipe.add(perPipe, nowNs);
            send(pipe);
        }
    }

    /** Takes one acknowledgement, and waits until there is one; what follows it has been sent. */
    void awaitAppend() throws IOException {
        while (available == 0) {
            turn();
        }
        available--;
    }

    /** Waits until nothing is in flight, and sends nothing more. */
    void drain() throws IOException {
        isDraining = true;
        while (inFlight() > 0) {
            turn();
        }
        available = 0;
    }

    /** Keeps the window full for as long as it says; counts what was sent and acknowledged after the warm-up. */
    LoadResult run(final long warmUpNs, final long measureNs) throws IOException {
        fill();
        final long startNs = System.nanoTime();
        while (System.nanoTime() - startNs < warmUpNs) {
            turn();
        }
        final long measuredFromNs = System.nanoTime();
        pipes.forEach(pipe -> pipe.recordFrom(measuredFromNs));
        latencies.reset();
        while (System.nanoTime() - measuredFromNs < measureNs) {
            turn();
        }
        final LoadResult result = new LoadResult(latencies.copy(), System.nanoTime() - measuredFromNs, 0);
        drain();
        return result;
    }

    /** Latencies in ns, from when an append was handed to the socket, or had to wait for it. */
    Histogram latencies() {
        return latencies;
    }

    private long inFlight() {
        long inFlight = 0;
        for (int i = 0; i < pipes.size(); i++) {
            inFlight += pipes.get(i).inFlight();
        }
        return inFlight;
    }

    private void turn() throws IOException {
        if (selector == null) {
            receive(pipes.get(0));
        } else if (selector.select(onReady, SILENCE_MS) == 0) {
            throw new IOException("no reply for " + SILENCE_MS + " ms");
        }
    }

    private void onReady(final SelectionKey key) {
        final AppendPipe pipe = (AppendPipe) key.attachment();
        try {
            if (key.isReadable()) {
                receive(pipe);
            }
            if (key.isWritable()) {
                send(pipe);
            }
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void receive(final AppendPipe pipe) throws IOException {
        final int acknowledged = pipe.receive(latencies);
        available += acknowledged;
        if (!isDraining && acknowledged > 0) {
            pipe.add(acknowledged, System.nanoTime());
            send(pipe);
        }
    }

    private void send(final AppendPipe pipe) throws IOException {
        final boolean isAllWritten = pipe.flush();
        if (selector != null) {
            final SelectionKey key = pipe.channel().keyFor(selector);
            final int wanted = isAllWritten ? SelectionKey.OP_READ : SelectionKey.OP_READ | SelectionKey.OP_WRITE;
            if (key.interestOps() != wanted) {
                key.interestOps(wanted);
            }
        }
    }

    @Override
    public void close() throws IOException {
        for (final AppendPipe pipe : pipes) {
            pipe.close();
        }
        if (selector != null) {
            selector.close();
        }
    }
}
