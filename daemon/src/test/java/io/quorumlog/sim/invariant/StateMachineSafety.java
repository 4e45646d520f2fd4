package io.quorumlog.sim.invariant;

/** No two members commit different entries at an index (thesis figure 3.2, 3.6.3). */
final class StateMachineSafety extends SimulationInvariant {
    private final CommittedLog committed;

    StateMachineSafety(final CommittedLog committed) {
        this.committed = committed;
    }

    @Override
    void onCommit(final ObservedMember member, final long commitIndex) {
        if (commitIndex > member.lastIndex()) {
            throw broken("committed beyond the log: " + member + " commits " + commitIndex);
        }
        final long known = Math.min(commitIndex, committed.lastIndex());
        for (long index = member.commitIndex() + 1; index <= known; index++) {
            checkSame(member, index);
        }
    }

    @Override
    void onEntry(final ObservedMember member, final ObservedEntry entry) {
        if (entry.index() <= member.commitIndex()) {
            throw broken(member + " overwrites what it committed with " + entry);
        }
    }

    private void checkSame(final ObservedMember member, final long index) {
        final ObservedEntry mine = member.entry(index);
        final ObservedEntry other = committed.entry(index);
        if (mine.term() != other.term() || mine.checksum() != other.checksum()) {
            throw broken("member " + member.id() + " commits " + mine + ", but " + other + " was committed");
        }
    }
}
