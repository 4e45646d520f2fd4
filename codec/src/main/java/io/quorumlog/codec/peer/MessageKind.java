package io.quorumlog.codec.peer;

/** The byte that tells the kinds of frame apart. */
public final class MessageKind {
    public static final byte HANDSHAKE = 1;
    public static final byte VOTE_REQUEST = 2;
    public static final byte VOTE_REPLY = 3;
    public static final byte APPEND_ENTRIES = 4;
    public static final byte APPEND_REPLY = 5;
    public static final byte TIMEOUT_NOW = 6;
    public static final byte KEEP_ALIVE = 7;

    private MessageKind() {}
}
