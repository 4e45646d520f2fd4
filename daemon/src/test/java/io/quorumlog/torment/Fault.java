package io.quorumlog.torment;

import java.util.Locale;

/** What is done to a cluster. */
enum Fault {
    KILL_LEADER,
    KILL_FOLLOWER,
    KILL_ALL,
    PAUSE_LEADER,
    PAUSE_FOLLOWER,
    /** SIGTERM, which must end it well, and a start. */
    STOP,
    /** Killed again and again at any age. */
    RESTART_LOOP,
    TRANSFER,
    /** A member loses its disk; only where all others have theirs. */
    WIPE,
    /** A killed member finds behind the end of its newest file what a write that was under way may have left. */
    TORN_TAIL,
    /** A client asks for everything and reads nothing. */
    UNREAD_REPLIES,
    ISOLATE_LEADER(Need.NETWORK),
    ISOLATE_FOLLOWER(Need.NETWORK),
    /** A member hears nobody and is heard. */
    DEAFEN(Need.NETWORK),
    /** A member hears the others and is not heard. */
    MUTE(Need.NETWORK),
    /** Two members do not reach each other; all others reach both. */
    CUT_PAIR(Need.NETWORK),
    /** What one member sends to one other is lost. */
    DROP_ONE_WAY(Need.NETWORK),
    /** Each flush and each other call that changes a file takes long. */
    SLOW_DISK(Need.TRACER),
    /** None of them comes back. */
    HANGING_DISK(Need.TRACER),
    FAILED_FLUSH(Need.TRACER),
    /** Files can't be written to or made longer. */
    FAILED_WRITE(Need.TRACER),
    /** The file system is frozen, and whoever writes waits. */
    FROZEN_DISK(Need.DISK),
    /** Met while the member runs, or by its start. */
    FULL_DISK(Need.DISK),
    /** The file system is gone from one moment to the other; all that was written is on it. */
    LOST_DISK(Need.DISK),
    /** A member and its disk lose their power: what was not flushed is gone. */
    POWER_LOSS(Need.DISK),
    POWER_LOSS_OF_ALL(Need.DISK),
    /** A member's wall clock is wrong, by seconds or by months, and then right again. */
    CLOCK_JUMP(Need.CLOCK);

    /** What must be permitted. */
    enum Need {
        NOTHING,
        /** Network namespaces and iptables. */
        NETWORK,
        /** strace. */
        TRACER,
        /** A file system of its own for each member. */
        DISK,
        /** A wall clock of its own for each member. */
        CLOCK
    }

    private final Need need;

    Fault() {
        this(Need.NOTHING);
    }

    Fault(final Need need) {
        this.need = need;
    }

    Need need() {
        return need;
    }

    /** Whether only one such can last at a time. */
    boolean isOfNetwork() {
        return need == Need.NETWORK;
    }

    /** Whether all members are struck at the same moment, none of which anything else must be done to. */
    boolean isOfAll() {
        return this == KILL_ALL || this == POWER_LOSS_OF_ALL;
    }

    /** Whether what was not flushed is lost by it. */
    boolean isOfPower() {
        return this == POWER_LOSS || this == POWER_LOSS_OF_ALL;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
