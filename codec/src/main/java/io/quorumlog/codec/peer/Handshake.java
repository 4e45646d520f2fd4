package io.quorumlog.codec.peer;

import static org.agrona.BitUtil.SIZE_OF_LONG;
import static org.agrona.BitUtil.SIZE_OF_SHORT;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * The first frame on a connection between members, from either side: who speaks, and of which cluster.
 *
 * <pre>
 *   0        16              24      26      28              36              44              52      54
 *  +--------+---------------+-------+-------+---------------+---------------+---------------+-------+---------
 *  | header |     magic     |versio.| flags | clusterIdHigh | clusterIdLow  |  incarnation  | count | ids (2 B)
 *  +--------+---------------+-------+-------+---------------+---------------+---------------+-------+---------
 * </pre>
 *
 * {@code magic} reads {@code QUORUMLG}; {@code version} is the protocol's; the cluster id is zero while the sender knows
 * none; {@code flags} say whether it is blank, and whether it refuses a double; {@code incarnation} is drawn anew at each
 * start of the sender's process; the member ids are ascending.
 */
public final class Handshake extends PeerMessage {
    /** "QUORUMLG", as its little-endian bytes. */
    public static final long MAGIC = 0x474C_4D55_524F_5551L;
    /** Version of the protocol between members. */
    public static final int PROTOCOL_VERSION = 1;
    /** More members than any cluster has. */
    public static final int MAX_MEMBERS = 64;

    public static final int MAGIC_OFFSET = HEADER_LENGTH;
    public static final int PROTOCOL_VERSION_OFFSET = MAGIC_OFFSET + SIZE_OF_LONG;
    public static final int FLAGS_OFFSET = PROTOCOL_VERSION_OFFSET + SIZE_OF_SHORT;
    public static final int CLUSTER_ID_HIGH_OFFSET = FLAGS_OFFSET + SIZE_OF_SHORT;
    public static final int CLUSTER_ID_LOW_OFFSET = CLUSTER_ID_HIGH_OFFSET + SIZE_OF_LONG;
    public static final int INCARNATION_OFFSET = CLUSTER_ID_LOW_OFFSET + SIZE_OF_LONG;
    public static final int MEMBER_COUNT_OFFSET = INCARNATION_OFFSET + SIZE_OF_LONG;
    /** Bytes before the member ids. */
    public static final int LENGTH = MEMBER_COUNT_OFFSET + SIZE_OF_SHORT;
    /** Bytes of the longest handshake. */
    public static final int MAX_LENGTH = LENGTH + MAX_MEMBERS * SIZE_OF_SHORT;

    private static final int BLANK = 1;
    private static final int REFUSES_DOUBLE = 2;

    public Handshake() {
        super(MessageKind.HANDSHAKE, LENGTH);
    }

    /** Begins a frame with magic and version, without members. */
    public Handshake wrapAndEncode(
            final MutableDirectBuffer destination, final int offset, final int from, final long term) {
        encode(destination, offset, from, term);
        longAt(MAGIC_OFFSET, MAGIC);
        shortAt(PROTOCOL_VERSION_OFFSET, PROTOCOL_VERSION);
        return this;
    }

    public int protocolVersion() {
        return shortAt(PROTOCOL_VERSION_OFFSET);
    }

    /** High half of the cluster's id; both halves are 0 where the sender knows none. */
    public long clusterIdHigh() {
        return longAt(CLUSTER_ID_HIGH_OFFSET);
    }

    public long clusterIdLow() {
        return longAt(CLUSTER_ID_LOW_OFFSET);
    }

    public Handshake clusterId(final long high, final long low) {
        longAt(CLUSTER_ID_HIGH_OFFSET, high);
        longAt(CLUSTER_ID_LOW_OFFSET, low);
        return this;
    }

    /** Whether the sender's disk was empty, or has lost entries, and no leader has brought it up to date since. */
    public boolean isBlank() {
        return flag(FLAGS_OFFSET, BLANK);
    }

    public Handshake blank(final boolean on) {
        flag(FLAGS_OFFSET, BLANK, on);
        return this;
    }

    /**
     * Whether the sender, which was dialed, ends the connection because it has one with another process that has the
     * receiver's id. The receiver can't find that out by itself.
     */
    public boolean refusesDouble() {
        return flag(FLAGS_OFFSET, REFUSES_DOUBLE);
    }

    public Handshake refusesDouble(final boolean on) {
        flag(FLAGS_OFFSET, REFUSES_DOUBLE, on);
        return this;
    }

    /** Drawn anew at each start of the sender's process. */
    public long incarnation() {
        return longAt(INCARNATION_OFFSET);
    }

    public Handshake incarnation(final long incarnation) {
        longAt(INCARNATION_OFFSET, incarnation);
        return this;
    }

    /** Sets the ids of the cluster's members, ascending; the last field to be set. */
    public Handshake members(final int[] ids) {
        if (ids.length > MAX_MEMBERS) {
            throw new IllegalArgumentException(ids.length + " members, at most " + MAX_MEMBERS);
        }
        shortAt(MEMBER_COUNT_OFFSET, ids.length);
        for (int i = 0; i < ids.length; i++) {
            shortAt(LENGTH + i * SIZE_OF_SHORT, ids[i]);
        }
        frameLength(LENGTH + ids.length * SIZE_OF_SHORT);
        return this;
    }

    public int memberCount() {
        return shortAt(MEMBER_COUNT_OFFSET);
    }

    /** Id of the i-th member. */
    public int member(final int i) {
        return shortAt(LENGTH + i * SIZE_OF_SHORT);
    }

    @Override
    String invalid(final DirectBuffer source, final int frameOffset, final int frameLength) {
        final String reason = super.invalid(source, frameOffset, frameLength);
        if (reason != null) {
            return reason;
        }
        wrapChecked(source, frameOffset);
        if (longAt(MAGIC_OFFSET) != MAGIC) {
            return "Handshake without quorumlog's magic number";
        }
        if (memberCount() > MAX_MEMBERS || frameLength < LENGTH + memberCount() * SIZE_OF_SHORT) {
            return "Handshake of " + frameLength + " bytes claims " + memberCount() + " members";
        }
        return null;
    }

    @Override
    public String toString() {
        return "Handshake from=" + from() + " version=" + protocolVersion() + " members=" + memberCount();
    }
}
