package io.quorumlog.sim.invariant;

/**
 * An entry as a member wrote it. Immutable.
 *
 * @param checksum of the whole record: two entries with the same one are the same
 * @param payload a copy
 * @param seq number of its record in the member's stream, from 1
 */
public record ObservedEntry(
        long index, long term, long timestampMs, byte kind, int checksum, byte[] payload, long seq) {
    @Override
    public String toString() {
        return index + "@" + term;
    }
}
