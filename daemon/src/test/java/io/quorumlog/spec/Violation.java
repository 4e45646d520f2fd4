package io.quorumlog.spec;

/** A line of a trace that a rule does not allow. */
public final class Violation extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Rule rule;
    private final String what;

    Violation(final Rule rule, final String what) {
        this(rule, what, "");
    }

    private Violation(final Rule rule, final String what, final String where) {
        super(rule.text() + "\n  but " + what + where, null, false, true);
        this.rule = rule;
        this.what = what;
    }

    /** The same, with the line. */
    Violation at(final TraceLine line) {
        return new Violation(rule, what, "\n  at " + line.place() + ": " + line);
    }

    /** What was broken. */
    public Rule rule() {
        return rule;
    }
}
