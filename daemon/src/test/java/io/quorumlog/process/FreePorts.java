package io.quorumlog.process;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports on which nobody listens, from below the range out of which the system gives ports to outgoing connections: so none
 * of those takes one while a node that listened on it is down.
 */
public final class FreePorts {
    private static final int FIRST = 10_000;
    private static final int LAST = 32_000;

    private static int next = ThreadLocalRandom.current().nextInt(FIRST, LAST);

    private FreePorts() {}

    /** A port that this method has not returned lately. */
    public static int next() {
        return nextRun(1);
    }

    /** The first of so many ports in a row. */
    public static synchronized int nextRun(final int length) {
        while (true) {
            final int first = next;
            int free = 0;
            while (free < length && isFree(first + free)) {
                free++;
            }
            next = first + free + 1;
            if (next + length > LAST) {
                next = FIRST;
            }
            if (free == length) {
                return first;
            }
        }
    }

    private static boolean isFree(final int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(port));
            return true;
        } catch (final IOException taken) {
            return false;
        }
    }
}
