package io.quorumlog.session;

import java.util.Arrays;

/**
 * The requests of one session whose answer is not known yet, in request order: a ring of primitive slots that grows to its
 * bound, or as far as all sessions' rings together may, and then does not allocate; while slots are scarce, it is given up
 * when it is empty. Answers leave from its head only, so none overtakes another, whatever
 * changes of role lie between them.
 */
final class PendingReplies {
    private static final int FIRST_CAPACITY = 16;
    /** Every session may have so many, whatever the others have. */
    private static final int LEAST_CAPACITY = 64;

    private static final byte APPEND = 1;
    private static final byte LAST = 2;
    private static final byte CONFLICT = 3;

    private final int maxCapacity;
    private final ReplySlots slots;

    private byte[] kinds = new byte[0];
    private long[] numbers = new long[0]; // APPEND: index of the entry; the others: number of the read
    private long[] terms = new long[0]; // in which the request was taken
    private long[] lastIndexes; // CONFLICT: the log's last entry at that moment; made with the first conflict
    private long[] lastClientIndexes; // CONFLICT: the log's last client entry at that moment

    private long head; // of the slot that is answered next; slot n is at n & (capacity - 1)
    private long tail; // of the slot that is filled next
    private long deadlineNs = Long.MAX_VALUE;

    /**
     * @param maxCapacity a power of two
     * @param slots of all sessions
     */
    PendingReplies(final int maxCapacity, final ReplySlots slots) {
        this.maxCapacity = maxCapacity;
        this.slots = slots;
    }

    boolean isEmpty() {
        return head == tail;
    }

    boolean isFull() {
        final int capacity = kinds.length;
        return tail - head == capacity
                && (capacity == maxCapacity || capacity >= LEAST_CAPACITY && !slots.hasRoomFor(capacity));
    }

    /** Gives the ring up, with what is in it. */
    void release() {
        slots.release(kinds.length);
        kinds = new byte[0];
        numbers = new long[0];
        terms = numbers;
        lastIndexes = null;
        lastClientIndexes = null;
        head = 0;
        tail = 0;
    }

    /** When {@link #answer} must be called at the latest; {@link Long#MAX_VALUE}: never. */
    long deadlineNs() {
        return deadlineNs;
    }

    /** The entry {@code index@term} was appended: its index is to be answered when it is committed. */
    void addAppend(final long index, final long term) {
        add(APPEND, index, term);
    }

    /** The index of the last client entry is to be answered when the read of this number is confirmed. */
    void addLast(final long read, final long term) {
        add(LAST, read, term);
    }

    /**
     * An APPENDIF did not match. Its answer names an entry of the log, which must be committed before anyone is told of
     * it; and that no newer leader has appended behind it meanwhile, a confirmed read shows.
     */
    void addConflict(final long read, final long term, final long lastIndex, final long lastClientIndex) {
        if (lastIndexes == null) {
            lastIndexes = new long[kinds.length];
            lastClientIndexes = new long[kinds.length];
        }
        final int slot = add(CONFLICT, read, term);
        lastIndexes[slot] = lastIndex;
        lastClientIndexes[slot] = lastClientIndex;
    }

    /** Answers, from the head on, whatever is decided now. */
    void answer(final ReplicatedLog log, final LostTerms lostTerms, final Replies replies, final Traffic traffic) {
        deadlineNs = Long.MAX_VALUE;
        // A client that does not read gets no more written than other clients do; it is visited again when it has read.
        while (head < tail && !replies.isOverfull()) {
            final int slot = (int) head & (kinds.length - 1);
            final boolean answered = kinds[slot] == APPEND
                    ? answerAppend(slot, log, lostTerms, replies, traffic)
                    : answerRead(slot, log, replies);
            if (!answered) {
                return;
            }
            head++;
        }
        if (isEmpty() && kinds.length > LEAST_CAPACITY && slots.isScarce()) {
            release();
        }
    }

    /**
     * Index and term name an entry among all that ever were, so one look at what is committed at its index decides, or at what
     * is committed last.
     *
     * <p>What does not decide is an entry of another term at that index in <em>our</em> log while it is uncommitted (thesis
     * 3.6.2, figure 3.7). Say we led term 2, and another member holds our entry 5@2, too. A leader of term 3 replaces it in
     * our log by 5@3 and fails. The member that still holds 5@2 can now be elected for term 4 by those that never saw 5@3,
     * and go on to commit 5@2. Had we said 'not in the log' when it was replaced here, the client would have appended twice.
     */
    private boolean answerAppend(
            final int slot,
            final ReplicatedLog log,
            final LostTerms lostTerms,
            final Replies replies,
            final Traffic traffic) {
        final long index = numbers[slot];
        final long term = terms[slot];
        if (log.commitIndex() >= index) {
            if (log.termAt(index) == term) {
                replies.integer(index);
                traffic.countAppend();
            } else {
                replies.notLeader(log);
            }
            return true;
        }
        if (isSuperseded(term, log)) {
            replies.notLeader(log);
            return true;
        }
        if (leads(log, term)) {
            return false;
        }
        final long nowNs = log.nowNs();
        final long uncertainAtNs = lostTerms.sinceNs(term, nowNs) + log.uncertainAfterNs();
        if (nowNs < uncertainAtNs) {
            deadlineNs = uncertainAtNs;
            return false;
        }
        replies.error("UNCERTAIN leadership was lost before entry " + index + " of term " + term
                + " was committed: it may or may not be in the log; read it before you repeat");
        return true;
    }

    private boolean answerRead(final int slot, final ReplicatedLog log, final Replies replies) {
        if (!leads(log, terms[slot])) {
            replies.notLeader(log);
            return true;
        }
        if (log.confirmedRead() < numbers[slot]) {
            return false;
        }
        if (kinds[slot] == LAST) {
            replies.integer(log.committedClientIndex());
            return true;
        }
        // Still the leader of that term, so what stood at that index stands there now.
        if (log.commitIndex() < lastIndexes[slot]) {
            return false;
        }
        replies.error("CONFLICT last is " + lastClientIndexes[slot]);
        return true;
    }

    /**
     * Whether an entry of a newer term is committed, before where one of this term would stand: terms never fall along a log,
     * and every leader to come has that entry.
     */
    private static boolean isSuperseded(final long term, final ReplicatedLog log) {
        return log.commitIndex() > 0 && log.termAt(log.commitIndex()) > term;
    }

    private static boolean leads(final ReplicatedLog log, final long term) {
        return log.isLeader() && log.term() == term;
    }

    private int add(final byte kind, final long number, final long term) {
        if (tail - head == kinds.length) {
            grow();
        }
        final int slot = (int) tail & (kinds.length - 1);
        kinds[slot] = kind;
        numbers[slot] = number;
        terms[slot] = term;
        tail++;
        return slot;
    }

    /** Doubles the ring; unrolled, so that its head comes to stand at 0. */
    private void grow() {
        final int capacity = Math.min(maxCapacity, Math.max(FIRST_CAPACITY, 2 * kinds.length));
        slots.take(capacity - kinds.length);
        final int first = kinds.length == 0 ? 0 : (int) head & (kinds.length - 1);
        final byte[] unrolled = Arrays.copyOf(kinds, capacity);
        System.arraycopy(kinds, first, unrolled, 0, kinds.length - first);
        System.arraycopy(kinds, 0, unrolled, kinds.length - first, first);
        numbers = unrolled(numbers, first, capacity);
        terms = unrolled(terms, first, capacity);
        if (lastIndexes != null) {
            lastIndexes = unrolled(lastIndexes, first, capacity);
            lastClientIndexes = unrolled(lastClientIndexes, first, capacity);
        }
        kinds = unrolled;
        tail -= head;
        head = 0;
    }

    private static long[] unrolled(final long[] ring, final int first, final int capacity) {
        final long[] unrolled = new long[capacity];
        System.arraycopy(ring, first, unrolled, 0, ring.length - first);
        System.arraycopy(ring, 0, unrolled, ring.length - first, first);
        return unrolled;
    }
}
