package io.quorumlog.torment;

import io.quorumlog.process.NetworkCluster;
import io.quorumlog.process.ProcessCluster;
import io.quorumlog.process.RespClient;
import io.quorumlog.process.SystemCallFaults;
import io.quorumlog.process.TestNetwork;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.opentest4j.TestAbortedException;

/** Does to a cluster what the plan allows, several things at a time, and takes back each of them later. One thread. */
final class FaultInjector {
    private static final long TICK_MS = 20;
    /** When a fault found nobody whom it could strike. */
    private static final long RETRY_NS = 50_000_000;
    /** What the operations page promises is 5 s; the rest is for a machine on which all wait for a core. */
    private static final long STOP_LIMIT_NS = 10_000_000_000L;

    private static final int LEAST_FLUSH_DELAY_US = 10_000;
    private static final int MOST_FLUSH_DELAY_US = 1_000_000;
    private static final int MOST_RESTARTS = 5;
    private static final int UNREAD_REQUESTS = 200;

    private final TormentPlan plan;
    private final ProcessCluster cluster;
    private final History history;
    private final Members members;
    private final Set<Fault> possible;
    private final Map<Fault, Integer> counts = new EnumMap<>(Fault.class);
    private final AtomicInteger made = new AtomicInteger();
    private final Map<Fault, String> skipped = new EnumMap<>(Fault.class);
    private final List<Lasting> lasting = new ArrayList<>();

    /** A fault that is to be taken back. */
    private record Lasting(Fault fault, long endNs, Runnable end) {}

    /** @param excluded faults that can't be made here, with the reason */
    FaultInjector(
            final TormentPlan plan,
            final ProcessCluster cluster,
            final History history,
            final Map<Fault.Need, String> excluded) {
        this.plan = plan;
        this.cluster = cluster;
        this.history = history;
        members = new Members(cluster, plan.random);
        possible = EnumSet.copyOf(plan.faults);
        for (final Fault fault : plan.faults) {
            if (excluded.containsKey(fault.need())) {
                skip(fault, excluded.get(fault.need()));
            }
        }
    }

    private void skip(final Fault fault, final String why) {
        possible.remove(fault);
        skipped.put(fault, why);
    }

    /** Faults until a time. @throws AssertionError if a node does what it must not, whatever is done to it */
    void run(final long untilNs) {
        long nextNs = System.nanoTime();
        while (System.nanoTime() < untilNs) {
            endDue();
            members.look();
            if (System.nanoTime() >= nextNs && !possible.isEmpty()) {
                final List<Fault> choice = List.copyOf(possible);
                final int before = made.get();
                begin(choice.get(plan.random.nextInt(choice.size())));
                nextNs = System.nanoTime() + (made.get() > before ? plan.drawPauseNs() : RETRY_NS);
            }
            sleep();
        }
    }

    /** Takes everything back. */
    void heal() {
        while (!lasting.isEmpty()) {
            end(lasting.remove(0));
        }
        history.event("healed");
    }

    /** How many faults were made so far; for any thread. */
    int countsSoFar() {
        return made.get();
    }

    /** How often each fault was made. */
    Map<Fault, Integer> counts() {
        return counts;
    }

    /** What the plan wanted and could not be made here, and why. */
    Map<Fault, String> skipped() {
        return skipped;
    }

    private void endDue() {
        final List<Lasting> due = new ArrayList<>();
        for (final Iterator<Lasting> each = lasting.iterator(); each.hasNext(); ) {
            final Lasting fault = each.next();
            if (System.nanoTime() >= fault.endNs()) {
                each.remove();
                due.add(fault);
            }
        }
        due.forEach(this::end);
    }

    private void end(final Lasting fault) {
        fault.end().run();
    }

    /** A fault has been made. */
    private void lasts(final Fault fault, final String whom, final Runnable end) {
        count(fault);
        history.event(fault + " " + whom);
        later(fault, whom, end);
    }

    private void count(final Fault fault) {
        counts.merge(fault, 1, Integer::sum);
        made.incrementAndGet();
    }

    private void later(final Fault fault, final String whom, final Runnable end) {
        lasting.add(new Lasting(fault, System.nanoTime() + plan.drawLengthNs(), () -> {
            end.run();
            history.event("end of " + fault + " " + whom);
        }));
    }

    private void begin(final Fault fault) {
        final int most = plan.takesMajorities ? plan.members : (plan.members - 1) / 2;
        if (fault.isOfNetwork()) {
            if (lasting.stream().noneMatch(other -> other.fault().isOfNetwork())) {
                cut(fault);
            }
            return;
        }
        if (fault == Fault.UNREAD_REPLIES) {
            readNothing(members.any());
            return;
        }
        if (fault == Fault.TRANSFER) {
            transfer();
            return;
        }
        if (fault == Fault.KILL_ALL) {
            if (members.struckCount() == 0) {
                killAll();
            }
            return;
        }
        if (members.struckCount() >= most) {
            return;
        }
        final int id = switch (fault) {
            case KILL_LEADER, PAUSE_LEADER -> members.leader();
            case KILL_FOLLOWER, PAUSE_FOLLOWER, WIPE -> members.follower();
            default -> members.any();
        };
        if (id != 0) {
            strike(fault, id);
        }
    }

    private void strike(final Fault fault, final int id) {
        switch (fault) {
            case KILL_LEADER, KILL_FOLLOWER -> {
                kill(id);
                lasts(fault, "" + id, () -> members.start(id));
            }
            case PAUSE_LEADER, PAUSE_FOLLOWER -> {
                members.strike(id);
                cluster.pause(id);
                lasts(fault, "" + id, () -> {
                    cluster.resume(id);
                    members.release(id);
                });
            }
            case STOP -> stop(id);
            case RESTART_LOOP -> {
                kill(id);
                final int times = plan.random.nextInt(MOST_RESTARTS);
                lasts(fault, id + ", " + times + " more times", () -> restart(id, times));
            }
            case WIPE -> {
                if (members.areAllWhole()) {
                    kill(id);
                    members.wipe(id);
                    lasts(fault, "" + id, () -> members.start(id));
                }
            }
            case TORN_TAIL -> {
                kill(id);
                final String where =
                        TornTail.leave(cluster.dataDir(id), plan.random).orElse("nowhere");
                lasts(fault, id + " (" + where + ")", () -> members.start(id));
            }
            case SLOW_FLUSHES -> {
                final int delayUs = LEAST_FLUSH_DELAY_US + plan.random.nextInt(MOST_FLUSH_DELAY_US);
                injectIntoFlushes(fault, id, "delay_enter=" + delayUs, () -> members.release(id));
            }
            case FAILED_FLUSH -> {
                members.mayEnd(id);
                injectIntoFlushes(fault, id, "error=EIO", () -> {
                    cluster.kill(id); // if it had nothing to flush
                    members.start(id);
                });
            }
            default -> throw new IllegalArgumentException(fault + " is not for one member");
        }
    }

    private void kill(final int id) {
        members.strike(id);
        members.mayEnd(id);
        cluster.kill(id);
    }

    private void killAll() {
        for (int id = 1; id <= plan.members; id++) {
            members.strike(id);
            members.mayEnd(id);
        }
        cluster.killAll();
        count(Fault.KILL_ALL);
        history.event(Fault.KILL_ALL.toString());
        for (int id = 1; id <= plan.members; id++) {
            final int each = id;
            later(Fault.KILL_ALL, "" + id, () -> members.start(each));
        }
    }

    private void stop(final int id) {
        members.strike(id);
        members.mayEnd(id);
        final long beganNs = System.nanoTime();
        final int status = cluster.terminate(id);
        final long tookNs = System.nanoTime() - beganNs;
        if (status != 0 || tookNs > STOP_LIMIT_NS) {
            throw new AssertionError("node " + id + " was asked to stop, and ended with status " + status + " after "
                    + tookNs / 1_000_000 + " ms:\n" + cluster.node(id).outputTail(5));
        }
        lasts(Fault.STOP, "" + id, () -> members.start(id));
    }

    /** Until it has been killed so many times more, it is nobody else's. */
    private void restart(final int id, final int times) {
        if (times == 0) {
            members.start(id);
            return;
        }
        cluster.start(id);
        later(Fault.RESTART_LOOP, id + ", " + times + " more times", () -> {
            cluster.kill(id);
            restart(id, times - 1);
        });
    }

    private void injectIntoFlushes(final Fault fault, final int id, final String what, final Runnable end) {
        members.strike(id);
        try {
            final SystemCallFaults tracer = SystemCallFaults.inject(cluster.node(id), SystemCallFaults.FLUSHES, what);
            lasts(fault, id + " " + what, () -> {
                tracer.close();
                end.run();
            });
        } catch (final TestAbortedException notPermitted) {
            skip(fault, notPermitted.getMessage());
            members.release(id);
        }
    }

    /** Whatever comes of it. */
    private void transfer() {
        final int leader = members.leader();
        if (leader == 0) {
            return;
        }
        final int to = 1 + plan.random.nextInt(plan.members);
        try (RespClient client = cluster.client(leader)) {
            final Object reply = client.call("TRANSFER", to);
            history.event(Fault.TRANSFER + " " + leader + " to " + to + ": " + reply);
            count(Fault.TRANSFER);
        } catch (final UncheckedIOException gone) {
            history.event(Fault.TRANSFER + " " + leader + " to " + to + ": " + gone);
        }
    }

    private void readNothing(final int id) {
        if (id == 0) {
            return;
        }
        try {
            final RespClient client = cluster.client(id);
            for (int i = 0; i < UNREAD_REQUESTS; i++) {
                client.send("READ", 1, "COUNT", 1_000);
            }
            client.send("TAIL", 1);
            lasts(Fault.UNREAD_REPLIES, "" + id, client::close);
        } catch (final UncheckedIOException gone) {
            history.event(Fault.UNREAD_REPLIES + " " + id + ": " + gone);
        }
    }

    private void cut(final Fault fault) {
        final TestNetwork network = ((NetworkCluster) cluster).network();
        final int one = fault == Fault.ISOLATE_LEADER ? members.leader() : 1 + plan.random.nextInt(plan.members);
        final int other = 1 + (one + plan.random.nextInt(plan.members - 1)) % plan.members;
        if (one == 0 || (fault == Fault.ISOLATE_FOLLOWER && one == members.leader())) {
            return;
        }
        switch (fault) {
            case ISOLATE_LEADER, ISOLATE_FOLLOWER -> network.isolate(one);
            case DEAFEN -> network.deafen(one);
            case MUTE -> network.mute(one);
            case CUT_PAIR -> network.cut(one, other);
            case DROP_ONE_WAY -> network.drop(one, other);
            default -> throw new IllegalArgumentException(fault + " is not of the network");
        }
        final boolean isOfTwo = fault == Fault.CUT_PAIR || fault == Fault.DROP_ONE_WAY;
        lasts(fault, one + (isOfTwo ? " and " + other : ""), network::heal);
    }

    private static void sleep() {
        try {
            Thread.sleep(TICK_MS);
        } catch (final InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
