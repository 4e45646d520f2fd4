package io.quorumlog.sim.invariant;

import io.quorumlog.codec.record.RecordKind;
import io.quorumlog.codec.resp.Reply;
import org.agrona.collections.Long2LongHashMap;
import org.agrona.collections.Long2ObjectHashMap;

/**
 * At the end, everything that all clients were told fits the one order of the log (client protocol; thesis 6.3, 6.4). What
 * can be seen at once, {@link LastIsLinearizable} and {@link ToldTruth} see at once; this one knows nothing of them, and
 * looks at all pairs of operations.
 */
final class HistoryIsLinearizable extends SimulationInvariant {
    private static final long NONE = -1;

    private final CommittedLog committed;
    private final History history = new History();
    /** By number: when it was asked, of those that are not answered. */
    private final Long2LongHashMap asked = new Long2LongHashMap(NONE);

    private final Long2ObjectHashMap<ClientRequest> unanswered = new Long2ObjectHashMap<>();
    private long now;

    HistoryIsLinearizable(final CommittedLog committed) {
        this.committed = committed;
    }

    @Override
    void onRequest(final ClientRequest request) {
        asked.put(request.number(), ++now);
        if (request.payload() != null) {
            unanswered.put(request.number(), request);
        }
    }

    @Override
    void onReply(final ClientRequest request, final Reply reply) {
        final long askedAt = asked.remove(request.number());
        now++;
        if (reply instanceof Reply.Number number && request.payload() != null) {
            unanswered.remove(request.number());
            history.appended(request + " at " + number.value(), number.value(), askedAt, now);
        } else if (reply instanceof Reply.Number number && request.kind() == ClientRequest.Kind.LAST) {
            history.lastWas(request + " is " + number.value(), number.value(), askedAt, now);
        } else if (reply instanceof Reply.Failure failure && failure.code().equals("CONFLICT")) {
            unanswered.remove(request.number());
            final long last = Long.parseLong(failure.message().substring("last is ".length()));
            history.lastWas(request + " is told that last is " + last, last, askedAt, now);
        }
    }

    @Override
    void onEntryRead(final ClientRequest request, final Reply.Array entry) {
        final long index = ((Reply.Number) entry.values().get(0)).value();
        history.shown(request + " shows " + index, index, ++now);
    }

    @Override
    void atEnd() {
        for (long index = 1; index <= committed.lastIndex(); index++) {
            final ObservedEntry entry = committed.entry(index);
            final long number = entry.kind() == RecordKind.CLIENT ? ClientPayload.number(entry.payload()) : NONE;
            final ClientRequest request = unanswered.get(number);
            if (request != null) {
                history.appendedUnheard(request + " at " + index, index, asked.get(number));
            }
        }
        final String contradiction = history.contradiction();
        if (contradiction != null) {
            throw broken(contradiction);
        }
    }
}
