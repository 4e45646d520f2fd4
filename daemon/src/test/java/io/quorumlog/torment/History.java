package io.quorumlog.torment;

import io.quorumlog.torment.Operation.Kind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** All that clients asked and were told, on one monotonic clock. Thread-safe. */
final class History {
    private final long originNs = System.nanoTime();
    private final Queue<Operation> operations = new ConcurrentLinkedQueue<>();
    private final AtomicInteger size = new AtomicInteger();
    private final AtomicLong greatestTold = new AtomicLong();
    private final Map<LogEntry, LogEntry> entries = new ConcurrentHashMap<>();
    private final Queue<String> events = new ConcurrentLinkedQueue<>();

    /** Time since the beginning. */
    long nowNs() {
        return System.nanoTime() - originNs;
    }

    /** Something is about to be asked. */
    Operation ask(
            final int client,
            final int connection,
            final Kind kind,
            final long argument,
            final int count,
            final byte[] payload) {
        final Payload remembered = payload == null ? null : Payload.of(payload);
        final Operation operation = new Operation(client, connection, kind, argument, count, remembered, nowNs());
        operations.add(operation);
        size.incrementAndGet();
        return operation;
    }

    /** Somebody was told of an index. */
    void told(final long index) {
        greatestTold.accumulateAndGet(index, Math::max);
    }

    /** The greatest index that anybody was told of. */
    long greatestTold() {
        return greatestTold.get();
    }

    /** An entry that somebody was given; kept once, however often it is read. */
    LogEntry entry(final long index, final long term, final long timestampMs, final byte[] payload) {
        final LogEntry entry = new LogEntry(index, term, timestampMs, Payload.of(payload));
        final LogEntry before = entries.putIfAbsent(entry, entry);
        return before == null ? entry : before;
    }

    /** Something was done to the cluster. */
    void event(final String what) {
        events.add(Operation.seconds(nowNs()) + "  " + what);
    }

    int size() {
        return size.get();
    }

    /** All operations, in the order in which they were asked. */
    List<Operation> operations() {
        final List<Operation> sorted = new ArrayList<>(operations);
        sorted.sort(Comparator.comparingLong(Operation::startNs));
        return sorted;
    }

    /** What was done to the cluster, a line each. */
    List<String> events() {
        return List.copyOf(events);
    }
}
