package io.quorumlog.sim.invariant;

import org.agrona.collections.Int2ObjectHashMap;

/**
 * A member whose disk was wiped says that it is blank until it holds everything that was committed when that happened: for
 * it may have been counted on for any of it ({@code MISTAKES.md} row 30).
 */
final class BlanknessEndsWhole extends SimulationInvariant {
    private final CommittedLog committed;
    /** By member: how much was committed when it lost its disk. */
    private final Int2ObjectHashMap<Long> committedAtWipe = new Int2ObjectHashMap<>();

    BlanknessEndsWhole(final CommittedLog committed) {
        this.committed = committed;
    }

    @Override
    void onWipe(final ObservedMember member) {
        committedAtWipe.put(member.id(), (Long) committed.lastIndex());
    }

    @Override
    void onBlanknessEnded(final ObservedMember member) {
        final Long index = committedAtWipe.get(member.id());
        if (index != null
                && index > 0
                && (index > member.lastIndex()
                        || member.termAt(index) != committed.entry(index).term())) {
            throw broken(member + " is blank no more, but lacks " + committed.entry(index)
                    + ", which was committed when it lost its disk");
        }
    }
}
