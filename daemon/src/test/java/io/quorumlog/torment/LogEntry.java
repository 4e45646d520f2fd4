package io.quorumlog.torment;

/** An entry, as a node gave it to somebody. */
record LogEntry(long index, long term, long timestampMs, Payload payload) {
    @Override
    public String toString() {
        return index + "@" + term + " of " + timestampMs + ": " + payload;
    }
}
