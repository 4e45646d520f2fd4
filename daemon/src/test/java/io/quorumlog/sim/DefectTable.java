package io.quorumlog.sim;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongFunction;
import java.util.stream.Collectors;

/** Plants known mistakes in the same seeds, and tells in how many each is found, and by which rules. */
final class DefectTable {
    private final long from;
    private final long seeds;
    private final PrintStream out;

    DefectTable(final long from, final long seeds, final PrintStream out) {
        this.from = from;
        this.seeds = seeds;
        this.out = out;
    }

    /** Prints all of it. @return whether each defect was found in some seed */
    boolean print() {
        out.printf("%-48s%8s%8s  %s%n", "defect", "of " + seeds, "first", "found by");
        final List<KnownMistake> mistakes = KnownMistake.all();
        int found = 0;
        for (final KnownMistake planted : mistakes) {
            found += add(planted) ? 1 : 0;
        }
        out.printf("%d of %d defects found%n", found, mistakes.size());
        return found == mistakes.size();
    }

    /** Prints one line, and one that says what the mistake is. @return whether some seed finds it */
    boolean add(final KnownMistake planted) {
        final LongFunction<String> run = planted.plant();
        final Map<String, Integer> rules = new TreeMap<>();
        long caught = 0;
        long first = 0;
        for (long seed = from; seed < from + seeds; seed++) {
            final String rule = run.apply(seed);
            if (rule != null) {
                rules.merge(rule, 1, Integer::sum);
                first = caught == 0 ? seed : first;
                caught++;
            }
        }
        final String by = rules.entrySet().stream()
                .map(rule -> rule.getKey() + " " + rule.getValue())
                .collect(Collectors.joining(", "));
        out.printf(
                Locale.ROOT,
                "%-48s%8d%8s  %s%n",
                planted,
                caught,
                caught == 0 ? "-" : Long.toString(first),
                caught == 0 ? "NOT FOUND" : by);
        final String rows = planted.about().rows();
        out.printf("    %s%s%n", planted.about().mistake(), rows.isEmpty() ? "" : " (row " + rows + ")");
        return caught > 0;
    }
}
