package io.quorumlog.sim;

import java.util.BitSet;
import java.util.EnumSet;

/**
 * Makes a failure small: leaves out whole kinds of fault, then single occurrences, as long as the same rule breaks after no
 * more events than at first. What is left can be read. A failing run ends with the event that breaks the rule, so it is
 * itself the shortest prefix of its events that fails.
 */
final class Shrinking {
    private final long seed;
    private final Defect defect;
    private final long mostEvents;
    private final String rule;
    private int runsLeft;
    private SimulationFailure smallest;

    private Shrinking(final SimulationFailure failure, final Defect defect, final int mostRuns) {
        this.defect = defect;
        seed = failure.seed();
        mostEvents = failure.step();
        rule = failure.rule();
        runsLeft = mostRuns;
        smallest = failure;
    }

    /**
     * The smallest failure that is found.
     *
     * @param defect what was planted in the run that failed
     * @param mostRuns how many runs it may take
     */
    static SimulationFailure shrink(final SimulationFailure failure, final Defect defect, final int mostRuns) {
        final Shrinking shrinking = new Shrinking(failure, defect, mostRuns);
        SimulationFailure before;
        do { // What was needed at first may not be once something else is gone.
            before = shrinking.smallest;
            shrinking.leaveOutKinds();
            shrinking.leaveOutOccurrences();
        } while (shrinking.smallest != before && shrinking.runsLeft > 0);
        return shrinking.smallest;
    }

    private void leaveOutKinds() {
        for (final Fault fault : Fault.values()) {
            if (smallest.tally().of(fault) > 0) {
                final EnumSet<Fault> kinds = EnumSet.copyOf(smallest.omissions().kinds());
                kinds.add(fault);
                keepIfFails(new Omissions(kinds, smallest.omissions().occurrences()));
            }
        }
    }

    /** From the end, for what is left out changes what comes behind it; half of them first, then ever smaller parts. */
    private void leaveOutOccurrences() {
        for (int part = Math.max(1, smallest.occurrences() / 2); part >= 1; part /= 2) {
            for (int to = smallest.occurrences(); to > 0 && runsLeft > 0; to -= part) {
                final BitSet occurrences =
                        (BitSet) smallest.omissions().occurrences().clone();
                occurrences.set(Math.max(0, to - part), to);
                if (!occurrences.equals(smallest.omissions().occurrences())) {
                    keepIfFails(new Omissions(smallest.omissions().kinds(), occurrences));
                }
            }
        }
    }

    private void keepIfFails(final Omissions omissions) {
        if (runsLeft-- <= 0) {
            return;
        }
        try {
            new Simulation(seed, defect, omissions).runUntilStep(mostEvents);
        } catch (final SimulationFailure failure) {
            if (failure.rule().equals(rule)) {
                smallest = failure;
            }
        }
    }
}
