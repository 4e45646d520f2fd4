package io.quorumlog.net;

import io.quorumlog.codec.ProtocolException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;

/**
 * A socket with what waits to be written to it. What is queued in a turn is written at the turn's end, all at once; only
 * for the rest is the socket's readiness to take more of interest. Not shared: the loop's thread only.
 */
abstract sealed class Connection implements Ready permits ClientConnection, PeerConnection {
    final SocketChannel channel;
    final OutputBuffer output;
    private final PendingWrites writes;
    private SelectionKey key;
    private int interest;
    private boolean open = true;
    private boolean isListed;
    private boolean isSocketFull;

    Connection(final SocketChannel channel, final OutputBuffer output, final PendingWrites writes) {
        this.channel = channel;
        this.output = output;
        this.writes = writes;
    }

    final void register(final Selector selector, final int operation) throws IOException {
        interest = operation;
        key = channel.register(selector, operation, this);
    }

    final boolean isOpen() {
        return open;
    }

    final boolean isReady(final int operation) {
        return (key.readyOps() & operation) != 0;
    }

    /** Says whether readiness for an operation is to wake the loop. */
    final void interestIn(final int operation, final boolean on) {
        final int wanted = on ? interest | operation : interest & ~operation;
        if (wanted != interest && open) {
            interest = wanted;
            key.interestOps(wanted);
        }
    }

    /** To be called after something was queued. */
    final void outputQueued() {
        if (!isListed && !isSocketFull && open) {
            isListed = true;
            writes.add(this);
        }
    }

    /** To be called when the socket takes bytes again. */
    final void socketTakesMore() {
        if (isSocketFull) {
            isSocketFull = false;
            outputQueued();
        }
    }

    /** Writes what is queued as far as possible. Never throws what is the connection's own trouble: that ends it. */
    final void write(final ByteBuffer[] gather) {
        isListed = false;
        if (!open) {
            return;
        }
        try {
            isSocketFull = !output.writeTo(channel, gather);
            interestIn(SelectionKey.OP_WRITE, isSocketFull);
            onWritten();
        } catch (IOException | ProtocolException e) {
            onFailure(e);
        }
    }

    /** What waits has been written, or as much of it as the socket took. */
    abstract void onWritten() throws IOException;

    /** Frees socket and buffers; whatever the selector still reports of it is to be ignored. */
    final void closeSocket() {
        if (open) {
            open = false;
            output.release();
            Sockets.closeQuietly(channel);
        }
    }
}
