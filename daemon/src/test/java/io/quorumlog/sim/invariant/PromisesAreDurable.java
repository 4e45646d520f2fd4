package io.quorumlog.sim.invariant;

import io.quorumlog.codec.peer.AppendReply;
import io.quorumlog.codec.peer.PeerMessage;
import io.quorumlog.codec.peer.VoteReply;
import io.quorumlog.codec.peer.VoteRequest;

/**
 * No message leaves before what it rests on survives a crash (thesis 3.8, figure 3.1: 'updated on stable storage before
 * responding'): the term that it names, the vote that it gives, the entries that it acknowledges, the log and the own vote
 * that a candidate claims. What is durable is recomputed here from records and the disk's flushes.
 */
final class PromisesAreDurable extends SimulationInvariant {
    @Override
    void onSend(final ObservedMember member, final int to, final PeerMessage message) {
        if (!member.isHardStateDurable()) {
            throw broken("the term is not durable: " + member + " sends " + message);
        }
        if (message instanceof VoteReply reply && !reply.isPreVote() && reply.isGranted() && !reply.isInquiry()) {
            if (member.term() != reply.term() || member.votedFor() != to) {
                throw broken("the vote is not written: " + member + " sends " + message);
            }
        } else if (message instanceof VoteRequest request && !request.isPreVote() && !request.isInquiry()) {
            if (member.term() != request.term() || member.votedFor() != member.id()) {
                throw broken("the own vote is not written: " + member + " sends " + message);
            }
            if (member.lastIndex() != request.lastIndex()
                    || member.lastTerm() != request.lastTerm()
                    || !member.isDurable(request.lastIndex())) {
                throw broken("the log that is claimed is not durable: " + member + " sends " + message);
            }
        } else if (message instanceof AppendReply reply) {
            if (!member.isDurable(reply.matchIndex())) {
                throw broken("what is acknowledged is not durable: " + member + " sends " + message);
            }
        }
    }
}
