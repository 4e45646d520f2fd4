package io.quorumlog.spec;

/** What a member must not forget. */
record HardState(long term, int votedFor, boolean blank) {
    static final int NOBODY = 0;
    static final HardState NONE = new HardState(0, NOBODY, true);

    static HardState of(final TraceLine line) {
        return new HardState(line.term(), (int) line.number("votedFor"), line.flag("blank"));
    }
}
