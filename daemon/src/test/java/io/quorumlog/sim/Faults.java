package io.quorumlog.sim;

/** Lets happen what the plan has switched on, at random times, until everything is healed. */
final class Faults {
    private static final int MOST_EFFECTS_BEFORE_CRASH = 12;

    private final Simulation simulation;
    private final FaultPlan plan;
    private final SimRandom random;

    Faults(final Simulation simulation, final SimRandom random) {
        this.simulation = simulation;
        plan = simulation.plan();
        this.random = random;
    }

    /** Begins. */
    void start() {
        every(plan.cutMeanNs, () -> simulation.network().cutSomething());
        every(plan.crashMeanNs, this::crash);
        every(plan.pauseMeanNs, this::pause);
        every(plan.depositionMeanNs, () -> depose(3));
        every(plan.wallJumpMeanNs, () -> someMember().clock().jump(random.between(-10_000, 10_000)));
    }

    private void every(final long meanNs, final Runnable fault) {
        if (meanNs > 0) {
            simulation.queue().after(random.waitNs(meanNs), () -> {
                if (!simulation.isHealed()) {
                    fault.run();
                    every(meanNs, fault);
                }
            });
        }
    }

    private SimNode someMember() {
        return simulation.node(1 + random.below(plan.members));
    }

    private void crash() {
        if (plan.crashesOfAll && random.percent(20)) {
            for (int member = 1; member <= plan.members; member++) {
                simulation.node(member).crash("power fails everywhere");
            }
        } else if (plan.crashesWithinStep && random.percent(70)) {
            someMember().crashAfterEffects(random.below(MOST_EFFECTS_BEFORE_CRASH));
        } else {
            someMember().crash("between steps");
        }
    }

    private void pause() {
        final SimNode node = someMember();
        node.pause();
        simulation.queue().after(random.waitNs(plan.pauseLengthNs), node::resume);
    }

    /**
     * Cuts the leader off for about as long as the others need to elect, and when it is joined again, with entries that
     * nobody else has, does the same to its successor: whoever is elected then had better have the right log.
     */
    private void depose(final int rounds) {
        final SimNode leader = simulation.leader();
        if (leader == null || rounds == 0 || simulation.isHealed()) {
            return;
        }
        final long lengthNs = random.between(plan.electionTimeoutNs, 4 * plan.electionTimeoutNs);
        simulation.network().isolate(leader.id(), lengthNs);
        simulation.queue().after(lengthNs, () -> depose(rounds - 1));
    }

    /** A member is down: it comes back after a while. */
    void onDown(final int member) {
        simulation.queue().after(random.waitNs(plan.downNs), simulation.node(member)::start);
    }
}
