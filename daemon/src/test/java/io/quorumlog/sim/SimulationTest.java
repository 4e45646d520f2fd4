package io.quorumlog.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Runs the simulation over as many seeds as fit in a minute and a half; {@code scripts/simulate} runs others, and single ones. */
class SimulationTest {
    private static final long MOST_SEEDS = 10_000;
    private static final long MOST_NS = TimeUnit.SECONDS.toNanos(90);
    /** Even the slowest machine gets so far, and from so many on everything must have happened. */
    private static final long LEAST_SEEDS = 1_000;

    /** Beside the invariants, everything that can go wrong does so, and everything that may come of it is seen. */
    @Test
    void allInvariantsHoldWhateverHappens() {
        final long startedNs = System.nanoTime();
        final Tally tally = new Tally();
        for (long seed = 1;
                seed <= MOST_SEEDS && (seed <= LEAST_SEEDS || System.nanoTime() - startedNs < MOST_NS);
                seed++) {
            final Simulation simulation = new Simulation(seed);
            simulation.run();
            tally.add(simulation.tally());
        }

        final double seconds = (System.nanoTime() - startedNs) / 1e9;
        System.out.printf(Locale.ROOT, "simulation: %s%n%,.0f events a second%n", tally, tally.events() / seconds);
        assertEquals(List.of(), tally.missing(), "never happened");
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
