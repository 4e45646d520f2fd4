package io.quorumlog.sim.invariant;

import io.quorumlog.raft.RoleKind;

/**
 * An entry is committed when a majority holds it on stable storage, and a leader counts entries of its own term only: older
 * ones commit with them (thesis 3.6.2, figure 3.7, and 10.2.1 for the leader's own disk). A blank member holds nothing that
 * counts, but one whose disk was wiped may have said so before. What would follow from a breach takes a rare second failure
 * to show; this takes none.
 */
final class CommitNeedsMajority extends SimulationInvariant {
    private final ObservedMember[] members;

    CommitNeedsMajority(final ObservedMember[] members) {
        this.members = members;
    }

    @Override
    void onCommit(final ObservedMember member, final long commitIndex) {
        if (member.role() == RoleKind.LEADER && member.termAt(commitIndex) != member.roleTerm()) {
            throw broken(member + " commits " + member.entry(commitIndex) + " of an earlier term by counting");
        }
    }

    @Override
    void onCommitted(final ObservedEntry entry) {
        int holders = 0;
        for (final ObservedMember member : members) {
            final boolean holds = !member.isBlank()
                    && member.isDurable(entry.index())
                    && member.termAt(entry.index()) == entry.term();
            if (holds || member.hasLost(entry)) {
                holders++;
            }
        }
        if (2 * holders <= members.length) {
            throw broken(entry + " is committed, but on the disks of " + holders + " of " + members.length);
        }
    }
}
