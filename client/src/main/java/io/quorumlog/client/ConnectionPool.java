package io.quorumlog.client;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;

/** Connections that no call uses at the moment. Thread-safe. */
final class ConnectionPool {
    private static final int MOST = 8;
    private static final long OLDEST_NS = TimeUnit.SECONDS.toNanos(30);

    private final Deque<NodeConnection> idle = new ArrayDeque<>();
    private boolean closed;

    /** A connection to this node that is of use as far as one can see from here, or null. */
    NodeConnection take(ServerAddress address) {
        while (true) {
            NodeConnection connection = remove(address);
            if (connection == null) {
                return null;
            }
            if (System.nanoTime() - connection.lastHeardNs() < OLDEST_NS && connection.isQuiet()) {
                return connection;
            }
            connection.close();
        }
    }

    private synchronized NodeConnection remove(ServerAddress address) {
        for (NodeConnection connection : idle) {
            if (connection.address().equals(address)) {
                idle.remove(connection);
                return connection;
            }
        }
        return null;
    }

    /** The connection has no request open. */
    void giveBack(NodeConnection connection) {
        NodeConnection surplus = add(connection);
        if (surplus != null) {
            surplus.close();
        }
    }

    private synchronized NodeConnection add(NodeConnection connection) {
        if (closed) {
            return connection;
        }
        idle.addFirst(connection);
        return idle.size() > MOST ? idle.removeLast() : null;
    }

    synchronized void close() {
        closed = true;
        idle.forEach(NodeConnection::close);
        idle.clear();
    }
}
