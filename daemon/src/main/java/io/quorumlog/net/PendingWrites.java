package io.quorumlog.net;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The connections for which something was queued in this turn: at its end each gets one gathering write. Those whose
 * socket is full wait for its readiness instead.
 */
final class PendingWrites {
    private final ByteBuffer[] gather = new ByteBuffer[NetLimits.BUFFERS_PER_WRITE];
    private Connection[] connections = new Connection[16];
    private int count;

    void add(final Connection connection) {
        if (count == connections.length) {
            connections = Arrays.copyOf(connections, 2 * count);
        }
        connections[count++] = connection;
    }

    /** @return how many connections were written to */
    int writeAll() {
        int done = 0;
        // A write may end a connection, and its end queue something for others: they come behind in the same pass.
        for (int i = 0; i < count; i++) {
            final Connection connection = connections[i];
            connections[i] = null;
            connection.write(gather);
            done++;
        }
        count = 0;
        return done;
    }
}
