package io.quorumlog.torment;

import io.quorumlog.process.NodeProcess;
import io.quorumlog.process.ProcessCluster;
import io.quorumlog.process.SystemCallFaults;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * What is done to the disk of one member that is struck. It may end of that, in order: with status 1, and never because the
 * JVM has crashed.
 */
final class DiskFaults {
    private static final int LEAST_DELAY_US = 10_000;
    private static final int MOST_DELAY_US = 1_000_000;
    private static final int STATUS_OF_DISK = 1;

    private final ProcessCluster cluster;
    private final Members members;
    private final Random random;
    private final Map<Fault, Integer> ended = new EnumMap<>(Fault.class);

    DiskFaults(final ProcessCluster cluster, final Members members, final Random random) {
        this.cluster = cluster;
        this.members = members;
        this.random = random;
    }

    /** How often members have ended of each fault. */
    Map<Fault, Integer> ended() {
        return ended;
    }

    /**
     * Makes a fault.
     *
     * @throws org.opentest4j.TestAbortedException if the machine does not permit it
     */
    Strike strike(final Fault fault, final int id) {
        return switch (fault) {
            case SLOW_DISK ->
                trace(
                        id,
                        SystemCallFaults.FLUSHES_AND_WRITES,
                        "delay_enter=" + drawDelayUs(),
                        () -> members.release(id));
            case HANGING_DISK ->
                trace(id, SystemCallFaults.FLUSHES_AND_WRITES, SystemCallFaults.HANGS, () -> members.release(id));
            case FAILED_FLUSH -> fail(fault, id, SystemCallFaults.FLUSHES, "error=EIO");
            case FAILED_WRITE ->
                fail(fault, id, SystemCallFaults.WRITES, random.nextBoolean() ? "error=EIO" : "error=ENOSPC");
            case FROZEN_DISK -> freeze(id);
            case FULL_DISK -> fill(id);
            case LOST_DISK -> lose(id);
            case POWER_LOSS -> losePower(id);
            default -> throw new IllegalArgumentException(fault + " is not of one disk");
        };
    }

    private int drawDelayUs() {
        return LEAST_DELAY_US + random.nextInt(MOST_DELAY_US);
    }

    private Strike trace(final int id, final String calls, final String what, final Runnable end) {
        final SystemCallFaults tracer = SystemCallFaults.inject(cluster.node(id), calls, what);
        return new Strike(what, () -> {
            tracer.close();
            end.run();
        });
    }

    private Strike fail(final Fault fault, final int id, final String calls, final String what) {
        members.mayEnd(id);
        final boolean isMetByStart = fault == Fault.FAILED_WRITE && random.nextBoolean();
        if (isMetByStart) {
            restart(id);
        }
        final Strike strike = trace(id, calls, what, () -> startCured(fault, id));
        return isMetByStart ? metByStart(id, strike) : strike;
    }

    private Strike freeze(final int id) {
        cluster.disk(id).freeze();
        return new Strike("", () -> {
            cluster.disk(id).thaw();
            members.release(id);
        });
    }

    private Strike fill(final int id) {
        members.mayEnd(id);
        cluster.disk(id).fill();
        final Strike strike = new Strike("", () -> {
            cluster.disk(id).free();
            startCured(Fault.FULL_DISK, id);
        });
        if (random.nextBoolean()) {
            return strike;
        }
        restart(id);
        return metByStart(id, strike);
    }

    private void restart(final int id) {
        cluster.kill(id);
        cluster.start(id);
    }

    /** It is not taken back before the start has met with it. */
    private Strike metByStart(final int id, final Strike strike) {
        return new Strike((strike.what() + " met by its start").trim(), () -> {
            ProcessCluster.untilTrue(
                    "node " + id + " to come up or to end",
                    () -> !cluster.node(id).isAlive() || cluster.figure(id, "commit_index") >= 0);
            strike.end().run();
        });
    }

    private Strike lose(final int id) {
        members.mayEnd(id);
        cluster.disk(id).fail();
        return new Strike("", () -> {
            end(Fault.LOST_DISK, id);
            cluster.disk(id).restore();
            members.start(id);
        });
    }

    private Strike losePower(final int id) {
        members.mayEnd(id);
        cluster.losePower(List.of(id));
        return new Strike("", () -> {
            cluster.disk(id).restore();
            members.start(id);
        });
    }

    private void startCured(final Fault fault, final int id) {
        end(fault, id);
        members.start(id);
    }

    /** Whether it has ended of the fault or not, the member must have ended. */
    private void end(final Fault fault, final int id) {
        final NodeProcess node = cluster.node(id);
        if (node.isAlive()) {
            cluster.kill(id);
        } else if (node.awaitExit() == STATUS_OF_DISK) {
            ended.merge(fault, 1, Integer::sum);
        } else {
            throw new AssertionError("node " + id + " met with " + fault + " and ended with status " + node.awaitExit()
                    + ":\n" + node.outputTail(5));
        }
    }
}
