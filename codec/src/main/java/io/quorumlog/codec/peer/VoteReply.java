package io.quorumlog.codec.peer;

import static org.agrona.BitUtil.SIZE_OF_LONG;
import static org.agrona.BitUtil.SIZE_OF_SHORT;

import org.agrona.MutableDirectBuffer;

/**
 * Answers a {@link VoteRequest}.
 *
 * <pre>
 *   0        16              24      26          28
 *  +--------+---------------+-------+-----------+
 *  | header | requestedTerm | flags | candidate |
 *  +--------+---------------+-------+-----------+
 * </pre>
 *
 * {@code term} is the voter's own; {@code requestedTerm} the request's, by which a late reply is told from one that counts.
 * {@code candidate} is the one whom an inquiry was about; zero elsewhere.
 */
public final class VoteReply extends PeerMessage {
    public static final int REQUESTED_TERM_OFFSET = HEADER_LENGTH;
    public static final int FLAGS_OFFSET = REQUESTED_TERM_OFFSET + SIZE_OF_LONG;
    public static final int CANDIDATE_OFFSET = FLAGS_OFFSET + SIZE_OF_SHORT;
    public static final int LENGTH = CANDIDATE_OFFSET + SIZE_OF_SHORT;

    private static final int PRE_VOTE = 1;
    private static final int GRANTED = 2;
    private static final int BLANK = 4;
    private static final int INQUIRY = 8;
    private static final int TRANSFER = 16;

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

    /** Whether this answers a transfer's pre-vote: then it disregards the leader that is heard, and counts for no other. */
    public boolean isTransfer() {
        return flag(FLAGS_OFFSET, TRANSFER);
    }

    public VoteReply transfer(final boolean on) {
        flag(FLAGS_OFFSET, TRANSFER, on);
        return this;
    }

    /** Whether the voter is blank: a vote that it gives rests on what all other members have answered. */
    public boolean isBlank() {
        return flag(FLAGS_OFFSET, BLANK);
    }

    public VoteReply blank(final boolean on) {
        flag(FLAGS_OFFSET, BLANK, on);
        return this;
    }

    /** Whether this answers a blank voter's inquiry about {@link #candidate()}, and gives no vote. */
    public boolean isInquiry() {
        return flag(FLAGS_OFFSET, INQUIRY);
    }

    /** The member that the inquiry was about. */
    public int candidate() {
        return shortAt(CANDIDATE_OFFSET);
    }

    /** Makes this the answer to an inquiry about a candidate. */
    public VoteReply inquiredAbout(final int candidate) {
        flag(FLAGS_OFFSET, INQUIRY, true);
        shortAt(CANDIDATE_OFFSET, candidate);
        return this;
    }

    @Override
    public String toString() {
        return (isPreVote() ? "PreVoteReply" : "VoteReply") + " term=" + term() + " requested=" + requestedTerm()
                + (isGranted() ? " granted" : " refused") + (isTransfer() ? " transfer" : "")
                + (isBlank() ? " blank" : "")
                + (isInquiry() ? " inquiry for=" + candidate() : "");
    }
}
