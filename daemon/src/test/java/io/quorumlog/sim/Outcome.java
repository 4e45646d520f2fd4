package io.quorumlog.sim;

/** What a run should reach for its faults to mean anything; each time is counted in its {@link Tally}. */
enum Outcome {
    LEADER_ELECTED,
    /** A leader left office, dead ones aside. */
    LEADER_DEPOSED,
    /** A candidate did not win its term. */
    ELECTION_LOST,
    /** An entry took the place of another one that was never committed. */
    ENTRY_SUPERSEDED,
    ENTRY_COMMITTED,
    /** A commit took with it entries of an earlier term. */
    EARLIER_TERM_COMMITTED,
    /** A member got far behind what is committed, and knows all of that again. */
    LAGGARD_CAUGHT_UP,
    STARTED,
    RESTARTED,
    /** A start took old files from their indexes. */
    FILES_LEFT_UNREAD,
    /** Recovery cut off a torn tail. */
    TAIL_CUT,
    FILE_BEGUN,
    /** A member came up without having read what is damaged. */
    DAMAGE_UNREAD,
    /** A member that runs came upon damage, and ended. */
    DAMAGE_MET,
    /** A member cut off what was damaged, to have it from the leader again. */
    DAMAGE_CUT_OFF,
    /** A member that had cut off what was damaged counts again. */
    DAMAGE_MADE_GOOD,
    /** A member did not start on a damaged log. */
    DAMAGE_REFUSED,
    /** A member whose disk is full handed over, or was no leader, and ended. */
    ENDED_ON_FULL_DISK,
    /** The last of the room was taken by what can't wait. */
    ROOM_USED_UP,
    /** A member did not start, for its disk is full. */
    FULL_DISK_REFUSED,
    /** A member that was wiped counts again. */
    WIPED_MEMBER_REJOINED,
    VOTE_WITHHELD,
    APPEND_ACKNOWLEDGED,
    /** An append was written, lost its leader, and is known not to be in the log. */
    APPEND_REFUSED_LATE,
    APPEND_UNCERTAIN,
    /** A connection broke before an append was answered. */
    APPEND_UNANSWERED,
    CONFLICT,
    LAST_CONFIRMED,
    ENTRY_READ,
    ENTRY_TAILED,
    TRANSFERRED,
    TRANSFER_FAILED,
    /** A minority stayed broken, and a majority served. */
    SERVED_WITHOUT_MINORITY
}
