package io.quorumlog.net;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;

/**
 * How the descriptors that the system allows are shared out. Clients get none of those that the members' connections and the
 * log's files need: so whoever storms the ports, peers come back, files are rolled, and nothing ever fails for want of one.
 *
 * @param clients connections of clients; who comes beyond waits in the kernel's queue
 * @param strangers connections on the peer port that have not greeted, and how many are accepted there in a turn
 */
record NetDescriptors(int clients, int strangers) {
    /** The log's files, of which some are open at a time, directories being forced, names being looked up, what the JVM reads. */
    private static final int FILES = 48;

    /** A link that stands, and one that takes its place. */
    private static final int PER_PEER = 2;

    /** One that is closed frees its descriptor only when the selector is asked again: as many more are accepted by then. */
    private static final int PER_STRANGER = 2;

    private static final int STRANGERS_SHARE = 4;

    /** @throws IOException in one line, if there are too few */
    static NetDescriptors of(final int peers) throws IOException {
        if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system) {
            return of(peers, system.getMaxFileDescriptorCount(), system.getOpenFileDescriptorCount());
        }
        return of(peers, Integer.MAX_VALUE, 0);
    }

    static NetDescriptors of(final int peers, final long allowed, final long open) throws IOException {
        final long others = open + FILES + (long) PER_PEER * peers;
        final long free = allowed - others;
        final long strangers = Math.min(NetLimits.MAX_STRANGERS, free / STRANGERS_SHARE / PER_STRANGER);
        final long clients = free - PER_STRANGER * strangers;
        if (strangers < 1) {
            throw new IOException("the system allows " + allowed + " open files (ulimit -n), and at least "
                    + (others + STRANGERS_SHARE * PER_STRANGER) + " are needed");
        }
        return new NetDescriptors((int) Math.min(Integer.MAX_VALUE, clients), (int) strangers);
    }
}
