package io.quorumlog.client;

import io.quorumlog.codec.ProtocolException;
import io.quorumlog.codec.resp.Reply;
import io.quorumlog.codec.resp.ReplyParser;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * One connection to one node, used by one thread at a time. Its socket never blocks: each method that waits does so on the
 * connection's own selector and ends at a deadline ({@link System#nanoTime()}). {@link AppendPipeline} takes a connection
 * over with {@link #moveTo}, and from then on waits for it on its own selector.
 *
 * <p>After any exception the connection is of no use but to be closed.
 */
final class NodeConnection implements AutoCloseable {
    private static final int IN_BYTES = 64 * 1024;

    private final ServerAddress address;
    private final SocketChannel channel;
    private Selector selector;
    private SelectionKey key;
    private final ByteBuffer in = ByteBuffer.allocate(IN_BYTES);
    private final UnsafeBuffer view = new UnsafeBuffer(in);
    private final ReplyParser parser = new ReplyParser();
    private int parsed; // of in: what the parser took over
    private long lastHeardNs = System.nanoTime();

    private NodeConnection(ServerAddress address, SocketChannel channel, Selector selector, SelectionKey key) {
        this.address = address;
        this.channel = channel;
        this.selector = selector;
        this.key = key;
        in.flip();
    }

    /**
     * Connects; a name with several addresses is tried at each of them, and gives each an equal share of the time left.
     *
     * @throws IOException if none of them answers by the deadline; its message fits behind the address.
     */
    static NodeConnection open(ServerAddress address, long deadlineNs) throws IOException {
        InetAddress[] hosts = NameResolver.resolve(address, deadlineNs);
        IOException trouble = new IOException("no address");
        for (int i = 0; i < hosts.length; i++) {
            long nowNs = System.nanoTime();
            long shareNs = (deadlineNs - nowNs) / (hosts.length - i);
            try {
                return connect(address, new InetSocketAddress(hosts[i], address.port()), nowNs + shareNs);
            } catch (InterruptedIOException e) {
                if (!(e instanceof SocketTimeoutException)) {
                    throw e;
                }
                trouble = e;
            } catch (IOException e) {
                trouble = e;
            }
        }
        throw trouble;
    }

    private static NodeConnection connect(ServerAddress address, InetSocketAddress socketAddress, long deadlineNs)
            throws IOException {
        Selector selector = null;
        SocketChannel channel = null;
        try {
            selector = Selector.open();
            channel = SocketChannel.open();
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
            channel.connect(socketAddress);
            SelectionKey key = channel.register(selector, SelectionKey.OP_CONNECT);
            NodeConnection connection = new NodeConnection(address, channel, selector, key);
            while (!channel.finishConnect()) {
                connection.await(SelectionKey.OP_CONNECT, deadlineNs);
            }
            connection.lastHeardNs = System.nanoTime();
            return connection;
        } catch (IOException | RuntimeException e) {
            closeQuietly(channel);
            closeQuietly(selector);
            throw e;
        }
    }

    ServerAddress address() {
        return address;
    }

    /** When the node was last heard of: {@link System#nanoTime()} of its last byte, or of the connection's start. */
    long lastHeardNs() {
        return lastHeardNs;
    }

    /** One request, one reply. */
    Reply call(byte[] frame, long deadlineNs) throws IOException {
        send(frame, deadlineNs);
        return receive(deadlineNs);
    }

    /** Sends all the bytes, or throws. */
    void send(byte[] frame, long deadlineNs) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(frame);
        write(bytes);
        while (bytes.hasRemaining()) {
            await(SelectionKey.OP_WRITE, deadlineNs);
            write(bytes);
        }
    }

    /** Waits for the next reply. */
    Reply receive(long deadlineNs) throws IOException {
        Reply reply = nextReply();
        while (reply == null) {
            if (!read()) {
                await(SelectionKey.OP_READ, deadlineNs);
            }
            reply = nextReply();
        }
        return reply;
    }

    /** Writes what the socket takes; never waits. */
    int write(ByteBuffer bytes) throws IOException {
        return channel.write(bytes);
    }

    /**
     * Reads what is there; never waits. To be called when {@link #nextReply} has nothing more.
     *
     * @return whether anything came.
     */
    boolean read() throws IOException {
        in.clear();
        parsed = 0;
        int count = channel.read(in);
        in.flip();
        if (count < 0) {
            throw new EOFException(parser.isInsideReply() ? "connection closed within a reply" : "connection closed");
        }
        if (count == 0) {
            return false;
        }
        lastHeardNs = System.nanoTime();
        return true;
    }

    /** The next whole reply among what was read, or null. */
    Reply nextReply() throws IOException {
        try {
            boolean whole = parser.parse(view, parsed, in.limit());
            parsed += parser.consumed();
            return whole ? parser.reply() : null;
        } catch (ProtocolException e) {
            throw new IOException("not a quorumlog node: " + e.getMessage());
        }
    }

    /** Whether it can be used for a next request: nothing came unasked, not even the end. */
    boolean isQuiet() {
        try {
            return parsed == in.limit() && !parser.isInsideReply() && !read();
        } catch (IOException e) {
            return false;
        }
    }

    /** Leaves its own selector for another, whose thread uses it from now on. */
    void moveTo(Selector other, Object attachment) throws IOException {
        selector.close();
        selector = null;
        key = channel.register(other, SelectionKey.OP_READ, attachment);
    }

    /** Whether its thread's selector shall tell when the socket takes more bytes; it always tells when bytes came. */
    void awaitWritable(boolean wanted) {
        int ops = wanted ? SelectionKey.OP_READ | SelectionKey.OP_WRITE : SelectionKey.OP_READ;
        if (key.interestOps() != ops) {
            key.interestOps(ops);
        }
    }

    @Override
    public void close() {
        closeQuietly(channel);
        closeQuietly(selector);
    }

    private void await(int operation, long deadlineNs) throws IOException {
        if (key.interestOps() != operation) {
            key.interestOps(operation);
        }
        long leftNs = deadlineNs - System.nanoTime();
        if (leftNs <= 0) {
            throw new SocketTimeoutException(
                    operation == SelectionKey.OP_CONNECT ? "can't be reached" : "does not answer");
        }
        selector.select(TimeUnit.NANOSECONDS.toMillis(leftNs) + 1);
        selector.selectedKeys().clear();
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedIOException("interrupted");
        }
    }

    private static void closeQuietly(AutoCloseable closeable) {
        if (closeable != null) {
            try {
                closeable.close();
            } catch (Exception e) {
                // it is being given up: nothing depends on it any more
            }
        }
    }
}
