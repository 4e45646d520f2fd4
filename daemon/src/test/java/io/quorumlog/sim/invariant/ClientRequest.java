package io.quorumlog.sim.invariant;

/** What a client asked. */
public final class ClientRequest {
    /** What can be asked. */
    public enum Kind {
        APPEND,
        APPENDIF,
        LAST,
        READ,
        TAIL,
        TRANSFER,
        /** Anything whose answer says nothing about the log. */
        OTHER
    }

    private final Kind kind;
    private final long number;
    private final long argument;
    private final byte[] payload;
    private final long toldIndex;
    private final long count;
    private long nextIndex;
    private long seenIndex;
    private boolean written;

    /**
     * @param number of this request among all; the first bytes of its payload repeat it
     * @param argument APPENDIF: the expected last index; READ, TAIL: from where; TRANSFER: the member
     * @param payload of APPEND and APPENDIF; else null
     * @param toldIndex the greatest index that any client had been told of before this was asked
     * @param count READ: entries at most
     */
    public ClientRequest(
            final Kind kind,
            final long number,
            final long argument,
            final byte[] payload,
            final long toldIndex,
            final long count) {
        this.kind = kind;
        this.number = number;
        this.argument = argument;
        this.payload = payload;
        this.toldIndex = toldIndex;
        this.count = count;
        nextIndex = Math.max(1, argument);
    }

    public Kind kind() {
        return kind;
    }

    public long number() {
        return number;
    }

    public long argument() {
        return argument;
    }

    public byte[] payload() {
        return payload;
    }

    long toldIndex() {
        return toldIndex;
    }

    /** READ: entries at most. */
    public long count() {
        return count;
    }

    /** The greatest index that its connection had been told of when it was answered. */
    long seenIndex() {
        return seenIndex;
    }

    /** It is about to be answered. */
    public void seenIndex(final long index) {
        seenIndex = index;
    }

    /** TAIL, READ: where the next entry is looked for. */
    long nextIndex() {
        return nextIndex;
    }

    void nextIndex(final long index) {
        nextIndex = index;
    }

    /** Whether some member has written its entry. */
    public boolean isWritten() {
        return written;
    }

    void onWritten() {
        written = true;
    }

    @Override
    public String toString() {
        return "#" + number + " " + kind + (kind == Kind.LAST ? "" : " " + argument) + " (told " + toldIndex + ")";
    }
}
