package io.quorumlog.net;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;

/**
 * Finds the clients that have vanished without a word while something was on its way to them. Keepalive does not find those:
 * the kernel probes idle connections only, and goes on sending on the others for some 15 minutes. A client that merely does
 * not read is none of them, for its kernel answers. So now and then the kernel's own table is looked at, on another thread:
 * a client that it has waited for in every look of a long time, without one answer between them, is gone. The loop's
 * thread, but for {@link #run}.
 */
final class VanishedClients implements Runnable {
    private static final Set<InetSocketAddress> NONE = Set.of();

    private final SocketTable table;
    private final int localPort;
    private final Executor executor;
    private final LongSupplier nanoClock;
    private final Runnable wakeup;
    private long nextLookNs;
    private boolean isLooking;
    /** Set by the other thread, taken by the loop's. */
    private volatile Set<InetSocketAddress> found;
    /** The other thread's: who did not answer when last looked. */
    private Map<InetSocketAddress, Silence> silent = new HashMap<>();

    /** @param localPort that of the clients */
    VanishedClients(
            final SocketTable table,
            final int localPort,
            final Executor executor,
            final LongSupplier nanoClock,
            final Runnable wakeup) {
        this.table = table;
        this.localPort = localPort;
        this.executor = executor;
        this.nanoClock = nanoClock;
        this.wakeup = wakeup;
        nextLookNs = nanoClock.getAsLong() + NetLimits.VANISHED_LOOK_NS;
    }

    /** Looks again, if it is time and there are clients, and gives whom the last look found; usually nobody. */
    Set<InetSocketAddress> fireTimers(final long nowNs, final boolean hasClients) {
        final Set<InetSocketAddress> result = found;
        if (result != null) {
            found = null;
            isLooking = false;
        }
        if (!isLooking && nowNs - nextLookNs >= 0) {
            nextLookNs = nowNs + NetLimits.VANISHED_LOOK_NS;
            if (hasClients) {
                isLooking = true;
                executor.execute(this);
            }
        }
        return result == null ? NONE : result;
    }

    /** How long the loop may wait on this account. */
    long waitNs(final long nowNs, final boolean hasClients) {
        return hasClients && !isLooking ? Math.max(0, nextLookNs - nowNs) : Long.MAX_VALUE;
    }

    @Override
    public void run() {
        Set<InetSocketAddress> vanished = NONE;
        try {
            vanished = look(nanoClock.getAsLong());
        } catch (IOException | RuntimeException e) {
            silent.clear(); // A table that can't be read tells nothing; they are found when the kernel gives up.
        } finally {
            found = vanished;
            wakeup.run();
        }
    }

    private Set<InetSocketAddress> look(final long nowNs) throws IOException {
        final Map<InetSocketAddress, Silence> before = silent;
        final Map<InetSocketAddress, Silence> now = new HashMap<>();
        final Set<InetSocketAddress> vanished = new HashSet<>();
        table.forUnanswered(localPort, (remote, isRetransmitted, unanswered) -> {
            // Loss on the way alone makes some retransmissions; a probe is repeated after up to two minutes only.
            if (isRetransmitted && unanswered < NetLimits.VANISHED_RETRANSMISSIONS) {
                return;
            }
            final Silence earlier = before.get(remote);
            // An answer would have begun the count anew.
            final boolean goesOn = earlier != null && unanswered >= earlier.unanswered;
            final Silence silence = new Silence(goesOn ? earlier.sinceNs : nowNs, unanswered);
            now.put(remote, silence);
            if (nowNs - silence.sinceNs >= NetLimits.VANISHED_SILENCE_NS) {
                vanished.add(remote);
            }
        });
        silent = now;
        return vanished;
    }

    private record Silence(long sinceNs, int unanswered) {}
}
