package io.quorumlog.sim;

import io.quorumlog.codec.resp.Reply;
import io.quorumlog.log.MemoryRecordStream;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A mistake made on purpose, at a seam between the product and its world, to see that the simulation finds it. This one
 * makes none; those of {@link PlantedDefect} override.
 */
class Defect {
    /** The right thing everywhere. */
    static final Defect NONE = new Defect();

    /**
     * What a member takes for durable.
     *
     * @param durableSeq what the disk keeps
     * @param lastSeq what is written
     */
    long reportedSeq(final long durableSeq, final long lastSeq) {
        return durableSeq;
    }

    /** Whether a member goes on after a flush that failed, as if it had not. */
    boolean ignoresFailedFlush() {
        return false;
    }

    /** What a crash leaves of a member's disk, before it comes up. */
    void onRestart(final MemoryRecordStream stream) {}

    /** Up to where the disk keeps its word. */
    long keptSeq(final long durableSeq) {
        return durableSeq;
    }

    /** A bit of a record is flipped; it begins at {@code offset} of a file's bytes. */
    void onFlippedBit(final UnsafeBuffer bytes, final int offset, final int length) {}

    /** Whether a member that cut off what was damaged knows that it held more. */
    boolean remembersLoss() {
        return true;
    }

    /** What a member takes for the truth about room on its disk. */
    boolean seesRoom(final boolean reserved) {
        return reserved;
    }

    /** A member is about to read this frame, which it may change. */
    void onReceive(final SimNode receiver, final UnsafeBuffer frame, final int length) {}

    /** A member sends this frame. */
    void onSend(final SimNode sender, final int to, final byte[] frame) {}

    /** Whether a client whose connection broke sends its unanswered appends once more. */
    boolean repeatsUncertainAppends() {
        return false;
    }

    /** What a client makes of a reply. */
    Reply understood(final Reply reply) {
        return reply;
    }
}
