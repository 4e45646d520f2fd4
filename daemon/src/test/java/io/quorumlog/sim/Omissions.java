package io.quorumlog.sim;

import java.util.BitSet;
import java.util.EnumSet;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * What a run leaves out of all that its seed would bring: whole kinds of fault, and single occurrences by their numbers,
 * which count from 0 over all kinds. What comes before the first omission is as it was. Not to be changed while it is used.
 *
 * @param kinds none of these happens
 * @param occurrences nor any of these
 */
record Omissions(EnumSet<Fault> kinds, BitSet occurrences) {
    /** Nothing is left out. */
    static final Omissions NONE = new Omissions(EnumSet.noneOf(Fault.class), new BitSet());

    boolean leavesOut(final Fault fault, final int occurrence) {
        return kinds.contains(fault) || occurrences.get(occurrence);
    }

    /** As {@link Simulate} reads them: options, each with a blank before it. */
    @Override
    public String toString() {
        return (kinds.isEmpty() ? "" : " --without " + kindsText())
                + (occurrences.isEmpty() ? "" : " --skip " + occurrencesText());
    }

    private String kindsText() {
        return kinds.stream().map(Fault::text).collect(Collectors.joining(","));
    }

    private String occurrencesText() {
        final StringBuilder text = new StringBuilder();
        for (int from = occurrences.nextSetBit(0); from >= 0; ) {
            final int to = occurrences.nextClearBit(from);
            text.append(text.length() == 0 ? "" : ",").append(from).append(to == from + 1 ? "" : "-" + (to - 1));
            from = occurrences.nextSetBit(to);
        }
        return text.toString();
    }

    /** Reads what {@link #toString} has written of both. */
    static Omissions parse(final String without, final String skip) {
        final Omissions omissions = new Omissions(EnumSet.noneOf(Fault.class), new BitSet());
        for (final String kind : without.isEmpty() ? new String[0] : without.split(",")) {
            omissions.kinds.add(Fault.valueOf(kind.toUpperCase(Locale.ROOT).replace('-', '_')));
        }
        for (final String range : skip.isEmpty() ? new String[0] : skip.split(",")) {
            final String[] ends = range.split("-");
            omissions.occurrences.set(Integer.parseInt(ends[0]), Integer.parseInt(ends[ends.length - 1]) + 1);
        }
        return omissions;
    }
}
