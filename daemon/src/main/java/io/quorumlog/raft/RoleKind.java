package io.quorumlog.raft;

/** What a member is at a time (thesis, figure 3.3, and 9.6 for the pre-candidate). */
public enum RoleKind {
    FOLLOWER("follower"),
    PRE_CANDIDATE("pre-candidate"),
    CANDIDATE("candidate"),
    LEADER("leader");

    private final String word;

    RoleKind(final String word) {
        this.word = word;
    }

    /** The word for it in logs and STATUS. */
    @Override
    public String toString() {
        return word;
    }
}
