package io.quorumlog.net;

/** What brings records to disk, beside the loop. */
public interface Flusher {
    /** All records up to this number survive what the configured durability promises; may be called at any time, rises. */
    long durableSeq();

    /** All records up to this number have really been flushed; never above {@link #durableSeq}, rises. */
    long flushedSeq();

    /**
     * Asks for a flush of all records up to {@code recordSeq}, which have been appended; called once a turn, returns at
     * once, and is cheap where there is nothing new.
     *
     * @param hardState whether a hard state is among what is not yet durable
     */
    void request(long recordSeq, boolean hardState);
}
