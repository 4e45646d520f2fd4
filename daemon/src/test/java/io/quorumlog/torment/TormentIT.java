package io.quorumlog.torment;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.EnumSet;
import org.junit.jupiter.api.Test;

/** A short torment of three nodes, by what can be done to processes anywhere. */
final class TormentIT {
    private static final long SEED = Long.getLong("torment.seed", 1);

    @Test
    void threeNodesKeepEveryPromiseWhateverBecomesOfTheirProcesses() throws IOException {
        final TormentPlan plan = TormentPlan.ofAllFaults(SEED, 3);
        try (TormentRun run = new TormentRun(plan, Duration.ofSeconds(15), EnumSet.of(Fault.Need.NOTHING))) {
            final TormentReport report = run.run();

            System.out.println(report.summary());
            assertTrue(report.violations().isEmpty(), () -> detailsOf(report));
        }
    }

    static String detailsOf(final TormentReport report) {
        try {
            return report.details();
        } catch (final IOException e) {
            return report.summary() + "; and the history could not be written: " + e;
        }
    }
}
