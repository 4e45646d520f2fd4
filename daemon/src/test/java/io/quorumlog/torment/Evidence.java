package io.quorumlog.torment;

import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What the rules judge by: all operations, and the log of each node after the last of them. */
final class Evidence {
    private final List<Operation> operations;
    private final Map<Integer, List<LogEntry>> logs;
    private final List<LogEntry> log;
    private final Map<String, LogEntry> byLabel = new HashMap<>();
    private final TreeMap<Long, Integer> places = new TreeMap<>();

    /** @param logs by the member's id, at least one; all entries that were committed when the last operation had ended */
    Evidence(final List<Operation> operations, final Map<Integer, List<LogEntry>> logs) {
        this.operations = operations;
        this.logs = logs;
        log = logs.values().iterator().next();
        for (int i = 0; i < log.size(); i++) {
            byLabel.putIfAbsent(log.get(i).payload().label(), log.get(i));
            places.put(log.get(i).index(), i);
        }
    }

    List<Operation> operations() {
        return operations;
    }

    /** Each member's log. */
    Map<Integer, List<LogEntry>> logs() {
        return Collections.unmodifiableMap(logs);
    }

    /** The log that all should have. */
    List<LogEntry> log() {
        return log;
    }

    /** The entry that an append has made; null if it is not in the log. */
    LogEntry entryOf(final Operation append) {
        return byLabel.get(append.payload().label());
    }

    /** The entry at an index; null if there is none. */
    LogEntry at(final long index) {
        final Integer place = places.get(index);
        return place == null ? null : log.get(place);
    }

    /** Where in {@link #log} the entries from an index on begin. */
    int placeFrom(final long index) {
        final Map.Entry<Long, Integer> next = places.ceilingEntry(index);
        return next == null ? log.size() : next.getValue();
    }
}
