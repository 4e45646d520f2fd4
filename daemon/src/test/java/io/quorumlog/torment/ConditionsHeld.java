package io.quorumlog.torment;

import io.quorumlog.torment.Operation.Kind;
import io.quorumlog.torment.Operation.Outcome;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * An entry of APPENDIF, acknowledged or not, stands right behind the client entry that was expected to be last. A conflict
 * names an entry that is there, and not the expected one.
 */
final class ConditionsHeld implements Rule {
    @Override
    public void check(final Evidence evidence, final Consumer<Violation> violations) {
        final Map<LogEntry, Long> before = new HashMap<>();
        long last = 0;
        for (final LogEntry entry : evidence.log()) {
            before.put(entry, last);
            last = entry.index();
        }
        for (final Operation operation : evidence.operations()) {
            if (operation.kind() == Kind.APPENDIF) {
                checkPlace(operation, before.get(evidence.entryOf(operation)), violations);
                checkConflict(operation, evidence, violations);
            }
        }
    }

    private static void checkPlace(final Operation append, final Long before, final Consumer<Violation> violations) {
        if (before != null && before != append.argument()) {
            violations.accept(new Violation(ConditionsHeld.class, "its entry stands behind " + before, append));
        }
    }

    private static void checkConflict(
            final Operation append, final Evidence evidence, final Consumer<Violation> violations) {
        if (!append.is(Outcome.CONFLICT)) {
            return;
        }
        if (append.value() == append.argument()) {
            violations.accept(new Violation(ConditionsHeld.class, "conflicts with what was expected", append));
        } else if (append.value() != 0 && evidence.at(append.value()) == null) {
            violations.accept(new Violation(ConditionsHeld.class, "the last entry that it names is not there", append));
        }
    }
}
