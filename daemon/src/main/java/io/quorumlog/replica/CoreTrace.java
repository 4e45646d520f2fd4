package io.quorumlog.replica;

import io.quorumlog.codec.peer.PeerMessage;
import io.quorumlog.log.ReplicaLog;
import io.quorumlog.raft.RaftEffects;
import io.quorumlog.raft.RaftLog;

/**
 * Sees what goes into the core and, at its ports, what comes out. This one looks away, and is the only one that is loaded as
 * long as no trace is asked for; {@link ActionTrace} writes.
 */
class CoreTrace {
    /** What the core works on. */
    final ReplicaLog log;

    CoreTrace(final ReplicaLog log) {
        this.log = log;
    }

    /** The log for the core to use. */
    RaftLog log() {
        return log;
    }

    /** The effects for the core to have. */
    RaftEffects effects(final RaftEffects effects) {
        return effects;
    }

    /** A message is about to be handled. */
    void onMessage(final int from, final PeerMessage message) {}

    void onDurable(final long recordSeq) {}

    void onGreeting(final int member, final boolean blank) {}

    void onConnection(final int member, final boolean up) {}

    /** A read has begun, which is good when that round is confirmed. */
    void onReadRequested(final long round) {}

    /** All reads up to this round may be answered. */
    void onReadConfirmed(final long round) {}

    /** Hands over what is not yet written. */
    void flush() {}
}
