package io.quorumlog.session;

/** What all sessions together have done since the node started. */
final class Traffic {
    private long appends;
    private long reads;

    void countAppend() {
        appends++;
    }

    void countRead() {
        reads++;
    }

    long appends() {
        return appends;
    }

    long reads() {
        return reads;
    }
}
