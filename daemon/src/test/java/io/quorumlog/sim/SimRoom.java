package io.quorumlog.sim;

import io.quorumlog.codec.record.RecordKind;
import io.quorumlog.log.StorageException;
import io.quorumlog.raft.RoleKind;
import io.quorumlog.sim.invariant.BrokenInvariant;

/** How much room is left on one member's disk, and whether it is reserved where the log writes. */
final class SimRoom {
    /** For what closes a file, and for hard states, beside the largest entry. */
    private static final int OWN_RECORDS_BYTES = 1024;
    /** Enough for a hard state or two. */
    private static final int LITTLE_ROOM_BYTES = 150;

    private final Simulation simulation;
    private final int member;
    private final SimRandom random;
    private final int roomForEntries;
    /** Nothing more can be reserved; so many bytes are left. */
    private boolean full;

    private long leftBytes;
    /** A flush hangs, and with it what reserves room. */
    private boolean unreserved;
    /** Room was found for the next entry. */
    private boolean promised;

    SimRoom(final Simulation simulation, final int member, final SimRandom random) {
        this.simulation = simulation;
        this.member = member;
        this.random = random;
        roomForEntries = simulation.plan().maxEntryBytes + OWN_RECORDS_BYTES;
    }

    /** The disk is full: what is reserved is all that there is. */
    void fill() {
        full = true;
        leftBytes = random.between(0, random.percent(30) ? LITTLE_ROOM_BYTES : 2L * roomForEntries);
        simulation.trace(member, "has a full disk", 0, 0, 0, null);
    }

    /** Somebody deletes something. */
    void make() {
        if (full) {
            full = false;
            simulation.trace(member, "has room on its disk", 0, 0, 0, null);
            simulation.node(member).disk().onRoom();
        }
    }

    boolean isFull() {
        return full;
    }

    /** A flush hangs: what is reserved may be used up meanwhile. */
    void onHang() {
        unreserved = random.percent(simulation.plan().unreservedPercent) && simulation.happens(Fault.UNRESERVED_ROOM);
    }

    void onHangEnded() {
        unreserved = false;
    }

    /** Whether the next entry finds room, and what closes a file before it. */
    boolean isReserved() {
        promised = !unreserved && (!full || leftBytes >= roomForEntries);
        return promised;
    }

    /**
     * A record is about to be written. An entry is to wait unless room was found for it.
     *
     * @throws StorageException if there is no room for what can't wait: that ends the process
     */
    void take(final byte kind, final int length) {
        if (RecordKind.isEntry(kind)) {
            if (!promised && !isOfNewLeader(kind)) {
                throw new BrokenInvariant("RoomIsReserved", "member " + member + " writes where nothing is reserved");
            }
            promised = false;
        }
        if (leftBytes < length) {
            checkNotFull();
        }
        leftBytes -= length;
    }

    /** Its first entry can't wait; there was room when it campaigned. */
    private boolean isOfNewLeader(final byte kind) {
        return kind != RecordKind.CLIENT && simulation.node(member).role() == RoleKind.LEADER;
    }

    /** @throws StorageException if it is full */
    void checkNotFull() {
        if (full) {
            throw new StorageException("member " + member + ": no space left");
        }
    }
}
