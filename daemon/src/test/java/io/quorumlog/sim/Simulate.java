package io.quorumlog.sim;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Long runs, and single ones to be looked at: what {@code scripts/simulate} starts. */
@Command(
        name = "scripts/simulate",
        description =
                "Runs the deterministic simulation, a cluster with clients and faults a seed, until a rule breaks.",
        footer = {
            "",
            "Exit status: 0 if every rule held, 1 if one broke, 2 for wrong options.",
            "A failure is made small before it is printed: kinds of fault, and single faults, are left out as long as"
                    + " the same rule still breaks."
        },
        usageHelpWidth = 120,
        sortOptions = false)
final class Simulate implements Callable<Integer> {
    private static final int FAILED = 1;
    private static final long SEEDS = 10_000;
    /** As many as the rarest defect takes. */
    static final long SEEDS_A_DEFECT = 800;

    private static final int SHRINKING_RUNS = 400;
    private static final long PROGRESS_NS = 1_000_000_000L;
    /** Where nobody rewrites a line, they are few. */
    private static final long PROGRESS_IN_FILE_NS = 30 * PROGRESS_NS;

    @Option(
            names = "--seeds",
            paramLabel = "N",
            description = "how many seeds; default " + SEEDS + ", with --defects " + SEEDS_A_DEFECT)
    private Long seedsWanted;

    @Option(names = "--from", paramLabel = "S", description = "the first seed; default ${DEFAULT-VALUE}")
    private long from = 1;

    @Option(names = "--seed", paramLabel = "S", description = "this one alone, and what fails is not made smaller")
    private Long only;

    @Option(
            names = "--without",
            paramLabel = "FAULT,...",
            description = "leaves kinds of fault out: ${COMPLETION-CANDIDATES}",
            completionCandidates = FaultNames.class)
    private String without = "";

    @Option(
            names = "--skip",
            paramLabel = "N,N-N,...",
            description = "leaves single faults out, by the numbers in the trace")
    private String skip = "";

    @Option(
            names = "--defects",
            description = "plants each known mistake in turn, and tells in how many seeds which rule finds it")
    private boolean defects;

    @Option(names = "--trace", description = "prints all that happens")
    private boolean trace;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "prints this")
    private boolean help;

    @Spec
    private CommandSpec spec;

    private final Defect defect;
    private final PrintStream out;
    private final PrintStream progress;
    private final boolean isTerminal;
    private final Tally tally = new Tally();
    private long startedNs;
    private long progressNs;

    /** What a list of all kinds is made of. */
    static final class FaultNames extends ArrayList<String> {
        private static final long serialVersionUID = 1L;

        FaultNames() {
            for (final Fault fault : Fault.values()) {
                add(fault.text());
            }
        }
    }

    /** @param defect a mistake that is planted in all runs */
    Simulate(final Defect defect, final PrintStream out, final PrintStream progress, final boolean isTerminal) {
        this.defect = defect;
        this.out = out;
        this.progress = progress;
        this.isTerminal = isTerminal;
    }

    /** @param arguments as {@code --help} lists them */
    public static void main(final String[] arguments) {
        Locale.setDefault(Locale.ROOT);
        final boolean isTerminal = System.getenv("SIMULATE_TERMINAL") != null;
        System.exit(new Simulate(Defect.NONE, System.out, System.err, isTerminal).run(arguments));
    }

    /** Does what the arguments say. @return the exit status */
    int run(final String... arguments) {
        return new CommandLine(this)
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(progress, true))
                .execute(arguments);
    }

    @Override
    public Integer call() {
        refuseTogether("--defects", "--seed", "--without", "--skip", "--trace");
        refuseTogether("--seed", "--seeds", "--from");
        final Omissions omissions = omissions();
        final long seeds = seedsWanted != null ? seedsWanted : defects ? SEEDS_A_DEFECT : SEEDS;
        if (seeds < 1) {
            throw wrong("--seeds " + seeds + ": must be at least 1");
        }
        if (defects) {
            return new DefectTable(from, seeds, out).print() ? 0 : FAILED;
        }
        startedNs = System.nanoTime();
        progressNs = startedNs;
        final long first = only == null ? from : only;
        final long end = only == null ? from + seeds : only + 1;
        for (long seed = first; seed < end; seed++) {
            final Simulation simulation = new Simulation(seed, defect, omissions);
            if (trace) {
                simulation.printTrace(out);
            }
            try {
                simulation.run();
            } catch (final SimulationFailure failure) {
                report(failure);
                return FAILED;
            }
            tally.add(simulation.tally());
            showProgress(seed + 1 - first, end - first);
        }
        endProgress();
        out.println(tally);
        out.printf("%,.0f events a second%n", tally.events() / seconds());
        return 0;
    }

    /** What would be without effect is an error. */
    private void refuseTogether(final String option, final String... others) {
        final CommandLine.ParseResult given = spec.commandLine().getParseResult();
        for (final String other : others) {
            if (given.hasMatchedOption(option) && given.hasMatchedOption(other)) {
                throw wrong(other + ": has no meaning with " + option);
            }
        }
    }

    private Omissions omissions() {
        try {
            return Omissions.parse(without, skip);
        } catch (final IllegalArgumentException e) {
            throw wrong("--without " + without + " --skip " + skip + ": " + e.getMessage());
        }
    }

    private CommandLine.ParameterException wrong(final String reason) {
        return new CommandLine.ParameterException(spec.commandLine(), reason);
    }

    private void report(final SimulationFailure failure) {
        endProgress();
        if (only != null) {
            out.println(failure.getMessage());
            return;
        }
        out.println("seed " + failure.seed() + " breaks " + failure.rule() + " with event " + failure.step());
        progress.println("making it smaller ...");
        final SimulationFailure smallest = Shrinking.shrink(failure, defect, SHRINKING_RUNS);
        out.println("made smaller: " + smallest.step() + " events and these faults: "
                + smallest.tally().faultsText());
        out.println(smallest.getMessage());
    }

    // Progress.

    private void showProgress(final long done, final long all) {
        final long nowNs = System.nanoTime();
        if (nowNs - progressNs >= (isTerminal ? PROGRESS_NS : PROGRESS_IN_FILE_NS)) {
            progressNs = nowNs;
            progress.printf(
                    "%s%,d of %,d seeds, %,d events, %,.0f a second%s",
                    isTerminal ? "\r" : "",
                    done,
                    all,
                    tally.events(),
                    tally.events() / seconds(),
                    isTerminal ? "  " : "\n");
            progress.flush();
        }
    }

    private void endProgress() {
        if (isTerminal && progressNs != startedNs) {
            progress.println();
        }
    }

    private double seconds() {
        return (System.nanoTime() - startedNs) / 1e9;
    }
}
