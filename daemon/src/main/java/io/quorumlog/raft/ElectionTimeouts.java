package io.quorumlog.raft;

/** Where the core's randomness comes from: each call draws anew. */
public interface ElectionTimeouts {
    /** A time from [0, bound), in nanoseconds. */
    long nextNs(long boundNs);
}
