package io.quorumlog.sim.invariant;

import io.quorumlog.codec.resp.Reply;
import java.util.List;

/**
 * A READ shows everything that its connection was told of before, from the index on that it asks for and as far as its
 * limits go: an append that was answered, an entry that was read, an index that was last. For a member runs it when all
 * requests before it are answered, and knows then of what it said itself.
 */
final class ReadsSeeWhatWasTold extends SimulationInvariant {
    /** A reply ends before 4 MiB: no entry of a simulation is so large that one fewer than this would be cut off. */
    private static final long LEAST_LIMIT_BYTES = 3L * 1024 * 1024;

    private final CommittedLog committed;

    ReadsSeeWhatWasTold(final CommittedLog committed) {
        this.committed = committed;
    }

    @Override
    void onReply(final ClientRequest request, final Reply reply) {
        if (request.kind() != ClientRequest.Kind.READ || !(reply instanceof Reply.Array entries)) {
            return;
        }
        final List<Reply> values = entries.values();
        if (values.size() >= request.count() || bytes(values) > LEAST_LIMIT_BYTES) {
            return;
        }
        final long next = values.isEmpty() ? request.nextIndex() : index(values.get(values.size() - 1)) + 1;
        final ObservedEntry missing = committed.clientEntryFrom(next);
        if (missing != null && missing.index() <= request.seenIndex()) {
            throw broken(request + " shows " + values.size() + " entries and not " + missing + ", though "
                    + request.seenIndex() + " had been told on its connection");
        }
    }

    private static long index(final Reply entry) {
        return ((Reply.Number) ((Reply.Array) entry).values().get(0)).value();
    }

    private static long bytes(final List<Reply> entries) {
        long bytes = 0;
        for (final Reply entry : entries) {
            bytes += ((Reply.Bulk) ((Reply.Array) entry).values().get(3)).bytes().length;
        }
        return bytes;
    }
}
