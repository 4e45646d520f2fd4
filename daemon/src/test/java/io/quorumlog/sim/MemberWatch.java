package io.quorumlog.sim;

import io.quorumlog.codec.record.LogRecord;
import io.quorumlog.codec.record.RecordKind;
import io.quorumlog.raft.RoleKind;
import io.quorumlog.sim.invariant.CommittedLog;

/** Looks at one member: tells the invariants what it writes, is and commits, and counts what comes of it. */
final class MemberWatch {
    private static final int LAGGARD_ENTRIES = 30;
    private static final int NOT_LAGGING = -1;

    private final Simulation simulation;
    private final int member;
    private RoleKind role = RoleKind.FOLLOWER;
    private long laggardUntilIndex = NOT_LAGGING;
    private boolean wiped;
    private boolean hasLostEntries;

    MemberWatch(final Simulation simulation, final int member) {
        this.simulation = simulation;
        this.member = member;
    }

    /** It has written a record. */
    void onRecord(final LogRecord record) {
        if (RecordKind.isEntry(record.kind())
                && record.index() <= simulation.invariants().member(member).lastIndex()) {
            simulation.reached(Outcome.ENTRY_SUPERSEDED);
        }
        simulation.trace(member, writing(record.kind()), 0, record.index(), record.term(), null);
        simulation.invariants().onRecord(member, record);
    }

    private static String writing(final byte kind) {
        return switch (kind) {
            case RecordKind.CLIENT -> "writes entry";
            case RecordKind.NO_OP -> "writes no-op";
            case RecordKind.CLUSTER -> "writes cluster identity";
            case RecordKind.HARD_STATE -> "writes hard state, commit@term";
            case RecordKind.FILE_HEADER -> "writes file header";
            case RecordKind.FILE_INDEX -> "writes file index";
            default -> "writes what nobody knows";
        };
    }

    /** Its commit index, new or not. */
    void onCommit(final long commitIndex) {
        final CommittedLog committed = simulation.invariants().committed();
        final long committedBefore = committed.lastIndex();
        simulation.invariants().onCommit(member, commitIndex);
        if (committed.lastIndex() > committedBefore) {
            simulation.reached(Outcome.ENTRY_COMMITTED);
            if (committed.entry(committedBefore + 1).term()
                    < committed.entry(committed.lastIndex()).term()) {
                simulation.reached(Outcome.EARLIER_TERM_COMMITTED);
            }
        }
        if (laggardUntilIndex == NOT_LAGGING && commitIndex < committed.lastIndex() - LAGGARD_ENTRIES) {
            laggardUntilIndex = committed.lastIndex();
        } else if (laggardUntilIndex != NOT_LAGGING && commitIndex >= laggardUntilIndex) {
            laggardUntilIndex = NOT_LAGGING;
            simulation.reached(Outcome.LAGGARD_CAUGHT_UP);
        }
    }

    /** Its role, new or not. */
    void onRole(final RoleKind newRole, final long term) {
        if (newRole == RoleKind.LEADER) {
            simulation.reached(Outcome.LEADER_ELECTED);
        } else if (role == RoleKind.LEADER) {
            simulation.reached(Outcome.LEADER_DEPOSED);
        } else if (role == RoleKind.CANDIDATE) {
            simulation.reached(Outcome.ELECTION_LOST);
        }
        role = newRole;
        simulation.invariants().onRole(member, newRole, term);
    }

    /** Its process is gone. */
    void onEnd() {
        role = RoleKind.FOLLOWER;
    }

    /** Its disk is gone. */
    void onWipe() {
        wiped = true;
    }

    /** It has cut off what was damaged. */
    void onLoss() {
        hasLostEntries = true;
    }

    /** It counts, or counts again. */
    void onBlanknessEnded() {
        if (hasLostEntries) {
            hasLostEntries = false;
            simulation.reached(Outcome.DAMAGE_MADE_GOOD);
        }
        if (wiped) {
            wiped = false;
            simulation.reached(Outcome.WIPED_MEMBER_REJOINED);
        }
    }
}
