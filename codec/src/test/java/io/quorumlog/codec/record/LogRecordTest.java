package io.quorumlog.codec.record;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

final class LogRecordTest {
    private final Crc32c crc = new Crc32c();

    private UnsafeBuffer record(final byte[] payload) {
        final UnsafeBuffer bytes = new UnsafeBuffer(new byte[LogRecord.HEADER_LENGTH + payload.length]);
        final UnsafeBuffer source = new UnsafeBuffer(payload);
        LogRecord.encodeHeader(bytes, 0, RecordKind.CLIENT, 0x0102030405060708L, 7, 99, source, 0, payload.length, crc);
        bytes.putBytes(LogRecord.HEADER_LENGTH, payload);
        return bytes;
    }

    @Test
    void fieldsLieWhereTheDrawingSays() {
        final UnsafeBuffer bytes = record(new byte[] {42});

        assertEquals(37, bytes.getInt(4, LITTLE_ENDIAN));
        assertEquals(0x08, bytes.getByte(8));
        assertEquals(0x0102030405060708L, bytes.getLong(8, LITTLE_ENDIAN));
        assertEquals(7, bytes.getLong(16, LITTLE_ENDIAN));
        assertEquals(99, bytes.getLong(24, LITTLE_ENDIAN));
        assertEquals(RecordKind.CLIENT, bytes.getByte(32));
        assertEquals(LogRecord.VERSION, bytes.getByte(33));
        assertEquals(0, bytes.getShort(34, LITTLE_ENDIAN));
        assertEquals(42, bytes.getByte(36));
        assertEquals(36, LogRecord.HEADER_LENGTH);
    }

    @Test
    void checksumIsCrc32cOfAllThatFollowsIt() {
        final UnsafeBuffer bytes = record("hello".getBytes(StandardCharsets.US_ASCII));
        final CRC32C expected = new CRC32C();
        expected.update(bytes.byteArray(), 4, bytes.capacity() - 4);

        assertEquals((int) expected.getValue(), bytes.getInt(0, LITTLE_ENDIAN));
    }

    /** The check value that RFC 3720's polynomial gives for the usual nine digits. */
    @Test
    void crcHasTheKnownCheckValue() {
        final UnsafeBuffer digits = new UnsafeBuffer("123456789".getBytes(StandardCharsets.US_ASCII));

        assertEquals(0xE3069283, crc.reset().update(digits, 0, 9).value());
    }

    @Property(tries = 200)
    void anyFlippedBitIsNoticed(
            @ForAll @Size(max = 40) final byte[] payload, @ForAll @IntRange(max = 10_000) final int at) {
        final UnsafeBuffer bytes = record(payload);
        final int bit = at % (bytes.capacity() * 8);
        bytes.putByte(bit / 8, (byte) (bytes.getByte(bit / 8) ^ 1 << bit % 8));

        assertFalse(new LogRecord().wrap(bytes, 0, bytes.capacity()).isIntact(crc));
    }

    @Test
    void crcIsTheSameForArrayByteBufferAndMereAddress() {
        final byte[] data = new byte[20_000];
        for (int i = 0; i < data.length; i++) {
            data[i] = (byte) (i * 31);
        }
        final ByteBuffer direct = ByteBuffer.allocateDirect(data.length + 3);
        direct.position(5).limit(9);
        final UnsafeBuffer overBuffer = new UnsafeBuffer(direct, 3, data.length);
        overBuffer.putBytes(0, data);
        final UnsafeBuffer overAddress = new UnsafeBuffer(BufferUtil.address(direct) + 3, data.length);

        final int expected =
                crc.reset().update(new UnsafeBuffer(data), 1, 19_990).value();

        assertEquals(expected, crc.reset().update(overBuffer, 1, 19_990).value());
        assertEquals(expected, crc.reset().update(overAddress, 1, 19_990).value());
        assertEquals(5, direct.position());
        assertEquals(9, direct.limit());
    }

    @Test
    void lengthIsCheckedBeforeItIsUsed() {
        final UnsafeBuffer bytes = record(new byte[10]);

        assertEquals(46, LogRecord.lengthAt(bytes, 0, 46));
        assertEquals(0, LogRecord.lengthAt(bytes, 0, 45));
        assertEquals(0, LogRecord.lengthAt(bytes, 0, 35));
        for (final int impossible : new int[] {0, -1, 35, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
            bytes.putInt(4, impossible, LITTLE_ENDIAN);
            assertEquals(0, LogRecord.lengthAt(bytes, 0, 46));
        }
    }

    @Test
    void wholeRecordIsIntact() {
        final UnsafeBuffer bytes = record(new byte[0]);

        assertTrue(new LogRecord().wrap(bytes, 0, bytes.capacity()).isIntact(crc));
    }
}
