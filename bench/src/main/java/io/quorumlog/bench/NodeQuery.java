package io.quorumlog.bench;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Asks a node for something, away from what is measured: a connection each time, or one that is kept for later. */
final class NodeQuery implements AutoCloseable {
    private static final int TIMEOUT_MS = 5_000;
    /** A paused node takes connections, through its kernel, and says nothing. */
    private static final int PROBE_TIMEOUT_MS = 500;

    private final Socket socket;
    private final DataInputStream in;

    /** Connects. */
    NodeQuery(final InetSocketAddress address) throws IOException {
        this(address, TIMEOUT_MS);
    }

    private NodeQuery(final InetSocketAddress address, final int timeoutMs) throws IOException {
        socket = new Socket();
        try {
            socket.setTcpNoDelay(true);
            socket.connect(address, timeoutMs);
            socket.setSoTimeout(timeoutMs);
            in = new DataInputStream(socket.getInputStream());
        } catch (final IOException e) {
            socket.close();
            throw e;
        }
    }

    /** Sends a request and does not wait. */
    void send(final String request) throws IOException {
        socket.getOutputStream().write((request + "\r\n").getBytes(StandardCharsets.US_ASCII));
    }

    /** The next reply: a line as it comes, or the text of a bulk string. */
    String receive() throws IOException {
        final String line = readLine();
        if (!line.startsWith("$")) {
            return line;
        }
        final byte[] text = new byte[Integer.parseInt(line.substring(1)) + 2];
        in.readFully(text);
        return new String(text, 0, text.length - 2, StandardCharsets.UTF_8);
    }

    private String readLine() throws IOException {
        final StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("the connection ended before the reply");
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    /** One reply over a connection of its own; empty if there is none. */
    static String ask(final InetSocketAddress address, final String request) {
        try (NodeQuery query = new NodeQuery(address, PROBE_TIMEOUT_MS)) {
            query.send(request);
            return query.receive();
        } catch (final IOException noAnswer) {
            return "";
        }
    }

    /** What STATUS says, by key; empty if the node does not answer. */
    static Map<String, String> status(final InetSocketAddress address) {
        final Map<String, String> status = new HashMap<>();
        for (final String line : ask(address, "STATUS").split("\r\n")) {
            final int colon = line.indexOf(':');
            if (colon > 0) {
                status.put(line.substring(0, colon), line.substring(colon + 1));
            }
        }
        return status;
    }

    /** The member that leads and has committed an entry of its own term, or null. */
    static InetSocketAddress findLeader(final List<InetSocketAddress> members) {
        for (final InetSocketAddress member : members) {
            if (ask(member, "LAST").startsWith(":")) {
                return member;
            }
        }
        return null;
    }
}
