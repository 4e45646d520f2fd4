package io.quorumlog.process;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A plain blocking client, written for tests from the protocol page alone. Replies are String (simple and bulk strings as
 * UTF-8), byte arrays on {@link #receiveBytes}, Long, List, null and {@link Failure}.
 */
public final class RespClient implements AutoCloseable {
    private static final int TIMEOUT_MS = 10_000;
    /** The other end's kernel answers, however busy its processes are. */
    private static final int CONNECT_TIMEOUT_MS = 1_000;

    private final Socket socket = new Socket();
    private final DataInputStream in;
    private final OutputStream out;

    /** An error reply, without the dash. */
    public record Failure(String message) {}

    /** An entry as READ and TAIL give it. */
    public record Entry(long index, long term, long timestampMs, String payload) {
        @SuppressWarnings("unchecked")
        static Entry of(final Object reply) {
            final List<Object> fields = (List<Object>) reply;
            return new Entry((Long) fields.get(0), (Long) fields.get(1), (Long) fields.get(2), (String) fields.get(3));
        }
    }

    public RespClient(final int port) {
        this("127.0.0.1", port);
    }

    public RespClient(final String host, final int port) {
        try {
            socket.connect(new InetSocketAddress(host, port), CONNECT_TIMEOUT_MS);
            socket.setSoTimeout(TIMEOUT_MS);
            socket.setTcpNoDelay(true);
            in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), 1 << 16));
            out = socket.getOutputStream();
        } catch (final IOException e) {
            close();
            throw new UncheckedIOException(e);
        }
    }

    /** How long a reply may take. */
    public RespClient timeoutMs(final int timeoutMs) {
        try {
            socket.setSoTimeout(timeoutMs);
            return this;
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends a request and waits for its reply. */
    public Object call(final Object... words) {
        send(words);
        return receive();
    }

    /** Sends a request as an array; a word is a byte array, or whatever it prints as. */
    public void send(final Object... words) {
        final ByteArrayOutputStream request = new ByteArrayOutputStream();
        request.writeBytes(("*" + words.length + "\r\n").getBytes(StandardCharsets.US_ASCII));
        for (final Object word : words) {
            final byte[] bytes =
                    word instanceof byte[] raw ? raw : word.toString().getBytes(StandardCharsets.UTF_8);
            request.writeBytes(("$" + bytes.length + "\r\n").getBytes(StandardCharsets.US_ASCII));
            request.writeBytes(bytes);
            request.writeBytes(new byte[] {'\r', '\n'});
        }
        sendRaw(request.toByteArray());
    }

    /** Sends bytes as they are. */
    public void sendRaw(final byte[] bytes) {
        try {
            out.write(bytes);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends lines, such as an inline command, as they are. */
    public void sendRaw(final String text) {
        sendRaw(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Shuts down the sending side. */
    public void endOutput() {
        try {
            socket.shutdownOutput();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The next reply. */
    public Object receive() {
        try {
            return readReply(true);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The next reply, bulk strings as byte arrays. */
    public Object receiveBytes() {
        try {
            return readReply(false);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The next bytes as they are, whatever they mean. */
    public byte[] receiveRaw(final int length) {
        try {
            final byte[] bytes = new byte[length];
            in.readFully(bytes);
            return bytes;
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether the other end closes the connection, with nothing more to read. */
    public boolean isClosedByPeer() {
        try {
            return in.read() < 0;
        } catch (final IOException e) {
            return e.getMessage() != null && e.getMessage().contains("reset");
        }
    }

    /** STATUS as a map, the headings left out. */
    public Map<String, String> status() {
        final Map<String, String> status = new LinkedHashMap<>();
        final Object reply = call("STATUS");
        if (!(reply instanceof String text)) {
            throw new IllegalStateException("STATUS is answered " + reply);
        }
        text.lines().filter(line -> line.indexOf(':') > 0).forEach(line -> {
            final int colon = line.indexOf(':');
            status.put(line.substring(0, colon), line.substring(colon + 1));
        });
        return status;
    }

    /** All committed entries from an index on. */
    @SuppressWarnings("unchecked")
    public List<Entry> readAll(final long from) {
        final List<Entry> entries = new ArrayList<>();
        long next = from;
        while (true) {
            final Object reply = call("READ", next, "COUNT", 10_000);
            if (!(reply instanceof List)) {
                throw new IllegalStateException("READ is answered " + reply);
            }
            final List<Object> piece = (List<Object>) reply;
            if (piece.isEmpty()) {
                return entries;
            }
            piece.forEach(entry -> entries.add(Entry.of(entry)));
            next = entries.get(entries.size() - 1).index() + 1;
        }
    }

    private Object readReply(final boolean asText) throws IOException {
        final int kind = in.readUnsignedByte();
        final String line = readLine();
        switch (kind) {
            case '+':
                return line;
            case '-':
                return new Failure(line);
            case ':':
                return Long.parseLong(line);
            case '$':
                final int length = Integer.parseInt(line);
                if (length < 0) {
                    return null;
                }
                final byte[] bytes = new byte[length];
                in.readFully(bytes);
                if (!readLine().isEmpty()) {
                    throw new IOException("a bulk string is longer than it says");
                }
                return asText ? new String(bytes, StandardCharsets.UTF_8) : bytes;
            case '*':
                final int count = Integer.parseInt(line);
                if (count < 0) {
                    return null;
                }
                final List<Object> elements = new ArrayList<>(count);
                for (int i = 0; i < count; i++) {
                    elements.add(readReply(asText));
                }
                return elements;
            default:
                throw new IOException("no reply begins with " + (char) kind + " (" + line + ")");
        }
    }

    private String readLine() throws IOException {
        final ByteArrayOutputStream line = new ByteArrayOutputStream();
        while (true) {
            final int c = in.read();
            if (c < 0) {
                throw new EOFException("the connection ended within a reply");
            }
            if (c == '\r') {
                if (in.readUnsignedByte() != '\n') {
                    throw new IOException("CR without LF");
                }
                return line.toString(StandardCharsets.UTF_8);
            }
            line.write(c);
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
