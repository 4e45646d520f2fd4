package io.quorumlog.torment;

import io.quorumlog.process.ProcessCluster;
import io.quorumlog.process.RespClient;
import io.quorumlog.torment.Operation.Kind;
import java.io.EOFException;
import java.io.UncheckedIOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.function.BooleanSupplier;

/**
 * A client that speaks the protocol itself, many requests in flight on one connection at a time. What was asked and not
 * answered when a connection breaks is uncertain. One thread runs it.
 */
final class RawClient implements Runnable {
    private static final int PATIENCE_MS = 2_000;
    private static final int MAX_TAIL_MS = 1_500;
    private static final int BLOCK_MS = 200;
    /** One in so many answers makes a client that does not need the leader look for another node. */
    private static final int LEAVES = 200;

    private final int number;
    private final ClientPlan plan;
    private final ProcessCluster cluster;
    private final History history;
    private final BooleanSupplier isEnding;
    private final Random random;
    private final Queue<Operation> inFlight = new ArrayDeque<>();
    private int connection;
    private int asked;
    private int member;
    private boolean mustLeave;

    RawClient(
            final int number,
            final ClientPlan plan,
            final ProcessCluster cluster,
            final History history,
            final BooleanSupplier isEnding,
            final long seed) {
        this.number = number;
        this.plan = plan;
        this.cluster = cluster;
        this.history = history;
        this.isEnding = isEnding;
        random = new Random(seed);
        member = anyMember();
    }

    @Override
    public void run() {
        while (!isEnding.getAsBoolean()) {
            connection++;
            mustLeave = false;
            try (RespClient client = cluster.client(member).timeoutMs(PATIENCE_MS)) {
                converse(client);
            } catch (final UncheckedIOException broken) {
                abandon(broken);
                member = anyMember();
                sleepMs(10);
            }
        }
    }

    private void converse(final RespClient client) {
        while (!mustLeave && !isEnding.getAsBoolean()) {
            final Kind kind = plan.draw(random);
            if (kind == Kind.TAIL) {
                awaitAllBut(0, client);
                tail(client);
            } else {
                ask(kind, client);
                awaitAllBut(plan.window() - 1, client);
            }
            if (random.nextInt(plan.window()) == 0) {
                awaitAllBut(0, client);
                sleepMs(plan.drawPauseMs(random));
            }
        }
        awaitAllBut(0, client);
    }

    private void ask(final Kind kind, final RespClient client) {
        switch (kind) {
            case APPEND -> {
                final byte[] payload = payload();
                inFlight.add(history.ask(number, connection, kind, 0, 0, payload));
                client.send("APPEND", payload);
            }
            case APPENDIF -> {
                final byte[] payload = payload();
                final long last = history.greatestTold() - random.nextInt(10) / 9;
                inFlight.add(history.ask(number, connection, kind, Math.max(0, last), 0, payload));
                client.send("APPENDIF", Math.max(0, last), payload);
            }
            case READ -> askToRead(client);
            case LAST -> {
                inFlight.add(history.ask(number, connection, kind, 0, 0, null));
                client.send("LAST");
            }
            case ECHO -> {
                final Operation echo = history.ask(number, connection, kind, 0, 0, null);
                inFlight.add(echo);
                client.send("ECHO", wordOf(echo));
            }
            case TAIL -> throw new IllegalArgumentException("a tail is no single request");
        }
    }

    private void askToRead(final RespClient client) {
        final long from = placeToRead(history, random);
        final int count = 1 + random.nextInt(100);
        inFlight.add(history.ask(number, connection, Kind.READ, from, count, null));
        if (random.nextBoolean()) {
            client.send("READ", from, "COUNT", count);
        } else {
            client.send("READ", from, "COUNT", count, "BLOCK", 1 + random.nextInt(BLOCK_MS));
        }
    }

    /** Mostly near the end, somewhat behind it too. */
    static long placeToRead(final History history, final Random random) {
        final long last = history.greatestTold();
        return random.nextInt(4) == 0
                ? (long) (random.nextDouble() * last)
                : Math.max(0, last + 10 - random.nextInt(200));
    }

    /** Takes answers until so many are left to come. */
    private void awaitAllBut(final int most, final RespClient client) {
        while (inFlight.size() > most) {
            final Object reply = client.receiveBytes();
            take(inFlight.remove(), reply);
        }
    }

    private void take(final Operation operation, final Object reply) {
        final long nowNs = history.nowNs();
        if (reply instanceof RespClient.Failure failure) {
            takeFailure(operation, failure.message(), nowNs);
        } else if (reply instanceof Long index && (operation.isAppend() || operation.kind() == Kind.LAST)) {
            operation.answered(nowNs, index);
            history.told(index);
        } else if (reply instanceof List<?> entries && operation.kind() == Kind.READ) {
            operation.answered(nowNs, entries.stream().map(this::entry).toList());
            mustLeave |= random.nextInt(LEAVES) == 0;
        } else if (reply instanceof byte[] word
                && operation.kind() == Kind.ECHO
                && wordOf(operation).equals(new String(word, StandardCharsets.UTF_8))) {
            operation.answered(nowNs, 0);
        } else {
            operation.wrong(nowNs, describe(reply));
        }
    }

    private void takeFailure(final Operation operation, final String message, final long nowNs) {
        final boolean needsLeader = operation.isAppend() || operation.kind() == Kind.LAST;
        if (needsLeader && message.startsWith("NOTLEADER ")) {
            operation.refused(nowNs, message);
            member = Integer.parseInt(message.split(" ")[1]);
            mustLeave = true;
        } else if (needsLeader && message.startsWith("NOLEADER")) {
            operation.refused(nowNs, message);
            member = anyMember();
            mustLeave = true;
            sleepMs(10);
        } else if (operation.isAppend() && message.startsWith("UNCERTAIN ")) {
            operation.uncertain(nowNs, message);
        } else if (operation.kind() == Kind.APPENDIF && message.startsWith("CONFLICT last is ")) {
            final long last = Long.parseLong(message.substring("CONFLICT last is ".length()));
            operation.conflict(nowNs, last);
            history.told(last);
        } else {
            operation.wrong(nowNs, message);
        }
    }

    /** Entries are pushed, until some other request is answered. */
    private void tail(final RespClient client) {
        final long from = placeToRead(history, random);
        final Operation tail = history.ask(number, connection, Kind.TAIL, from, 0, null);
        final List<LogEntry> entries = new ArrayList<>();
        try {
            client.send("TAIL", from);
            final Object began = client.receiveBytes();
            if (!"OK".equals(began)) {
                tail.wrong(history.nowNs(), describe(began));
                return;
            }
            final long endNs = history.nowNs() + random.nextInt(MAX_TAIL_MS) * 1_000_000L;
            while (history.nowNs() < endNs && !isEnding.getAsBoolean()) {
                entries.add(entry(client.receiveBytes()));
            }
            ask(Kind.ECHO, client);
            Object reply = client.receiveBytes();
            while (reply instanceof List) {
                entries.add(entry(reply));
                reply = client.receiveBytes();
            }
            take(inFlight.remove(), reply);
        } finally {
            if (!tail.is(Operation.Outcome.WRONG)) {
                tail.answered(history.nowNs(), entries);
            }
        }
        member = anyMember();
        mustLeave = random.nextBoolean();
    }

    private LogEntry entry(final Object reply) {
        final List<?> fields = (List<?>) reply;
        final long index = (Long) fields.get(0);
        history.told(index);
        return history.entry(index, (Long) fields.get(1), (Long) fields.get(2), (byte[]) fields.get(3));
    }

    /** The connection is gone, or a node does not answer; but bytes that are no reply are another matter. */
    private void abandon(final UncheckedIOException broken) {
        final Throwable cause = broken.getCause();
        final boolean isGone = cause instanceof SocketException
                || cause instanceof SocketTimeoutException
                || cause instanceof EOFException;
        for (Operation operation = inFlight.poll(); operation != null; operation = inFlight.poll()) {
            if (isGone) {
                operation.uncertain(history.nowNs(), cause.toString());
            } else {
                operation.wrong(history.nowNs(), cause.toString());
            }
        }
    }

    private byte[] payload() {
        return Payload.bytes(number + "-" + ++asked, plan.drawLength(random));
    }

    private static String wordOf(final Operation echo) {
        return "echo-" + echo.client() + "-" + echo.startNs();
    }

    private int anyMember() {
        return 1 + random.nextInt(cluster.size());
    }

    private static String describe(final Object reply) {
        return reply instanceof byte[] bytes ? "bulk string of " + Payload.of(bytes) : String.valueOf(reply);
    }

    private static void sleepMs(final long ms) {
        try {
            Thread.sleep(ms);
        } catch (final InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
