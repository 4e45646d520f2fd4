package io.quorumlog.bench;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * One connection that pipelines equal appends, made to cost next to nothing: the load shares the processor with the nodes,
 * and what it takes is missing from the figure. So it is no client: the bytes of its requests are made once and written
 * many at a time, replies are counted by their line ends, and what is kept of an append is a share in a slot of a ring (when
 * it was sent, how many at that time). Nothing is allocated.
 *
 * <p>Two threads at most: one adds and flushes, one receives.
 */
final class AppendPipe implements AutoCloseable {
    /** Longest latency that is told from longer ones. */
    private static final long LONGEST_NS = TimeUnit.MINUTES.toNanos(10);

    private static final int SLOTS = 64 * 1024;
    private static final int REQUESTS_BYTES = 256 * 1024;
    private static final int REPLIES_BYTES = 64 * 1024;

    private final SocketChannel channel;
    private final int requestBytes;
    private final ByteBuffer requests; // whole ones, one after another
    private final ByteBuffer replies = ByteBuffer.allocateDirect(REPLIES_BYTES);
    private final StringBuilder refusal = new StringBuilder();

    // Of the thread that sends.
    private long owedBytes;
    private int phase; // bytes of the next request that have been written

    // A slot is written by the sender before it raises the number of slots.
    private final long[] sentNs = new long[SLOTS];
    private final int[] counts = new int[SLOTS];
    private volatile long slots;
    private volatile long added;
    private volatile long answered;
    private volatile long recordFromNs = System.nanoTime();

    // Of the thread that receives.
    private long slot;
    private int takenOfSlot;
    private boolean isLineStart = true;

    /** Connects, in blocking mode. */
    AppendPipe(final InetSocketAddress leader, final int payloadBytes) throws IOException {
        requests = requests(payloadBytes);
        requestBytes = requests.limit();
        requests.clear();
        channel = SocketChannel.open();
        try {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.connect(leader);
        } catch (final IOException e) {
            channel.close();
            throw e;
        }
    }

    /** As many requests as fit; the limit is behind the first. */
    private static ByteBuffer requests(final int payloadBytes) {
        final byte[] head = ("*2\r\n$6\r\nAPPEND\r\n$" + payloadBytes + "\r\n").getBytes(StandardCharsets.US_ASCII);
        final byte[] payload = new byte[payloadBytes];
        new Random(payloadBytes).nextBytes(payload);
        final int length = head.length + payloadBytes + 2;
        final int copies = Math.max(1, REQUESTS_BYTES / length);
        final ByteBuffer buffer = ByteBuffer.allocateDirect(copies * length);
        for (int i = 0; i < copies; i++) {
            buffer.put(head).put(payload).put((byte) '\r').put((byte) '\n');
        }
        return buffer.limit(length);
    }

    /** A histogram for {@link #receive}, of ns. */
    static Histogram newHistogram() {
        return new Histogram(LONGEST_NS, 3);
    }

    /** The connection, for a selector. */
    SocketChannel channel() {
        return channel;
    }

    // The sender's.

    /** Whether another {@link #add} is possible. */
    boolean hasRoom() {
        return inFlight() < SLOTS; // Each slot holds one append or more.
    }

    /**
     * Adds appends to what {@link #flush} sends.
     *
     * @param timeNs the {@code System.nanoTime()} from which on their latency counts
     */
    void add(final int count, final long timeNs) {
        final int next = (int) (slots & SLOTS - 1);
        sentNs[next] = timeNs;
        counts[next] = count;
        slots++;
        added += count;
        owedBytes += (long) count * requestBytes;
    }

    /** Writes; returns whether all is written, which in blocking mode it is. */
    boolean flush() throws IOException {
        while (owedBytes > 0) {
            requests.limit((int) Math.min(requests.capacity(), phase + owedBytes))
                    .position(phase);
            final int written = channel.write(requests);
            owedBytes -= written;
            phase = (phase + written) % requestBytes;
            if (requests.hasRemaining()) {
                return false;
            }
        }
        return true;
    }

    /** Appends whose time is before this one are recorded no more. */
    void recordFrom(final long timeNs) {
        recordFromNs = timeNs;
    }

    /** Appends added and not answered. */
    long inFlight() {
        return added - answered;
    }

    // The receiver's.

    /**
     * Reads once what has come.
     *
     * @param latencies gets what was acknowledged
     * @return how many appends that are
     * @throws RefusedException if a reply is an error; the pipe is of no use then
     */
    int receive(final Histogram latencies) throws IOException {
        replies.clear();
        final int length = channel.read(replies);
        if (length < 0) {
            throw new EOFException("the node has closed the connection");
        }
        final long nowNs = System.nanoTime();
        int lines = 0;
        boolean isStart = isLineStart;
        for (int i = 0; i < length; i++) {
            final byte b = replies.get(i);
            if (isStart && b != ':' || refusal.length() > 0) {
                refusal.append((char) b);
                if (b == '\n') {
                    record(lines, nowNs, latencies);
                    throw new RefusedException(refusal.toString().strip());
                }
            }
            isStart = b == '\n';
            if (isStart) {
                lines++;
            }
        }
        isLineStart = isStart;
        record(lines, nowNs, latencies);
        return lines;
    }

    private void record(final int acknowledged, final long nowNs, final Histogram latencies) {
        // This also reads what the sender writes last, behind its slots.
        if (acknowledged > inFlight()) {
            throw new IllegalStateException("there are more replies than requests");
        }
        int left = acknowledged;
        while (left > 0) {
            final int at = (int) (slot & SLOTS - 1);
            final int taken = Math.min(left, counts[at] - takenOfSlot);
            if (sentNs[at] - recordFromNs >= 0) {
                latencies.recordValueWithCount(Math.min(nowNs - sentNs[at], LONGEST_NS), taken);
            }
            left -= taken;
            takenOfSlot += taken;
            if (takenOfSlot == counts[at]) {
                takenOfSlot = 0;
                slot++;
            }
        }
        answered += acknowledged;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    /** A node's error reply; its text is the message. */
    static final class RefusedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        RefusedException(final String reply) {
            super(reply);
        }

        /** Whether the member does not lead: the append may be sent to another. */
        boolean isForWantOfALeader() {
            return getMessage().matches("-(NOTLEADER|NOLEADER|UNCERTAIN)\\b.*");
        }
    }
}
