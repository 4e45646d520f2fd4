package io.quorumlog.sim.invariant;

import io.quorumlog.codec.resp.Reply;
import java.util.Arrays;
import java.util.List;

/**
 * READ and TAIL give committed entries only, in order, without a gap, and the same ones on every member for ever (client
 * protocol, Commands; thesis 3.6.3).
 */
final class ReadsAreStable extends SimulationInvariant {
    private final CommittedLog committed;

    ReadsAreStable(final CommittedLog committed) {
        this.committed = committed;
    }

    @Override
    void onEntryRead(final ClientRequest request, final Reply.Array read) {
        final List<Reply> values = read.values();
        final long index = ((Reply.Number) values.get(0)).value();
        final ObservedEntry entry = committed.clientEntryFrom(request.nextIndex());
        if (entry == null || entry.index() != index) {
            throw broken(request + " reads " + index + ", but the next committed one is " + entry);
        }
        if (((Reply.Number) values.get(1)).value() != entry.term()
                || ((Reply.Number) values.get(2)).value() != entry.timestampMs()
                || !Arrays.equals(((Reply.Bulk) values.get(3)).bytes(), entry.payload())) {
            throw broken(request + " reads " + values + " for " + entry);
        }
        request.nextIndex(index + 1);
        committed.told(index);
    }
}
