package io.quorumlog.sim.invariant;

/**
 * What was flushed comes back after a crash, every record of it: recovery may cut off a torn tail, and nothing that another
 * member may count on (thesis 3.8).
 */
final class FlushedIsKept extends SimulationInvariant {
    @Override
    void onRestart(final ObservedMember member) {
        if (member.lastSeq() < member.durableSeqBeforeRestart()) {
            throw broken(member + " comes up with " + member.lastSeq() + " records, but had flushed "
                    + member.durableSeqBeforeRestart());
        }
    }
}
