package io.quorumlog.sim;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.quorumlog.codec.peer.PeerMessage;
import io.quorumlog.codec.peer.VoteReply;
import io.quorumlog.codec.peer.VoteRequest;
import org.agrona.concurrent.UnsafeBuffer;

/** What a {@link PlantedDefect} reads and changes in a frame. */
final class Frames {
    static final int GRANTED = 2;
    static final int PRE_VOTE = 1;
    static final int TRANSFER = 2;
    static final int INQUIRY = 8;
    static final int BLANK_REPLY = 2;
    static final int ENDS_BLANKNESS = 1;
    /** What finds a defect where the product stopped the member itself. */
    static final String OWN_CHECK = "its own check";

    private Frames() {}

    /** The answer that a blank voter hopes for. */
    static byte[] yes(final int from, final UnsafeBuffer request) {
        final long term = request.getLong(PeerMessage.TERM_OFFSET, LITTLE_ENDIAN);
        final int candidate = request.getShort(VoteRequest.CANDIDATE_OFFSET, LITTLE_ENDIAN);
        final UnsafeBuffer answer = new UnsafeBuffer(new byte[VoteReply.LENGTH]);
        new VoteReply()
                .wrapAndEncode(answer, 0, from, term)
                .requestedTerm(term)
                .granted(true)
                .inquiredAbout(candidate);
        return answer.byteArray();
    }

    static void clearFlag(final UnsafeBuffer frame, final int at, final int flag) {
        frame.putShort(at, (short) (frame.getShort(at, LITTLE_ENDIAN) & ~flag), LITTLE_ENDIAN);
    }

    static void setFlag(final UnsafeBuffer frame, final int at, final int flag, final boolean on) {
        frame.putShort(at, (short) (frame.getShort(at, LITTLE_ENDIAN) | (on ? flag : 0)), LITTLE_ENDIAN);
    }

    static boolean isFlag(final UnsafeBuffer frame, final int at, final int flag) {
        return (frame.getShort(at, LITTLE_ENDIAN) & flag) != 0;
    }

    static byte kind(final UnsafeBuffer frame) {
        return frame.getByte(PeerMessage.KIND_OFFSET);
    }

    static boolean isOfTerm(final SimNode receiver, final UnsafeBuffer frame) {
        return frame.getLong(PeerMessage.TERM_OFFSET, LITTLE_ENDIAN) == receiver.term();
    }
}
