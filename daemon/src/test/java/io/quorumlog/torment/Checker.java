package io.quorumlog.torment;

import java.util.ArrayList;
import java.util.List;

/** Holds the logs against everything that any client was told. */
final class Checker {
    /** Where one promise is broken, thousands are; the first few tell. */
    private static final int MOST_A_RULE = 5;

    private static final List<Rule> RULES = List.of(
            new LogsAgree(),
            new AppendsAreTrue(),
            new ConditionsHeld(),
            new ReadsShowTheLog(),
            new ConnectionsKeepOrder(),
            new RealTimeOrder());

    private Checker() {}

    /** What was broken, at most some of each rule; empty if all was kept. */
    static List<Violation> check(final Evidence evidence) {
        final List<Violation> all = new ArrayList<>();
        for (final Rule rule : RULES) {
            final List<Violation> found = new ArrayList<>();
            rule.check(evidence, violation -> {
                if (found.size() < MOST_A_RULE) {
                    found.add(violation);
                }
            });
            all.addAll(found);
        }
        return all;
    }
}
