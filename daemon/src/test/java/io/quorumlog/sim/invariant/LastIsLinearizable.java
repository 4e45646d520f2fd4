package io.quorumlog.sim.invariant;

import io.quorumlog.codec.record.RecordKind;
import io.quorumlog.codec.resp.Reply;
import java.util.ArrayList;
import java.util.List;

/**
 * LAST, and the order of appends, are linearizable (thesis 6.3, 6.4): LAST answers no less than any index that any client
 * had been told of when it was asked, and an entry comes behind every entry that any client had been told of when it was
 * sent, acknowledged itself or not.
 */
final class LastIsLinearizable extends SimulationInvariant {
    private final CommittedLog committed;
    private final List<ClientRequest> requests = new ArrayList<>();

    LastIsLinearizable(final CommittedLog committed) {
        this.committed = committed;
    }

    @Override
    void onRequest(final ClientRequest request) {
        if (request.number() == requests.size()) {
            requests.add(request);
        }
    }

    @Override
    void onCommitted(final ObservedEntry entry) {
        if (entry.kind() != RecordKind.CLIENT) {
            return;
        }
        final long number = ClientPayload.number(entry.payload());
        if (number >= 0 && number < requests.size()) {
            final ClientRequest request = requests.get((int) number);
            if (entry.index() <= request.toldIndex()) {
                throw broken(request + " is in the log at " + entry.index());
            }
        }
    }

    @Override
    void onReply(final ClientRequest request, final Reply reply) {
        if (request.kind() == ClientRequest.Kind.LAST && reply instanceof Reply.Number last) {
            if (last.value() < request.toldIndex()) {
                throw broken(request + " is answered " + last.value());
            }
            if (last.value() != 0 && !committed.holdsClientEntry(last.value())) {
                throw broken(request + " is answered " + last.value() + ", where no client's entry is committed");
            }
            committed.told(last.value());
        }
    }
}
