package io.quorumlog.torment;

import java.io.IOException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;

/** The long torment, behind {@code scripts/torment}: run after run, each of another seed, until the time is over. */
final class Torment {
    private static final long MOST_SECONDS_A_RUN = 40;
    private static final long LEAST_SECONDS_A_RUN = 5;
    private static final long PROGRESS_MS = 5_000;
    private static final int USAGE = 2;

    private final long minutes;
    private final long firstSeed;
    private final int members;
    private final Map<Fault, Integer> faults = new EnumMap<>(Fault.class);
    private long operations;
    private long longestHealingMs;
    private volatile TormentRun current;

    private Torment(final long minutes, final long firstSeed, final int members) {
        this.minutes = minutes;
        this.firstSeed = firstSeed;
        this.members = members;
    }

    /** Arguments: minutes, first seed, members (0: three and five by turns). Status 1 where a promise was broken. */
    public static void main(final String[] arguments) throws IOException {
        if (arguments.length != 3) {
            System.err.println("usage: Torment MINUTES SEED MEMBERS");
            System.exit(USAGE);
        }
        final Torment torment =
                new Torment(Long.parseLong(arguments[0]), Long.parseLong(arguments[1]), Integer.parseInt(arguments[2]));
        System.exit(torment.run() ? 0 : 1);
    }

    private boolean run() throws IOException {
        Runtime.getRuntime().addShutdownHook(new Thread(this::closeCurrent));
        final Thread progress = new Thread(this::showProgress, "progress");
        progress.setDaemon(true);
        progress.start();
        final long endNs = System.nanoTime() + Duration.ofMinutes(minutes).toNanos();
        int runs = 0;
        while (true) {
            final long leftSeconds = (endNs - System.nanoTime()) / 1_000_000_000;
            if (leftSeconds < LEAST_SECONDS_A_RUN && runs > 0) {
                System.out.println(runs + " runs, " + operations + " operations, every promise kept, all back at most "
                        + longestHealingMs + " ms after healing; faults: " + faults);
                return true;
            }
            final long seed = firstSeed + runs;
            final TormentPlan plan = new TormentPlan(seed, members != 0 ? members : seed % 2 == 0 ? 3 : 5);
            final TormentReport report = run(plan, Duration.ofSeconds(Math.min(leftSeconds, MOST_SECONDS_A_RUN)));
            if (!report.violations().isEmpty()) {
                System.out.println(report.details());
                System.out.println(
                        "again, as far as real processes do the same again: scripts/torment --minutes 1 --seed " + seed
                                + " --nodes " + plan.members);
                return false;
            }
            System.out.println(report.summary());
            runs++;
        }
    }

    private TormentReport run(final TormentPlan plan, final Duration length) throws IOException {
        try (TormentRun run = new TormentRun(plan, length, EnumSet.allOf(Fault.Need.class))) {
            current = run;
            final TormentReport report = run.run();
            operations += report.operationCount();
            longestHealingMs = Math.max(longestHealingMs, report.healingMs());
            report.faults().forEach((fault, count) -> faults.merge(fault, count, Integer::sum));
            return report;
        } finally {
            current = null;
        }
    }

    private void showProgress() {
        final boolean isTerminal = System.console() != null;
        while (true) {
            try {
                Thread.sleep(PROGRESS_MS);
            } catch (final InterruptedException e) {
                return;
            }
            final TormentRun run = current;
            if (run != null) {
                System.err.print(isTerminal ? "\r" + run.progress() + "  \r" : run.progress() + "\n");
            }
        }
    }

    private void closeCurrent() {
        final TormentRun run = current;
        if (run != null) {
            try {
                run.close();
            } catch (final IOException e) {
                System.err.println(e);
            }
        }
    }
}
