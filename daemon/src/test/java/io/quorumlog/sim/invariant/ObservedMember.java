package io.quorumlog.sim.invariant;

import io.quorumlog.raft.RoleKind;
import java.util.ArrayList;
import java.util.List;

/** A member as it is seen from outside: its log and hard state by the records that it wrote, its role by what it says. */
public final class ObservedMember {
    private final int id;
    private final List<ObservedEntry> entries = new ArrayList<>();
    private RoleKind role = RoleKind.FOLLOWER;
    private long roleTerm;
    private long term;
    private int votedFor;
    private long hardStateSeq;
    private long commitIndex;
    private long lastSeq;
    private long durableSeq;
    private long durableSeqBeforeRestart;
    private boolean restarting;
    /** The end of its log was cut off, and none of its records says so: what it kept may say that it is not blank. */
    private boolean lossUnrecorded;

    /** Number of the first hard state that is not blank since the last that lost entries; 0 while there is none. */
    private long notBlankSeq;

    /** What it held durably, and could be counted on for, when its disk was wiped or it lost entries; a list a time. */
    private final List<List<ObservedEntry>> lost = new ArrayList<>();

    ObservedMember(final int id) {
        this.id = id;
    }

    public int id() {
        return id;
    }

    public RoleKind role() {
        return role;
    }

    /** The term in which the role was taken up; a later one may have been written since. */
    long roleTerm() {
        return roleTerm;
    }

    /** As written last, durable or not. */
    public long term() {
        return term;
    }

    /** As written last, durable or not. */
    public int votedFor() {
        return votedFor;
    }

    /** Whether {@link #term()} and {@link #votedFor()} survive a crash. */
    public boolean isHardStateDurable() {
        return hardStateSeq <= durableSeq;
    }

    public long commitIndex() {
        return commitIndex;
    }

    public long lastIndex() {
        return entries.size();
    }

    public long lastTerm() {
        return termAt(lastIndex());
    }

    /** Term of the entry at an index up to {@link #lastIndex()}; 0 for 0. */
    public long termAt(final long index) {
        return index == 0 ? 0 : entry(index).term();
    }

    /** The entry at 1 to {@link #lastIndex()}. */
    public ObservedEntry entry(final long index) {
        return entries.get((int) index - 1);
    }

    /** Whether the log, as it now stands, survives a crash up to an index; what lies before an entry was written before it. */
    public boolean isDurable(final long index) {
        return index == 0 || index <= lastIndex() && entry(index).seq() <= durableSeq;
    }

    /** Whether its disk, as a crash would leave it, says that it is blank. */
    public boolean isBlank() {
        return notBlankSeq == 0 || notBlankSeq > durableSeq;
    }

    /** Whether an entry was durable here before the disk was wiped, so that it may have been acknowledged. */
    boolean hasLost(final ObservedEntry entry) {
        for (final List<ObservedEntry> log : lost) {
            if (entry.index() <= log.size() && log.get((int) entry.index() - 1).term() == entry.term()) {
                return true;
            }
        }
        return false;
    }

    /** Number of the last record in the stream. */
    public long lastSeq() {
        return lastSeq;
    }

    /** Up to which record the disk had flushed when the process died. */
    long durableSeqBeforeRestart() {
        return durableSeqBeforeRestart;
    }

    // What Invariants has seen.

    void onRecord() {
        lastSeq++;
    }

    void append(final ObservedEntry entry) {
        while (lastIndex() >= entry.index()) {
            entries.remove(entries.size() - 1);
        }
        entries.add(entry);
    }

    /** It has written that it lost entries. */
    void beginBlankness() {
        lossUnrecorded = false;
        notBlankSeq = 0;
    }

    /** It has written that it is not blank. @return whether it had not before */
    boolean endBlankness() {
        if (notBlankSeq != 0 || restarting && lossUnrecorded) {
            return false;
        }
        lossUnrecorded = false;
        notBlankSeq = lastSeq;
        return true;
    }

    void hardState(final long newTerm, final int newVotedFor) {
        term = newTerm;
        votedFor = newVotedFor;
        hardStateSeq = lastSeq;
    }

    /** Whether what it kept is being read. */
    boolean isRestarting() {
        return restarting;
    }

    void restarted() {
        restarting = false;
    }

    void role(final RoleKind newRole, final long newRoleTerm) {
        role = newRole;
        roleTerm = newRoleTerm;
    }

    void commit(final long index) {
        commitIndex = index;
    }

    void durable(final long seq) {
        durableSeq = Math.max(durableSeq, seq);
    }

    /** Forgets everything: what survived a crash is read from the disk anew, and all of that is durable. */
    void restart() {
        restarting = true;
        durableSeqBeforeRestart = durableSeq;
        durableSeq = 0;
        hardStateSeq = 0;
        notBlankSeq = 0;
        lastSeq = 0;
        entries.clear();
        role = RoleKind.FOLLOWER;
        term = 0;
        votedFor = 0;
        commitIndex = 0;
    }

    /** Its disk is empty from now on. */
    void wipe() {
        lose();
        restart();
    }

    /** The end of its log is cut off. */
    void loseEnd() {
        lose();
        lossUnrecorded = true;
    }

    /** It can't be counted on for anything that it held. */
    private void lose() {
        if (!isBlank()) {
            lost.add(entries.stream().filter(entry -> isDurable(entry.index())).toList());
        }
        durableSeq = 0;
        notBlankSeq = 0;
    }

    @Override
    public String toString() {
        return "member " + id + " " + role + " term=" + term + " last=" + lastIndex() + "@" + lastTerm() + " commit="
                + commitIndex;
    }
}
