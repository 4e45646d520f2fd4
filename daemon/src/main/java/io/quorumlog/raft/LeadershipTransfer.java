package io.quorumlog.raft;

/**
 * A leader's attempt to hand over (thesis 3.10): it takes no more entries, waits until the target holds all of its log
 * durably, tells it to campaign, agrees when the target asks, and gives up after an election timeout. Giving up is not told:
 * whatever a target hears of the leader after it was told to campaign takes that back, so that one which slept meanwhile
 * deposes nobody when it wakes. So as long as the attempt lasts, the target is told again behind each other message.
 */
final class LeadershipTransfer {
    private static final long NEVER = -1;

    private final int targetSlot;
    private final long deadlineNs;
    /** How many messages the target had been sent when it was told last. */
    private long toldBehind = NEVER;

    LeadershipTransfer(final int targetSlot, final long deadlineNs) {
        this.targetSlot = targetSlot;
        this.deadlineNs = deadlineNs;
    }

    int targetSlot() {
        return targetSlot;
    }

    long deadlineNs() {
        return deadlineNs;
    }

    /** Whether a member is the target and has been told. */
    boolean isTold(final int slot) {
        return slot == targetSlot && toldBehind != NEVER;
    }

    /** Whether the target is to be told now, behind so many messages; true once for each number. */
    boolean mayTell(final long targetMatchIndex, final long lastIndex, final long messagesSent) {
        if (messagesSent == toldBehind || targetMatchIndex < lastIndex) {
            return false;
        }
        toldBehind = messagesSent;
        return true;
    }
}
