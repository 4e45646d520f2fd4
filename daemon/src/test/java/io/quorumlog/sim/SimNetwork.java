package io.quorumlog.sim;

import io.quorumlog.codec.peer.AppendEntries;
import io.quorumlog.codec.peer.MessageKind;
import io.quorumlog.codec.peer.PeerMessage;
import io.quorumlog.codec.record.LogRecord;
import java.util.Arrays;
import org.agrona.collections.IntIntConsumer;

/**
 * The network between members: frames that are delayed, lost, duplicated, reordered and late, ways that are cut in one or
 * both directions, and connections that break and are made anew, noticed or not. A connection here is what the product's
 * links would tell the core; what arrives does not depend on it where the plan says so, for the core claims to stand that.
 */
final class SimNetwork {
    private static final long RECONNECT_NS = 50_000_000;
    private static final int MOST_STALL_TIMEOUTS = 3;
    private static final long NOTICE_NS = 1_000_000;

    private final Simulation simulation;
    private final FaultPlan plan;
    private final SimRandom random;
    private final int members;
    /** By sender and receiver: whether frames vanish. */
    private final boolean[][] cut;
    /** By sender and receiver: whether frames vanish until {@link #rejoin}, whatever else is healed. */
    private final boolean[][] severed;
    /** By pair: whether a connection stands. */
    private final boolean[][] connected;
    /** By pair: how often a connection was made or broken; frames of another one are late. */
    private final int[][] generation;
    /** By sender and receiver: when the last frame arrives, where order is kept. */
    private final long[][] lastArrivalNs;

    SimNetwork(final Simulation simulation, final SimRandom random) {
        this.simulation = simulation;
        plan = simulation.plan();
        this.random = random;
        members = plan.members;
        cut = new boolean[members + 1][members + 1];
        severed = new boolean[members + 1][members + 1];
        connected = new boolean[members + 1][members + 1];
        generation = new int[members + 1][members + 1];
        lastArrivalNs = new long[members + 1][members + 1];
    }

    // Frames.

    /** Whether a member's frame to another has somewhere to go now. */
    boolean takesFrame(final int from, final int to) {
        return simulation.node(from).believesConnected(to) && !befalls(Fault.FULL_QUEUE, plan.fullQueuePerMillion);
    }

    /** Sends a frame; the bytes are the network's from now on. */
    void send(final int from, final int to, final byte[] frame) {
        if (isLost(from, to)) {
            return;
        }
        deliverLater(from, to, frame);
        if (befalls(Fault.DUPLICATE, plan.duplicatesPerMillion)) {
            deliverLater(from, to, frame);
        }
    }

    private boolean isLost(final int from, final int to) {
        return !connected[from][to] || isCut(from, to) || befalls(Fault.LOSS, plan.lossPerMillion);
    }

    /** Whether something that happens so many times in a million happens now. */
    private boolean befalls(final Fault fault, final int perMillion) {
        return !simulation.isHealed() && random.perMillion(perMillion) && simulation.happens(fault);
    }

    private boolean isCut(final int from, final int to) {
        return cut[from][to] || severed[from][to];
    }

    private void deliverLater(final int from, final int to, final byte[] frame) {
        long arrivalNs = simulation.queue().nowNs() + random.between(plan.leastDelayNs, plan.mostDelayNs);
        if (plan.reorders && !simulation.isHealed() && random.percent(2)) {
            arrivalNs += random.between(0, plan.electionTimeoutNs);
        }
        if (befalls(Fault.STALL, plan.stallsPerMillion)) {
            arrivalNs += random.between(0, MOST_STALL_TIMEOUTS * plan.electionTimeoutNs);
        }
        if (arrivalNs < lastArrivalNs[from][to] && !overtakes()) {
            arrivalNs = lastArrivalNs[from][to];
        }
        lastArrivalNs[from][to] = Math.max(arrivalNs, lastArrivalNs[from][to]);
        final int sentIn = generation[from][to];
        final int wipesBefore = wipes(from, to);
        final byte[] arriving = damage(frame);
        simulation.queue().at(arrivalNs, () -> {
            final boolean late = sentIn != generation[from][to];
            if (!late
                    || plan.lateFrames
                            && !simulation.isHealed()
                            && wipes(from, to) == wipesBefore
                            && simulation.happens(Fault.LATE_FRAME)) {
                simulation.node(to).onFrame(from, arriving, arriving != frame);
            }
        });
    }

    private boolean overtakes() {
        return plan.reorders && !simulation.isHealed() && simulation.happens(Fault.OVERTAKING);
    }

    /**
     * A frame never outlives the disk of one of its ends: the product's connections end with the processes, and what a member
     * says that it is counts from when a connection is greeted on.
     */
    private int wipes(final int from, final int to) {
        return simulation.node(from).wipes() + simulation.node(to).wipes();
    }

    /** Flips a bit of an entry: those carry a checksum of their own, which the receiver must look at. */
    private byte[] damage(final byte[] frame) {
        final int entryBytes = frame.length - AppendEntries.LENGTH;
        if (frame[PeerMessage.KIND_OFFSET] != MessageKind.APPEND_ENTRIES
                || entryBytes < LogRecord.HEADER_LENGTH
                || !befalls(Fault.DAMAGED_FRAME, plan.damagedEntriesPerMillion)) {
            return frame;
        }
        final byte[] damaged = frame.clone();
        damaged[AppendEntries.LENGTH + random.below(entryBytes)] ^= (byte) (1 << random.below(8));
        return damaged;
    }

    // Connections.

    /** A member's process runs: it and the others begin to look for each other. */
    void onStart(final int member) {
        for (int other = 1; other <= members; other++) {
            if (other != member) {
                connectLater(member, other);
            }
        }
    }

    /** A member's process is gone. */
    void onCrash(final int member) {
        for (int other = 1; other <= members; other++) {
            if (connected[member][other]) {
                disconnect(member, other, isHalfOpen());
            }
        }
    }

    /** Both ends find their connection gone; after a while they make a new one. */
    void breakConnection(final int one, final int other) {
        if (connected[one][other]) {
            disconnect(one, other, false);
            connectLater(one, other);
        }
    }

    private void disconnect(final int one, final int other, final boolean unnoticed) {
        connected[one][other] = false;
        connected[other][one] = false;
        generation[one][other]++;
        generation[other][one]++;
        if (!unnoticed) {
            tellLater(one, other, false);
            tellLater(other, one, false);
        }
    }

    private void tellLater(final int member, final int other, final boolean up) {
        final int ofGeneration = generation[member][other];
        simulation.queue().after(random.between(0, NOTICE_NS), () -> {
            if (ofGeneration == generation[member][other]) {
                simulation.node(member).onConnection(other, up);
            }
        });
    }

    private void connectLater(final int one, final int other) {
        simulation.queue().after(random.between(plan.leastDelayNs, RECONNECT_NS), () -> connect(one, other));
    }

    private void connect(final int one, final int other) {
        if (connected[one][other]
                || !simulation.node(one).isUp()
                || !simulation.node(other).isUp()) {
            return; // Who starts later tries anew.
        }
        if (isCut(one, other) || isCut(other, one)) {
            connectLater(one, other);
            return;
        }
        connected[one][other] = true;
        connected[other][one] = true;
        generation[one][other]++;
        generation[other][one]++;
        // An end that has not noticed that the one before is gone learns it now. Greeted is told before anything
        // arrives.
        simulation.node(one).onReconnection(other, simulation.node(other).isBlank());
        simulation.node(other).onReconnection(one, simulation.node(one).isBlank());
    }

    // Cuts.

    /** Cuts some ways for a time, as the plan has it. */
    void cutSomething() {
        if (plan.partialCuts && random.percent(50)) {
            final int one = 1 + random.below(members);
            final int other = 1 + random.below(members);
            if (one != other && simulation.happens(Fault.PARTIAL_CUT)) {
                cutWay(one, other, random.waitNs(plan.cutLengthNs));
            }
        } else if (plan.shapes && random.percent(50)) {
            // Of three members a ring reaches all, and a star is a bridge.
            final Shape shape = members == 3 ? Shape.BRIDGE : Shape.values()[random.below(Shape.values().length)];
            if (simulation.happens(shape.fault())) {
                final long lengthNs = random.waitNs(plan.cutLengthNs);
                separate(shape, (one, other) -> cutWay(one, other, lengthNs));
            }
        } else {
            final int group = 1 + random.below((1 << members) - 2);
            if (simulation.happens(Fault.PARTITION)) {
                cutGroup(group);
            }
        }
    }

    private void separate(final Shape shape, final IntIntConsumer cutter) {
        final int[] places = random.order(members);
        for (int one = 0; one < members; one++) {
            for (int other = one + 1; other < members; other++) {
                if (!shape.joins(one, other, members)) {
                    cutter.accept(places[one], places[other]);
                }
            }
        }
    }

    /** Leaves only a shape until {@link #rejoin}. */
    void sever(final Shape shape) {
        separate(shape, (one, other) -> {
            sever(one, other);
            sever(other, one);
        });
    }

    private void cutGroup(final int group) {
        for (int one = 1; one <= members; one++) {
            for (int other = one + 1; other <= members; other++) {
                if ((group >> (one - 1) & 1) != (group >> (other - 1) & 1)) {
                    cutWay(one, other, random.waitNs(plan.cutLengthNs));
                }
            }
        }
    }

    /** Cuts a member off from all others. */
    void isolate(final int member, final long lengthNs) {
        for (int other = 1; other <= members; other++) {
            cutWay(member, other, lengthNs);
        }
    }

    private void cutWay(final int one, final int other, final long lengthNs) {
        if (one == other) {
            return;
        }
        final boolean oneWay = plan.oneWayCuts && random.percent(50) && simulation.happens(Fault.ONE_WAY_CUT);
        cut[one][other] = true;
        cut[other][one] |= !oneWay;
        noticeLater(one, other);
        simulation.queue().after(lengthNs, () -> {
            cut[one][other] = false;
            cut[other][one] = false;
        });
    }

    private void noticeLater(final int one, final int other) {
        if (!isHalfOpen()) {
            simulation.queue().after(random.between(0, plan.electionTimeoutNs), () -> {
                if (isCut(one, other) || isCut(other, one)) {
                    breakConnection(one, other);
                }
            });
        }
    }

    /** Whether nobody is told of a connection's end. */
    private boolean isHalfOpen() {
        return random.percent(plan.halfOpenPercent) && simulation.happens(Fault.HALF_OPEN);
    }

    /** Cuts the way from one member to another until {@link #rejoin}. */
    void sever(final int from, final int to) {
        if (from != to) {
            severed[from][to] = true;
            noticeLater(from, to);
        }
    }

    /** Ends what {@link #sever} has begun. */
    void rejoin() {
        for (final boolean[] ways : severed) {
            Arrays.fill(ways, false);
        }
    }

    /** Joins everything that was cut for a time. */
    void heal() {
        for (int one = 1; one <= members; one++) {
            for (int other = 1; other <= members; other++) {
                cut[one][other] = false;
            }
        }
    }
}
