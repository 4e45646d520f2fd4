package io.quorumlog.torment;

import io.quorumlog.torment.Operation.Kind;
import io.quorumlog.torment.Operation.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.TreeSet;

/** What a run has done and found. */
final class TormentReport {
    /** Lines of the history shown on either side of one that shows something wrong. */
    private static final int CONTEXT_LINES = 6;

    private final TormentPlan plan;
    private final long tormentMs;
    private final List<Operation> operations;
    private final List<String> events;
    private final Map<Fault, Integer> faults;
    private final Map<Fault, Integer> ended;
    private final Map<Fault, String> skipped;
    private final long healingMs;
    private final int entries;
    private final List<Violation> violations;
    private final Path directory;

    TormentReport(
            final TormentPlan plan,
            final long tormentMs,
            final History history,
            final FaultInjector injector,
            final long healingMs,
            final int entries,
            final List<Violation> violations,
            final Path directory) {
        this.plan = plan;
        this.tormentMs = tormentMs;
        operations = history.operations();
        events = history.events();
        faults = injector.counts();
        ended = injector.ended();
        skipped = injector.skipped();
        this.healingMs = healingMs;
        this.entries = entries;
        this.violations = List.copyOf(violations);
        this.directory = directory;
    }

    List<Violation> violations() {
        return violations;
    }

    int operationCount() {
        return operations.size();
    }

    /** How often each fault was made. */
    Map<Fault, Integer> faults() {
        return faults;
    }

    /** Which faults the plan wanted and the machine or the run did not permit, with the reason. */
    Map<Fault, String> skipped() {
        return skipped;
    }

    /** How long it took after the last fault until all members were up to date and one led. */
    long healingMs() {
        return healingMs;
    }

    /** The figures, in a few lines. */
    String summary() {
        final StringJoiner lines = new StringJoiner("\n");
        lines.add("torment seed=" + plan.seed + " members=" + plan.members + " durability="
                + (plan.pageCache ? "page-cache" : "fsync") + ": " + tormentMs / 1_000 + " s, " + operations.size()
                + " operations, " + entries + " entries, all back " + healingMs + " ms after healing, "
                + (violations.isEmpty() ? "every promise kept" : violations.size() + " VIOLATIONS"));
        lines.add("  operations: " + outcomes());
        lines.add("  faults: " + faults + (ended.isEmpty() ? "" : ", of which ended members: " + ended));
        final Map<String, List<Fault>> byReason = new TreeMap<>();
        skipped.forEach((fault, reason) ->
                byReason.computeIfAbsent(reason, key -> new ArrayList<>()).add(fault));
        byReason.forEach((reason, kinds) -> lines.add("  skipped, " + reason + ": " + kinds));
        return lines.toString();
    }

    private String outcomes() {
        final Map<Kind, Map<Outcome, Integer>> counts = new EnumMap<>(Kind.class);
        for (final Operation operation : operations) {
            counts.computeIfAbsent(operation.kind(), kind -> new EnumMap<>(Outcome.class))
                    .merge(operation.outcome(), 1, Integer::sum);
        }
        return counts.toString().toLowerCase(Locale.ROOT);
    }

    /** What was violated, with the history around it; writes the whole history beside the nodes' data. */
    String details() throws IOException {
        final List<String> lines = new ArrayList<>();
        lines.add(summary());
        for (final Violation violation : violations) {
            lines.add("");
            lines.add("VIOLATION " + violation);
            addContext(violation, lines);
        }
        final Path file = directory.resolve("history.txt");
        final List<String> all = new ArrayList<>(List.of(plan.toString(), ""));
        all.addAll(lines);
        all.add("\nwhat was done to the cluster:");
        all.addAll(events);
        all.add("\nwhat clients asked and were told:");
        operations.forEach(operation -> all.add(operation.toString()));
        Files.write(file, all);
        lines.add("");
        lines.add("the whole history: " + file);
        lines.add("the nodes' data and what they have said: " + directory);
        return String.join("\n", lines);
    }

    private void addContext(final Violation violation, final List<String> lines) {
        final TreeSet<Integer> shown = new TreeSet<>();
        final TreeSet<Integer> involved = new TreeSet<>();
        for (final Operation operation : violation.involved()) {
            final int place = operations.indexOf(operation);
            involved.add(place);
            for (int i = place - CONTEXT_LINES; i <= place + CONTEXT_LINES; i++) {
                if (i >= 0 && i < operations.size()) {
                    shown.add(i);
                }
            }
        }
        int before = -1;
        for (final int place : shown) {
            if (before >= 0 && place > before + 1) {
                lines.add("      ...");
            }
            lines.add((involved.contains(place) ? "  ==> " : "      ") + operations.get(place));
            before = place;
        }
    }
}
