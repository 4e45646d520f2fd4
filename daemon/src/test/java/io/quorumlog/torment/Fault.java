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
    SLOW_FLUSHES(Need.TRACER),
    FAILED_FLUSH(Need.TRACER);

    /** What must be permitted. */
    enum Need {
        NOTHING,
        /** Network namespaces and iptables. */
        NETWORK,
        /** strace. */
        TRACER
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

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
