package io.quorumlog.codec.peer;

import org.agrona.MutableDirectBuffer;

/**
 * Says that the connection lives, where nothing else had to be said for a while (two followers have nothing to tell each
 * other). Only the header; the core never sees it.
 */
public final class KeepAlive extends PeerMessage {
    public static final int LENGTH = HEADER_LENGTH;

    public KeepAlive() {
        super(MessageKind.KEEP_ALIVE, LENGTH);
    }

    /** Begins a frame. */
    public KeepAlive wrapAndEncode(
            final MutableDirectBuffer destination, final int offset, final int from, final long term) {
        encode(destination, offset, from, term);
        return this;
    }

    @Override
    public String toString() {
        return "KeepAlive term=" + term();
    }
}
