package io.quorumlog.sim;

/** A run that found something: says what, where, what went before, and how to see it again. */
final class SimulationFailure extends AssertionError {
    private static final long serialVersionUID = 1L;

    SimulationFailure(
            final long seed, final long step, final FaultPlan plan, final Trace trace, final Throwable cause) {
        super(text(seed, step, plan, trace, cause), cause);
    }

    private static String text(
            final long seed, final long step, final FaultPlan plan, final Trace trace, final Throwable cause) {
        return "seed " + seed + " step " + step + ": " + cause + "\n" + plan + "\n"
                + "mvn -q -pl daemon -am test -Dtest=SimulationTest -Dsim.seed=" + seed
                + " -Dsurefire.failIfNoSpecifiedTests=false\n"
                + "(and -Dsim.trace=all for all of the trace; its end is)\n"
                + String.join("\n", trace.lastLines());
    }
}
