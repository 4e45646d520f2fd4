package io.quorumlog.codec.peer;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorumlog.codec.ProtocolException;
import io.quorumlog.codec.record.Crc32c;
import io.quorumlog.codec.record.LogRecord;
import io.quorumlog.codec.record.RecordKind;
import java.util.SplittableRandom;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class FrameReaderTest {
    private static final PeerLimits LIMITS = new PeerLimits(1024);

    private final FrameReader reader = new FrameReader(LIMITS);
    private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[4096]);

    /** A frame with entries of the given kinds, at 0. */
    private int encode(final byte... kinds) {
        final Crc32c crc = new Crc32c();
        final AppendEntries message =
                new AppendEntries().wrapAndEncode(buffer, 0, 1, 3).prevIndex(9).prevTerm(2);
        int end = AppendEntries.LENGTH;
        for (int i = 0; i < kinds.length; i++) {
            final UnsafeBuffer payload = new UnsafeBuffer(new byte[] {(byte) i, 5});
            LogRecord.encodeHeader(buffer, end, kinds[i], 10 + i, 3, 99, payload, 0, 2, crc);
            buffer.putBytes(end + LogRecord.HEADER_LENGTH, payload, 0, 2);
            end += LogRecord.HEADER_LENGTH + 2;
        }
        message.entryBytes(end - AppendEntries.LENGTH);
        return end;
    }

    private void assertRefused(final int frameLength, final String words) {
        final ProtocolException refusal =
                assertThrows(ProtocolException.class, () -> reader.message(buffer, 0, frameLength));
        assertTrue(refusal.getMessage().contains(words), refusal.getMessage());
    }

    @Test
    void frameIsWholeWithItsLastByteAndNotBefore() {
        final int length = encode(RecordKind.CLIENT);

        for (int limit = 0; limit < length; limit++) {
            assertEquals(0, reader.frameLength(buffer, 0, limit));
        }
        assertEquals(length, reader.frameLength(buffer, 0, length));
        assertEquals(length, reader.frameLength(buffer, 0, length + 100));
    }

    @Test
    void entriesComeInOrderAndIntact() {
        final int length = encode(RecordKind.NO_OP, RecordKind.CLIENT);
        final Crc32c crc = new Crc32c();

        final EntryBatch entries = ((AppendEntries) reader.message(buffer, 0, length)).entries();

        assertTrue(entries.next());
        assertEquals(10, entries.entry().index());
        assertEquals(RecordKind.NO_OP, entries.entry().kind());
        assertTrue(entries.entry().isIntact(crc));
        assertTrue(entries.next());
        assertEquals(11, entries.entry().index());
        assertTrue(entries.entry().isIntact(crc));
        assertFalse(entries.next());
    }

    @ParameterizedTest
    @ValueSource(ints = {Integer.MIN_VALUE, -1, 0, 11, Integer.MAX_VALUE})
    void impossibleFrameLengthIsRefusedAtOnce(final int length) {
        buffer.putInt(0, length, LITTLE_ENDIAN);

        assertThrows(ProtocolException.class, () -> reader.frameLength(buffer, 0, 4));
    }

    @Test
    void longestFrameIsTakenAndOneByteMoreIsNot() {
        buffer.putInt(0, LIMITS.maxFrameBytes() - 4, LITTLE_ENDIAN);
        assertEquals(0, reader.frameLength(buffer, 0, 4));

        buffer.putInt(0, LIMITS.maxFrameBytes() - 3, LITTLE_ENDIAN);
        final ProtocolException refusal = assertThrows(ProtocolException.class, () -> reader.frameLength(buffer, 0, 4));
        assertTrue(
                refusal.getMessage().contains("max-entry-bytes=1024")
                        && refusal.getMessage().contains("alike"),
                refusal.getMessage());
    }

    @ParameterizedTest
    @ValueSource(ints = {Integer.MIN_VALUE, -1, 0, 35, 39, Integer.MAX_VALUE})
    void entryThatDoesNotFillTheFrameIsRefused(final int recordLength) {
        final int length = encode(RecordKind.CLIENT);
        buffer.putInt(AppendEntries.LENGTH + LogRecord.LENGTH_OFFSET, recordLength, LITTLE_ENDIAN);

        assertRefused(length, "impossible length");
    }

    @ParameterizedTest
    @ValueSource(bytes = {0, 4, 31, RecordKind.HARD_STATE, RecordKind.FILE_HEADER, -1})
    void recordThatIsNoKnownEntryIsRefused(final byte kind) {
        assertRefused(encode(RecordKind.CLIENT, kind), "is no entry");
    }

    /** The mistake: a follower keeps what it can't read when it starts the next time. */
    @ParameterizedTest
    @ValueSource(bytes = {0, LogRecord.VERSION + 1, 127, -128, -1})
    void entryOfAnotherVersionIsRefused(final byte version) {
        final int length = encode(RecordKind.CLIENT);
        buffer.putByte(AppendEntries.LENGTH + LogRecord.VERSION_OFFSET, version);

        assertRefused(length, "entry of version " + (version & 0xFF));
    }

    /** The mistake: a follower keeps the identity of another cluster, and does not start on it any more. */
    @Test
    void clustersIdentityIsTheFirstEntryOrNone() {
        final int length = encode(RecordKind.CLUSTER);
        assertRefused(length, "entry 10 is a cluster's identity");

        buffer.putLong(AppendEntries.LENGTH + LogRecord.INDEX_OFFSET, 1, LITTLE_ENDIAN);
        assertEquals(length, reader.message(buffer, 0, length).frameLength());
    }

    @Test
    void shortMessageIsRefused() {
        new VoteRequest().wrapAndEncode(buffer, 0, 1, 3);

        assertRefused(VoteRequest.LENGTH - 1, "at least " + VoteRequest.LENGTH);
    }

    @Test
    void negativeTermIsRefused() {
        new TimeoutNow().wrapAndEncode(buffer, 0, 1, -5);

        assertRefused(TimeoutNow.LENGTH, "impossible term");
    }

    /** The mistake: the next campaign of whoever takes it would overflow. */
    @Test
    void termThatNobodyCouldRaiseIsRefused() {
        new TimeoutNow().wrapAndEncode(buffer, 0, 1, PeerLimits.MAX_TERM);
        assertEquals(
                PeerLimits.MAX_TERM,
                reader.message(buffer, 0, TimeoutNow.LENGTH).term());

        new TimeoutNow().wrapAndEncode(buffer, 0, 1, PeerLimits.MAX_TERM + 1);
        assertRefused(TimeoutNow.LENGTH, "impossible term");
        new TimeoutNow().wrapAndEncode(buffer, 0, 1, Long.MAX_VALUE);
        assertRefused(TimeoutNow.LENGTH, "impossible term");
    }

    @Test
    void handshakeOfAnotherProtocolIsRefused() {
        new Handshake().wrapAndEncode(buffer, 0, 1, 0).members(new int[] {1, 2});
        buffer.putByte(Handshake.MAGIC_OFFSET, (byte) 'q');

        assertRefused(Handshake.LENGTH + 4, "magic");
    }

    @Test
    void handshakeThatClaimsMoreMembersThanItBringsIsRefused() {
        new Handshake().wrapAndEncode(buffer, 0, 1, 0).members(new int[] {1, 2});
        buffer.putShort(Handshake.MEMBER_COUNT_OFFSET, (short) 3, LITTLE_ENDIAN);
        assertRefused(Handshake.LENGTH + 4, "claims 3 members");

        buffer.putShort(Handshake.MEMBER_COUNT_OFFSET, (short) -1, LITTLE_ENDIAN);
        assertRefused(Handshake.LENGTH + 4, "claims 65535 members");
    }

    @Test
    void unknownKindIsPassedOver() {
        new TimeoutNow().wrapAndEncode(buffer, 0, 1, 3);
        buffer.putByte(PeerMessage.KIND_OFFSET, (byte) 99);

        assertNull(reader.message(buffer, 0, TimeoutNow.LENGTH));
    }

    @Test
    void longerMessageOfALaterVersionIsTaken() {
        new VoteReply().wrapAndEncode(buffer, 0, 1, 3).requestedTerm(4).frameLength(VoteReply.LENGTH + 10);

        assertEquals(4, ((VoteReply) reader.message(buffer, 0, VoteReply.LENGTH + 10)).requestedTerm());
    }

    /** Whatever comes, it is a message, no message yet, or a ProtocolException. */
    @Test
    void noiseNeverThrowsAnythingElse() {
        final SplittableRandom random = new SplittableRandom(42);
        for (int round = 0; round < 200_000; round++) {
            final int length = encode(RecordKind.CLIENT, RecordKind.NO_OP);
            for (int flips = random.nextInt(1, 6); flips > 0; flips--) {
                buffer.putByte(random.nextInt(length), (byte) random.nextInt());
            }
            try {
                final int frame = reader.frameLength(buffer, 0, length);
                if (frame > 0 && reader.message(buffer, 0, frame) instanceof AppendEntries entries) {
                    final EntryBatch batch = entries.entries();
                    while (batch.next()) {
                        assertTrue(batch.entry().payloadLength() >= 0);
                    }
                }
            } catch (final ProtocolException expected) {
                // That is how noise is answered.
            }
        }
    }
}
