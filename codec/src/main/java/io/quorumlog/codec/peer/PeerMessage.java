package io.quorumlog.codec.peer;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static org.agrona.BitUtil.SIZE_OF_BYTE;
import static org.agrona.BitUtil.SIZE_OF_INT;
import static org.agrona.BitUtil.SIZE_OF_LONG;
import static org.agrona.BitUtil.SIZE_OF_SHORT;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * What every frame between members begins with. A message is a view: valid until the callback that was given it returns.
 *
 * <pre>
 *   0        4    5    6       8               16
 *  +--------+----+----+-------+---------------+-----------------
 *  | length |kind|vers| from  |     term      | the kind's own …
 *  +--------+----+----+-------+---------------+-----------------
 * </pre>
 *
 * {@code length} counts all that follows it; {@code from} is the sender's member id (unsigned); {@code term} the sender's
 * current term. A reader takes a message that is longer than it knows (a later version's), and none that is shorter.
 */
public abstract sealed class PeerMessage
        permits Handshake, VoteRequest, VoteReply, AppendEntries, AppendReply, TimeoutNow, KeepAlive {
    public static final int LENGTH_OFFSET = 0;
    public static final int KIND_OFFSET = LENGTH_OFFSET + SIZE_OF_INT;
    public static final int VERSION_OFFSET = KIND_OFFSET + SIZE_OF_BYTE;
    public static final int FROM_OFFSET = VERSION_OFFSET + SIZE_OF_BYTE;
    public static final int TERM_OFFSET = FROM_OFFSET + SIZE_OF_SHORT;
    /** Bytes before the kind's own fields. */
    public static final int HEADER_LENGTH = TERM_OFFSET + SIZE_OF_LONG;
    /** Version of the frames that this program writes. */
    public static final byte VERSION = 1;

    private final byte kind;
    private final int fixedLength;
    private DirectBuffer buffer;
    private MutableDirectBuffer target;
    private int offset;

    PeerMessage(final byte kind, final int fixedLength) {
        this.kind = kind;
        this.fixedLength = fixedLength;
    }

    /** Views a frame that {@link FrameReader} has checked, from its length field on. */
    final void wrapChecked(final DirectBuffer source, final int frameOffset) {
        buffer = source;
        target = null;
        offset = frameOffset;
    }

    /** Begins a frame of the kind's fixed length; its own fields are zero until they are set. */
    final void encode(final MutableDirectBuffer destination, final int frameOffset, final int from, final long term) {
        buffer = destination;
        target = destination;
        offset = frameOffset;
        destination.setMemory(frameOffset, fixedLength, (byte) 0);
        destination.putByte(frameOffset + KIND_OFFSET, kind);
        destination.putByte(frameOffset + VERSION_OFFSET, VERSION);
        destination.putShort(frameOffset + FROM_OFFSET, (short) from, LITTLE_ENDIAN);
        destination.putLong(frameOffset + TERM_OFFSET, term, LITTLE_ENDIAN);
        frameLength(fixedLength);
    }

    /** Goes on with a frame whose fixed part is there already. */
    final void encodeBehind(final MutableDirectBuffer destination, final int frameOffset) {
        buffer = destination;
        target = destination;
        offset = frameOffset;
    }

    /** The frame's kind, one of {@link MessageKind}. */
    public final byte kind() {
        return kind;
    }

    /** Bytes of the whole frame, its length field included. */
    public final int frameLength() {
        return buffer.getInt(offset + LENGTH_OFFSET, LITTLE_ENDIAN) + SIZE_OF_INT;
    }

    final void frameLength(final int bytes) {
        target.putInt(offset + LENGTH_OFFSET, bytes - SIZE_OF_INT, LITTLE_ENDIAN);
    }

    /** The sender's member id. */
    public final int from() {
        return buffer.getShort(offset + FROM_OFFSET, LITTLE_ENDIAN) & 0xFFFF;
    }

    /** The sender's term. */
    public final long term() {
        return buffer.getLong(offset + TERM_OFFSET, LITTLE_ENDIAN);
    }

    /** The buffer in which the frame lies. */
    public final DirectBuffer buffer() {
        return buffer;
    }

    /** Where in {@link #buffer()} the frame begins. */
    public final int offset() {
        return offset;
    }

    final long longAt(final int field) {
        return buffer.getLong(offset + field, LITTLE_ENDIAN);
    }

    final void longAt(final int field, final long value) {
        target.putLong(offset + field, value, LITTLE_ENDIAN);
    }

    final int shortAt(final int field) {
        return buffer.getShort(offset + field, LITTLE_ENDIAN) & 0xFFFF;
    }

    final void shortAt(final int field, final int value) {
        target.putShort(offset + field, (short) value, LITTLE_ENDIAN);
    }

    final boolean flag(final int field, final int mask) {
        return (shortAt(field) & mask) != 0;
    }

    final void flag(final int field, final int mask, final boolean on) {
        final int others = shortAt(field) & ~mask;
        shortAt(field, on ? others | mask : others);
    }

    /**
     * What is wrong with a frame of this kind, or null. The frame lies whole in {@code source}.
     *
     * @param frameLength whole, length field included
     */
    String invalid(final DirectBuffer source, final int frameOffset, final int frameLength) {
        return frameLength < fixedLength
                ? getClass().getSimpleName() + " of " + frameLength + " bytes, at least " + fixedLength + " expected"
                : null;
    }
}
