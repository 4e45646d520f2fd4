package io.quorumlog.log;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static org.agrona.BitUtil.SIZE_OF_LONG;
import static org.agrona.BitUtil.SIZE_OF_SHORT;

import java.util.Arrays;
import java.util.HexFormat;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * The identity of a cluster, as the payload of the {@code CLUSTER} entry that its first leader appends: a random id, and
 * the members' ids, ascending.
 *
 * <pre>
 *   0               8               16      18
 *  +---------------+---------------+-------+-----------
 *  | clusterIdHigh | clusterIdLow  | count | ids (2 B)
 *  +---------------+---------------+-------+-----------
 * </pre>
 *
 * All little-endian; no byte follows the last id. Allocates: it is met once in a cluster's life.
 *
 * @param high upper half of the id; never 0 together with {@code low}
 */
public record ClusterIdentity(long high, long low, int[] memberIds) {
    static final int HIGH_OFFSET = 0;
    static final int LOW_OFFSET = HIGH_OFFSET + SIZE_OF_LONG;
    static final int COUNT_OFFSET = LOW_OFFSET + SIZE_OF_LONG;
    static final int IDS_OFFSET = COUNT_OFFSET + SIZE_OF_SHORT;

    /** Bytes of the longest payload. */
    public static final int MAX_LENGTH = IDS_OFFSET + NodeIdentity.MAX_MEMBERS * SIZE_OF_SHORT;

    /** @param memberIds in any order; copied */
    public ClusterIdentity {
        memberIds = memberIds.clone();
        Arrays.sort(memberIds);
        if ((high | low) == 0) {
            throw new IllegalArgumentException("a cluster's id is never 0");
        }
    }

    /** A copy, ascending. */
    @Override
    public int[] memberIds() {
        return memberIds.clone();
    }

    /**
     * Writes the payload.
     *
     * @return its length, at most {@link #MAX_LENGTH}
     */
    public int encode(final MutableDirectBuffer target, final int offset) {
        target.putLong(offset + HIGH_OFFSET, high, LITTLE_ENDIAN);
        target.putLong(offset + LOW_OFFSET, low, LITTLE_ENDIAN);
        target.putShort(offset + COUNT_OFFSET, (short) memberIds.length, LITTLE_ENDIAN);
        for (int i = 0; i < memberIds.length; i++) {
            target.putShort(offset + IDS_OFFSET + i * SIZE_OF_SHORT, (short) memberIds[i], LITTLE_ENDIAN);
        }
        return IDS_OFFSET + memberIds.length * SIZE_OF_SHORT;
    }

    /** Reads a payload; null if these bytes are none. */
    public static ClusterIdentity decode(final DirectBuffer source, final int offset, final int length) {
        if (length < IDS_OFFSET) {
            return null;
        }
        final long high = source.getLong(offset + HIGH_OFFSET, LITTLE_ENDIAN);
        final long low = source.getLong(offset + LOW_OFFSET, LITTLE_ENDIAN);
        final int count = Short.toUnsignedInt(source.getShort(offset + COUNT_OFFSET, LITTLE_ENDIAN));
        if ((high | low) == 0 || length != IDS_OFFSET + count * SIZE_OF_SHORT) {
            return null;
        }
        return new ClusterIdentity(high, low, memberIds(source, offset + IDS_OFFSET, count));
    }

    /** Reads ids of two bytes each. */
    static int[] memberIds(final DirectBuffer source, final int offset, final int count) {
        final int[] memberIds = new int[count];
        for (int i = 0; i < count; i++) {
            memberIds[i] = Short.toUnsignedInt(source.getShort(offset + i * SIZE_OF_SHORT, LITTLE_ENDIAN));
        }
        return memberIds;
    }

    @Override
    public boolean equals(final Object other) {
        return other instanceof ClusterIdentity identity
                && high == identity.high
                && low == identity.low
                && Arrays.equals(memberIds, identity.memberIds);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(high ^ low) + Arrays.hashCode(memberIds);
    }

    @Override
    public String toString() {
        return "cluster " + idText(high, low) + " of members " + Arrays.toString(memberIds);
    }

    /** An id as 32 hexadecimal digits, as the node prints it wherever it does. */
    public static String idText(final long high, final long low) {
        return HexFormat.of().toHexDigits(high) + HexFormat.of().toHexDigits(low);
    }
}
