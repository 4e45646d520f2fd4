package io.quorumlog.torment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A torment by what goes wrong with disks and clocks, each kind of which occurs where the machine permits it; and that of a
 * cluster that loses something, which must be seen.
 */
@Tag("bad-days")
final class TormentOfBadDisksIT {
    /** Where all wait for a core; else it takes a sixth of that. */
    private static final Duration LONGEST = Duration.ofSeconds(90);

    /** Of many short faults. */
    private static final long SEED = Long.getLong("torment.seed", 42);

    private static final int ATTEMPTS = 4;

    @Test
    void threeNodesKeepEveryPromiseWhateverBecomesOfTheirDisksAndClocks() throws IOException {
        final TormentPlan plan = TormentPlan.ofDisksAndClocks(SEED, 3);
        try (TormentRun run = new TormentRun(plan, LONGEST, EnumSet.allOf(Fault.Need.class))) {
            final TormentReport report = run.run();

            System.out.println(report.summary());
            assertTrue(report.violations().isEmpty(), () -> TormentIT.detailsOf(report));
            final Set<Fault> missing = EnumSet.copyOf(plan.faults);
            missing.removeAll(report.faults().keySet());
            missing.removeAll(report.skipped().keySet());
            assertEquals(Set.of(), missing, "kinds of fault that never occurred");
        }
    }

    /** What {@code durability=page-cache} does not promise to survive. */
    @Test
    void powerLossThatTakesAcknowledgedEntriesIsSeen() throws IOException {
        boolean isSeen = false;
        // A loss just behind an election, which flushes, takes nothing with it; so one run is not enough to tell.
        for (int attempt = 0; attempt < ATTEMPTS && !isSeen; attempt++) {
            final TormentPlan plan = TormentPlan.ofPowerLossInPageCache(SEED + attempt, 3);
            try (TormentRun run = new TormentRun(plan, Duration.ofSeconds(5), EnumSet.allOf(Fault.Need.class))) {
                final TormentReport report = run.run();

                System.out.println(report.summary());
                assumeTrue(report.skipped().isEmpty(), () -> report.skipped().toString());
                isSeen = report.violations().stream()
                        .anyMatch(violation -> violation.rule().equals("AppendsAreTrue")
                                && violation.text().endsWith("but lost"));
                run.cluster().close();
            }
        }
        assertTrue(isSeen);
    }
}
