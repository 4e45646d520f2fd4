package io.quorumlog.codec.record;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static org.agrona.BitUtil.SIZE_OF_BYTE;
import static org.agrona.BitUtil.SIZE_OF_INT;
import static org.agrona.BitUtil.SIZE_OF_LONG;
import static org.agrona.BitUtil.SIZE_OF_SHORT;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * View of one record, on disk and on the wire alike. Borrowed: valid as long as the bytes behind it.
 *
 * <pre>
 *   0        4        8               16              24              32   33   34      36
 *  +--------+--------+---------------+---------------+---------------+----+----+-------+------------
 *  | crc32c | length |     index     |     term      |  timestampMs  |kind|vers| flags | payload …
 *  +--------+--------+---------------+---------------+---------------+----+----+-------+------------
 * </pre>
 *
 * All little-endian. {@code length} counts the whole record, header included; {@code crc32c} covers all that follows it,
 * length included. A length of zero is no record, so zeroed bytes are never taken for one. What index, term and
 * timestamp mean for records that are no entries, the class that writes them says.
 */
public final class LogRecord {
    public static final int CRC_OFFSET = 0;
    public static final int LENGTH_OFFSET = CRC_OFFSET + SIZE_OF_INT;
    public static final int INDEX_OFFSET = LENGTH_OFFSET + SIZE_OF_INT;
    public static final int TERM_OFFSET = INDEX_OFFSET + SIZE_OF_LONG;
    public static final int TIMESTAMP_OFFSET = TERM_OFFSET + SIZE_OF_LONG;
    public static final int KIND_OFFSET = TIMESTAMP_OFFSET + SIZE_OF_LONG;
    public static final int VERSION_OFFSET = KIND_OFFSET + SIZE_OF_BYTE;
    public static final int FLAGS_OFFSET = VERSION_OFFSET + SIZE_OF_BYTE;
    /** Bytes of the header, before the payload. */
    public static final int HEADER_LENGTH = FLAGS_OFFSET + SIZE_OF_SHORT;
    /**
     * Largest payload that can be configured, in bytes: the log's files are laid out for its record, which must fit a quarter of
     * the block that a Chronicle reader maps.
     */
    public static final int MAX_PAYLOAD_BYTES = 16 * 1024 * 1024;
    /** The version that this program writes; a reader refuses what is newer. */
    public static final byte VERSION = 1;

    private final UnsafeBuffer buffer = new UnsafeBuffer(0, 0);

    /**
     * Wraps the record that begins at {@code offset}. The caller has checked that {@code length} bytes are there.
     *
     * @param length of the whole record, at least {@link #HEADER_LENGTH}
     */
    public LogRecord wrap(final DirectBuffer source, final int offset, final int length) {
        buffer.wrap(source, offset, length);
        return this;
    }

    /**
     * Length of the record that begins at {@code offset}, or 0 where its length field is not between the header's size
     * and {@code available}. Says nothing about its checksum.
     */
    public static int lengthAt(final DirectBuffer source, final int offset, final int available) {
        if (available < HEADER_LENGTH) {
            return 0;
        }
        final int length = source.getInt(offset + LENGTH_OFFSET, LITTLE_ENDIAN);
        return length < HEADER_LENGTH || length > available ? 0 : length;
    }

    /**
     * Writes the header of a record whose payload lies elsewhere; its checksum covers both.
     *
     * @param header where {@link #HEADER_LENGTH} bytes are written, from {@code headerOffset}
     */
    public static void encodeHeader(
            final MutableDirectBuffer header,
            final int headerOffset,
            final byte kind,
            final long index,
            final long term,
            final long timestampMs,
            final DirectBuffer payload,
            final int payloadOffset,
            final int payloadLength,
            final Crc32c crc) {
        header.putInt(headerOffset + LENGTH_OFFSET, HEADER_LENGTH + payloadLength, LITTLE_ENDIAN);
        header.putLong(headerOffset + INDEX_OFFSET, index, LITTLE_ENDIAN);
        header.putLong(headerOffset + TERM_OFFSET, term, LITTLE_ENDIAN);
        header.putLong(headerOffset + TIMESTAMP_OFFSET, timestampMs, LITTLE_ENDIAN);
        header.putByte(headerOffset + KIND_OFFSET, kind);
        header.putByte(headerOffset + VERSION_OFFSET, VERSION);
        header.putShort(headerOffset + FLAGS_OFFSET, (short) 0, LITTLE_ENDIAN);
        crc.reset().update(header, headerOffset + LENGTH_OFFSET, HEADER_LENGTH - LENGTH_OFFSET);
        if (payloadLength > 0) {
            crc.update(payload, payloadOffset, payloadLength);
        }
        header.putInt(headerOffset + CRC_OFFSET, crc.value(), LITTLE_ENDIAN);
    }

    /** Whether length and checksum are those of a whole, undamaged record. */
    public boolean isIntact(final Crc32c crc) {
        return lengthAt(buffer, 0, buffer.capacity()) == buffer.capacity()
                && crc.reset()
                                .update(buffer, LENGTH_OFFSET, buffer.capacity() - LENGTH_OFFSET)
                                .value()
                        == buffer.getInt(CRC_OFFSET, LITTLE_ENDIAN);
    }

    /** Bytes of the whole record. */
    public int length() {
        return buffer.capacity();
    }

    public long index() {
        return buffer.getLong(INDEX_OFFSET, LITTLE_ENDIAN);
    }

    public long term() {
        return buffer.getLong(TERM_OFFSET, LITTLE_ENDIAN);
    }

    /** The leader's wall clock when it accepted the entry, milliseconds since the Unix epoch. */
    public long timestampMs() {
        return buffer.getLong(TIMESTAMP_OFFSET, LITTLE_ENDIAN);
    }

    /** One of {@link RecordKind}. */
    public byte kind() {
        return buffer.getByte(KIND_OFFSET);
    }

    public byte version() {
        return buffer.getByte(VERSION_OFFSET);
    }

    /** The whole record, header first. */
    public DirectBuffer buffer() {
        return buffer;
    }

    public int payloadLength() {
        return buffer.capacity() - HEADER_LENGTH;
    }

    @Override
    public String toString() {
        return index() + "@" + term() + " kind=" + kind() + " length=" + length();
    }
}
