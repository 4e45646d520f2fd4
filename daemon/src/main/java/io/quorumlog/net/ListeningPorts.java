package io.quorumlog.net;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;

/**
 * Both server sockets of a node, bound before anything else is started: a node whose port is taken touches nothing. Until
 * the loop runs, connections wait in the kernel. Made and closed by the node's owner.
 */
public final class ListeningPorts implements AutoCloseable {
    private final ServerSocketChannel peers;
    private final ServerSocketChannel clients;

    private ListeningPorts(final ServerSocketChannel peers, final ServerSocketChannel clients) {
        this.peers = peers;
        this.clients = clients;
    }

    /**
     * Binds both ports, or none.
     *
     * @param peerPort 0 lets the system choose
     * @param clientPort 0 lets the system choose
     * @throws IOException in one line that names the port, the address and the reason
     */
    public static ListeningPorts open(final InetAddress address, final int peerPort, final int clientPort)
            throws IOException {
        final ServerSocketChannel peers = bind("peer", new InetSocketAddress(address, peerPort));
        try {
            return new ListeningPorts(peers, bind("client", new InetSocketAddress(address, clientPort)));
        } catch (IOException e) {
            peers.close();
            throw e;
        }
    }

    private static ServerSocketChannel bind(final String purpose, final InetSocketAddress address) throws IOException {
        final ServerSocketChannel channel = ServerSocketChannel.open();
        try {
            // Connections of the process before this one, in TIME_WAIT, must not prevent a restart.
            channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            channel.bind(address, NetLimits.ACCEPT_BACKLOG);
            channel.configureBlocking(false);
            return channel;
        } catch (IOException e) {
            channel.close();
            throw new IOException(
                    "can't listen on " + purpose + " port " + describe(address) + ": " + e.getMessage(), e);
        }
    }

    /** The port that other members dial. */
    int peerPort() {
        return peers.socket().getLocalPort();
    }

    /** The port for clients. */
    public int clientPort() {
        return clients.socket().getLocalPort();
    }

    ServerSocketChannel peers() {
        return peers;
    }

    ServerSocketChannel clients() {
        return clients;
    }

    /** Closes both; connections that were accepted stay. */
    @Override
    public void close() {
        Sockets.closeQuietly(peers);
        Sockets.closeQuietly(clients);
    }

    private static String describe(final InetSocketAddress address) {
        return Sockets.describe(address);
    }
}
