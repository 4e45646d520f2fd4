package io.quorumlog.sim;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.LongFunction;
import java.util.stream.Stream;

/** A mistake by which the simulation is tested: it is made on purpose, and must be found. */
interface KnownMistake {
    /** Those at the seams, and those inside. */
    static List<KnownMistake> all() {
        return Stream.<KnownMistake[]>of(PlantedDefect.values(), SourceDefect.values())
                .flatMap(Stream::of)
                .toList();
    }

    /**
     * What is known of it.
     *
     * @param rows of {@code MISTAKES.md} that it is in; empty if it is in none
     * @param mistake what is wrong, in words
     * @param seeds among so many from the first one on is one that finds it
     * @param rules what may find it
     */
    record About(String rows, String mistake, int seeds, Set<String> rules) {}

    About about();

    /** The seed with which a short search begins. */
    default long firstSeed() {
        return 1;
    }

    /** As it is named among the others. */
    String name();

    /** Makes the mistake, and tells of each seed the rule that its run breaks, whichever; null if it breaks none. */
    LongFunction<String> seedRun();

    /** Makes the mistake, and tells of each seed which of the rules its run breaks; null if it breaks none, or another. */
    default LongFunction<String> plant() {
        final LongFunction<String> seedRun = seedRun();
        return seed -> {
            final String rule = seedRun.apply(seed);
            return rule != null && about().rules().contains(rule) ? rule : null;
        };
    }

    /** Its name for people. */
    default String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
