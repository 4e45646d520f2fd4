package io.quorumlog.process;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Five nodes, of which two majorities have only one member in common, and that one loses its power in between. */
@Tag("bad-days")
final class PowerLossOfFiveIT {
    private static final int COMMON = 3;
    private static final List<Integer> FIRST_SLEEPERS = List.of(1, 2);
    private static final List<Integer> THEN_SLEEPERS = List.of(4, 5);
    private static final int DISK_MIB = 256;
    private static final int APPENDS = 1_000;

    @RegisterExtension
    final ProcessCluster cluster = new ProcessCluster(5);

    @Test
    void onePowerLossAndTwoNapsSplitNothing() {
        TestDisk.assumeCanShutDown();
        cluster.mountDisk(COMMON, TestDisk.Kind.EXT4, DISK_MIB);
        cluster.startAll();
        cluster.lead(THEN_SLEEPERS.get(0));
        final AppendLoad load = new AppendLoad(cluster, 2, 200);
        try (load) {
            FIRST_SLEEPERS.forEach(cluster::pause);
            load.awaitMore(APPENDS);
            cluster.losePower(List.of(COMMON));
            THEN_SLEEPERS.forEach(cluster::pause);
            cluster.disk(COMMON).restore();
            FIRST_SLEEPERS.forEach(cluster::resume);
            cluster.start(COMMON);
            load.awaitMore(APPENDS);
            THEN_SLEEPERS.forEach(cluster::resume);
            load.awaitMore(APPENDS);
        }

        load.check(cluster.awaitEqualLogs());
    }
}
