package io.quorumlog.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import org.junit.jupiter.api.Test;

/**
 * Runs the simulation over many seeds. {@code -Dsim.seeds=N} says over how many, {@code -Dsim.from=S} from which on;
 * {@code -Dsim.seed=S} runs that one alone.
 */
class SimulationTest {
    private static final long DEFAULT_SEEDS = 1_000;

    @Test
    void allInvariantsHoldInEveryRun() {
        final Long only = Long.getLong("sim.seed");
        final long from = only != null ? only : Long.getLong("sim.from", 1);
        final long count = only != null ? 1 : Long.getLong("sim.seeds", DEFAULT_SEEDS);

        long steps = 0;
        for (long seed = from; seed < from + count; seed++) {
            final Simulation simulation = new Simulation(seed);
            simulation.run();
            steps += simulation.steps();
        }

        System.out.println("simulation: " + count + " seeds from " + from + ", " + steps + " events");
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
