package io.quorumlog.fuzz;

import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Gives a target its inputs, one after another. An input follows from seed and number alone, so a failure, which names
 * both, can be had again without those before it.
 */
public final class FuzzRun {
    private static final int SHOWN_BYTES = 2_000;
    private static final long PROGRESS_NS = 10_000_000_000L;

    /** Is given an input; throws whatever should not be. */
    @FunctionalInterface
    public interface Target {
        /**
         * @param input at 0; more bytes may stand behind it
         * @param random for what the target has to choose
         */
        void take(byte[] input, int length, SplittableRandom random);
    }

    private FuzzRun() {}

    /** Runs so many inputs, unless {@code fuzz.inputs} says otherwise. */
    public static void run(final String name, final long byDefault, final List<byte[]> valid, final Target target) {
        final long inputs = Long.getLong("fuzz.inputs", byDefault);
        final long seed = Long.getLong("fuzz.seed", 1);
        final long from = Long.getLong("fuzz.from", 0);
        final Mutator mutator = new Mutator(valid);
        final long startNs = System.nanoTime();
        long progressNs = startNs;
        for (long number = from; number < from + inputs; number++) {
            final SplittableRandom random = random(seed, number);
            final int length = mutator.make(random);
            try {
                target.take(mutator.bytes(), length, random);
            } catch (final Throwable t) {
                throw new AssertionError(describe(name, seed, number, mutator, length), t);
            }
            if ((number & 0xFFF) == 0 && System.nanoTime() - progressNs > PROGRESS_NS) {
                progressNs = System.nanoTime();
                System.out.println("fuzz " + name + ": " + (number - from) + " of " + inputs);
            }
        }
        System.out.println("fuzz " + name + ": " + inputs + " inputs of seed " + seed + " in "
                + (System.nanoTime() - startNs) / 1_000_000 + " ms");
    }

    /**
     * The random numbers of one input. They must have nothing to do with those of the next: the seeds are spread over all
     * longs, for the generator's own streams are the same one where seeds differ by a multiple of its step.
     */
    public static SplittableRandom random(final long seed, final long number) {
        return new SplittableRandom(spread(spread(seed) + number));
    }

    /** The finalizer of MurmurHash3. */
    private static long spread(final long number) {
        final long first = (number ^ number >>> 33) * 0xFF51_AFD7_ED55_8CCDL;
        final long second = (first ^ first >>> 33) * 0xC4CE_B9FE_1A85_EC53L;
        return second ^ second >>> 33;
    }

    private static String describe(
            final String name, final long seed, final long number, final Mutator mutator, final int length) {
        return name + " fails on input " + number + " of seed " + seed + " (-Dfuzz.seed=" + seed + " -Dfuzz.from="
                + number + " -Dfuzz.inputs=1), " + length + " bytes: "
                + HexFormat.of().formatHex(mutator.bytes(), 0, Math.min(length, SHOWN_BYTES));
    }
}
