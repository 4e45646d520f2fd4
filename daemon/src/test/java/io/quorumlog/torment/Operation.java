package io.quorumlog.torment;

import java.util.List;

/**
 * What a client asked, when, and what it was told, when. One thread asks; the one that takes the answer, perhaps another,
 * calls one of the methods that say what it was, once.
 */
final class Operation {
    /** What can be asked. */
    enum Kind {
        APPEND,
        APPENDIF,
        READ,
        TAIL,
        LAST,
        ECHO
    }

    /** What can be told. */
    enum Outcome {
        /** Nothing yet, or never: as good as {@link #UNCERTAIN}. */
        PENDING,
        ANSWERED,
        CONFLICT,
        /** It certainly did not happen. */
        REFUSED,
        /** Nobody knows whether it happened, or will. */
        UNCERTAIN,
        /** No answer to what was asked. */
        WRONG
    }

    private final int client;
    private final int connection;
    private final Kind kind;
    private final long argument;
    private final int count;
    private final Payload payload;
    private final long startNs;
    private long endNs = Long.MAX_VALUE;
    private long value;
    private String text = "";
    private List<LogEntry> entries = List.of();
    private volatile Outcome outcome = Outcome.PENDING;

    /**
     * @param connection of this client, counted; 0 where requests may travel on several
     * @param argument APPENDIF: the last index expected; READ, TAIL: from where; else 0
     * @param count READ: most entries; else 0
     * @param payload of APPEND and APPENDIF; else null
     * @param startNs before it was sent, on the clock of all operations
     */
    Operation(
            final int client,
            final int connection,
            final Kind kind,
            final long argument,
            final int count,
            final Payload payload,
            final long startNs) {
        this.client = client;
        this.connection = connection;
        this.kind = kind;
        this.argument = argument;
        this.count = count;
        this.payload = payload;
        this.startNs = startNs;
    }

    /** An index: of the entry appended, or LAST's; for ECHO anything. */
    Operation answered(final long atNs, final long index) {
        value = index;
        return told(atNs, Outcome.ANSWERED, "");
    }

    /** READ's and TAIL's entries. */
    Operation answered(final long atNs, final List<LogEntry> read) {
        entries = read;
        return told(atNs, Outcome.ANSWERED, "");
    }

    /** APPENDIF's condition did not hold; {@code last} is the entry that was last. */
    Operation conflict(final long atNs, final long last) {
        value = last;
        return told(atNs, Outcome.CONFLICT, "");
    }

    Operation refused(final long atNs, final String why) {
        return told(atNs, Outcome.REFUSED, why);
    }

    Operation uncertain(final long atNs, final String why) {
        return told(atNs, Outcome.UNCERTAIN, why);
    }

    Operation wrong(final long atNs, final String reply) {
        return told(atNs, Outcome.WRONG, reply);
    }

    private Operation told(final long atNs, final Outcome what, final String why) {
        endNs = atNs;
        text = why;
        outcome = what;
        return this;
    }

    int client() {
        return client;
    }

    int connection() {
        return connection;
    }

    Kind kind() {
        return kind;
    }

    boolean isAppend() {
        return kind == Kind.APPEND || kind == Kind.APPENDIF;
    }

    long argument() {
        return argument;
    }

    int count() {
        return count;
    }

    Payload payload() {
        return payload;
    }

    long startNs() {
        return startNs;
    }

    /** When the outcome was known; {@link Long#MAX_VALUE} as long as it is not. */
    long endNs() {
        return endNs;
    }

    Outcome outcome() {
        return outcome;
    }

    boolean is(final Outcome some) {
        return outcome == some;
    }

    /** The index told, by an answer or a conflict. */
    long value() {
        return value;
    }

    String text() {
        return text;
    }

    List<LogEntry> entries() {
        return entries;
    }

    @Override
    public String toString() {
        final String asked = kind
                + (kind == Kind.APPENDIF || kind == Kind.READ || kind == Kind.TAIL ? " " + argument : "")
                + (kind == Kind.READ ? " COUNT " + count : "")
                + (payload == null ? "" : " " + payload.label());
        return seconds(startNs) + " to " + (endNs == Long.MAX_VALUE ? "?" : seconds(endNs)) + "  client " + client
                + " connection " + connection + "  " + asked + "  -> " + outcomeText();
    }

    private String outcomeText() {
        return switch (outcome) {
            case PENDING -> "no answer";
            case ANSWERED -> kind == Kind.READ || kind == Kind.TAIL ? entriesText() : Long.toString(value);
            case CONFLICT -> "conflict, last is " + value;
            case REFUSED -> "refused: " + text;
            case UNCERTAIN -> "uncertain: " + text;
            case WRONG -> "WRONG: " + text;
        };
    }

    private String entriesText() {
        return entries.isEmpty()
                ? "no entries"
                : entries.size() + " entries, " + entries.get(0).index() + " to "
                        + entries.get(entries.size() - 1).index();
    }

    static String seconds(final long ns) {
        return String.format("%d.%06d", ns / 1_000_000_000, ns / 1_000 % 1_000_000);
    }
}
