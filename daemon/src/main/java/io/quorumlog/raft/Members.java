package io.quorumlog.raft;

/** The cluster's members as slots of small arrays; for three to seven of them a loop beats any map. Immutable. */
final class Members {
    static final int NONE = -1;

    private final int[] ids;
    private final int self;

    Members(final int selfId, final int[] ids) {
        this.ids = ids.clone();
        self = slotOf(selfId);
        Invariant.check(self != NONE, "this member is not among the members");
    }

    int count() {
        return ids.length;
    }

    int id(final int slot) {
        return ids[slot];
    }

    /** This member's slot. */
    int self() {
        return self;
    }

    int slotOf(final int id) {
        for (int slot = 0; slot < ids.length; slot++) {
            if (ids[slot] == id) {
                return slot;
            }
        }
        return NONE;
    }
}
