package io.quorumlog.codec.peer;

import static org.agrona.BitUtil.SIZE_OF_LONG;
import static org.agrona.BitUtil.SIZE_OF_SHORT;

import org.agrona.MutableDirectBuffer;

/**
 * A candidate asks for a vote (RequestVote, thesis 3.4), or asks what the answer would be (pre-vote, thesis 9.6); or a blank
 * voter asks another member, before it votes, whether that one knows anything against it (an inquiry).
 *
 * <pre>
 *   0        16              24              32      34          36
 *  +--------+---------------+---------------+-------+-----------+
 *  | header |   lastIndex   |   lastTerm    | flags | candidate |
 *  +--------+---------------+---------------+-------+-----------+
 * </pre>
 *
 * In a pre-vote {@code term} is the term that the sender would campaign in, one above its own. {@code candidate} is the
 * member whom an inquiry is about, and whose last entry it names; zero elsewhere, for there it is the sender.
 */
public final class VoteRequest extends PeerMessage {
    public static final int LAST_INDEX_OFFSET = HEADER_LENGTH;
    public static final int LAST_TERM_OFFSET = LAST_INDEX_OFFSET + SIZE_OF_LONG;
    public static final int FLAGS_OFFSET = LAST_TERM_OFFSET + SIZE_OF_LONG;
    public static final int CANDIDATE_OFFSET = FLAGS_OFFSET + SIZE_OF_SHORT;
    public static final int LENGTH = CANDIDATE_OFFSET + SIZE_OF_SHORT;

    private static final int PRE_VOTE = 1;
    private static final int TRANSFER = 2;
    private static final int BLANK = 4;
    private static final int INQUIRY = 8;

    public VoteRequest() {
        super(MessageKind.VOTE_REQUEST, LENGTH);
    }

    /** Begins a frame. */
    public VoteRequest wrapAndEncode(
            final MutableDirectBuffer destination, final int offset, final int from, final long term) {
        encode(destination, offset, from, term);
        return this;
    }

    /** Index of the candidate's last entry. */
    public long lastIndex() {
        return longAt(LAST_INDEX_OFFSET);
    }

    public VoteRequest lastIndex(final long index) {
        longAt(LAST_INDEX_OFFSET, index);
        return this;
    }

    /** Term of the candidate's last entry. */
    public long lastTerm() {
        return longAt(LAST_TERM_OFFSET);
    }

    public VoteRequest lastTerm(final long term) {
        longAt(LAST_TERM_OFFSET, term);
        return this;
    }

    /** Whether nothing is asked for but an opinion. */
    public boolean isPreVote() {
        return flag(FLAGS_OFFSET, PRE_VOTE);
    }

    public VoteRequest preVote(final boolean on) {
        flag(FLAGS_OFFSET, PRE_VOTE, on);
        return this;
    }

    /**
     * Whether the leader itself asked the candidate to campaign, so that a voter need not stick to that leader. In a pre-vote
     * that leader says whether it still wants to be replaced.
     */
    public boolean isTransfer() {
        return flag(FLAGS_OFFSET, TRANSFER);
    }

    public VoteRequest transfer(final boolean on) {
        flag(FLAGS_OFFSET, TRANSFER, on);
        return this;
    }

    /** Whether the candidate is blank: its disk was empty, or has lost entries, and no leader has brought it up to date since. */
    public boolean isBlank() {
        return flag(FLAGS_OFFSET, BLANK);
    }

    public VoteRequest blank(final boolean on) {
        flag(FLAGS_OFFSET, BLANK, on);
        return this;
    }

    /** Whether a blank voter asks on behalf of {@link #candidate()}. */
    public boolean isInquiry() {
        return flag(FLAGS_OFFSET, INQUIRY);
    }

    /** The member that an inquiry is about. */
    public int candidate() {
        return shortAt(CANDIDATE_OFFSET);
    }

    /** Makes this an inquiry about a candidate. */
    public VoteRequest inquireAbout(final int candidate) {
        flag(FLAGS_OFFSET, INQUIRY, true);
        shortAt(CANDIDATE_OFFSET, candidate);
        return this;
    }

    @Override
    public String toString() {
        return (isPreVote() ? "PreVoteRequest" : "VoteRequest") + " term=" + term() + " last=" + lastIndex() + "@"
                + lastTerm() + (isTransfer() ? " transfer" : "") + (isBlank() ? " blank" : "")
                + (isInquiry() ? " inquiry for=" + candidate() : "");
    }
}
