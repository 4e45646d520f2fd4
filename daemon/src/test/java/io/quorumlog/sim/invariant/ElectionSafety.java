package io.quorumlog.sim.invariant;

import io.quorumlog.raft.RoleKind;
import org.agrona.collections.Long2LongHashMap;

/** At most one leader can be elected in a given term (thesis figure 3.2, 3.4); nor is one elected twice. */
final class ElectionSafety extends SimulationInvariant {
    private static final long NONE = -1;

    private final Long2LongHashMap leaders = new Long2LongHashMap(NONE);

    @Override
    void onRole(final ObservedMember member, final RoleKind role, final long term) {
        if (role == RoleKind.LEADER) {
            final long other = leaders.put(term, member.id());
            if (other != NONE) {
                throw broken("term " + term + " has leaders " + other + " and " + member.id());
            }
        }
    }
}
