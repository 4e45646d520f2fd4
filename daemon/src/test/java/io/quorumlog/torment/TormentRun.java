package io.quorumlog.torment;

import io.quorumlog.process.NetworkCluster;
import io.quorumlog.process.ProcessCluster;
import io.quorumlog.process.RespClient;
import io.quorumlog.process.SystemCallFaults;
import io.quorumlog.process.TestDisk;
import io.quorumlog.torment.Operation.Kind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.core.ConditionTimeoutException;
import org.opentest4j.TestAbortedException;

/** One cluster, from its start through its torment and its healing to the check of all it has promised. */
final class TormentRun implements AutoCloseable {
    /** Who asks when all others have ended. */
    private static final int LAST_CLIENT = 0;

    private static final int READ_AT_ONCE = 1_000;
    /** More than the log grows to in a run; takes no more of the machine's disk than is written. */
    private static final int DISK_MIB = 2_048;

    private final TormentPlan plan;
    private final Duration length;
    private final Map<Fault.Need, String> excluded = new EnumMap<>(Fault.Need.class);
    private final History history = new History();
    private final List<Violation> violations = new ArrayList<>();
    private final ProcessCluster cluster;
    private FaultInjector injector;
    private int entries;
    private long tormentMs;
    private long healingMs;

    /**
     * Sets the stage.
     *
     * @param length of the torment, at most
     * @param means which needs of faults may be met, where the machine permits it
     */
    TormentRun(final TormentPlan plan, final Duration length, final Set<Fault.Need> means) {
        this.plan = plan;
        this.length = length;
        for (final Fault.Need need : EnumSet.complementOf(EnumSet.copyOf(means))) {
            excluded.put(need, "not in this run");
        }
        cluster = open();
        cluster.setting("durability", plan.pageCache ? "page-cache" : "fsync");
        equip(Fault.Need.TRACER, SystemCallFaults::assumePossible);
        equip(Fault.Need.DISK, this::mountDisks);
        equip(Fault.Need.CLOCK, this::giveClocks);
    }

    /** Makes possible what the faults with a need want, if there are any and the machine permits it. */
    private void equip(final Fault.Need need, final Runnable equipment) {
        if (!excluded.containsKey(need) && plan.faults.stream().anyMatch(fault -> fault.need() == need)) {
            try {
                equipment.run();
            } catch (final TestAbortedException notPermitted) {
                excluded.put(need, notPermitted.getMessage());
            }
        }
    }

    private void giveClocks() {
        for (int id = 1; id <= plan.members; id++) {
            cluster.giveClock(id);
        }
    }

    private void mountDisks() {
        TestDisk.assumeCanShutDown();
        TestDisk.assumeCanFreeze();
        for (int id = 1; id <= plan.members; id++) {
            cluster.mountDisk(id, TestDisk.Kind.EXT4, DISK_MIB);
        }
    }

    private ProcessCluster open() {
        try {
            if (!excluded.containsKey(Fault.Need.NETWORK)
                    && plan.faults.stream().anyMatch(Fault::isOfNetwork)) {
                try {
                    final ProcessCluster onMachines = new NetworkCluster(plan.members);
                    onMachines.open();
                    return onMachines;
                } catch (final TestAbortedException notPermitted) {
                    excluded.put(Fault.Need.NETWORK, notPermitted.getMessage());
                }
            }
            final ProcessCluster onThisMachine = new ProcessCluster(plan.members);
            onThisMachine.open();
            return onThisMachine;
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The cluster, which belongs to this run. */
    ProcessCluster cluster() {
        return cluster;
    }

    /** Does it all. Whatever is wrong with the cluster is in the report, and not thrown. */
    TormentReport run() {
        injector = new FaultInjector(plan, cluster, history, excluded);
        try {
            cluster.startAll();
            torment();
            final Map<Integer, List<LogEntry>> logs = logs();
            violations.addAll(Checker.check(new Evidence(history.operations(), logs)));
        } catch (final AssertionError | ConditionTimeoutException failure) {
            violations.add(new Violation("Liveness", failure.getMessage(), List.of()));
        }
        return new TormentReport(
                plan, tormentMs, history, injector, healingMs, entries, violations, cluster.directory());
    }

    private void torment() {
        final Clients clients = new Clients(plan, cluster, history);
        try (clients) {
            final long beganNs = System.nanoTime();
            injector.run(beganNs + length.toNanos());
            tormentMs = (System.nanoTime() - beganNs) / 1_000_000;
            injector.heal();
            final long healedNs = System.nanoTime();
            cluster.awaitAllCount();
            healingMs = (System.nanoTime() - healedNs) / 1_000_000;
        }
        for (final Throwable failure : clients.failures()) {
            violations.add(new Violation("Clients", "a client ended: " + failure, List.of()));
        }
    }

    /** Each node's log, up to an entry that was asked for when everybody else had ended. */
    private Map<Integer, List<LogEntry>> logs() {
        final long last = appendLast();
        final Map<Integer, List<LogEntry>> logs = new TreeMap<>();
        for (int id = 1; id <= plan.members; id++) {
            cluster.awaitCommit(id, last);
            logs.put(id, read(id, last));
        }
        entries = logs.get(1).size();
        return logs;
    }

    private long appendLast() {
        final AtomicLong last = new AtomicLong();
        final AtomicLong attempts = new AtomicLong();
        ProcessCluster.untilTrue("a last append", () -> {
            final int leader = cluster.leader();
            if (leader == 0) {
                return false;
            }
            final byte[] payload = Payload.bytes(LAST_CLIENT + "-" + attempts.incrementAndGet(), 0);
            final Operation operation = history.ask(LAST_CLIENT, (int) attempts.get(), Kind.APPEND, 0, 0, payload);
            try (RespClient client = cluster.client(leader)) {
                if (client.call("APPEND", payload) instanceof Long index) {
                    operation.answered(history.nowNs(), index);
                    last.set(index);
                }
            }
            return last.get() > 0;
        });
        return last.get();
    }

    private List<LogEntry> read(final int id, final long last) {
        final List<LogEntry> log = new ArrayList<>();
        try (RespClient client = cluster.client(id)) {
            long next = 1;
            while (next <= last) {
                client.send("READ", next, "COUNT", READ_AT_ONCE);
                final List<?> piece = (List<?>) client.receiveBytes();
                if (piece.isEmpty()) {
                    throw new AssertionError(
                            "node " + id + " has committed " + last + ", but gives nothing from " + next + " on");
                }
                for (final Object element : piece) {
                    final List<?> fields = (List<?>) element;
                    final LogEntry entry = history.entry(
                            (Long) fields.get(0), (Long) fields.get(1), (Long) fields.get(2), (byte[]) fields.get(3));
                    if (entry.index() <= last) {
                        log.add(entry);
                    }
                    next = entry.index() + 1;
                }
            }
        }
        return log;
    }

    /** Where it is, in a line. */
    String progress() {
        final FaultInjector begun = injector;
        return history.size() + " operations, " + (begun == null ? 0 : begun.countsSoFar()) + " faults";
    }

    /** Ends all processes; deletes what they have written, unless it shows what was broken. */
    @Override
    public void close() throws IOException {
        if (violations.isEmpty()) {
            cluster.close();
        } else {
            cluster.closeAndKeepFiles();
        }
    }
}
