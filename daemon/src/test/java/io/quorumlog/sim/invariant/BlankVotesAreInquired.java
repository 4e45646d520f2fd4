package io.quorumlog.sim.invariant;

import io.quorumlog.codec.peer.PeerMessage;
import io.quorumlog.codec.peer.VoteReply;
import io.quorumlog.codec.peer.VoteRequest;
import org.agrona.collections.Int2IntHashMap;

/**
 * When a blank member votes for a candidate that has a log, every other member has entered the candidate's term: for it
 * was asked, and can take nothing from older leaders any more ({@code MISTAKES.md} row 30). What would follow from a breach
 * takes a vote or an entry that was lost with the disk to show; this takes none.
 */
final class BlankVotesAreInquired extends SimulationInvariant {
    private static final int NEVER = -1;

    private final ObservedMember[] members;
    /** The last term in which a member campaigned being blank itself. */
    private final Int2IntHashMap foundingTerms = new Int2IntHashMap(NEVER);

    BlankVotesAreInquired(final ObservedMember[] members) {
        this.members = members;
    }

    @Override
    void onSend(final ObservedMember member, final int to, final PeerMessage message) {
        if (message instanceof VoteRequest request && request.isBlank() && !request.isPreVote()) {
            foundingTerms.put(member.id(), (int) request.term());
        } else if (message instanceof VoteReply reply
                && reply.isGranted()
                && !reply.isPreVote()
                && !reply.isInquiry()
                && member.isBlank()
                && foundingTerms.get(to) != reply.term()) {
            checkOthers(member, to, reply.term());
        }
    }

    private void checkOthers(final ObservedMember voter, final int candidate, final long term) {
        for (final ObservedMember other : members) {
            if (other != voter && other.id() != candidate && !other.isBlank() && other.term() < term) {
                throw broken(voter + " is blank and votes for " + candidate + " in term " + term + ", but " + other);
            }
        }
    }
}
