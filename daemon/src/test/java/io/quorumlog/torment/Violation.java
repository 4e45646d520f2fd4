package io.quorumlog.torment;

import java.util.List;

/**
 * A promise that was not kept.
 *
 * @param rule the class that found it
 * @param involved the operations that show it
 */
record Violation(String rule, String text, List<Operation> involved) {
    Violation(final Class<?> rule, final String text, final Operation... involved) {
        this(rule.getSimpleName(), text, List.of(involved));
    }

    @Override
    public String toString() {
        return rule + ": " + text;
    }
}
