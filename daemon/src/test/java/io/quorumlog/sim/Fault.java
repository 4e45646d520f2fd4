package io.quorumlog.sim;

import java.util.Locale;

/**
 * What goes wrong on purpose, by kind. {@link Simulation#happens} is asked each time that one is about to, and counts it: so
 * a run can leave a kind out, or one single occurrence, and else stay as it is up to there.
 */
enum Fault {
    // The network between members.
    LOSS,
    DUPLICATE,
    /** A frame is held up for long, and with it all behind it. */
    STALL,
    /** A frame arrives before one that was sent earlier. */
    OVERTAKING,
    /** A frame arrives though its connection broke meanwhile. */
    LATE_FRAME,
    /** A bit of an entry is flipped on its way. */
    DAMAGED_FRAME,
    /** A member's way to another takes nothing now. */
    FULL_QUEUE,
    PARTITION,
    /** Two members can't reach each other; others reach both. */
    PARTIAL_CUT,
    /** Two halves that can't reach each other have one member in common that reaches all. */
    BRIDGE,
    /** Each member reaches its two neighbours in a ring. */
    RING,
    /** One member reaches all, and they nobody else. */
    STAR,
    /** Of what is cut, one direction stays. */
    ONE_WAY_CUT,
    /** A connection is gone, and nobody is told. */
    HALF_OPEN,
    /** A leader is cut off or paused until there is another one, and then that one. */
    DEPOSITION,

    // Processes and machines.
    CRASH_BETWEEN_STEPS,
    CRASH_WITHIN_STEP,
    CRASH_WITHIN_FLUSH,
    CRASH_OF_ALL,
    /** A member is asked to hand over and end. */
    STOP,
    PAUSE,
    /** A member's clock runs too fast or too slow. */
    DRIFT,
    WALL_CLOCK_JUMP,

    // Disks.
    SLOW_FLUSH,
    FAILED_FLUSH,
    /** The next file is not ready when the log wants it. */
    SLOW_FILE,
    FULL_DISK,
    /** While the disk hangs, the room that is reserved on it runs out. */
    UNRESERVED_ROOM,
    /** A record that no flush covered is gone after a crash. */
    LOST_RECORD,
    /** A record survives a crash behind one that does not. */
    HOLE,
    /** Of a record the first bytes survive a crash. */
    TORN_RECORD,
    /** Of a record the last bytes survive a crash, or some at its end. */
    LOST_BEGIN,
    /** A record that no flush covered has a wrong bit after a crash. */
    SPOILED_RECORD,
    /** A bit of a record that had been flushed is not what it was. */
    FLIPPED_BIT,
    WIPED_DISK,

    // Clients.
    TRANSFER,
    /** A client goes away with requests unanswered, and comes back. */
    RECONNECT,
    SLOW_READER;

    private final String text = name().toLowerCase(Locale.ROOT).replace('_', '-');

    /** Its name for people. */
    String text() {
        return text;
    }
}
