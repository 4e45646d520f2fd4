package io.quorumlog.spec;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** One action of one member: a JSON object, whose message, if it has one, is an object in it. */
final class TraceLine {
    private final String text;
    private final String place;
    private final Map<String, Object> values = new HashMap<>();
    private String message;
    private int position;

    private TraceLine(final String text, final String place) {
        this.text = text;
        this.place = place;
    }

    /**
     * Reads a line.
     *
     * @param place where it stands, for people
     * @throws IllegalArgumentException if it is none, or none to its end
     */
    static TraceLine parse(final String text, final String place) {
        final TraceLine line = new TraceLine(text, place);
        try {
            line.object();
        } catch (final StringIndexOutOfBoundsException e) {
            throw new IllegalArgumentException("the line ends early: " + text, e);
        }
        if (line.position != text.length()) {
            throw line.unexpected();
        }
        return line;
    }

    int node() {
        return (int) number("node");
    }

    long seq() {
        return number("seq");
    }

    String action() {
        return text("action");
    }

    long term() {
        return number("term");
    }

    /** The message as it is written; null if there is none. */
    String message() {
        return message;
    }

    boolean isHandling() {
        return action().startsWith("Handle");
    }

    /** The message's sender, where there is a message. */
    int source() {
        return (int) number("msource");
    }

    /** The message's receiver, where there is a message. */
    int destination() {
        return (int) number("mdest");
    }

    long number(final String name) {
        return (Long) value(name, Long.class);
    }

    boolean flag(final String name) {
        return (Boolean) value(name, Boolean.class);
    }

    String text(final String name) {
        return (String) value(name, String.class);
    }

    /** The terms of entries in a row, the first of which has index {@code firstIndex}. */
    TermRuns terms(final String name, final long firstIndex) {
        final long[] pairs = numbers(name);
        final TermRuns terms = new TermRuns(firstIndex);
        for (int i = 0; i + 1 < pairs.length; i += 2) {
            terms.append(pairs[i], pairs[i + 1]);
        }
        return terms;
    }

    long[] numbers(final String name) {
        return (long[]) value(name, long[].class);
    }

    private Object value(final String name, final Class<?> type) {
        final Object value = values.get(name);
        if (!type.isInstance(value)) {
            throw new Violation(Rule.TRACE_IS_WHOLE, "the line has no such " + name).at(this);
        }
        return value;
    }

    String place() {
        return place;
    }

    @Override
    public String toString() {
        return text;
    }

    // Reading.

    private void object() {
        expect('{');
        do {
            final String name = string();
            expect(':');
            final int start = position;
            if (text.charAt(position) == '{') {
                object();
                message = text.substring(start, position);
            } else {
                values.put(name, scalarOrList());
            }
        } while (take(','));
        expect('}');
    }

    private Object scalarOrList() {
        final char first = text.charAt(position);
        if (first == '"') {
            return string();
        } else if (first == '[') {
            return list();
        } else if (take("true")) {
            return true;
        } else if (take("false")) {
            return false;
        }
        return digits();
    }

    private long[] list() {
        long[] items = new long[4];
        int count = 0;
        expect('[');
        while (!take(']')) {
            if (count == items.length) {
                items = Arrays.copyOf(items, 2 * count);
            }
            items[count++] = digits();
            take(',');
        }
        return Arrays.copyOf(items, count);
    }

    private String string() {
        expect('"');
        final int end = text.indexOf('"', position);
        final String value = text.substring(position, end);
        position = end + 1;
        return value;
    }

    private long digits() {
        final int start = position;
        while (Character.isDigit(text.charAt(position)) || position == start && text.charAt(position) == '-') {
            position++;
        }
        if (start == position) {
            throw unexpected();
        }
        return Long.parseLong(text, start, position, 10);
    }

    private void expect(final char wanted) {
        if (!take(wanted)) {
            throw unexpected();
        }
    }

    private boolean take(final char wanted) {
        final boolean found = text.charAt(position) == wanted;
        position += found ? 1 : 0;
        return found;
    }

    private boolean take(final String wanted) {
        final boolean found = text.startsWith(wanted, position);
        position += found ? wanted.length() : 0;
        return found;
    }

    private IllegalArgumentException unexpected() {
        return new IllegalArgumentException("no trace line, from byte " + position + " on: " + text);
    }
}
