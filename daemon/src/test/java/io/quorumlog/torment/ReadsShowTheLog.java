package io.quorumlog.torment;

import io.quorumlog.torment.Operation.Kind;
import io.quorumlog.torment.Operation.Outcome;
import java.util.List;
import java.util.function.Consumer;

/** READ and TAIL give the log's entries, from where they were asked on, without a gap. LAST names an entry that is there. */
final class ReadsShowTheLog implements Rule {
    @Override
    public void check(final Evidence evidence, final Consumer<Violation> violations) {
        for (final Operation operation : evidence.operations()) {
            switch (operation.kind()) {
                case READ, TAIL -> checkEntries(operation, evidence, violations);
                case LAST -> checkLast(operation, evidence, violations);
                case APPEND, APPENDIF, ECHO -> {
                    // What they were told is not what they read.
                }
            }
        }
    }

    private static void checkEntries(
            final Operation read, final Evidence evidence, final Consumer<Violation> violations) {
        final List<LogEntry> log = evidence.log();
        int place = evidence.placeFrom(read.argument());
        for (final LogEntry entry : read.entries()) {
            final Object expected = place < log.size() ? log.get(place) : "nothing";
            if (!entry.equals(expected)) {
                violations.accept(new Violation(
                        ReadsShowTheLog.class, "was given " + entry + " where the log has " + expected, read));
                return;
            }
            place++;
        }
        if (read.kind() == Kind.READ && read.entries().size() > read.count()) {
            violations.accept(new Violation(ReadsShowTheLog.class, "was given more than it asked for", read));
        }
    }

    private static void checkLast(final Operation last, final Evidence evidence, final Consumer<Violation> violations) {
        if (last.is(Outcome.ANSWERED) && last.value() != 0 && evidence.at(last.value()) == null) {
            violations.accept(new Violation(ReadsShowTheLog.class, "names an entry that is not there", last));
        }
    }
}
