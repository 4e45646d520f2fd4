package io.quorumlog.sim;

import io.quorumlog.spec.Specification;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Holds every action of every member in simulated runs against the specification, which was written from the thesis.
 * {@code -Dspec.seeds=N} says over how many seeds, {@code -Dsim.from=S} from which on.
 */
class SimulationObeysSpecificationTest {
    private static final long DEFAULT_SEEDS = 50;
    private static final Set<Integer> ALL = IntStream.rangeClosed(1, 9).boxed().collect(Collectors.toSet());

    @Test
    void everyActionOfEveryRunIsAllowed() {
        final long from = Long.getLong("sim.from", 1);
        final long count = Long.getLong("spec.seeds", DEFAULT_SEEDS);

        long lines = 0;
        for (long seed = from; seed < from + count; seed++) {
            final Specification specification = new Specification(ALL, Specification.World.SIMULATED);
            final String place = "seed " + seed;
            TracedRun.run(seed, line -> specification.accept(line, place));
            lines += specification.lines();
        }

        System.out.println("specification: " + count + " seeds from " + from + ", " + lines + " actions");
    }
}
