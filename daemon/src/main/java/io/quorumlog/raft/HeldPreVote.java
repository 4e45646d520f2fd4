package io.quorumlog.raft;

import io.quorumlog.codec.peer.VoteRequest;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A pre-vote that was refused because the leader was still heard. When a leader's process dies, one follower notices before
 * the others; were its pre-vote lost on those that notice a moment later, it would have to wait, or ask again. So whoever
 * notices answers again what it was asked in the last moment. That is no more than an answer that took longer on its way.
 */
final class HeldPreVote {
    private final VoteRequest request = new VoteRequest();
    private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[VoteRequest.LENGTH]);
    private int from = Raft.NONE;
    private long sinceNs;

    /** Keeps the newest one. */
    void hold(final int candidate, final VoteRequest asked, final long nowNs) {
        from = candidate;
        sinceNs = nowNs;
        request.wrapAndEncode(buffer, 0, candidate, asked.term())
                .lastIndex(asked.lastIndex())
                .lastTerm(asked.lastTerm())
                .preVote(true)
                .blank(asked.isBlank());
    }

    /** Whether one came in the last so many nanoseconds. */
    boolean isHeld(final long nowNs, final long forNs) {
        return from != Raft.NONE && nowNs - sinceNs < forNs;
    }

    int from() {
        return from;
    }

    VoteRequest request() {
        return request;
    }

    void drop() {
        from = Raft.NONE;
    }
}
