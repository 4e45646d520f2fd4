package io.quorumlog.codec.record;

/**
 * The kinds of record, as the byte that stands in {@link LogRecord#kind()}. Entries (up to {@link #LAST_ENTRY_KIND})
 * take an index and are replicated; the others are a node's own and never leave it.
 */
public final class RecordKind {
    /** A client's payload. */
    public static final byte CLIENT = 1;
    /** A new leader's first entry, without payload (thesis 6.4). */
    public static final byte NO_OP = 2;
    /** The identity of a new cluster: its id and its members' ids. Appended by its first leader. */
    public static final byte CLUSTER = 3;
    /** The last kind of entry that this version knows; those up to 31 are kept for membership changes and trims. */
    public static final byte LAST_ENTRY_KIND = CLUSTER;
    /** Term, vote, commit watermark, and what had been flushed when it was written. */
    public static final byte HARD_STATE = 32;
    /** The first record of a file: makes the file self-contained. */
    public static final byte FILE_HEADER = 33;
    /** The last record of a closed file: where its entries are. */
    public static final byte FILE_INDEX = 34;

    private RecordKind() {}

    /** Whether records of this kind take an index in the replicated log. */
    public static boolean isEntry(final byte kind) {
        return kind >= CLIENT && kind <= LAST_ENTRY_KIND;
    }
}
