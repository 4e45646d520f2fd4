package io.quorumlog.sim.invariant;

/** Along the log, timestamps never decrease, whatever the leaders' clocks do (client protocol, Entries). */
final class TimestampsNeverDecrease extends SimulationInvariant {
    private long lastMs;

    @Override
    void onCommitted(final ObservedEntry entry) {
        if (entry.timestampMs() < lastMs) {
            throw broken(entry + " has time " + entry.timestampMs() + " behind " + lastMs);
        }
        lastMs = entry.timestampMs();
    }
}
