package io.quorumlog.torment;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/** Entries that were asked for on one connection, acknowledged or not, stand in the order in which they were asked for. */
final class ConnectionsKeepOrder implements Rule {
    /** Where several connections are used, nothing is promised. */
    static final int SEVERAL = 0;

    private record Connection(int client, int number) {}

    @Override
    public void check(final Evidence evidence, final Consumer<Violation> violations) {
        final Map<Connection, Operation> latest = new HashMap<>();
        for (final Operation append : evidence.operations()) {
            if (!append.isAppend() || append.connection() == SEVERAL) {
                continue;
            }
            final LogEntry entry = evidence.entryOf(append);
            if (entry == null) {
                continue;
            }
            final Operation before = latest.put(new Connection(append.client(), append.connection()), append);
            if (before != null && evidence.entryOf(before).index() >= entry.index()) {
                violations.accept(new Violation(
                        ConnectionsKeepOrder.class,
                        "asked for in one order, and found as " + evidence.entryOf(before) + " and " + entry,
                        before,
                        append));
            }
        }
    }
}
