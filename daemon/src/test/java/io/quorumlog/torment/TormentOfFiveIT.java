package io.quorumlog.torment;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.EnumSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A torment of five nodes by all that the machine permits; and that of a cluster that loses something, which must be seen. */
@Tag("bad-days")
final class TormentOfFiveIT {
    private static final long SEED = Long.getLong("torment.seed", 1);
    private static final int LOST_BYTES = 20_000;

    @Test
    void fiveNodesKeepEveryPromiseWhateverBecomesOfThem() throws IOException {
        final TormentPlan plan = TormentPlan.ofAllFaults(SEED, 5);
        try (TormentRun run = new TormentRun(plan, Duration.ofSeconds(20), EnumSet.allOf(Fault.Need.class))) {
            final TormentReport report = run.run();

            System.out.println(report.summary());
            assertTrue(report.violations().isEmpty(), () -> TormentIT.detailsOf(report));
        }
    }

    /** What {@code durability=page-cache} does not promise to survive. */
    @Test
    void powerFailureThatTakesAcknowledgedEntriesIsSeen() throws IOException {
        final TormentPlan plan = TormentPlan.ofAllFaultsInPageCache(SEED, 3);
        try (TormentRun run = new TormentRun(plan, Duration.ofSeconds(2), EnumSet.of(Fault.Need.NOTHING))) {
            final TormentReport report = run.run(() -> {
                run.cluster().killAll();
                for (int id = 1; id <= plan.members; id++) {
                    TornTail.lose(run.cluster().dataDir(id), LOST_BYTES);
                    run.cluster().start(id);
                }
            });

            System.out.println(report.summary());
            assertTrue(
                    report.violations().stream()
                            .anyMatch(violation -> violation.rule().equals("AppendsAreTrue")
                                    && violation.text().endsWith("but lost")),
                    () -> TormentIT.detailsOf(report));
            run.cluster().close();
        }
    }
}
