package io.quorumlog.codec.peer;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** Each message there and back, and each field at the offset that its drawing shows. */
final class PeerMessageTest {
    private static final int AT = 8;

    private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[512]);
    private final FrameReader reader = new FrameReader(new PeerLimits(1024));

    @SuppressWarnings("unchecked")
    private <T extends PeerMessage> T read(final int length) {
        assertEquals(length, reader.frameLength(buffer, AT, AT + length));
        return (T) reader.message(buffer, AT, length);
    }

    private long longAt(final int offset) {
        return buffer.getLong(AT + offset, LITTLE_ENDIAN);
    }

    private int shortAt(final int offset) {
        return buffer.getShort(AT + offset, LITTLE_ENDIAN);
    }

    @Test
    void headerLiesWhereTheDrawingSays() {
        new TimeoutNow().wrapAndEncode(buffer, AT, 40_000, 0x1122334455667788L);

        assertEquals(12, buffer.getInt(AT, LITTLE_ENDIAN));
        assertEquals(MessageKind.TIMEOUT_NOW, buffer.getByte(AT + 4));
        assertEquals(PeerMessage.VERSION, buffer.getByte(AT + 5));
        assertEquals((short) 40_000, shortAt(6));
        assertEquals(0x1122334455667788L, longAt(8));
        final TimeoutNow read = read(16);
        assertEquals(40_000, read.from());
        assertEquals(0x1122334455667788L, read.term());
    }

    @Test
    void keepAliveIsAHeader() {
        new KeepAlive().wrapAndEncode(buffer, AT, 2, 9);

        final KeepAlive read = read(16);
        assertEquals(2, read.from());
        assertEquals(9, read.term());
    }

    @Test
    void voteRequestSurvivesTheTrip() {
        new VoteRequest()
                .wrapAndEncode(buffer, AT, 3, 8)
                .lastIndex(100)
                .lastTerm(7)
                .preVote(true)
                .transfer(false);

        assertEquals(100, longAt(16));
        assertEquals(7, longAt(24));
        assertEquals(1, shortAt(32));
        assertEquals(0, shortAt(34));
        final VoteRequest read = read(36);
        assertEquals(100, read.lastIndex());
        assertEquals(7, read.lastTerm());
        assertTrue(read.isPreVote());
        assertFalse(read.isTransfer());
        assertFalse(read.isBlank());
        assertFalse(read.isInquiry());
    }

    @Test
    void inquirySurvivesTheTrip() {
        new VoteRequest().wrapAndEncode(buffer, AT, 3, 8).blank(true).inquireAbout(65_535);

        assertEquals(12, shortAt(32));
        assertEquals((short) 65_535, shortAt(34));
        final VoteRequest read = read(36);
        assertTrue(read.isBlank());
        assertTrue(read.isInquiry());
        assertEquals(65_535, read.candidate());
    }

    @Test
    void answerToAnInquirySurvivesTheTrip() {
        new VoteReply()
                .wrapAndEncode(buffer, AT, 1, 8)
                .requestedTerm(8)
                .blank(true)
                .inquiredAbout(65_535);

        assertEquals(12, shortAt(24));
        assertEquals((short) 65_535, shortAt(26));
        final VoteReply read = read(28);
        assertTrue(read.isBlank());
        assertTrue(read.isInquiry());
        assertFalse(read.isGranted());
        assertEquals(65_535, read.candidate());
    }

    @Test
    void flagsAreIndependent() {
        final VoteRequest request = new VoteRequest().wrapAndEncode(buffer, AT, 3, 8);

        request.preVote(true).transfer(true).preVote(false);

        assertFalse(request.isPreVote());
        assertTrue(request.isTransfer());
    }

    @Test
    void voteReplySurvivesTheTrip() {
        new VoteReply()
                .wrapAndEncode(buffer, AT, 1, 8)
                .requestedTerm(9)
                .preVote(true)
                .granted(true);

        assertEquals(9, longAt(16));
        assertEquals(3, shortAt(24));
        final VoteReply read = read(28);
        assertEquals(9, read.requestedTerm());
        assertTrue(read.isPreVote());
        assertTrue(read.isGranted());
    }

    @Test
    void appendEntriesWithoutEntriesSurvivesTheTrip() {
        new AppendEntries()
                .wrapAndEncode(buffer, AT, 1, 8)
                .prevIndex(11)
                .prevTerm(7)
                .leaderCommit(10)
                .round(5);

        assertEquals(11, longAt(16));
        assertEquals(7, longAt(24));
        assertEquals(10, longAt(32));
        assertEquals(5, longAt(40));
        assertEquals(0, shortAt(48));
        final AppendEntries read = read(50);
        assertFalse(read.endsBlankness());
        assertEquals(11, read.prevIndex());
        assertEquals(7, read.prevTerm());
        assertEquals(10, read.leaderCommit());
        assertEquals(5, read.round());
        assertEquals(0, read.entryBytes());
        assertFalse(read.entries().next());
    }

    @Test
    void endOfBlanknessSurvivesTheTrip() {
        new AppendEntries().wrapAndEncode(buffer, AT, 1, 8).round(-1).endsBlankness(true);

        assertEquals(1, shortAt(48));
        final AppendEntries read = read(50);
        assertTrue(read.endsBlankness());
    }

    @Test
    void blanknessOfAFollowerSurvivesTheTrip() {
        new AppendReply().wrapAndEncode(buffer, AT, 1, 8).matchIndex(3).blank(true);

        assertEquals(2, shortAt(56));
        final AppendReply read = read(58);
        assertTrue(read.isBlank());
        assertFalse(read.isRefused());
    }

    @Test
    void appendReplySurvivesTheTrip() {
        new AppendReply()
                .wrapAndEncode(buffer, AT, 2, 8)
                .matchIndex(20)
                .round(6)
                .refuse(30, 25, 4);

        assertEquals(20, longAt(16));
        assertEquals(6, longAt(24));
        assertEquals(30, longAt(32));
        assertEquals(25, longAt(40));
        assertEquals(4, longAt(48));
        assertEquals(1, shortAt(56));
        final AppendReply read = read(58);
        assertEquals(20, read.matchIndex());
        assertEquals(6, read.round());
        assertTrue(read.isRefused());
        assertEquals(30, read.prevIndex());
        assertEquals(25, read.conflictIndex());
        assertEquals(4, read.conflictTerm());
    }

    @Test
    void handshakeSurvivesTheTrip() {
        new Handshake()
                .wrapAndEncode(buffer, AT, 2, 8)
                .clusterId(0xAAAA, 0xBBBB)
                .blank(true)
                .incarnation(77)
                .members(new int[] {1, 2, 65_535});

        assertEquals("QUORUMLG", buffer.getStringWithoutLengthAscii(AT + 16, 8));
        assertEquals(Handshake.PROTOCOL_VERSION, shortAt(24));
        assertEquals(1, shortAt(26));
        assertEquals(0xAAAA, longAt(28));
        assertEquals(0xBBBB, longAt(36));
        assertEquals(77, longAt(44));
        assertEquals(3, shortAt(52));
        final Handshake read = read(60);
        assertEquals(0xAAAA, read.clusterIdHigh());
        assertEquals(0xBBBB, read.clusterIdLow());
        assertTrue(read.isBlank());
        assertFalse(read.refusesDouble());
        assertEquals(77, read.incarnation());
        assertEquals(3, read.memberCount());
        assertEquals(65_535, read.member(2));
    }

    @Test
    void refusalOfADoubleIsAFlagOfItsOwn() {
        new Handshake().wrapAndEncode(buffer, AT, 2, 8).refusesDouble(true).members(new int[] {1, 2});

        assertEquals(2, shortAt(26));
        final Handshake read = read(58);
        assertTrue(read.refusesDouble());
        assertFalse(read.isBlank());
    }
}
