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
    private final long invokedAtNs;
    private long nextIndex;
    private boolean written;

    /**
     * @param number of this request among all; the first bytes of its payload repeat it
     * @param argument APPENDIF: the expected last index; READ, TAIL: from where; TRANSFER: the member
     * @param payload of APPEND and APPENDIF; else null
     * @param toldIndex the greatest index that any client had been told of before this was asked
     */
    public ClientRequest(
            final Kind kind,
            final long number,
            final long argument,
            final byte[] payload,
            final long toldIndex,
            final long invokedAtNs) {
        this.kind = kind;
        this.number = number;
        this.argument = argument;
        this.payload = payload;
        this.toldIndex = toldIndex;
        this.invokedAtNs = invokedAtNs;
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

    public long invokedAtNs() {
        return invokedAtNs;
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
