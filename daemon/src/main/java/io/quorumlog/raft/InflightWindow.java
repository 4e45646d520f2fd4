package io.quorumlog.raft;

/** The messages with entries that a follower has not acknowledged, by their last index; bounded. */
final class InflightWindow {
    private final long[] lastIndexes = new long[RaftLimits.WINDOW_MESSAGES];
    private int head;
    private int count;

    int count() {
        return count;
    }

    boolean isFull() {
        return count == lastIndexes.length;
    }

    void add(final long lastIndex) {
        Invariant.check(!isFull(), "a message was sent beyond the window");
        lastIndexes[(head + count) % lastIndexes.length] = lastIndex;
        count++;
    }

    /** Takes out the messages whose entries are all acknowledged. */
    void acknowledge(final long matchIndex) {
        while (count > 0 && lastIndexes[head] <= matchIndex) {
            head = (head + 1) % lastIndexes.length;
            count--;
        }
    }

    void clear() {
        count = 0;
    }
}
