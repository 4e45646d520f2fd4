package io.quorumlog.sim;

import io.quorumlog.codec.resp.Reply;
import io.quorumlog.codec.resp.ReplyParser;
import io.quorumlog.sim.invariant.ClientPayload;
import io.quorumlog.sim.invariant.ClientRequest;
import java.util.ArrayDeque;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A client: keeps up to a pipeline's length of requests in flight, follows NOTLEADER, waits out NOLEADER, gives up on
 * silence, goes away at times, and never repeats an append. Whatever it is told goes to the invariants.
 */
final class SimClient {
    private static final long RETRY_NS = 20_000_000;
    private static final int PATIENCE_TIMEOUTS = 8;
    private static final int ENTRY_VALUES = 4;
    private static final int READERS_PIPELINE = 16;

    private final Simulation simulation;
    private final FaultPlan plan;
    private final int id;
    private final SimRandom random;
    private final RequestWording wording;
    /** It mostly asks LAST, and goes on asking a member that does not answer. */
    private final boolean isReader;

    private SimConnection connection;
    private ReplyParser parser;
    private final ArrayDeque<ClientRequest> unanswered = new ArrayDeque<>();
    /** A TAIL that has been answered, until the answer behind it comes. */
    private ClientRequest tail;

    private boolean stopped;
    private boolean connecting;
    private int likelyLeader = 1;
    private long lastIndex;
    /** The greatest index that this connection was told of. */
    private long seenIndex;

    private long lastAnswerNs;

    SimClient(final Simulation simulation, final int id, final SimRandom random) {
        this.simulation = simulation;
        plan = simulation.plan();
        this.id = id;
        this.random = random;
        wording = new RequestWording(random);
        isReader = id > 1 && plan.readers;
    }

    /** Begins to ask. */
    void start() {
        connectLater();
        simulation.queue().after(random.waitNs(plan.requestMeanNs), this::ask);
        if (plan.reconnectMeanNs > 0) {
            simulation.queue().after(random.waitNs(plan.reconnectMeanNs), this::goAway);
        }
    }

    /** Asks nothing more; what is unanswered still waits. */
    void stop() {
        stopped = true;
    }

    /** Whether every request has its answer; those that can wait for ever aside. */
    boolean isAnswered() {
        return unanswered.isEmpty();
    }

    String waitsFor() {
        return "client " + id + " waits for " + unanswered;
    }

    // The connection.

    private void connectLater() {
        if (!connecting) {
            connecting = true;
            simulation.queue().after(random.between(RETRY_NS / 4, RETRY_NS), this::connect);
        }
    }

    private void connect() {
        connecting = false;
        if (connection != null) {
            return;
        }
        if (!connectTo(random.percent(80) ? likelyLeader : 1 + random.below(plan.members))) {
            likelyLeader = 1 + random.below(plan.members);
            connectLater();
        }
    }

    private boolean connectTo(final int member) {
        final SimConnection attempt = new SimConnection(simulation, this, simulation.node(member), random.split());
        if (!attempt.open()) {
            return false;
        }
        connection = attempt;
        parser = new ReplyParser();
        seenIndex = 0;
        lastAnswerNs = simulation.queue().nowNs();
        return true;
    }

    private void goAway() {
        if (!stopped) {
            if (!unanswered.isEmpty() && simulation.happens(Fault.RECONNECT)) {
                hangUp();
            }
            simulation.queue().after(random.waitNs(plan.reconnectMeanNs), this::goAway);
        }
    }

    /** Closes its connection; what is unanswered stays so for ever. */
    private void hangUp() {
        if (connection != null) {
            connection.close();
            onClosed(connection);
        }
    }

    /** The connection is gone. */
    void onClosed(final SimConnection which) {
        if (which != connection) {
            return;
        }
        connection = null;
        tail = null;
        connectLater();
        final ClientRequest[] lost = unanswered.toArray(new ClientRequest[0]);
        for (final ClientRequest request : lost) {
            if (request.payload() != null) {
                simulation.reached(Outcome.APPEND_UNANSWERED);
            }
        }
        unanswered.clear();
        if (simulation.defect().repeatsUncertainAppends()) {
            simulation.queue().after(2 * RETRY_NS, () -> repeat(lost));
        }
    }

    private void repeat(final ClientRequest[] requests) {
        for (final ClientRequest request : requests) {
            if (connection != null && request.kind() == ClientRequest.Kind.APPEND) {
                send(request);
            }
        }
    }

    // Requests.

    private void ask() {
        if (stopped) {
            return;
        }
        simulation.queue().after(random.waitNs(plan.requestMeanNs), this::ask);
        if (connection == null) {
            return;
        }
        final long silenceNs = simulation.queue().nowNs() - lastAnswerNs;
        if (!unanswered.isEmpty() && silenceNs > PATIENCE_TIMEOUTS * plan.electionTimeoutNs) {
            hangUp();
            return;
        }
        if (unanswered.isEmpty()) {
            lastAnswerNs = simulation.queue().nowNs();
        }
        int burst = random.percent(10) ? plan.pipeline : 1;
        while (burst-- > 0 && unanswered.size() < (isReader ? READERS_PIPELINE : plan.pipeline)) {
            send(next());
        }
    }

    private ClientRequest next() {
        if (random.percent(plan.transferPercent) && simulation.happens(Fault.TRANSFER)) {
            return request(ClientRequest.Kind.TRANSFER, 1 + random.below(plan.members), 0);
        }
        final int choice = random.below(100);
        if (isReader && choice < 70) {
            return request(ClientRequest.Kind.LAST, 0, 0);
        }
        if (choice < 55) {
            return request(ClientRequest.Kind.APPEND, 0, random.between(0, plan.payloadBytes));
        }
        if (choice < 68) {
            final long expected = random.percent(80) ? lastIndex : random.between(0, lastIndex + 2);
            return request(ClientRequest.Kind.APPENDIF, expected, random.between(0, plan.payloadBytes));
        }
        if (choice < 80) {
            return request(ClientRequest.Kind.LAST, 0, 0);
        }
        if (choice < 92) {
            return request(ClientRequest.Kind.READ, from(), 0);
        }
        return request(choice < 95 ? ClientRequest.Kind.TAIL : ClientRequest.Kind.OTHER, from(), 0);
    }

    private long from() {
        return random.percent(80) ? Math.max(0, lastIndex - random.below(5)) : random.between(0, lastIndex + 2);
    }

    /** One append, that a healthy cluster must commit. */
    void append() {
        send(request(ClientRequest.Kind.APPEND, 0, plan.payloadBytes));
    }

    /** Turns to this member, whatever it waits for elsewhere; one append to it at a time, that a healthy cluster must commit. */
    void appendTo(final int member) {
        if (connection != null && connection.member() != member) {
            hangUp();
        }
        if (connection == null) {
            likelyLeader = member;
            connectTo(member);
        }
        if (connection != null && unanswered.isEmpty()) {
            append();
        }
    }

    boolean isConnected() {
        return connection != null;
    }

    private ClientRequest request(final ClientRequest.Kind kind, final long argument, final long payloadBytes) {
        final long number = simulation.nextRequestNumber();
        final byte[] payload = kind == ClientRequest.Kind.APPEND || kind == ClientRequest.Kind.APPENDIF
                ? ClientPayload.create(number, (int) payloadBytes, random.source())
                : null;
        return new ClientRequest(
                kind,
                number,
                argument,
                payload,
                simulation.invariants().committed().greatestToldIndex(),
                random.percent(30) ? RequestWording.USUAL_COUNT : random.between(1, 20));
    }

    private void send(final ClientRequest request) {
        simulation.trace(connection.member(), "is asked by client", id, 0, 0, request);
        simulation.invariants().onRequest(request);
        unanswered.add(request);
        connection.send(wording.bytes(request));
    }

    // Replies.

    /** Bytes of replies have come. */
    void onBytes(final SimConnection which, final byte[] bytes) {
        final UnsafeBuffer view = new UnsafeBuffer(bytes);
        int offset = 0;
        while (which == connection && parser.parse(view, offset, bytes.length)) {
            offset += parser.consumed();
            onReply(simulation.defect().understood(parser.reply()));
        }
    }

    private void onReply(final Reply reply) {
        lastAnswerNs = simulation.queue().nowNs();
        if (tail != null) {
            if (isEntry(reply)) {
                simulation.reached(Outcome.ENTRY_TAILED);
                seen((Reply.Array) reply);
                simulation.invariants().onEntryRead(tail, (Reply.Array) reply);
                return;
            }
            tail = null;
        }
        final ClientRequest request = unanswered.poll();
        if (request == null) {
            throw new AssertionError("client " + id + " is told what it did not ask: " + reply);
        }
        simulation.trace(connection.member(), "answers client", id, request.number(), 0, reply);
        request.seenIndex(seenIndex);
        simulation.invariants().onReply(request, reply);
        count(request, reply);
        switch (request.kind()) {
            case APPEND, APPENDIF, LAST -> {
                if (reply instanceof Reply.Number index) {
                    lastIndex = index.value();
                    seenIndex = Math.max(seenIndex, lastIndex);
                }
            }
            case READ -> {
                if (reply instanceof Reply.Array entries) {
                    entries.values().forEach(entry -> seen((Reply.Array) entry));
                }
            }
            case TAIL -> tail = reply instanceof Reply.Simple ? request : null;
            default -> {
                // Nothing to remember.
            }
        }
        if (reply instanceof Reply.Failure failure) {
            onFailure(failure);
        }
    }

    private void seen(final Reply.Array entry) {
        seenIndex = Math.max(seenIndex, ((Reply.Number) entry.values().get(0)).value());
    }

    private void count(final ClientRequest request, final Reply reply) {
        final boolean answered = !(reply instanceof Reply.Failure);
        switch (request.kind()) {
            case APPEND, APPENDIF -> {
                if (answered) {
                    simulation.reached(Outcome.APPEND_ACKNOWLEDGED);
                } else if (request.isWritten()) {
                    simulation.reached(isUncertain(reply) ? Outcome.APPEND_UNCERTAIN : Outcome.APPEND_REFUSED_LATE);
                }
            }
            case LAST -> {
                if (answered) {
                    simulation.reached(Outcome.LAST_CONFIRMED);
                }
            }
            case READ -> {
                if (reply instanceof Reply.Array entries && !entries.values().isEmpty()) {
                    simulation.reached(Outcome.ENTRY_READ);
                }
            }
            case TRANSFER -> simulation.reached(answered ? Outcome.TRANSFERRED : Outcome.TRANSFER_FAILED);
            case TAIL, OTHER -> {
                // Of no interest by itself.
            }
        }
    }

    private static boolean isUncertain(final Reply reply) {
        return reply instanceof Reply.Failure failure && failure.code().equals("UNCERTAIN");
    }

    private static boolean isEntry(final Reply reply) {
        return reply instanceof Reply.Array array
                && array.values().size() == ENTRY_VALUES
                && array.values().get(0) instanceof Reply.Number;
    }

    private void onFailure(final Reply.Failure failure) {
        switch (failure.code()) {
            case "NOTLEADER" -> {
                likelyLeader = Integer.parseInt(failure.message().split(" ")[0]);
                if (likelyLeader != connection.member() && unanswered.isEmpty()) {
                    hangUp();
                }
            }
            case "NOLEADER" -> {
                if (unanswered.isEmpty() && random.percent(20)) {
                    likelyLeader = 1 + random.below(plan.members);
                    hangUp();
                }
            }
            case "CONFLICT" -> {
                simulation.reached(Outcome.CONFLICT);
                lastIndex = Long.parseLong(failure.message().substring("last is ".length()));
                seenIndex = Math.max(seenIndex, lastIndex);
            }
            case "UNCERTAIN", "ERR" -> {
                // An ERR is TRANSFER's.
            }
            default -> throw new AssertionError("client " + id + " is told " + failure.text());
        }
    }
}
