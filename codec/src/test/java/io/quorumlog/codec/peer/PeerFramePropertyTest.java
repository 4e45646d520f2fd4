package io.quorumlog.codec.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorumlog.codec.ProtocolException;
import io.quorumlog.codec.record.Crc32c;
import io.quorumlog.codec.record.LogRecord;
import io.quorumlog.codec.record.RecordKind;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.ByteRange;
import net.jqwik.api.constraints.Size;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The frames as they are drawn in the messages' Javadoc, read once more by plain offsets: what {@link FrameReader} refuses
 * is refused here, and every field is what stands at its place.
 */
class PeerFramePropertyTest {
    private static final int MAX_PAYLOAD = 100;
    private static final long MAGIC = 0x474C_4D55_524F_5551L;
    /** By kind. */
    private static final int[] FIXED_LENGTHS = {0, 54, 36, 28, 50, 58, 16, 16};

    private final FrameReader reader = new FrameReader(new PeerLimits(MAX_PAYLOAD));

    @Property(tries = 3000)
    void frameIsReadAsItIsDrawnOrRefused(
            @ForAll @ByteRange(min = 0, max = 9) final byte kind,
            @ForAll("terms") final long term,
            @ForAll @Size(max = 120) final byte[] body,
            @ForAll("bodyBegins") final long bodyBegin) {
        final ByteBuffer frame = ByteBuffer.allocate(16 + body.length).order(ByteOrder.LITTLE_ENDIAN);
        frame.putInt(12 + body.length).put(kind).put((byte) 1).putShort((short) 0xFFFE);
        frame.putLong(term).put(body);
        if (body.length >= 8) {
            frame.putLong(16, bodyBegin);
        }
        final UnsafeBuffer buffer = new UnsafeBuffer(frame.array());

        assertEquals(frame.capacity(), reader.frameLength(buffer, 0, frame.capacity()));
        if (kind == 0 || kind > 7) {
            assertNull(reader.message(buffer, 0, frame.capacity()));
        } else if (isRefused(frame, kind, term)) {
            assertThrows(ProtocolException.class, () -> reader.message(buffer, 0, frame.capacity()));
        } else {
            final PeerMessage message = reader.message(buffer, 0, frame.capacity());
            assertEquals(kind, message.kind());
            assertEquals(0xFFFE, message.from());
            assertEquals(term, message.term());
            assertFields(frame, message);
        }
    }

    private static boolean isRefused(final ByteBuffer frame, final byte kind, final long term) {
        if (frame.capacity() < FIXED_LENGTHS[kind] || term < 0 || term > 1L << 62) {
            return true;
        }
        if (kind == 1) {
            final int members = frame.getShort(52) & 0xFFFF;
            return frame.getLong(16) != MAGIC || members > 64 || frame.capacity() < 54 + 2 * members;
        }
        // Random bytes are no entries: a length that fits, and then a kind, a version and an index.
        return kind == 4 && frame.capacity() > 50;
    }

    private static void assertFields(final ByteBuffer frame, final PeerMessage message) {
        if (message instanceof Handshake handshake) {
            assertEquals(frame.getShort(24) & 0xFFFF, handshake.protocolVersion());
            assertEquals((frame.getShort(26) & 1) != 0, handshake.isBlank());
            assertEquals(frame.getLong(28), handshake.clusterIdHigh());
            assertEquals(frame.getLong(36), handshake.clusterIdLow());
            assertEquals(frame.getLong(44), handshake.incarnation());
            for (int i = 0; i < handshake.memberCount(); i++) {
                assertEquals(frame.getShort(54 + 2 * i) & 0xFFFF, handshake.member(i));
            }
        } else if (message instanceof VoteRequest request) {
            final int flags = frame.getShort(32);
            assertEquals(frame.getLong(16), request.lastIndex());
            assertEquals(frame.getLong(24), request.lastTerm());
            assertEquals((flags & 1) != 0, request.isPreVote());
            assertEquals((flags & 2) != 0, request.isTransfer());
            assertEquals((flags & 4) != 0, request.isBlank());
            assertEquals((flags & 8) != 0, request.isInquiry());
            assertEquals(frame.getShort(34) & 0xFFFF, request.candidate());
        } else if (message instanceof VoteReply reply) {
            final int flags = frame.getShort(24);
            assertEquals(frame.getLong(16), reply.requestedTerm());
            assertEquals((flags & 1) != 0, reply.isPreVote());
            assertEquals((flags & 2) != 0, reply.isGranted());
            assertEquals((flags & 4) != 0, reply.isBlank());
            assertEquals((flags & 8) != 0, reply.isInquiry());
            assertEquals((flags & 16) != 0, reply.isTransfer());
            assertEquals(frame.getShort(26) & 0xFFFF, reply.candidate());
        } else if (message instanceof AppendEntries entries) {
            assertEquals(frame.getLong(16), entries.prevIndex());
            assertEquals(frame.getLong(24), entries.prevTerm());
            assertEquals(frame.getLong(32), entries.leaderCommit());
            assertEquals(frame.getLong(40), entries.round());
            assertEquals((frame.getShort(48) & 1) != 0, entries.endsBlankness());
            assertFalse(entries.entries().next());
        } else if (message instanceof AppendReply reply) {
            final int flags = frame.getShort(56);
            assertEquals(frame.getLong(16), reply.matchIndex());
            assertEquals(frame.getLong(24), reply.round());
            assertEquals(frame.getLong(32), reply.prevIndex());
            assertEquals(frame.getLong(40), reply.conflictIndex());
            assertEquals(frame.getLong(48), reply.conflictTerm());
            assertEquals((flags & 1) != 0, reply.isRefused());
            assertEquals((flags & 2) != 0, reply.isBlank());
        }
    }

    @Property(tries = 500)
    void entriesGoRoundAtEverySplitPoint(
            @ForAll @Size(max = 5) final List<@Size(max = MAX_PAYLOAD) byte[]> payloads,
            @ForAll final long timestampMs,
            @ForAll("terms") final long entryTerm) {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[2048]);
        final Crc32c crc = new Crc32c();
        final AppendEntries message = new AppendEntries().wrapAndEncode(buffer, 0, 1, 3);
        int end = AppendEntries.LENGTH;
        for (int i = 0; i < payloads.size(); i++) {
            final UnsafeBuffer payload = new UnsafeBuffer(payloads.get(i));
            final int length = payload.capacity();
            LogRecord.encodeHeader(
                    buffer, end, RecordKind.CLIENT, 7 + i, entryTerm, timestampMs, payload, 0, length, crc);
            buffer.putBytes(end + LogRecord.HEADER_LENGTH, payload, 0, length);
            end += LogRecord.HEADER_LENGTH + length;
        }
        message.entryBytes(end - AppendEntries.LENGTH);

        for (int limit = 0; limit < end; limit++) {
            assertEquals(0, reader.frameLength(buffer, 0, limit));
        }
        final EntryBatch batch = ((AppendEntries) reader.message(buffer, 0, end)).entries();
        for (int i = 0; i < payloads.size(); i++) {
            assertTrue(batch.next());
            final LogRecord entry = batch.entry();
            assertTrue(entry.isIntact(crc));
            assertEquals(7 + i, entry.index());
            assertEquals(entryTerm, entry.term());
            assertEquals(timestampMs, entry.timestampMs());
            assertEquals(
                    new UnsafeBuffer(payloads.get(i)),
                    new UnsafeBuffer(entry.buffer(), LogRecord.HEADER_LENGTH, entry.payloadLength()));
        }
        assertFalse(batch.next());
    }

    @Property(tries = 500)
    void checksumIsThatOfThePolynomialBitByBit(@ForAll @Size(max = 300) final byte[] bytes) {
        int expected = -1;
        for (final byte b : bytes) {
            expected ^= b & 0xFF;
            for (int bit = 0; bit < 8; bit++) {
                expected = (expected & 1) != 0 ? expected >>> 1 ^ 0x82F6_3B78 : expected >>> 1;
            }
        }

        assertEquals(
                ~expected,
                new Crc32c()
                        .reset()
                        .update(new UnsafeBuffer(bytes), 0, bytes.length)
                        .value());
    }

    @Provide
    Arbitrary<Long> terms() {
        return Arbitraries.oneOf(
                Arbitraries.longs().between(0, 1L << 62),
                Arbitraries.of(-1L, 0L, 1L, 1L << 62, (1L << 62) + 1, Long.MAX_VALUE, Long.MIN_VALUE));
    }

    /** Where a handshake's magic number would be. */
    @Provide
    Arbitrary<Long> bodyBegins() {
        return Arbitraries.oneOf(Arbitraries.of(MAGIC), Arbitraries.longs());
    }
}
