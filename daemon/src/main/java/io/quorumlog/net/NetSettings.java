package io.quorumlog.net;

import io.quorumlog.codec.peer.PeerLimits;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What the sockets of a node need to know.
 *
 * @param nodeId this member's id, 1 to 65535
 * @param peers the other members
 * @param bindAddress where both ports listen
 * @param pinSource whether connections to peers leave from {@code bindAddress}: only where the operator named that
 *     address, in digits or as {@code bind}. What a name happens to resolve to may not reach the peers.
 * @param electionTimeoutNs the minimum election timeout; the links' own times follow from it
 * @param maxEntryBytes largest payload of an entry
 * @param spin whether an idle loop polls instead of waiting
 */
public record NetSettings(
        int nodeId,
        List<Peer> peers,
        InetAddress bindAddress,
        boolean pinSource,
        long electionTimeoutNs,
        int maxEntryBytes,
        boolean spin) {
    /**
     * After so long at the latest without a frame to a peer one is sent that says that we live. A process that came back
     * under the same address resets the old connection when it gets that: soon.
     */
    static final long KEEP_ALIVE_NS = TimeUnit.MILLISECONDS.toNanos(300);
    /** Silence from a peer below this proves nothing, however short the election timeout: a JVM may pause that long. */
    private static final long SHORTEST_SILENCE_NS = TimeUnit.SECONDS.toNanos(1);
    /** How much longer than an election timeout a peer may be silent, however long that one is. */
    private static final long SILENCE_BEYOND_ELECTION_NS = TimeUnit.SECONDS.toNanos(1);

    /**
     * Another member, and where it is dialed.
     *
     * @param host a name, or an address in digits without brackets
     */
    public record Peer(int id, String host, int port) {}

    /** @throws IllegalArgumentException for what no configuration should have let through */
    public NetSettings {
        peers = List.copyOf(peers);
        if (electionTimeoutNs <= 0) {
            throw new IllegalArgumentException("electionTimeoutNs=" + electionTimeoutNs);
        }
        for (final Peer peer : peers) {
            if (peer.id() == nodeId) {
                throw new IllegalArgumentException("member " + nodeId + " is its own peer");
            }
        }
    }

    /** Ids of all members, this one too, ascending. */
    int[] memberIds() {
        final int[] ids = new int[peers.size() + 1];
        ids[0] = nodeId;
        for (int i = 0; i < peers.size(); i++) {
            ids[i + 1] = peers.get(i).id();
        }
        Arrays.sort(ids);
        return ids;
    }

    PeerLimits peerLimits() {
        return new PeerLimits(maxEntryBytes);
    }

    /**
     * After how long without a byte from a peer its connection counts as broken: three election timeouts, but not more than
     * one and a second, so that long timeouts don't leave a dead connection in the way of a peer that is back. Never below
     * an election timeout, for a broken connection to the leader begins an election; nor below three keep-alives.
     */
    long silenceNs() {
        final long silenceNs = Math.min(3 * electionTimeoutNs, electionTimeoutNs + SILENCE_BEYOND_ELECTION_NS);
        return Math.max(silenceNs, SHORTEST_SILENCE_NS);
    }
}
