package io.quorumlog.client;

import java.util.Arrays;

/**
 * An entry of the log.
 *
 * @param index position in the log, from 1, strictly increasing; with gaps, because Raft's own entries take one too.
 * @param term the Raft term in which it was appended.
 * @param timestampMs the leader's clock when it accepted the entry, milliseconds since the Unix epoch; never decreases.
 * @param payload the bytes, not copied.
 */
public record Entry(long index, long term, long timestampMs, byte[] payload) {
    @Override
    public boolean equals(Object other) {
        return other instanceof Entry entry
                && index == entry.index
                && term == entry.term
                && timestampMs == entry.timestampMs
                && Arrays.equals(payload, entry.payload);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(index) * 31 + Arrays.hashCode(payload);
    }

    @Override
    public String toString() {
        return index + "@" + term + " (" + payload.length + " bytes)";
    }
}
