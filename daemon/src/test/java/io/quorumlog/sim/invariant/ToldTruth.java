package io.quorumlog.sim.invariant;

import io.quorumlog.codec.record.RecordKind;
import io.quorumlog.codec.resp.Reply;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.agrona.collections.Long2LongHashMap;

/**
 * What a client was told of its append is true in the log, for good (client protocol, Commands and Errors; thesis 6.3): an
 * index means that this entry stands there; every error but UNCERTAIN means that it never will; CONFLICT names the entry
 * that really was last. Nothing is in the log that nobody asked for, and nothing twice. An entry of APPENDIF stands behind
 * the client entry that was asked for, acknowledged or not.
 */
final class ToldTruth extends SimulationInvariant {
    private static final long NONE = 0;

    private final CommittedLog committed;
    private final List<ClientRequest> requests = new ArrayList<>();
    private final Long2LongHashMap indexes = new Long2LongHashMap(NONE);
    private final Long2LongHashMap refused = new Long2LongHashMap(NONE);

    ToldTruth(final CommittedLog committed) {
        this.committed = committed;
    }

    @Override
    void onRequest(final ClientRequest request) {
        if (request.number() == requests.size()) {
            requests.add(request);
        }
    }

    @Override
    void onEntry(final ObservedMember member, final ObservedEntry entry) {
        final long number = entry.kind() == RecordKind.CLIENT ? ClientPayload.number(entry.payload()) : -1;
        if (number >= 0 && number < requests.size()) {
            requests.get((int) number).onWritten();
        }
    }

    @Override
    void onCommitted(final ObservedEntry entry) {
        if (entry.kind() != RecordKind.CLIENT) {
            return;
        }
        final long number = ClientPayload.number(entry.payload());
        if (number < 0 || number >= requests.size()) {
            throw broken(entry + " holds what nobody asked for");
        }
        final ClientRequest request = requests.get((int) number);
        if (!Arrays.equals(entry.payload(), request.payload())) {
            throw broken(entry + " holds other bytes than " + request);
        }
        final long other = indexes.put(number, entry.index());
        if (other != NONE) {
            throw broken(request + " is in the log twice, at " + other + " and " + entry.index());
        }
        if (refused.containsKey(number)) {
            throw broken(request + " was refused, but is in the log at " + entry.index());
        }
        if (request.kind() == ClientRequest.Kind.APPENDIF && committed.lastClientIndex() != request.argument()) {
            throw broken(request + " stands at " + entry.index() + " behind " + committed.lastClientIndex());
        }
    }

    @Override
    void onReply(final ClientRequest request, final Reply reply) {
        if (request.payload() == null) {
            return;
        }
        if (reply instanceof Reply.Number index) {
            if (indexes.get(request.number()) != index.value()) {
                throw broken(request + " was told " + index.value() + ", but is at " + indexes.get(request.number()));
            }
            committed.told(index.value());
            return;
        }
        if (!(reply instanceof Reply.Failure failure)) {
            throw broken(request + " is answered by " + reply);
        }
        if (failure.code().equals("UNCERTAIN")) {
            return;
        }
        if (indexes.containsKey(request.number())) {
            throw broken(request + " was told " + failure.text() + ", but is in the log at "
                    + indexes.get(request.number()));
        }
        refused.put(request.number(), 1);
        if (failure.code().equals("CONFLICT")) {
            checkConflict(request, failure);
        }
    }

    private void checkConflict(final ClientRequest request, final Reply.Failure failure) {
        if (request.kind() != ClientRequest.Kind.APPENDIF) {
            throw broken(request + " is answered by " + failure.text());
        }
        final long last = Long.parseLong(failure.message().substring("last is ".length()));
        if (last == request.argument()) {
            throw broken(request + " was told " + failure.text());
        }
        if (last != 0 && !committed.holdsClientEntry(last)) {
            throw broken(request + " was told " + failure.text() + ", where no client's entry is committed");
        }
        if (last < request.toldIndex()) {
            throw broken(request + " was told " + failure.text());
        }
        committed.told(last);
    }
}
