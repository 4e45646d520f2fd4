package io.quorumlog.sim.invariant;

/** What the simulation was made to find. */
public final class BrokenInvariant extends AssertionError {
    private static final long serialVersionUID = 1L;

    private final String invariant;

    /** @param invariant the rule's simple name */
    public BrokenInvariant(final String invariant, final String what) {
        super(invariant + ": " + what);
        this.invariant = invariant;
    }

    /** Name of the rule that does not hold. */
    public String invariant() {
        return invariant;
    }
}
