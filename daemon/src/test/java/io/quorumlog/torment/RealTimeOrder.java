package io.quorumlog.torment;

import io.quorumlog.torment.Operation.Outcome;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;

/**
 * Appends, conditional appends and LAST are linearizable. In general that is hard to decide; here the log itself is the
 * order in which everything took effect, so that only one question is left: does it agree with real time?
 *
 * <p>An entry at index i takes effect at 2i, and whoever was told that i is last looked at 2i+1. Of two operations of which
 * one had ended before the other began, the first may not have the later place. So a LAST that begins when somebody knows of
 * i answers no less; an append that begins then stands behind i; and nobody is told of an entry before it was asked for.
 *
 * <p>READ and TAIL may show an old state, so that they may come late; but whatever they have shown is known from then on.
 */
final class RealTimeOrder implements Rule {
    private static final long NOWHERE = -1;

    @Override
    public void check(final Evidence evidence, final Consumer<Violation> violations) {
        final List<Operation> ended = new ArrayList<>(evidence.operations());
        ended.removeIf(operation -> placeKnown(operation) == NOWHERE);
        ended.sort(Comparator.comparingLong(Operation::endNs));
        int next = 0;
        Operation furthest = null;
        for (final Operation operation : evidence.operations()) {
            while (next < ended.size() && ended.get(next).endNs() < operation.startNs()) {
                if (furthest == null || placeKnown(ended.get(next)) > placeKnown(furthest)) {
                    furthest = ended.get(next);
                }
                next++;
            }
            final long place = place(operation, evidence);
            if (furthest != null && place != NOWHERE && place < placeKnown(furthest)) {
                violations.accept(new Violation(
                        RealTimeOrder.class,
                        "the second began when the first had ended, but took effect before it",
                        furthest,
                        operation));
            }
        }
    }

    /** Up to where its client knows the log when it has ended. */
    private static long placeKnown(final Operation operation) {
        return switch (operation.outcome()) {
            case ANSWERED ->
                switch (operation.kind()) {
                    case APPEND, APPENDIF -> ofEntry(operation.value());
                    case LAST -> behind(operation.value());
                    case READ, TAIL ->
                        operation.entries().isEmpty()
                                ? NOWHERE
                                : behind(operation
                                        .entries()
                                        .get(operation.entries().size() - 1)
                                        .index());
                    case ECHO -> NOWHERE;
                };
            case CONFLICT -> behind(operation.value());
            case PENDING, REFUSED, UNCERTAIN, WRONG -> NOWHERE;
        };
    }

    /** Where it took effect. */
    private static long place(final Operation operation, final Evidence evidence) {
        if (operation.isAppend() && evidence.entryOf(operation) != null) {
            return ofEntry(evidence.entryOf(operation).index());
        }
        return switch (operation.kind()) {
            case LAST -> operation.is(Outcome.ANSWERED) ? behind(operation.value()) : NOWHERE;
            case APPENDIF -> operation.is(Outcome.CONFLICT) ? behind(operation.value()) : NOWHERE;
            case APPEND, READ, TAIL, ECHO -> NOWHERE;
        };
    }

    private static long ofEntry(final long index) {
        return 2 * index;
    }

    private static long behind(final long index) {
        return 2 * index + 1;
    }
}
