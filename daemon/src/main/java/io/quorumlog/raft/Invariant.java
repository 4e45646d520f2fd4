package io.quorumlog.raft;

/**
 * Checks of our own state that stay on in production: a node that has lost a safety property must stop, not go on. Input
 * is validated elsewhere; what fails here is a defect. The texts are constants, so that the good path builds nothing.
 */
public final class Invariant {
    private Invariant() {}

    /** Thrown when a safety property does not hold. Nobody catches it but the one who stops the node. */
    public static final class Violation extends Error {
        private static final long serialVersionUID = 1L;

        Violation(final String message) {
            super(message);
        }
    }

    /** Holds, or stops the node. */
    public static void check(final boolean holds, final String what) {
        if (!holds) {
            throw new Violation(what);
        }
    }

    /** Holds, or stops the node and shows two values. */
    public static void check(final boolean holds, final String what, final long first, final long second) {
        if (!holds) {
            throw new Violation(what + ": " + first + ", " + second);
        }
    }

    /** For what can't happen. */
    public static Violation impossible(final String what) {
        return new Violation(what);
    }
}
