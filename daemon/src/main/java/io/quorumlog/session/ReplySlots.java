package io.quorumlog.session;

/**
 * How many slots for pending replies all sessions together have taken: each may have many, but not all of them at a time.
 * A session that gets no more has its connection not read until some are answered. One thread.
 */
final class ReplySlots {
    /** 17 bytes each, or 33 in a session that has had a conflict: 9 to 18 MiB. */
    static final int MAX_SLOTS = 512 * 1024;

    private final long most;
    private long taken;

    ReplySlots(final long most) {
        this.most = most;
    }

    /** Whether so many more stay within the bound. */
    boolean hasRoomFor(final int more) {
        return taken + more <= most;
    }

    /** Whether so many are taken that who needs none at the moment should keep none. */
    boolean isScarce() {
        return taken > most / 4;
    }

    void take(final int more) {
        taken += more;
    }

    void release(final int fewer) {
        taken -= fewer;
    }

    long taken() {
        return taken;
    }
}
