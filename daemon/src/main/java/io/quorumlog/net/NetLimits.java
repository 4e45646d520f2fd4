package io.quorumlog.net;

import io.quorumlog.codec.peer.Handshake;
import io.quorumlog.session.ReplyOutput;
import java.util.concurrent.TimeUnit;

/** Every bound of the sockets, with its reason; the static initialiser holds how they relate. */
final class NetLimits {
    /** Connections that the kernel may hold before they are accepted: a start meets all clients at once. */
    static final int ACCEPT_BACKLOG = 4096;

    /** Clients accepted in one turn, so that a flood of them does not hold up those that are there. */
    static final int ACCEPTS_PER_TURN = 64;

    /** How long nothing is accepted after accepting failed (no descriptors left): long enough not to be spinning. */
    static final long ACCEPT_PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(200);

    /** A client connection that is silent for this long is probed by the kernel… */
    static final int KEEP_ALIVE_IDLE_SECONDS = 60;
    /** … this often … */
    static final int KEEP_ALIVE_INTERVAL_SECONDS = 15;
    /** … and broken after this many probes without an answer. */
    static final int KEEP_ALIVE_PROBES = 6;

    /** How often the kernel's table is looked at for clients that don't answer: rarely, for it costs a millisecond or more. */
    static final long VANISHED_LOOK_NS = TimeUnit.SECONDS.toNanos(20);
    /** Retransmissions in a row from which on a client counts as silent: they take it a second or two. */
    static final int VANISHED_RETRANSMISSIONS = 3;
    /** A client that was silent at each look of so long a time is gone. */
    static final long VANISHED_SILENCE_NS = TimeUnit.SECONDS.toNanos(80);

    /** A vanished client is to be found out within this time. */
    private static final int VANISHED_SECONDS = 180;

    /**
     * What one read of a client takes at most, together with what it left unread before; a longest inline command with its
     * end fits. Requests that need more are read into a buffer of their own.
     */
    static final int SHARED_INPUT_BYTES = 68 * 1024;

    /**
     * What one read of a client takes when all memory for unparsed bytes is taken and the client has no part in it: small
     * requests are served whatever others sit on, and what each may leave over stays small.
     */
    static final int LEAST_READ_BYTES = 1024;

    /** A request of this length is served as long as any memory for small ones is left. */
    static final int LITTLE_INPUT_BYTES = 4 * 1024;

    /**
     * Bytes kept behind a READ that blocks, to see the stream's end behind them, which ends the READ. Where a client has sent
     * more, or memory is not plenty, its end is seen when the READ is answered.
     */
    static final int LOOK_AHEAD_BYTES = 1024 * 1024;

    /** Most bytes read from a client in one turn before the others have theirs. */
    static final int CLIENT_READ_BYTES_PER_TURN = 256 * 1024;

    /**
     * How long clients are read in one turn before the rest has to wait for the next one: a turn is to stay short against a
     * heartbeat's interval however slow the processor is.
     */
    static final long READY_NS_PER_TURN = TimeUnit.MILLISECONDS.toNanos(5);

    /**
     * How long those who can go on are served in one turn: readers of old entries above all, of whom there is no end, and for
     * whose turns every append waits three times.
     */
    static final long RESUMED_NS_PER_TURN = TimeUnit.MILLISECONDS.toNanos(1);

    /** Bytes read from all clients in one turn: some milliseconds, for heartbeats and short requests wait meanwhile; … */
    static final int READ_BYTES_PER_TURN = 4 * 1024 * 1024;

    /** … but so much from each, or most of the turn would go to waiting for sockets. */
    static final int LEAST_CLIENT_READ_BYTES_PER_TURN = 16 * 1024;

    /** Bytes read from a peer in one turn; a leader's batches are a few of these, and heartbeats must not wait for more. */
    static final int PEER_READ_BYTES_PER_TURN = 1024 * 1024;

    /** Bytes written to one socket in one turn. */
    static final int WRITE_BYTES_PER_TURN = 1024 * 1024;

    /** Buffers of one gathering write. */
    static final int BUFFERS_PER_WRITE = 16;

    /** First buffer of a client's output, unless memory is short: most replies of a turn fit, and a stuck client holds little. */
    static final int FIRST_OUTPUT_CHUNK_BYTES = 4 * 1024;
    /** Largest buffer of a client's output. */
    static final int LARGEST_OUTPUT_CHUNK_BYTES = 64 * 1024;

    /** Entries are put into a client's output while less than this is queued: enough to keep a socket busy for a turn. */
    static final int ENTRY_OUTPUT_BYTES = 64 * 1024;

    /**
     * Replies queued for a client that does not read, above which its requests are no longer read. A million small replies
     * fit: a client may send a million requests before it reads the first reply.
     */
    static final int CLIENT_OUTPUT_BYTES = 16 * 1024 * 1024;

    /** Replies queued for all clients together, if there is memory for so much, above which each may have only a little. */
    static final long ALL_OUTPUT_BYTES = 32L * 1024 * 1024;

    /**
     * Replies queued for one client, up to which it is served whatever the others have: it gets on as far as it reads.
     * One short reply may come on top. The memory for it is not set apart, as a connection costs as much by its mere being.
     */
    static final int LEAST_OUTPUT_BYTES = 4 * 1024;

    /**
     * Unparsed bytes of all clients whose requests are too large for the common buffer, unless two of the largest need more.
     */
    static final long ALL_LARGE_INPUT_BYTES = 16L * 1024 * 1024;

    /** Free buffers that a pool keeps; what is above goes back to the system. */
    static final long CACHED_BYTES = 4L * 1024 * 1024;

    /** How often it is looked who keeps input memory from those who wait for it. */
    static final long STALL_CHECK_NS = TimeUnit.SECONDS.toNanos(1);

    /**
     * How many such looks in a row may find that a client has sent less than {@link #LEAST_BYTES_PER_CHECK} of a request
     * that it began, before it is closed: nobody may lock the rest out by beginning requests of some size and never, or by a
     * byte now and then, ending them. More than the retransmissions of a lossy link take.
     */
    static final int MAX_SLOW_CHECKS = 5;
    /** With so much a largest request takes a minute. */
    static final int LEAST_BYTES_PER_CHECK = 16 * 1024;

    /**
     * How long a client may leave what it began, or its replies, without a byte moving, where it has little input memory of
     * the kind that others wait for, or is not to send anything first. Then it is closed.
     */
    static final long STALLED_INPUT_NS = TimeUnit.SECONDS.toNanos(30);

    /** How long a connection whose last reply is written waits for the client's end, so that no reset overtakes it. */
    static final long LINGER_NS = TimeUnit.SECONDS.toNanos(2);

    /** Bytes queued for a peer; the window of the replication is below it. One largest frame may come on top. */
    static final int PEER_OUTPUT_BYTES = 4 * 1024 * 1024;

    /** Room for reading on behind a largest frame that is not yet whole. */
    static final int PEER_READ_AHEAD_BYTES = 256 * 1024;

    /** Connections on the peer port that have not yet said who they are, if there are descriptors for so many. */
    static final int MAX_STRANGERS = 64;
    /** Largest first frame of a connection between members: a handshake, with room for a later version's. */
    static final int MAX_HANDSHAKE_BYTES = 1024;
    /** How long connecting may take, and then the handshake. */
    static final long HANDSHAKE_NS = TimeUnit.SECONDS.toNanos(1);

    /**
     * How long an attempt to reach a peer waits for its name's addresses, before it makes do with those found last. With the
     * longest pause between attempts it leaves half of the two seconds in which a peer is to be found again.
     */
    static final long NAME_LOOKUP_NS = TimeUnit.MILLISECONDS.toNanos(500);

    /** Shortest time between two attempts to reach a peer: at most ten a second. */
    static final long SHORTEST_REDIAL_NS = TimeUnit.MILLISECONDS.toNanos(100);
    /** First pause after a failed attempt; doubles with each … */
    static final long FIRST_REDIAL_PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(50);
    /** … up to this, so that a peer is found again soon after its return. */
    static final long LONGEST_REDIAL_PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(500);
    /** A link that has lived this long begins with the first pause again. */
    static final long PROVEN_LINK_NS = TimeUnit.SECONDS.toNanos(2);

    static {
        check(
                KEEP_ALIVE_IDLE_SECONDS + KEEP_ALIVE_INTERVAL_SECONDS * KEEP_ALIVE_PROBES < VANISHED_SECONDS,
                "a vanished client is found too late");
        check(
                VANISHED_SILENCE_NS + 3 * VANISHED_LOOK_NS < TimeUnit.SECONDS.toNanos(VANISHED_SECONDS),
                "a vanished client that was sent to is found too late");
        check(ReplyOutput.MAX_CLAIM_BYTES <= LARGEST_OUTPUT_CHUNK_BYTES, "a claim does not fit a chunk");
        check(
                Handshake.MAX_LENGTH <= Math.min(MAX_HANDSHAKE_BYTES, FIRST_OUTPUT_CHUNK_BYTES),
                "the longest handshake is refused");
        check(ALL_OUTPUT_BYTES >= 2L * CLIENT_OUTPUT_BYTES, "one client exhausts what all have");
    }

    private NetLimits() {}

    private static void check(final boolean holds, final String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }
}
