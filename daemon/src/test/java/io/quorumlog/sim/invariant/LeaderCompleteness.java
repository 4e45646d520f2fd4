package io.quorumlog.sim.invariant;

import io.quorumlog.raft.RoleKind;

/**
 * If an entry is committed in a given term, it is in the logs of the leaders of all higher terms (thesis figure 3.2, 3.6.3).
 * By log matching it is enough to look at the last one. A leader may learn late that it was elected, when another of a
 * higher term has committed already: that one's entries are not asked of it.
 */
final class LeaderCompleteness extends SimulationInvariant {
    private final CommittedLog committed;

    LeaderCompleteness(final CommittedLog committed) {
        this.committed = committed;
    }

    @Override
    void onRole(final ObservedMember member, final RoleKind role, final long term) {
        if (role != RoleKind.LEADER) {
            return;
        }
        long index = committed.lastIndex();
        while (index > 0 && committed.committedInTerm(index) >= term) {
            index--;
        }
        if (index > 0
                && (index > member.lastIndex()
                        || member.termAt(index) != committed.entry(index).term())) {
            throw broken(member + " leads term " + term + " without " + committed.entry(index) + ", committed in term "
                    + committed.committedInTerm(index));
        }
    }
}
