package io.quorumlog.sim.invariant;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * What all clients asked and were told, to be shown to fit one order (linearizability). The log gives the order, so it need
 * not be searched for: an append takes place at its index, LAST and CONFLICT just behind the entry that they name. It is
 * right if no operation was asked after another one had been answered that comes behind it. What was read has no place of
 * its own, as any member serves it, but comes behind what it shows. One that was never answered may take place late.
 */
final class History {
    private static final long NEVER = Long.MAX_VALUE;

    /** @param place twice the index of an entry; what is just behind it has one more */
    private record Operation(String what, long place, long askedAt, long answeredAt) {}

    private final List<Operation> operations = new ArrayList<>();

    /** An append that stands in the log; times are numbers that rise with each observation. */
    void appended(final String what, final long index, final long askedAt, final long answeredAt) {
        operations.add(new Operation(what, 2 * index, askedAt, answeredAt));
    }

    /** One whose fate its client was not told. */
    void appendedUnheard(final String what, final long index, final long askedAt) {
        appended(what, index, askedAt, NEVER);
    }

    /** The last entry was said to be this; 0 for none. */
    void lastWas(final String what, final long index, final long askedAt, final long answeredAt) {
        operations.add(new Operation(what, 2 * index + 1, askedAt, answeredAt));
    }

    /** An entry was shown. */
    void shown(final String what, final long index, final long answeredAt) {
        operations.add(new Operation(what, 2 * index, Long.MIN_VALUE, answeredAt));
    }

    /** Two operations that are in the wrong order, in words; null if all fit one. */
    String contradiction() {
        operations.sort(Comparator.comparingLong(Operation::place).reversed());
        Operation firstAnsweredBehind = null;
        Operation firstAnsweredHere = null;
        long place = Long.MAX_VALUE;
        for (final Operation operation : operations) {
            if (operation.place < place) {
                place = operation.place;
                firstAnsweredBehind = firstAnsweredHere;
            }
            if (firstAnsweredBehind != null && operation.askedAt > firstAnsweredBehind.answeredAt) {
                return operation.what + " comes before " + firstAnsweredBehind.what
                        + ", which had been answered when it was asked";
            }
            if (firstAnsweredHere == null || operation.answeredAt < firstAnsweredHere.answeredAt) {
                firstAnsweredHere = operation;
            }
        }
        return null;
    }
}
