package io.quorumlog.net;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.Channel;
import java.nio.channels.SocketChannel;
import jdk.net.ExtendedSocketOptions;

/** What every socket here is given, and how its address is written. */
final class Sockets {
    private Sockets() {}

    /**
     * Makes a socket fit for the loop: nonblocking; small messages leave at once; the kernel finds out a peer that is gone
     * without a word.
     */
    static void configure(final SocketChannel channel) throws IOException {
        channel.configureBlocking(false);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
        channel.setOption(ExtendedSocketOptions.TCP_KEEPIDLE, NetLimits.KEEP_ALIVE_IDLE_SECONDS);
        channel.setOption(ExtendedSocketOptions.TCP_KEEPINTERVAL, NetLimits.KEEP_ALIVE_INTERVAL_SECONDS);
        channel.setOption(ExtendedSocketOptions.TCP_KEEPCOUNT, NetLimits.KEEP_ALIVE_PROBES);
    }

    /** Address and port in the form that settings take, IPv6 in brackets; without any lookup of a name. */
    static String describe(final SocketAddress address) {
        if (!(address instanceof InetSocketAddress inet) || inet.getAddress() == null) {
            return "an unknown address";
        }
        final InetAddress ip = inet.getAddress();
        final String digits = ip.getHostAddress();
        return (ip instanceof Inet6Address ? "[" + digits + "]" : digits) + ":" + inet.getPort();
    }

    /** The other end's address, for a log line. */
    static String remoteAddress(final SocketChannel channel) {
        return describe(remote(channel));
    }

    /** The other end's address; null if it can't be told any more. */
    static SocketAddress remote(final SocketChannel channel) {
        try {
            return channel.getRemoteAddress();
        } catch (IOException e) {
            return null;
        }
    }

    /** Closes what is of no use any more; that closing failed changes nothing. */
    static void closeQuietly(final Channel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            // The descriptor is gone in any case.
            return;
        }
    }
}
