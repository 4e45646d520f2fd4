package io.quorumlog.sim.invariant;

import java.util.ArrayList;
import java.util.List;

/**
 * If two logs contain an entry with the same index and term, the logs are identical in all entries up through it (thesis
 * figure 3.2, 3.5). Checked by induction: wherever an entry {@code 12@3} is written, it is the same, and stands behind an
 * entry of the same term.
 */
final class LogMatching extends SimulationInvariant {
    /** One of the entries that were ever written at an index, and the one before it in the list. */
    private record Version(long term, long prevTerm, int checksum, Version older) {}

    private final List<Version> versions = new ArrayList<>();

    @Override
    void onEntry(final ObservedMember member, final ObservedEntry entry) {
        if (entry.index() < 1 || entry.index() > member.lastIndex() + 1) {
            throw broken("an entry leaves a gap: " + member + " writes " + entry);
        }
        final long prevTerm = member.termAt(entry.index() - 1);
        if (entry.term() < prevTerm) {
            throw broken("terms fall along the log: " + member + " writes " + entry);
        }
        final int slot = (int) entry.index() - 1;
        if (slot == versions.size()) {
            versions.add(null);
        }
        for (Version version = versions.get(slot); version != null; version = version.older) {
            if (version.term == entry.term()) {
                if (version.prevTerm != prevTerm || version.checksum != entry.checksum()) {
                    throw broken(member + " writes " + entry + " behind an entry of term " + prevTerm
                            + ", elsewhere it stands behind one of term " + version.prevTerm
                            + (version.checksum == entry.checksum() ? "" : ", and it has another content there"));
                }
                return;
            }
        }
        versions.set(slot, new Version(entry.term(), prevTerm, entry.checksum(), versions.get(slot)));
    }
}
