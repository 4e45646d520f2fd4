package io.quorumlog.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Runs the simulation over many seeds. {@code -Dsim.seeds=N} says over how many, {@code -Dsim.from=S} from which on;
 * {@code -Dsim.seed=S} runs that one alone.
 */
class SimulationTest {
    private static final long DEFAULT_SEEDS = 1_000;
    /** From so many on everything must have happened. */
    private static final long SEEDS_FOR_EVERYTHING = 500;

    /** Beside the invariants, everything that can go wrong does so, and everything that may come of it is seen. */
    @Test
    void allInvariantsHoldWhateverHappens() {
        final Long only = Long.getLong("sim.seed");
        final long from = only != null ? only : Long.getLong("sim.from", 1);
        final long count = only != null ? 1 : Long.getLong("sim.seeds", DEFAULT_SEEDS);

        final long startedNs = System.nanoTime();
        final Tally tally = new Tally();
        for (long seed = from; seed < from + count; seed++) {
            final Simulation simulation = new Simulation(seed);
            simulation.run();
            tally.add(simulation.tally());
        }

        final double seconds = (System.nanoTime() - startedNs) / 1e9;
        System.out.printf("simulation: %s%nevents a second: %,.0f%n", tally, tally.events() / seconds);
        if (count >= SEEDS_FOR_EVERYTHING) {
            assertEquals(List.of(), tally.missing(), "never happened");
        }
    }

    @Test
    void sameSeedGivesTheSameTrace() {
        for (long seed = 1; seed <= 5; seed++) {
            assertEquals(traceHash(seed), traceHash(seed), "seed " + seed);
        }
        assertNotEquals(traceHash(1), traceHash(2));
    }

    private static long traceHash(final long seed) {
        final Simulation simulation = new Simulation(seed);
        simulation.run();
        return simulation.traceHash();
    }
}
