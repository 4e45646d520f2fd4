package io.quorumlog.torment;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** All nodes have one log, in which indexes rise and terms and timestamps never fall. */
final class LogsAgree implements Rule {
    @Override
    public void check(final Evidence evidence, final Consumer<Violation> violations) {
        for (final Map.Entry<Integer, List<LogEntry>> node : evidence.logs().entrySet()) {
            checkOrder(node.getKey(), node.getValue(), violations);
            checkSame(node.getKey(), node.getValue(), evidence.log(), violations);
        }
    }

    private static void checkOrder(final int node, final List<LogEntry> log, final Consumer<Violation> violations) {
        for (int i = 1; i < log.size(); i++) {
            final LogEntry before = log.get(i - 1);
            final LogEntry entry = log.get(i);
            if (entry.index() <= before.index()
                    || entry.term() < before.term()
                    || entry.timestampMs() < before.timestampMs()) {
                violations.accept(
                        new Violation(LogsAgree.class, "node " + node + " has " + entry + " behind " + before));
            }
        }
    }

    private static void checkSame(
            final int node,
            final List<LogEntry> log,
            final List<LogEntry> expected,
            final Consumer<Violation> violations) {
        for (int i = 0; i < Math.max(log.size(), expected.size()); i++) {
            final Object here = i < log.size() ? log.get(i) : "nothing";
            final Object there = i < expected.size() ? expected.get(i) : "nothing";
            if (!here.equals(there)) {
                violations.accept(new Violation(
                        LogsAgree.class,
                        "at place " + i + " node " + node + " has " + here + " where another one has " + there));
                return; // what follows differs anyway
            }
        }
    }
}
