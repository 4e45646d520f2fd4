package io.quorumlog.codec.peer;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static org.agrona.BitUtil.SIZE_OF_INT;

import io.quorumlog.codec.ProtocolException;
import org.agrona.DirectBuffer;

/**
 * Cuts a stream of bytes into whole, checked frames. Stateless between calls: what is not yet a whole frame stays in the
 * caller's buffer, which must be able to hold {@link PeerLimits#maxFrameBytes()}. Allocates nothing but on errors.
 */
public final class FrameReader {
    private final PeerLimits limits;
    private final Handshake handshake = new Handshake();
    private final VoteRequest voteRequest = new VoteRequest();
    private final VoteReply voteReply = new VoteReply();
    private final AppendEntries appendEntries = new AppendEntries();
    private final AppendReply appendReply = new AppendReply();
    private final TimeoutNow timeoutNow = new TimeoutNow();
    private final KeepAlive keepAlive = new KeepAlive();

    public FrameReader(final PeerLimits limits) {
        this.limits = limits;
    }

    /**
     * Length of the whole frame that begins at {@code offset}, its length field included; 0 while fewer bytes are there.
     *
     * @throws ProtocolException if the frame can't be: shorter than a header, or longer than the limits allow
     */
    public int frameLength(final DirectBuffer buffer, final int offset, final int limit) {
        if (limit - offset < SIZE_OF_INT) {
            return 0;
        }
        final int length = buffer.getInt(offset, LITTLE_ENDIAN);
        if (length < PeerMessage.HEADER_LENGTH - SIZE_OF_INT || length > limits.maxFrameBytes() - SIZE_OF_INT) {
            throw new ProtocolException("frame of " + Integer.toUnsignedString(length) + " bytes; max-entry-bytes="
                    + limits.maxEntryBytes() + " allows " + (PeerMessage.HEADER_LENGTH - SIZE_OF_INT) + " to "
                    + (limits.maxFrameBytes() - SIZE_OF_INT) + ", and is to be alike on all members");
        }
        return length + SIZE_OF_INT <= limit - offset ? length + SIZE_OF_INT : 0;
    }

    /**
     * The message in a whole frame; a view that is valid until the next call.
     *
     * @param frameLength as {@link #frameLength} gave it
     * @return null for a kind that this version does not know, which is to be passed over
     * @throws ProtocolException if the frame is not what its kind demands
     */
    public PeerMessage message(final DirectBuffer buffer, final int offset, final int frameLength) {
        final PeerMessage message = byKind(buffer.getByte(offset + PeerMessage.KIND_OFFSET));
        if (message == null) {
            return null;
        }
        final String reason = message.invalid(buffer, offset, frameLength);
        if (reason != null) {
            throw new ProtocolException(reason);
        }
        message.wrapChecked(buffer, offset);
        if (message.term() < 0 || message.term() > PeerLimits.MAX_TERM) {
            throw new ProtocolException("impossible term " + message.term());
        }
        return message;
    }

    private PeerMessage byKind(final byte kind) {
        return switch (kind) {
            case MessageKind.HANDSHAKE -> handshake;
            case MessageKind.VOTE_REQUEST -> voteRequest;
            case MessageKind.VOTE_REPLY -> voteReply;
            case MessageKind.APPEND_ENTRIES -> appendEntries;
            case MessageKind.APPEND_REPLY -> appendReply;
            case MessageKind.TIMEOUT_NOW -> timeoutNow;
            case MessageKind.KEEP_ALIVE -> keepAlive;
            default -> null;
        };
    }
}
