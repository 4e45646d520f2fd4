package io.quorumlog.raft;

import io.quorumlog.codec.peer.AppendEntries;
import io.quorumlog.codec.peer.AppendReply;
import io.quorumlog.codec.peer.PeerMessage;
import io.quorumlog.codec.peer.VoteReply;
import io.quorumlog.codec.peer.VoteRequest;
import java.util.ArrayList;
import java.util.List;

/**
 * Stands between a core and the world, and knows from the member's records and flushes alone what its messages may claim:
 * the core's own bookkeeping is what is under test. Keeps two logs, one as it was written and one as it would be found after
 * a crash at this moment, and fails at once when a message claims what the second one does not hold.
 */
final class DurabilityWitness {
    /** An entry as one record; two records for the same index are never equal. */
    private record Entry(long seq, long term) {}

    private record Write(long seq, long index, long term, int vote) {
        static final long NO_ENTRY = -1;
    }

    private final int memberId;
    private final List<Write> unflushed = new ArrayList<>();
    private final List<Entry> written = new ArrayList<>();
    private final List<Entry> durable = new ArrayList<>();
    private long durableTerm;
    private int durableVote;

    DurabilityWitness(final int memberId) {
        this.memberId = memberId;
    }

    /** The member comes up with these terms of entries, this term and this vote on its disk. */
    void onStart(final long[] terms, final long term, final int vote) {
        unflushed.clear();
        durable.clear();
        for (final long entryTerm : terms) {
            durable.add(new Entry(0, entryTerm));
        }
        written.clear();
        written.addAll(durable);
        durableTerm = term;
        durableVote = vote;
    }

    void onEntry(final long seq, final long index, final long term) {
        supersede(written, index, new Entry(seq, term));
        unflushed.add(new Write(seq, index, term, 0));
    }

    void onHardState(final long seq, final long term, final int vote) {
        unflushed.add(new Write(seq, Write.NO_ENTRY, term, vote));
    }

    /** All records up to this number are on the disk. */
    void onFlushed(final long seq) {
        while (!unflushed.isEmpty() && unflushed.get(0).seq <= seq) {
            final Write write = unflushed.remove(0);
            if (write.index == Write.NO_ENTRY) {
                durableTerm = write.term;
                durableVote = write.vote;
            } else {
                supersede(durable, write.index, new Entry(write.seq, write.term));
            }
        }
    }

    /** Whether the entry would be found after a crash, with all before it, as the log now has them. */
    boolean isDurable(final long index) {
        return index <= durable.size() && durable.subList(0, (int) index).equals(written.subList(0, (int) index));
    }

    /** Whether a crash now would leave an entry of that index and term. */
    boolean holds(final long index, final long term) {
        return index <= durable.size() && durable.get((int) index - 1).term == term;
    }

    void onSend(final int to, final PeerMessage message) {
        final VoteRequest request = message instanceof VoteRequest vote ? vote : null;
        final boolean preVote = request != null && request.isPreVote();
        final long claimedTerm = preVote ? message.term() - 1 : message.term();
        require(claimedTerm == durableTerm, to, message, "names a term that is not durable");
        if (request != null && !preVote && !request.isInquiry()) {
            require(durableVote == memberId, to, message, "asks for votes before its own is durable");
            require(request.lastIndex() == written.size(), to, message, "speaks of another last entry than it has");
            require(isDurable(request.lastIndex()), to, message, "speaks of a last entry that is not durable");
        } else if (message instanceof VoteReply reply) {
            if (reply.isGranted() && !reply.isPreVote() && !reply.isInquiry()) {
                require(durableVote == to, to, message, "tells a vote that is not durable");
                require(reply.requestedTerm() == durableTerm, to, message, "tells a vote of another term");
            }
        } else if (message instanceof AppendReply reply) {
            require(isDurable(reply.matchIndex()), to, message, "acknowledges entries that are not durable");
        } else if (message instanceof AppendEntries) {
            require(durableVote == memberId, to, message, "leads without a durable vote for itself");
        }
    }

    private void require(final boolean holds, final int to, final PeerMessage message, final String what) {
        if (!holds) {
            throw new AssertionError(
                    "member " + memberId + " " + what + ": " + message + " to " + to + "; durable term=" + durableTerm
                            + " votedFor=" + durableVote + " entries=" + durable + ", written=" + written);
        }
    }

    private static void supersede(final List<Entry> log, final long index, final Entry entry) {
        log.subList((int) index - 1, log.size()).clear();
        log.add(entry);
    }
}
