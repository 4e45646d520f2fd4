package io.quorumlog.torment;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.EnumSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A torment of five nodes by all that the machine permits. */
@Tag("bad-days")
final class TormentOfFiveIT {
    private static final long SEED = Long.getLong("torment.seed", 1);

    @Test
    void fiveNodesKeepEveryPromiseWhateverBecomesOfThem() throws IOException {
        final TormentPlan plan = TormentPlan.ofAllFaults(SEED, 5);
        try (TormentRun run = new TormentRun(plan, Duration.ofSeconds(20), EnumSet.allOf(Fault.Need.class))) {
            final TormentReport report = run.run();

            System.out.println(report.summary());
            assertTrue(report.violations().isEmpty(), () -> TormentIT.detailsOf(report));
        }
    }
}
