package io.quorumlog.sim;

import io.quorumlog.sim.invariant.BrokenInvariant;

/** A run that found something: says what, where, what went before, and how to see it again. */
final class SimulationFailure extends AssertionError {
    private static final long serialVersionUID = 1L;

    private final transient Simulation simulation;

    SimulationFailure(final Simulation simulation, final Trace trace, final Throwable cause) {
        super(text(simulation, trace, cause), cause);
        this.simulation = simulation;
    }

    private static String text(final Simulation simulation, final Trace trace, final Throwable cause) {
        final String run = "scripts/simulate --seed " + simulation.seed() + simulation.omissions();
        return "seed " + simulation.seed() + " step " + simulation.steps() + ": " + cause + "\n"
                + simulation.plan() + "\n"
                + "to see it again: " + run + "\n"
                + "and all of its trace: " + run + " --trace\n"
                + String.join("\n", trace.lastLines());
    }

    long seed() {
        return simulation.seed();
    }

    /** How many events it took. */
    long step() {
        return simulation.steps();
    }

    /** The rule that is broken, or the name of what the product threw itself. */
    String rule() {
        return getCause() instanceof BrokenInvariant broken
                ? broken.invariant()
                : getCause().getClass().getSimpleName();
    }

    /** What did not happen. */
    Omissions omissions() {
        return simulation.omissions();
    }

    /** What did. */
    Tally tally() {
        return simulation.tally();
    }

    /** How many faults were about to happen, those that were left out among them. */
    int occurrences() {
        return simulation.occurrences();
    }
}
