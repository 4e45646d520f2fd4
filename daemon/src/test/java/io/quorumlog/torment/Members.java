package io.quorumlog.torment;

import io.quorumlog.process.ProcessCluster;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * What the faults have made of each member, and which may be struck next: one that nothing is done to, and that has come up
 * since. One thread uses it.
 */
final class Members {
    private static final long START_TIMEOUT_NS = 60_000_000_000L;
    private static final long LOOK_NS = 100_000_000L;

    private final ProcessCluster cluster;
    private final Random random;
    private final Set<Integer> struck = new HashSet<>();
    private final Set<Integer> mayBeDown = new HashSet<>();
    private final Map<Integer, Long> startedNs = new HashMap<>();
    /** How much a member had said when it lost its disk; removed when it says that it has been brought up to date. */
    private final Map<Integer, Integer> wipedAt = new HashMap<>();

    private long lookedNs = System.nanoTime();

    Members(final ProcessCluster cluster, final Random random) {
        this.cluster = cluster;
        this.random = random;
    }

    /** Looks at all of them. @throws AssertionError if one has ended by itself, or does not come up */
    void look() {
        if (System.nanoTime() - lookedNs < LOOK_NS) {
            return;
        }
        lookedNs = System.nanoTime();
        for (final int id : all()) {
            if (!mayBeDown.contains(id) && !cluster.node(id).isAlive()) {
                throw new AssertionError("node " + id + " ended by itself, with status "
                        + cluster.node(id).awaitExit() + ":\n"
                        + cluster.node(id).outputTail(5));
            }
        }
        startedNs.keySet().removeIf(this::hasComeUp);
        wipedAt.entrySet()
                .removeIf(wiped -> cluster.node(wiped.getKey()).output().lastIndexOf("blank=no") >= wiped.getValue());
    }

    private boolean hasComeUp(final int id) {
        if (cluster.figure(id, "commit_index") >= 0) {
            struck.remove(id);
            return true;
        }
        if (System.nanoTime() - startedNs.get(id) > START_TIMEOUT_NS) {
            throw new AssertionError(
                    "node " + id + " does not come up:\n" + cluster.node(id).outputTail(5));
        }
        return false;
    }

    private Collection<Integer> all() {
        return IntStream.rangeClosed(1, cluster.size()).boxed().toList();
    }

    /** How many something is done to. */
    int struckCount() {
        return struck.size();
    }

    /** Whether all have their disks, or what was on them. */
    boolean areAllWhole() {
        return wipedAt.isEmpty();
    }

    /** The one that leads, as it says itself, if nothing is done to it; 0 if there is none. */
    int leader() {
        int leader = 0;
        long latestTerm = 0;
        for (final int id : all()) {
            if (!struck.contains(id)) {
                final Map<String, String> status = cluster.status(id);
                final long term = Long.parseLong(status.getOrDefault("term", "0"));
                if ("leader".equals(status.get("role")) && term > latestTerm) {
                    leader = id;
                    latestTerm = term;
                }
            }
        }
        return leader;
    }

    /** One that nothing is done to and that does not lead; 0 if there is none. */
    int follower() {
        final int leader = leader();
        return pick(all().stream()
                .filter(id -> !struck.contains(id) && id != leader)
                .toList());
    }

    /** One that nothing is done to; 0 if there is none. */
    int any() {
        return pick(all().stream().filter(id -> !struck.contains(id)).toList());
    }

    private int pick(final List<Integer> candidates) {
        return candidates.isEmpty() ? 0 : candidates.get(random.nextInt(candidates.size()));
    }

    /** Something is done to a member, until {@link #release} or a start. */
    void strike(final int id) {
        struck.add(id);
    }

    /** Nothing is done any more to a member that runs. */
    void release(final int id) {
        struck.remove(id);
        mayBeDown.remove(id);
    }

    /** A struck member may be down from now on, until it is started. */
    void mayEnd(final int id) {
        mayBeDown.add(id);
    }

    /** Starts a struck member that is down; it is released when it answers. */
    void start(final int id) {
        cluster.start(id);
        mayBeDown.remove(id);
        startedNs.put(id, System.nanoTime());
    }

    /** Takes everything from a member that is down. */
    void wipe(final int id) {
        wipedAt.put(id, cluster.node(id).output().length());
        cluster.wipe(id);
    }
}
