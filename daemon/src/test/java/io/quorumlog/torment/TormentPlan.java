package io.quorumlog.torment;

import io.quorumlog.torment.Operation.Kind;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * What is done in one run, drawn from the seed. As in the simulation each run has its own subset of faults. The same seed
 * is the same plan, not the same run: real processes take their own time.
 */
final class TormentPlan {
    private static final int RAW_CLIENTS = 6;
    private static final int LIBRARY_CLIENTS = 2;
    private static final int LARGE_BYTES = 100_000;
    private static final int SMALL_BYTES = 400;

    final long seed;
    final int members;
    /** Of the choices made while it runs. */
    final Random random;

    final boolean pageCache;
    final Set<Fault> faults = EnumSet.noneOf(Fault.class);
    /** Whether it is over as soon as each fault that is possible has been made. */
    final boolean isOverWhenEachWasMade;

    final int faultPauseMs;
    final int faultLengthMs;
    /** Whether more than a minority may be down at a time. */
    final boolean takesMajorities;

    final List<ClientPlan> rawClients = new ArrayList<>();
    final List<ClientPlan> libraryClients = new ArrayList<>();

    TormentPlan(final long seed, final int members) {
        this(seed, members, EnumSet.allOf(Fault.class), false, 60, 20);
    }

    /** One in which each fault occurs. */
    static TormentPlan ofAllFaults(final long seed, final int members) {
        return new TormentPlan(seed, members, EnumSet.allOf(Fault.class), false, 100, 0);
    }

    /** One in which each fault of disks and of clocks occurs, and no other; then it is over. */
    static TormentPlan ofDisksAndClocks(final long seed, final int members) {
        final Set<Fault> faults = EnumSet.allOf(Fault.class);
        faults.removeIf(fault -> fault.need() == Fault.Need.NOTHING || fault.need() == Fault.Need.NETWORK);
        return new TormentPlan(seed, members, faults, true, 100, 0);
    }

    /** One that does what {@code durability=page-cache} does not promise to outlive. */
    static TormentPlan ofPowerLossInPageCache(final long seed, final int members) {
        return new TormentPlan(seed, members, EnumSet.of(Fault.POWER_LOSS_OF_ALL), false, 100, 100);
    }

    private TormentPlan(
            final long seed,
            final int members,
            final Set<Fault> candidates,
            final boolean isOverWhenEachWasMade,
            final int faultPercent,
            final int pageCachePercent) {
        this.seed = seed;
        this.members = members;
        this.isOverWhenEachWasMade = isOverWhenEachWasMade;
        random = new Random(seed);
        pageCache = percent(pageCachePercent);
        for (final Fault fault : candidates) {
            if (percent(faultPercent)) {
                faults.add(fault);
            }
        }
        if (pageCache && !faults.stream().allMatch(Fault::isOfPower)) {
            faults.removeIf(Fault::isOfPower); // beside other faults, a single one is more than it promises to outlive
        }
        faultPauseMs = between(100, 1_500);
        faultLengthMs = between(200, 3_000);
        takesMajorities = percent(25);
        final int conditionalPercent = percent(25) ? 90 : percent(50) ? 30 : 0;
        final int largestBytes = percent(30) ? LARGE_BYTES : SMALL_BYTES;
        for (int i = 0; i < RAW_CLIENTS; i++) {
            rawClients.add(client(character(i, conditionalPercent), largestBytes));
        }
        for (int i = 0; i < LIBRARY_CLIENTS; i++) {
            libraryClients.add(client(i == 0 ? writer(conditionalPercent) : mixed(), largestBytes));
        }
    }

    private Map<Kind, Integer> character(final int client, final int conditionalPercent) {
        return switch (client) {
            case 0, 1 -> writer(conditionalPercent);
            case 2 -> writer(95);
            case 3 -> weights(0, 0, 90, 10, 0, 0);
            case 4 -> weights(5, 0, 0, 0, 90, 5);
            default -> mixed();
        };
    }

    private static Map<Kind, Integer> writer(final int conditionalPercent) {
        return weights(100 - conditionalPercent, conditionalPercent, 2, 0, 10, 5);
    }

    private static Map<Kind, Integer> mixed() {
        return weights(40, 20, 20, 2, 15, 5);
    }

    private static Map<Kind, Integer> weights(
            final int append, final int appendIf, final int read, final int tail, final int last, final int echo) {
        final Map<Kind, Integer> weights = new EnumMap<>(Kind.class);
        weights.put(Kind.APPEND, append);
        weights.put(Kind.APPENDIF, appendIf);
        weights.put(Kind.READ, read);
        weights.put(Kind.TAIL, tail);
        weights.put(Kind.LAST, last);
        weights.put(Kind.ECHO, echo);
        return weights;
    }

    private ClientPlan client(final Map<Kind, Integer> weights, final int largestBytes) {
        final int window = percent(50) ? 1 : between(2, 64);
        return new ClientPlan(weights, window, between(1, 20), largestBytes);
    }

    private boolean percent(final int chance) {
        return random.nextInt(100) < chance;
    }

    private int between(final int least, final int most) {
        return least + random.nextInt(most - least + 1);
    }

    /** How long to wait before the next fault. */
    long drawPauseNs() {
        return between(0, 2 * faultPauseMs) * 1_000_000L;
    }

    /** How long a fault lasts; most are short. */
    long drawLengthNs() {
        return between(20, percent(70) ? faultLengthMs : 2 * faultLengthMs) * 1_000_000L;
    }

    @Override
    public String toString() {
        return "seed=" + seed + " members=" + members + " durability=" + (pageCache ? "page-cache" : "fsync")
                + " fault-pause=" + faultPauseMs + "ms fault-length=" + faultLengthMs + "ms"
                + (takesMajorities ? " takes-majorities" : "") + "\nfaults: " + faults + "\nraw clients: "
                + rawClients + "\nclients by the library: " + libraryClients;
    }
}
