package io.quorumlog.sim;

import io.quorumlog.sim.invariant.BrokenInvariant;
import java.util.function.LongFunction;

/**
 * Runs a seed, and tells the rule that it breaks; null if it breaks none. Public, and of a type that is the platform's, so
 * that it can be made and called in another class loader.
 */
public final class SeedRun implements LongFunction<String> {
    private final Defect defect;
    private final Omissions omissions;

    /** The product as it was loaded, with no mistake at its seams. */
    public SeedRun() {
        this(Defect.NONE, Omissions.NONE);
    }

    SeedRun(final Defect defect, final Omissions omissions) {
        this.defect = defect;
        this.omissions = omissions;
    }

    @Override
    public String apply(final long seed) {
        try {
            new Simulation(seed, defect, omissions).run();
            return null;
        } catch (final SimulationFailure failure) {
            return failure.getCause() instanceof BrokenInvariant broken ? broken.invariant() : Frames.OWN_CHECK;
        }
    }
}
