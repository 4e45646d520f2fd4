package io.quorumlog.raft;

import java.lang.invoke.MethodHandles;

/**
 * The classes that a member needs first when it campaigns, leads, or hands over. Java would load each at its first use, and what
 * it compiles before that holds for as long as it has not: with the first election, or the first hand-over, the loop's compiled
 * code would be thrown away, just when everybody waits for it.
 */
final class RoleClasses {
    private static final Class<?>[] ALL = {
        PreCandidate.class,
        Candidate.class,
        Leader.class,
        Quorum.class,
        Progress.class,
        InflightWindow.class,
        BlankFollower.class,
        LeadershipTransfer.class,
    };

    private RoleClasses() {}

    /** Loads and initializes them. */
    static void load() {
        final MethodHandles.Lookup lookup = MethodHandles.lookup();
        for (final Class<?> each : ALL) {
            try {
                lookup.ensureInitialized(each);
            } catch (final IllegalAccessException e) {
                throw new AssertionError("a class of this package", e);
            }
        }
    }
}
