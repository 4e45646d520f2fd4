package io.quorumlog.sim;

import java.util.SplittableRandom;

/** All chance that there is. Each part of the simulation has a stream of its own, so that one draws no other's numbers. */
final class SimRandom {
    private final SplittableRandom random;

    SimRandom(final long seed) {
        this(new SplittableRandom(seed));
    }

    private SimRandom(final SplittableRandom random) {
        this.random = random;
    }

    /** A stream of its own. */
    SimRandom split() {
        return new SimRandom(random.split());
    }

    SplittableRandom source() {
        return random;
    }

    /** From 0 to before {@code bound}. */
    int below(final int bound) {
        return random.nextInt(bound);
    }

    /** From {@code least} to {@code most}, both included. */
    long between(final long least, final long most) {
        return least + random.nextLong(most - least + 1);
    }

    /** From {@code least} to {@code most}, small ones as likely as large ones on a logarithmic scale. */
    long betweenByMagnitude(final long least, final long most) {
        final double exponent =
                StrictMath.log(least) + random.nextDouble() * (StrictMath.log(most) - StrictMath.log(least));
        return Math.max(least, Math.min(most, (long) StrictMath.exp(exponent)));
    }

    /** True so many times in a million. */
    boolean perMillion(final int times) {
        return times > 0 && random.nextInt(1_000_000) < times;
    }

    /** True so many times in a hundred. */
    boolean percent(final int times) {
        return random.nextInt(100) < times;
    }

    /** The numbers from 1 to {@code count} in any order. */
    int[] order(final int count) {
        final int[] order = new int[count];
        for (int i = 0; i < count; i++) {
            final int at = random.nextInt(i + 1);
            order[i] = order[at];
            order[at] = i + 1;
        }
        return order;
    }

    long nextLong() {
        return random.nextLong();
    }

    /** The time to the next of events that come at random, on average this far apart. */
    long waitNs(final long meanNs) {
        return 1 + (long) (-StrictMath.log(1 - random.nextDouble()) * meanNs);
    }
}
