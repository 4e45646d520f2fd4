package io.quorumlog.torment;

import io.quorumlog.process.NetworkCluster;
import io.quorumlog.process.ProcessCluster;
import io.quorumlog.process.RespClient;
import io.quorumlog.process.TestClock;
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
import java.util.stream.IntStream;
import org.opentest4j.TestAbortedException;

/** Does to a cluster what the plan allows, several things at a time, and takes back each of them later. One thread. */
final class FaultInjector {
    private static final long TICK_MS = 20;
    /** When a fault found nobody whom it could strike. */
    private static final long RETRY_NS = 50_000_000;
    /** What the operations page promises is 5 s; the rest is for a machine on which all wait for a core. */
    private static final long STOP_LIMIT_NS = 10_000_000_000L;

    private static final int MOST_RESTARTS = 5;
    private static final int UNREAD_REQUESTS = 200;
    /** A wall clock goes wrong by less than a power of two, up to half a year. */
    private static final int MOST_JUMP_BITS = 24;

    private final TormentPlan plan;
    private final ProcessCluster cluster;
    private final History history;
    private final Members members;
    private final DiskFaults disks;
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
        disks = new DiskFaults(cluster, members, plan.random);
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
        while (System.nanoTime() < untilNs && !isOver()) {
            endDue();
            members.look();
            if (System.nanoTime() >= nextNs && !possible.isEmpty()) {
                final int before = made.get();
                begin(draw());
                nextNs = System.nanoTime() + (made.get() > before ? plan.drawPauseNs() : RETRY_NS);
            }
            sleep();
        }
    }

    private boolean isOver() {
        return plan.isOverWhenEachWasMade && counts.keySet().containsAll(possible);
    }

    /** One of those that were made least often; where it does not matter that each is made, at times any other. */
    private Fault draw() {
        final List<Fault> choice = new ArrayList<>(possible);
        if (plan.isOverWhenEachWasMade || plan.random.nextBoolean()) {
            final int least = choice.stream().mapToInt(this::count).min().orElseThrow();
            choice.removeIf(fault -> count(fault) > least);
        }
        return choice.get(plan.random.nextInt(choice.size()));
    }

    private int count(final Fault fault) {
        return counts.getOrDefault(fault, 0);
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

    /** How often members have ended of a fault of their disks. */
    Map<Fault, Integer> ended() {
        return disks.ended();
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
        made(fault);
        history.event(fault + " " + whom);
        later(fault, whom, end);
    }

    private void made(final Fault fault) {
        counts.merge(fault, 1, Integer::sum);
        made.incrementAndGet();
    }

    private void later(final Fault fault, final String whom, final Runnable end) {
        final long atLeastNs = fault == Fault.CLOCK_JUMP ? TestClock.SEEN_WITHIN_NS : 0;
        lasting.add(new Lasting(fault, System.nanoTime() + atLeastNs + plan.drawLengthNs(), () -> {
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
        if (fault == Fault.CLOCK_JUMP) {
            jump();
            return;
        }
        if (fault.isOfAll()) {
            if (members.struckCount() == 0) {
                strikeAll(fault);
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
            default -> strikeDisk(fault, id);
        }
    }

    private void kill(final int id) {
        members.strike(id);
        members.mayEnd(id);
        cluster.kill(id);
    }

    private void strikeAll(final Fault fault) {
        final List<Integer> all = IntStream.rangeClosed(1, plan.members).boxed().toList();
        for (final int id : all) {
            members.strike(id);
            members.mayEnd(id);
        }
        if (fault.isOfPower()) {
            cluster.losePower(all);
        } else {
            cluster.killAll();
        }
        made(fault);
        history.event(fault.toString());
        for (final int id : all) {
            later(fault, "" + id, () -> {
                if (fault.isOfPower()) {
                    cluster.disk(id).restore();
                }
                members.start(id);
            });
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

    private void strikeDisk(final Fault fault, final int id) {
        members.strike(id);
        try {
            final Strike strike = disks.strike(fault, id);
            lasts(fault, id + " " + strike.what(), strike.end());
        } catch (final TestAbortedException notPermitted) {
            skip(fault, notPermitted.getMessage());
            members.release(id);
        }
    }

    /** A wall clock decides nothing, so that this strikes nobody. Only a leader's shows in the log. */
    private void jump() {
        final int id = plan.random.nextBoolean() ? members.leader() : 1 + plan.random.nextInt(plan.members);
        if (id == 0) {
            return;
        }
        final long most = 1L << plan.random.nextInt(MOST_JUMP_BITS + 1);
        final long distance = plan.random.nextLong(1, most + 1);
        final long seconds = plan.random.nextBoolean() ? distance : -distance;
        final TestClock clock = cluster.clock(id);
        clock.jump(seconds);
        lasts(Fault.CLOCK_JUMP, id + " by " + seconds + " s", () -> clock.jump(0));
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
            made(Fault.TRANSFER);
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
