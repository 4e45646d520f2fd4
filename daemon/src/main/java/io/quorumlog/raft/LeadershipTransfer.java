package io.quorumlog.raft;

/**
 * A leader's attempt to hand over (thesis 3.10): it takes no more entries, waits until the target holds all of its log
 * durably, tells it to campaign, and gives up after an election timeout.
 */
final class LeadershipTransfer {
    private final int targetSlot;
    private final long deadlineNs;
    private boolean told;

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

    /** Whether the target is to be told now; true once. */
    boolean mayTell(final long targetMatchIndex, final long lastIndex) {
        if (told || targetMatchIndex < lastIndex) {
            return false;
        }
        told = true;
        return true;
    }
}
