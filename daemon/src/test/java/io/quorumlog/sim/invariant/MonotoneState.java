package io.quorumlog.sim.invariant;

import io.quorumlog.codec.peer.PeerMessage;
import io.quorumlog.codec.peer.VoteReply;
import io.quorumlog.codec.peer.VoteRequest;
import io.quorumlog.raft.RoleKind;
import org.agrona.collections.Int2ObjectHashMap;
import org.agrona.collections.Long2LongHashMap;

/**
 * Term and commit index never fall while a member runs; no member comes up in a term below one that it has named to
 * others, nor votes for two in one term, across restarts too, unless its disk was wiped (thesis figure 3.1, 3.4, 3.8).
 */
final class MonotoneState extends SimulationInvariant {
    private static final long NONE = 0;

    /** What one member has let others know. */
    private static final class Named {
        long greatestTerm;
        final Long2LongHashMap votes = new Long2LongHashMap(NONE);
    }

    private final Int2ObjectHashMap<Named> members = new Int2ObjectHashMap<>();

    private Named named(final ObservedMember member) {
        return members.computeIfAbsent(member.id(), id -> new Named());
    }

    @Override
    void onHardState(final ObservedMember member, final long term, final int votedFor) {
        if (term < member.term()) {
            throw broken("the term falls: " + member + " writes term " + term);
        }
        if (term == member.term() && member.votedFor() != NONE && member.votedFor() != votedFor) {
            throw broken("a second vote: " + member + " voted for " + member.votedFor() + " and now for " + votedFor);
        }
    }

    @Override
    void onRole(final ObservedMember member, final RoleKind role, final long term) {
        if (term != member.term()) {
            throw broken("a role of another term than the one written: " + member + " is in " + term);
        }
    }

    @Override
    void onCommit(final ObservedMember member, final long commitIndex) {
        if (commitIndex < member.commitIndex()) {
            throw broken("the commit index falls: " + member + " to " + commitIndex);
        }
    }

    @Override
    void onSend(final ObservedMember member, final int to, final PeerMessage message) {
        final Named named = named(member);
        if (message instanceof VoteRequest request) {
            if (!request.isPreVote() && !request.isInquiry()) {
                vote(member, named, request.term(), member.id());
            }
            return; // A pre-vote's term is not the sender's.
        }
        if (message instanceof VoteReply reply && reply.isGranted() && !reply.isPreVote() && !reply.isInquiry()) {
            vote(member, named, reply.term(), to);
        }
        if (message.term() < named.greatestTerm) {
            throw broken("an older term than before: " + member + " sends " + message);
        }
        named.greatestTerm = message.term();
    }

    private void vote(final ObservedMember member, final Named named, final long term, final int candidate) {
        final long other = named.votes.put(term, candidate);
        if (other != NONE && other != candidate) {
            throw broken("member " + member.id() + " votes for " + other + " and " + candidate + " in term " + term);
        }
        named.greatestTerm = Math.max(named.greatestTerm, term);
    }

    /** It can't know what it said; that no harm comes of that is for other rules to see. */
    @Override
    void onWipe(final ObservedMember member) {
        members.remove(member.id());
    }

    @Override
    void onRestart(final ObservedMember member) {
        final Named named = named(member);
        if (member.term() < named.greatestTerm) {
            throw broken("member " + member.id() + " comes up in term " + member.term() + ", but has named "
                    + named.greatestTerm);
        }
        final long vote = named.votes.get(member.term());
        if (vote != NONE && vote != member.votedFor()) {
            throw broken("member " + member.id() + " comes up with a vote for " + member.votedFor() + " in term "
                    + member.term() + ", but has voted for " + vote);
        }
    }
}
