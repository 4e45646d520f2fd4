package io.quorumlog.session;

import io.quorumlog.codec.record.LogRecord;
import io.quorumlog.raft.RoleKind;
import java.util.Arrays;

/**
 * All sessions of a node, of which only those that wait for something are visited when the node has got on. One thread,
 * that of the log. Allocates per session, not per request or turn.
 */
public final class Sessions {
    static final int NOT_WAITING = -1;

    private final ReplicatedLog log;
    private final SessionSettings settings;
    private final LostTerms lostTerms = new LostTerms();
    private final Traffic traffic = new Traffic();
    private final ReplySlots slots = new ReplySlots(ReplySlots.MAX_SLOTS);
    private final LogRecord view = new LogRecord();
    private final ReadOptions readOptions = new ReadOptions();

    private ClientSession[] waiting = new ClientSession[16];
    private int waitingCount;
    private int openCount;
    private long deadlineNs = Long.MAX_VALUE; // at or before that of each waiting session

    // The node as it was when the waiting sessions were visited last.
    private RoleKind seenRole = RoleKind.FOLLOWER;
    private long seenTerm;
    private int seenLeaderId;
    private long seenCommitIndex;
    private long seenConfirmedRead;
    private boolean seenAcceptsAppends;
    private boolean seenTransferring;

    /** @param settings the same for all sessions */
    public Sessions(final ReplicatedLog log, final SessionSettings settings) {
        this.log = log;
        this.settings = settings;
    }

    /** A client has connected. Its connection calls {@link ClientSession#close} in the end. */
    public ClientSession open(final ReplyOutput output) {
        openCount++;
        return new ClientSession(this, log, output, settings);
    }

    /**
     * To be called once a turn, when inputs and timers are done: if anything has changed that a session may wait for, or a
     * deadline has passed, has the waiting ones answer and go on. Costs next to nothing otherwise.
     */
    public void onProgress() {
        final boolean due = log.nowNs() >= deadlineNs;
        if (!hasChanged() && !due) {
            return;
        }
        deadlineNs = Long.MAX_VALUE;
        // From the end: a session that does not wait any more is replaced by the last one, which has had its turn, and
        // whoever begins to wait meanwhile has just looked for himself.
        for (int i = waitingCount - 1; i >= 0; i--) {
            if (i >= waitingCount) {
                continue; // a connection that was ready has closed others
            }
            final ClientSession session = waiting[i];
            session.onNodeProgress();
            if (session.isReady()) {
                session.output().onSessionReady();
            }
        }
    }

    /** When {@link #onProgress} must be called at the latest; {@link Long#MAX_VALUE}: never. May be too early. */
    public long deadlineNs() {
        return deadlineNs;
    }

    /** Sessions that are open. */
    public int openCount() {
        return openCount;
    }

    /** Entries whose index was answered, since the node started. */
    public long appendsTotal() {
        return traffic.appends();
    }

    /** READ, TAIL and LAST requests taken, since the node started. */
    public long readsTotal() {
        return traffic.reads();
    }

    LostTerms lostTerms() {
        return lostTerms;
    }

    Traffic traffic() {
        return traffic;
    }

    /** What all sessions have taken for pending replies. */
    ReplySlots slots() {
        return slots;
    }

    LogRecord view() {
        return view;
    }

    /** For the READ that is being looked at. */
    ReadOptions readOptions() {
        return readOptions;
    }

    /** A session may have begun or ceased to wait, or has another deadline. */
    void onChange(final ClientSession session) {
        if (!session.isWaiting()) {
            remove(session);
            return;
        }
        if (session.waitingSlot == NOT_WAITING) {
            if (waitingCount == waiting.length) {
                waiting = Arrays.copyOf(waiting, 2 * waitingCount);
            }
            session.waitingSlot = waitingCount;
            waiting[waitingCount++] = session;
        }
        deadlineNs = Math.min(deadlineNs, session.deadlineNs());
    }

    void onClose(final ClientSession session) {
        openCount--;
        remove(session);
    }

    private void remove(final ClientSession session) {
        final int slot = session.waitingSlot;
        if (slot == NOT_WAITING) {
            return;
        }
        final ClientSession last = waiting[--waitingCount];
        waiting[waitingCount] = null;
        if (last != session) {
            waiting[slot] = last;
            last.waitingSlot = slot;
        }
        session.waitingSlot = NOT_WAITING;
    }

    private boolean hasChanged() {
        final RoleKind role = log.role();
        final long term = log.term();
        final int leaderId = log.leaderId();
        final long commitIndex = log.commitIndex();
        final long confirmedRead = log.confirmedRead();
        final boolean acceptsAppends = log.acceptsAppends();
        final boolean transferring = log.isTransferring();
        final boolean changed = role != seenRole
                || term != seenTerm
                || leaderId != seenLeaderId
                || commitIndex != seenCommitIndex
                || confirmedRead != seenConfirmedRead
                || acceptsAppends != seenAcceptsAppends
                || transferring != seenTransferring;
        if (seenRole == RoleKind.LEADER && (role != RoleKind.LEADER || term != seenTerm)) {
            lostTerms.sinceNs(seenTerm, log.nowNs());
        }
        seenRole = role;
        seenTerm = term;
        seenLeaderId = leaderId;
        seenCommitIndex = commitIndex;
        seenConfirmedRead = confirmedRead;
        seenAcceptsAppends = acceptsAppends;
        seenTransferring = transferring;
        return changed;
    }
}
