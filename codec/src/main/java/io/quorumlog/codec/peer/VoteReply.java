package io.quorumlog.codec.peer;

import static org.agrona.BitUtil.SIZE_OF_LONG;
import static org.agrona.BitUtil.SIZE_OF_SHORT;

import org.agrona.MutableDirectBuffer;

/**
 * Answers a {@link VoteRequest}.
 *
 * <pre>
 *   0        16              24      26
 *  +--------+---------------+-------+
 *  | header | requestedTerm | flags |
 *  +--------+---------------+-------+
 * </pre>
 *
 * {@code term} is the voter's own; {@code requestedTerm} the request's, by which a late reply is told from one that counts.
 */
public final class VoteReply extends PeerMessage {
    public static final int REQUESTED_TERM_OFFSET = HEADER_LENGTH;
    public static final int FLAGS_OFFSET = REQUESTED_TERM_OFFSET + SIZE_OF_LONG;
    public static final int LENGTH = FLAGS_OFFSET + SIZE_OF_SHORT;

    private static final int PRE_VOTE = 1;
    private static final int GRANTED = 2;

    public VoteReply() {
        super(MessageKind.VOTE_REPLY, LENGTH);
    }

    /** Begins a frame. */
    public VoteReply wrapAndEncode(
            final MutableDirectBuffer destination, final int offset, final int from, final long term) {
        encode(destination, offset, from, term);
        return this;
    }

    /** The term of the request that this answers. */
    public long requestedTerm() {
        return longAt(REQUESTED_TERM_OFFSET);
    }

    public VoteReply requestedTerm(final long term) {
        longAt(REQUESTED_TERM_OFFSET, term);
        return this;
    }

    public boolean isPreVote() {
        return flag(FLAGS_OFFSET, PRE_VOTE);
    }

    public VoteReply preVote(final boolean on) {
        flag(FLAGS_OFFSET, PRE_VOTE, on);
        return this;
    }

    public boolean isGranted() {
        return flag(FLAGS_OFFSET, GRANTED);
    }

    public VoteReply granted(final boolean on) {
        flag(FLAGS_OFFSET, GRANTED, on);
        return this;
    }

    @Override
    public String toString() {
        return (isPreVote() ? "PreVoteReply" : "VoteReply") + " term=" + term() + " requested=" + requestedTerm()
                + (isGranted() ? " granted" : " refused");
    }
}
