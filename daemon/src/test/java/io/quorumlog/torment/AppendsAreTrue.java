package io.quorumlog.torment;

import io.quorumlog.torment.Operation.Outcome;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * What was acknowledged stands at its index; what was refused stands nowhere; nothing stands twice, nor anything that nobody
 * asked for. And each request was answered by an answer to it.
 */
final class AppendsAreTrue implements Rule {
    @Override
    public void check(final Evidence evidence, final Consumer<Violation> violations) {
        final Map<String, Operation> asked = new HashMap<>();
        for (final Operation operation : evidence.operations()) {
            if (operation.is(Outcome.WRONG)) {
                report(violations, "answered by what is no answer to it: " + operation, operation);
            }
            if (operation.isAppend()) {
                asked.put(operation.payload().label(), operation);
                checkTold(operation, evidence.entryOf(operation), violations);
            }
        }
        final Map<String, LogEntry> seen = new HashMap<>();
        for (final LogEntry entry : evidence.log()) {
            checkEntry(entry, seen.put(entry.payload().label(), entry), asked, violations);
        }
    }

    private static void checkTold(final Operation append, final LogEntry entry, final Consumer<Violation> violations) {
        if (append.is(Outcome.ANSWERED) && (entry == null || entry.index() != append.value())) {
            report(
                    violations,
                    "acknowledged at " + append.value() + ", but " + (entry == null ? "lost" : "found as " + entry),
                    append);
        }
        if ((append.is(Outcome.REFUSED) || append.is(Outcome.CONFLICT)) && entry != null) {
            report(violations, "refused, but found as " + entry, append);
        }
    }

    private static void checkEntry(
            final LogEntry entry,
            final LogEntry before,
            final Map<String, Operation> asked,
            final Consumer<Violation> violations) {
        final Operation append = asked.get(entry.payload().label());
        if (append == null) {
            report(violations, "nobody has asked for " + entry);
        } else if (before != null) {
            report(violations, "twice in the log, as " + before + " and as " + entry, append);
        } else if (!append.payload().equals(entry.payload())) {
            report(violations, "of " + append.payload() + " became " + entry, append);
        }
    }

    private static void report(final Consumer<Violation> violations, final String text, final Operation... involved) {
        violations.accept(new Violation(AppendsAreTrue.class, text, involved));
    }
}
