package io.quorumlog.torment;

import io.quorumlog.client.ConflictException;
import io.quorumlog.client.Entry;
import io.quorumlog.client.LogTail;
import io.quorumlog.client.QuorumLogClient;
import io.quorumlog.client.QuorumLogException;
import io.quorumlog.client.UncertainException;
import io.quorumlog.torment.Operation.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;

/** A client that uses the Java library, which finds the leader by itself and repeats what certainly did not happen. */
final class LibraryClient implements Runnable {
    private static final Duration TIMEOUT = Duration.ofSeconds(3);
    private static final int MAX_TAIL_MS = 1_500;

    private final int number;
    private final ClientPlan plan;
    private final String servers;
    private final History history;
    private final BooleanSupplier isEnding;
    private final Random random;
    private final Semaphore room;
    private int asked;

    LibraryClient(
            final int number,
            final ClientPlan plan,
            final String servers,
            final History history,
            final BooleanSupplier isEnding,
            final long seed) {
        this.number = number;
        this.plan = plan;
        this.servers = servers;
        this.history = history;
        this.isEnding = isEnding;
        random = new Random(seed);
        room = new Semaphore(plan.window());
    }

    @Override
    public void run() {
        try (QuorumLogClient client =
                QuorumLogClient.builder().servers(servers).timeout(TIMEOUT).build()) {
            while (!isEnding.getAsBoolean()) {
                ask(client);
                if (random.nextInt(plan.window()) == 0) {
                    Thread.sleep(plan.drawPauseMs(random));
                }
            }
            room.acquire(plan.window());
        } catch (final InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void ask(final QuorumLogClient client) throws InterruptedException {
        switch (plan.draw(random)) {
            case APPEND -> append(client);
            case APPENDIF -> {
                final byte[] payload = payload();
                final long last = history.greatestTold();
                final Operation operation = begin(Kind.APPENDIF, last, 0, payload);
                finish(operation, () -> answered(operation, client.appendIf(last, payload)));
            }
            case READ -> {
                final long from = RawClient.placeToRead(history, random);
                final int count = 1 + random.nextInt(100);
                final Operation operation = begin(Kind.READ, from, count, null);
                finish(operation, () -> answered(operation, client.read(from, count)));
            }
            case TAIL -> tail(client);
            case LAST, ECHO -> {
                final Operation operation = begin(Kind.LAST, 0, 0, null);
                finish(operation, () -> answered(operation, client.last()));
            }
        }
    }

    private void append(final QuorumLogClient client) throws InterruptedException {
        room.acquire();
        final byte[] payload = payload();
        final Operation operation = begin(Kind.APPEND, 0, 0, payload);
        try {
            client.appendAsync(payload).whenComplete((index, failure) -> {
                finish(operation, () -> {
                    if (failure != null) {
                        throw failure instanceof CompletionException wrapped
                                ? (RuntimeException) wrapped.getCause()
                                : (RuntimeException) failure;
                    }
                    answered(operation, index);
                });
                room.release();
            });
        } catch (final QuorumLogException noRoom) {
            operation.refused(history.nowNs(), noRoom.toString());
            room.release();
        }
    }

    private void tail(final QuorumLogClient client) {
        final long from = RawClient.placeToRead(history, random);
        final Operation operation = begin(Kind.TAIL, from, 0, null);
        final List<Entry> entries = new ArrayList<>();
        final long endNs = history.nowNs() + random.nextInt(MAX_TAIL_MS) * 1_000_000L;
        try (LogTail tail = client.tail(from)) {
            while (history.nowNs() < endNs && !isEnding.getAsBoolean()) {
                final Entry entry = tail.next(Duration.ofMillis(500));
                if (entry != null) {
                    entries.add(entry);
                }
            }
        } catch (final QuorumLogException unavailable) {
            // What it has given so far must be right all the same.
        }
        answered(operation, entries);
    }

    private Operation begin(final Kind kind, final long argument, final int readCount, final byte[] payload) {
        return history.ask(number, ConnectionsKeepOrder.SEVERAL, kind, argument, readCount, payload);
    }

    /** Its exceptions say what is known; all of them but one mean that nothing happened. */
    private void finish(final Operation operation, final Runnable call) {
        try {
            call.run();
        } catch (final ConflictException conflict) {
            history.told(conflict.last());
            operation.conflict(history.nowNs(), conflict.last());
        } catch (final UncertainException uncertain) {
            operation.uncertain(history.nowNs(), uncertain.getMessage());
        } catch (final QuorumLogException refused) {
            operation.refused(history.nowNs(), refused.toString());
        } catch (final RuntimeException unexpected) {
            operation.wrong(history.nowNs(), unexpected.toString());
        }
    }

    private void answered(final Operation operation, final long index) {
        history.told(index);
        operation.answered(history.nowNs(), index);
    }

    private void answered(final Operation operation, final List<Entry> entries) {
        final List<LogEntry> given = new ArrayList<>();
        for (final Entry entry : entries) {
            history.told(entry.index());
            given.add(history.entry(entry.index(), entry.term(), entry.timestampMs(), entry.payload()));
        }
        operation.answered(history.nowNs(), given);
    }

    private byte[] payload() {
        return Payload.bytes(number + "-" + ++asked, plan.drawLength(random));
    }
}
