package io.quorumlog.sim;

import java.util.StringJoiner;

/**
 * What goes wrong in one run, and how big everything is; all of it drawn from the seed. Swarm testing: each run switches on
 * its own subset of faults, for a fault that never comes alone hides what others would find, and one that always comes lets
 * nothing else happen. 0 means that a fault is off. Means are times between two events of a kind.
 */
final class FaultPlan {
    private static final long MICROSECOND = 1_000;
    private static final long MILLISECOND = 1_000_000;
    private static final long SECOND = 1_000 * MILLISECOND;
    private static final int KIB = 1024;

    /** What stays broken when everything else is healed, for a while: a majority is sound all the same, and must get on. */
    enum Remainder {
        NOTHING,
        MINORITY_DOWN,
        MINORITY_PAUSED,
        MINORITY_CUT_OFF,
        /** It can send and not receive. */
        MINORITY_DEAF,
        /** It can receive and not send. */
        MINORITY_MUTE,
        /** Two members can't reach each other; every other one reaches both. */
        PAIR_CUT,
        /** {@link Shape#BRIDGE}. */
        BRIDGE,
        /** {@link Shape#RING}; of three members, all. */
        RING
    }

    // The cluster.
    final int members;
    final long durationNs;
    final long heartbeatNs;
    final long electionTimeoutNs;
    final int maxEntryBytes;
    final int fileBytes;
    /** The flusher reports at once; then no machine loses power, but processes die. */
    final boolean pageCache;

    // Clients.
    final int clients;
    final int pipeline;
    final long requestMeanNs;
    final int payloadBytes;
    final long reconnectMeanNs;
    final int transferPercent;
    final boolean slowReaders;
    /** All clients but one mostly ask LAST. */
    final boolean readers;

    // The network between members.
    final long leastDelayNs;
    final long mostDelayNs;
    final boolean reorders;
    /** What is on its way when a connection breaks arrives all the same, perhaps at the next process. */
    final boolean lateFrames;

    final int lossPerMillion;
    final int duplicatesPerMillion;
    final int stallsPerMillion;
    final int damagedEntriesPerMillion;
    final int fullQueuePerMillion;
    final long cutMeanNs;
    final long cutLengthNs;
    final boolean oneWayCuts;
    final boolean partialCuts;
    final boolean shapes;
    /** The leader is cut off or paused until there is another; when the first comes back, that one is, and so on. */
    final long depositionMeanNs;
    /** Percent of the cuts that nobody notices: connections stand, and nothing arrives. */
    final int halfOpenPercent;

    // Processes and machines.
    final long crashMeanNs;
    final long downNs;
    final int crashWithinStepPercent;
    /** Of the crashes that come between two effects of no step. */
    final int crashWithinFlushPercent;

    final boolean crashesOfAll;
    /** Members that are asked to stop, and hand over first. */
    final long stopMeanNs;

    final long pauseMeanNs;
    final long pauseLengthNs;
    final long driftPerMillion;
    final long wallJumpMeanNs;

    // Disks.
    final long leastFlushNs;
    final long mostFlushNs;
    final int slowFlushPerMillion;
    final long slowFlushNs;
    final long filePreparationNs;
    /** Records that were not flushed survive a crash each by itself, so that holes come before whole ones. */
    final boolean holes;

    final boolean tornRecords;
    final int failingFlushPerMillion;
    /** Members whose disk is empty when they come up again; never so many that a majority is blank. */
    final long wipeMeanNs;

    final long fullDiskMeanNs;
    final long fullDiskLengthNs;
    /** Of the slow flushes. */
    final int unreservedPercent;

    /** Bits of flushed records that flip, where the log can show that they had been flushed. */
    final long flippedBitMeanNs;

    // The liveness phase.
    final Remainder remainder;
    /** Whether the leader is among those that stay broken. */
    final boolean leaderStaysBroken;

    FaultPlan(final SimRandom random) {
        members = random.percent(70) ? 3 : 5;
        durationNs = random.between(1_000, 5_000) * MILLISECOND;
        final boolean fast = random.percent(25);
        heartbeatNs = (fast ? 10 : 50) * MILLISECOND;
        electionTimeoutNs = (fast ? 60 : 300) * MILLISECOND;
        maxEntryBytes = random.percent(20) ? 100 * KIB : 2 * KIB;
        fileBytes = 2 * maxEntryBytes + (int) random.betweenByMagnitude(8 * KIB, 64 * KIB);
        pageCache = random.percent(10);

        clients = (int) random.between(1, 4);
        pipeline = random.percent(50) ? (int) random.betweenByMagnitude(1, 32) : 1;
        requestMeanNs = random.betweenByMagnitude(4 * MILLISECOND, 100 * MILLISECOND);
        payloadBytes = (int) random.betweenByMagnitude(8, random.percent(30) ? maxEntryBytes : 200);
        reconnectMeanNs = random.percent(40) ? random.betweenByMagnitude(100 * MILLISECOND, 2 * SECOND) : 0;
        transferPercent = random.percent(30) ? (int) random.between(1, 4) : 0;
        slowReaders = random.percent(15);
        readers = random.percent(40);

        leastDelayNs = random.betweenByMagnitude(20 * MICROSECOND, electionTimeoutNs / 100);
        mostDelayNs = leastDelayNs * random.betweenByMagnitude(1, 20);
        reorders = random.percent(30);
        lateFrames = random.percent(30);
        lossPerMillion = random.percent(40) ? (int) random.betweenByMagnitude(1_000, 200_000) : 0;
        duplicatesPerMillion = random.percent(30) ? (int) random.betweenByMagnitude(1_000, 300_000) : 0;
        damagedEntriesPerMillion = random.percent(15) ? 30_000 : 0;
        fullQueuePerMillion = random.percent(20) ? (int) random.betweenByMagnitude(1_000, 200_000) : 0;
        cutMeanNs = random.percent(60) ? random.betweenByMagnitude(2 * electionTimeoutNs, 4 * SECOND) : 0;
        cutLengthNs = random.betweenByMagnitude(electionTimeoutNs / 4, 6 * electionTimeoutNs);
        oneWayCuts = random.percent(50);
        partialCuts = random.percent(50);
        depositionMeanNs = random.percent(30) ? random.betweenByMagnitude(2 * electionTimeoutNs, 2 * SECOND) : 0;
        halfOpenPercent = random.percent(50) ? (int) random.between(10, 100) : 0;

        crashMeanNs = random.percent(60) ? random.betweenByMagnitude(electionTimeoutNs, 4 * SECOND) : 0;
        downNs = random.betweenByMagnitude(10 * MILLISECOND, 4 * electionTimeoutNs);
        crashWithinStepPercent = random.percent(70) ? (int) random.between(10, 90) : 0;
        crashWithinFlushPercent = random.percent(70) ? (int) random.between(10, 100) : 0;
        crashesOfAll = random.percent(30);
        stopMeanNs = random.percent(20) ? random.betweenByMagnitude(2 * electionTimeoutNs, 4 * SECOND) : 0;
        pauseMeanNs = random.percent(30) ? random.betweenByMagnitude(2 * electionTimeoutNs, 4 * SECOND) : 0;
        pauseLengthNs = random.betweenByMagnitude(electionTimeoutNs / 4, 4 * electionTimeoutNs);
        driftPerMillion = random.percent(30) ? random.between(0, 50_000) : 0;
        wallJumpMeanNs = random.percent(30) ? SECOND : 0;

        leastFlushNs = random.betweenByMagnitude(20 * MICROSECOND, 2 * MILLISECOND);
        mostFlushNs = leastFlushNs * random.betweenByMagnitude(1, 10);
        slowFlushPerMillion = random.percent(30) ? (int) random.betweenByMagnitude(1_000, 50_000) : 0;
        slowFlushNs = random.betweenByMagnitude(electionTimeoutNs / 4, 20 * electionTimeoutNs);
        filePreparationNs = random.percent(50) ? random.betweenByMagnitude(MILLISECOND, electionTimeoutNs) : 0;
        holes = random.percent(60);
        tornRecords = random.percent(50);
        failingFlushPerMillion = random.percent(10) ? 10_000 : 0;

        remainder = Remainder.values()[random.below(Remainder.values().length)];
        leaderStaysBroken = random.percent(60);

        // Drawn last, so that the plans of before stay what they were.
        shapes = random.percent(50);
        stallsPerMillion = random.percent(30) ? (int) random.betweenByMagnitude(100, 5_000) : 0;
        fullDiskMeanNs = random.percent(20) ? random.betweenByMagnitude(2 * electionTimeoutNs, 4 * SECOND) : 0;
        fullDiskLengthNs = random.betweenByMagnitude(electionTimeoutNs / 4, 6 * electionTimeoutNs);
        unreservedPercent = random.percent(50) ? (int) random.between(10, 90) : 0;
        flippedBitMeanNs = random.percent(20) ? random.betweenByMagnitude(200 * MILLISECOND, 3 * SECOND) : 0;
        wipeMeanNs = random.percent(30) ? random.betweenByMagnitude(200 * MILLISECOND, 3 * SECOND) : 0;
    }

    /** The faults that are on. */
    @Override
    public String toString() {
        final StringJoiner text = new StringJoiner(" ");
        text.add("members=" + members);
        text.add("electionTimeout=" + electionTimeoutNs / MILLISECOND + "ms");
        text.add("delay=" + leastDelayNs / MICROSECOND + ".." + mostDelayNs / MICROSECOND + "us");
        text.add("flush=" + leastFlushNs / MICROSECOND + ".." + mostFlushNs / MICROSECOND + "us");
        text.add("clients=" + clients + "x" + pipeline);
        text.add("payload=" + payloadBytes);
        addIf(text, "pageCache", pageCache ? 1 : 0);
        addIf(text, "reconnects", reconnectMeanNs);
        addIf(text, "transfers", transferPercent);
        addIf(text, "slowReaders", slowReaders ? 1 : 0);
        addIf(text, "readers", readers ? 1 : 0);
        addIf(text, "reorders", reorders ? 1 : 0);
        addIf(text, "lateFrames", lateFrames ? 1 : 0);
        addIf(text, "loss", lossPerMillion);
        addIf(text, "duplicates", duplicatesPerMillion);
        addIf(text, "stalls", stallsPerMillion);
        addIf(text, "damagedEntries", damagedEntriesPerMillion);
        addIf(text, "fullQueues", fullQueuePerMillion);
        addIf(text, "cuts", cutMeanNs);
        addIf(text, "oneWay", cutMeanNs > 0 && oneWayCuts ? 1 : 0);
        addIf(text, "partial", cutMeanNs > 0 && partialCuts ? 1 : 0);
        addIf(text, "shapes", cutMeanNs > 0 && shapes ? 1 : 0);
        addIf(text, "depositions", depositionMeanNs);
        addIf(text, "halfOpen", halfOpenPercent);
        addIf(text, "crashes", crashMeanNs);
        addIf(text, "withinStep", crashMeanNs > 0 ? crashWithinStepPercent : 0);
        addIf(text, "withinFlush", crashMeanNs > 0 ? crashWithinFlushPercent : 0);
        addIf(text, "ofAll", crashMeanNs > 0 && crashesOfAll ? 1 : 0);
        addIf(text, "stops", stopMeanNs);
        addIf(text, "pauses", pauseMeanNs);
        addIf(text, "drift", driftPerMillion);
        addIf(text, "wallJumps", wallJumpMeanNs);
        addIf(text, "slowFlushes", slowFlushPerMillion);
        addIf(text, "filePreparation", filePreparationNs);
        addIf(text, "holes", holes ? 1 : 0);
        addIf(text, "wipes", wipeMeanNs);
        addIf(text, "flippedBits", flippedBitMeanNs);
        addIf(text, "fullDisks", fullDiskMeanNs);
        addIf(text, "unreserved", slowFlushPerMillion > 0 ? unreservedPercent : 0);
        addIf(text, "torn", tornRecords ? 1 : 0);
        addIf(text, "failingFlushes", failingFlushPerMillion);
        text.add("then=" + remainder + (leaderStaysBroken ? " with the leader" : ""));
        return text.toString();
    }

    private static void addIf(final StringJoiner text, final String name, final long value) {
        if (value > 0) {
            text.add(
                    value == 1
                            ? name
                            : name + "=" + (value >= MICROSECOND * MICROSECOND ? value / MILLISECOND + "ms" : value));
        }
    }
}
