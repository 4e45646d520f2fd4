package io.quorumlog.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;

/** How often each fault and each outcome came about, in one run or in many. */
final class Tally {
    private final long[] faults = new long[Fault.values().length];
    private final long[] outcomes = new long[Outcome.values().length];
    private long runs;
    private long events;
    private long simulatedNs;

    void count(final Fault fault) {
        faults[fault.ordinal()]++;
    }

    void count(final Outcome outcome) {
        outcomes[outcome.ordinal()]++;
    }

    /** Adds what another one has counted. */
    void add(final Tally other) {
        for (int i = 0; i < faults.length; i++) {
            faults[i] += other.faults[i];
        }
        for (int i = 0; i < outcomes.length; i++) {
            outcomes[i] += other.outcomes[i];
        }
        runs += other.runs;
        events += other.events;
        simulatedNs += other.simulatedNs;
    }

    /** A run has ended. */
    void ended(final long steps, final long lengthNs) {
        runs++;
        events += steps;
        simulatedNs += lengthNs;
    }

    long of(final Fault fault) {
        return faults[fault.ordinal()];
    }

    long events() {
        return events;
    }

    /** Kinds of fault, and outcomes, that never came about. */
    List<Enum<?>> missing() {
        final List<Enum<?>> missing = new ArrayList<>();
        for (final Fault fault : Fault.values()) {
            if (faults[fault.ordinal()] == 0) {
                missing.add(fault);
            }
        }
        for (final Outcome outcome : Outcome.values()) {
            if (outcomes[outcome.ordinal()] == 0) {
                missing.add(outcome);
            }
        }
        return missing;
    }

    /** How often each kind of fault happened that did. */
    String faultsText() {
        final StringJoiner text = new StringJoiner(", ");
        for (final Fault fault : Fault.values()) {
            if (faults[fault.ordinal()] > 0) {
                text.add(String.format(Locale.ROOT, "%s %,d", fault.text(), faults[fault.ordinal()]));
            }
        }
        return text.toString();
    }

    @Override
    public String toString() {
        final StringJoiner reached = new StringJoiner(", ");
        for (final Outcome outcome : Outcome.values()) {
            reached.add(String.format(Locale.ROOT, "%s %,d", name(outcome), outcomes[outcome.ordinal()]));
        }
        return String.format(
                Locale.ROOT,
                "%,d seeds, %,d events, %.1f h simulated%nfaults: %s%noutcomes: %s",
                runs,
                events,
                simulatedNs / 3.6e12,
                faultsText(),
                reached);
    }

    private static String name(final Enum<?> of) {
        return of.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
