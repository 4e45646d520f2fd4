package io.quorumlog.sim;

import java.util.Arrays;

/** Lets happen what the plan has switched on, at random times, until everything is healed. */
final class Faults {
    private static final int MOST_EFFECTS_BEFORE_CRASH = 12;

    private final Simulation simulation;
    private final FaultPlan plan;
    private final SimRandom random;
    /** By member: whether it stays broken though everything else is healed. */
    private final boolean[] broken;

    Faults(final Simulation simulation, final SimRandom random) {
        this.simulation = simulation;
        plan = simulation.plan();
        this.random = random;
        broken = new boolean[plan.members + 1];
    }

    /** Begins. */
    void start() {
        every(plan.cutMeanNs, () -> simulation.network().cutSomething());
        every(plan.crashMeanNs, this::crash);
        every(plan.stopMeanNs, this::stop);
        every(plan.pauseMeanNs, this::pause);
        every(plan.depositionMeanNs, () -> depose(3));
        every(plan.wipeMeanNs, this::wipe);
        every(plan.flippedBitMeanNs, this::flipBit);
        every(plan.fullDiskMeanNs, this::fillDisk);
        every(plan.wallJumpMeanNs, this::jump);
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
        final SimNode victim = someMember();
        if (plan.crashesOfAll && random.percent(20)) {
            if (!simulation.happens(Fault.CRASH_OF_ALL)) {
                return;
            }
            for (int member = 1; member <= plan.members; member++) {
                simulation.node(member).crash("power fails everywhere");
            }
        } else if (random.percent(plan.crashWithinStepPercent)) {
            victim.crashAfterEffects(random.below(MOST_EFFECTS_BEFORE_CRASH));
        } else if (random.percent(plan.crashWithinFlushPercent)) {
            victim.crashWithinFlush();
        } else if (victim.isUp() && simulation.happens(Fault.CRASH_BETWEEN_STEPS)) {
            victim.crash("between steps");
        }
    }

    private void wipe() {
        final SimNode victim = someMember();
        if (mayLoseDisk(victim) && simulation.happens(Fault.WIPED_DISK)) {
            victim.wipe();
        }
    }

    /** Room comes again after a while: then a start is all that is needed. */
    private void fillDisk() {
        final SimNode victim = someMember();
        if (!victim.disk().room().isFull() && simulation.happens(Fault.FULL_DISK)) {
            victim.fillDisk();
            simulation
                    .queue()
                    .after(
                            random.waitNs(plan.fullDiskLengthNs),
                            () -> victim.disk().room().make());
        }
    }

    private void flipBit() {
        final SimNode victim = someMember();
        if (mayLoseDisk(victim)) {
            victim.disk().flipBit();
        }
    }

    /** Whether those that have lost their disks, or soon may for what is damaged, or are new, stay a minority with a member. */
    private boolean mayLoseDisk(final SimNode victim) {
        int lost = 0;
        for (int member = 1; member <= plan.members; member++) {
            final boolean counted = simulation.invariants().member(member).isBlank()
                    || simulation.node(member).disk().isDamaged();
            lost += counted || member == victim.id() ? 1 : 0;
        }
        return lost <= (plan.members - 1) / 2;
    }

    private void stop() {
        final SimNode node = someMember();
        if (node.isUp() && simulation.happens(Fault.STOP)) {
            node.stop();
        }
    }

    private void jump() {
        if (simulation.happens(Fault.WALL_CLOCK_JUMP)) {
            someMember().clock().jump(random.between(-10_000, 10_000));
        }
    }

    private void pause() {
        final SimNode node = someMember();
        if (node.isUp() && simulation.happens(Fault.PAUSE)) {
            pause(node, random.waitNs(plan.pauseLengthNs));
        }
    }

    private void pause(final SimNode node, final long lengthNs) {
        node.pause();
        simulation.queue().after(lengthNs, () -> {
            if (!broken[node.id()]) {
                node.resume();
            }
        });
    }

    /**
     * Cuts the leader off, or pauses it, for about as long as the others need to elect. When it comes back, with entries
     * that nobody else has, or believing that it leads, the same is done to its successor: whoever is elected then had
     * better have the right log, and whoever reads from the first the right answer.
     */
    private void depose(final int rounds) {
        final SimNode leader = simulation.leader();
        if (leader == null || rounds == 0 || simulation.isHealed() || !simulation.happens(Fault.DEPOSITION)) {
            return;
        }
        final long lengthNs = random.between(plan.electionTimeoutNs, 4 * plan.electionTimeoutNs);
        if (random.percent(50)) {
            simulation.network().isolate(leader.id(), lengthNs);
        } else {
            pause(leader, lengthNs);
        }
        simulation.queue().after(lengthNs, () -> depose(rounds - 1));
    }

    /** A member is down: it comes back after a while. */
    void onDown(final int member) {
        simulation.queue().after(random.waitNs(plan.downNs), () -> {
            if (!broken[member]) {
                simulation.node(member).start();
            }
        });
    }

    // What stays when everything else is healed.

    /** Breaks what the plan says stays broken. */
    void breakMinority() {
        final SimNode leader = simulation.leader();
        final int first = leader != null && plan.leaderStaysBroken ? leader.id() : 1 + random.below(plan.members);
        if (plan.remainder == FaultPlan.Remainder.PAIR_CUT) {
            final int other = 1 + first % plan.members;
            simulation.network().sever(first, other);
            simulation.network().sever(other, first);
        } else if (plan.remainder == FaultPlan.Remainder.BRIDGE) {
            simulation.network().sever(Shape.BRIDGE);
        } else if (plan.remainder == FaultPlan.Remainder.RING) {
            simulation.network().sever(Shape.RING);
        } else if (plan.remainder != FaultPlan.Remainder.NOTHING) {
            final int count = 1 + random.below((plan.members - 1) / 2);
            for (int i = 0; i < count; i++) {
                breakMember(1 + (first - 1 + i) % plan.members);
            }
        }
    }

    private void breakMember(final int member) {
        broken[member] = true;
        switch (plan.remainder) {
            case MINORITY_DOWN -> simulation.node(member).crash("for long");
            case MINORITY_PAUSED -> simulation.node(member).pause();
            default -> {
                for (int other = 1; other <= plan.members; other++) {
                    if (plan.remainder != FaultPlan.Remainder.MINORITY_MUTE) {
                        simulation.network().sever(other, member);
                    }
                    if (plan.remainder != FaultPlan.Remainder.MINORITY_DEAF) {
                        simulation.network().sever(member, other);
                    }
                }
            }
        }
    }

    /** Whether something stays broken. */
    boolean isAnyBroken() {
        for (final boolean each : broken) {
            if (each) {
                return true;
            }
        }
        return false;
    }

    /** Whether a member stays broken. */
    boolean isBroken(final int member) {
        return broken[member];
    }

    /** Mends all of it. */
    void mend() {
        Arrays.fill(broken, false);
        simulation.network().rejoin();
    }
}
