package io.quorumlog.bench;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/**
 * Reads the entries of a log over one connection, from the first to the last and again, and does nothing with them: their
 * payloads are passed over. One thread; allocates a request for thousands of entries.
 */
final class EntryStream implements AutoCloseable {
    private static final int BUFFER_BYTES = 256 * 1024;
    private static final int ENTRIES_A_READ = 10_000;
    private static final int CR_LF = 2;

    private final SocketChannel channel;
    private final boolean isTail;
    private final long lastIndex;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
    private long available; // entries received and not taken

    private boolean isAsked;
    private long missing; // of a READ's array; none known while it is negative
    private byte type; // of the line that is being read; 0 at its start
    private long number;
    private int fields; // of the entry that is being read
    private long index; // of the last entry
    private long toSkip; // of a payload and its end

    /** @param lastIndex the index of the log's last entry, after which it begins anew */
    EntryStream(final InetSocketAddress member, final boolean isTail, final long lastIndex) throws IOException {
        this.isTail = isTail;
        this.lastIndex = lastIndex;
        channel = SocketChannel.open(member);
    }

    /** Takes one entry, and waits until there is one. */
    void awaitEntry() throws IOException {
        while (available == 0) {
            if (!isAsked) {
                ask();
            }
            buffer.clear();
            final int length = channel.read(buffer);
            if (length < 0) {
                throw new EOFException("the node has closed the connection");
            }
            receive(length);
        }
        available--;
    }

    private void ask() throws IOException {
        final long from = index == lastIndex ? 1 : index + 1;
        final String request = isTail ? "TAIL " + from : "READ " + from + " COUNT " + ENTRIES_A_READ;
        channel.write(ByteBuffer.wrap((request + "\r\n").getBytes(StandardCharsets.US_ASCII)));
        isAsked = true;
        missing = -1;
    }

    private void receive(final int length) {
        int i = 0;
        while (i < length) {
            if (toSkip > 0) {
                final long skipped = Math.min(toSkip, length - i);
                i += (int) skipped;
                toSkip -= skipped;
                if (toSkip == 0) {
                    onEntry();
                }
                continue;
            }
            final byte b = buffer.get(i++);
            if (type == 0) {
                type = b;
                number = 0;
            } else if (b == '\n') {
                onLine();
                type = 0;
            } else if (b >= '0' && b <= '9') {
                number = number * 10 + b - '0';
            }
        }
    }

    private void onLine() {
        switch (type) {
            case '*' -> {
                if (!isTail && missing < 0) {
                    missing = number;
                }
            }
            case ':' -> {
                if (fields++ == 0) {
                    index = number;
                }
            }
            case '$' -> toSkip = number + CR_LF;
            case '+' -> {}
            default -> throw new IllegalStateException("the node refuses to read");
        }
    }

    private void onEntry() {
        available++;
        fields = 0;
        missing--;
        // A tail has no end: the next request makes one.
        if (isTail ? index == lastIndex : missing == 0) {
            isAsked = false;
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
