package io.quorumlog.sim.invariant;

import io.quorumlog.raft.RoleKind;

/** A leader never overwrites or deletes entries in its log; it only appends new ones, of its own term (thesis figure 3.2, 3.5). */
final class LeaderAppendOnly extends SimulationInvariant {
    @Override
    void onEntry(final ObservedMember member, final ObservedEntry entry) {
        if (member.role() == RoleKind.LEADER
                && (entry.index() != member.lastIndex() + 1 || entry.term() != member.term())) {
            throw broken(member + " writes " + entry);
        }
    }
}
