package io.quorumlog.sim.invariant;

import io.quorumlog.codec.peer.PeerMessage;
import io.quorumlog.codec.resp.Reply;
import io.quorumlog.raft.RoleKind;

/** A rule, told of everything that is seen, before it changes what {@link ObservedMember} and {@link CommittedLog} show. */
abstract class SimulationInvariant {
    /** A member takes up a role; also when only its term or its leader changed. */
    void onRole(final ObservedMember member, final RoleKind role, final long term) {}

    /** A member writes an entry. */
    void onEntry(final ObservedMember member, final ObservedEntry entry) {}

    /** A member writes term and vote, be they new or not. */
    void onHardState(final ObservedMember member, final long term, final int votedFor) {}

    /** A member's commit index is no more what it was. */
    void onCommit(final ObservedMember member, final long commitIndex) {}

    /** An entry is committed for the first time; the log does not hold it yet. */
    void onCommitted(final ObservedEntry entry) {}

    /** A member sends a message. */
    void onSend(final ObservedMember member, final int to, final PeerMessage message) {}

    /** A member has come up again; what it shows is what its disk kept. */
    void onRestart(final ObservedMember member) {}

    /** A member has lost its disk, and all that it knew. */
    void onWipe(final ObservedMember member) {}

    /** A member writes for the first time, on the disk that it has, that it is not blank. */
    void onBlanknessEnded(final ObservedMember member) {}

    /** A client sends a request. */
    void onRequest(final ClientRequest request) {}

    /** A client has its answer; of a TAIL, its {@code +OK}. */
    void onReply(final ClientRequest request, final Reply reply) {}

    /** A client is given an entry by READ or TAIL. */
    void onEntryRead(final ClientRequest request, final Reply.Array entry) {}

    /** The run is over: nothing is under way, and all logs are the same. */
    void atEnd() {}

    /** Made only where a rule is broken: the texts cost more than the rules. */
    final BrokenInvariant broken(final String what) {
        return new BrokenInvariant(getClass().getSimpleName(), what);
    }
}
