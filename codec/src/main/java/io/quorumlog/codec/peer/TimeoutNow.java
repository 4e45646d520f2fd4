package io.quorumlog.codec.peer;

import org.agrona.MutableDirectBuffer;

/** Asks the receiver to campaign at once, though it hears the sender: leadership transfer (thesis 3.10). Only the header. */
public final class TimeoutNow extends PeerMessage {
    public static final int LENGTH = HEADER_LENGTH;

    public TimeoutNow() {
        super(MessageKind.TIMEOUT_NOW, LENGTH);
    }

    /** Begins a frame. */
    public TimeoutNow wrapAndEncode(
            final MutableDirectBuffer destination, final int offset, final int from, final long term) {
        encode(destination, offset, from, term);
        return this;
    }

    @Override
    public String toString() {
        return "TimeoutNow term=" + term();
    }
}
