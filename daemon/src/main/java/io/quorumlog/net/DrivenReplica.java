package io.quorumlog.net;

import io.quorumlog.codec.peer.PeerMessage;
import io.quorumlog.replica.Replica;
import io.quorumlog.session.Sessions;

/** The replica of a real node behind the port. */
record DrivenReplica(Replica replica) implements ReplicaPort {
    @Override
    public void time(final long nowNs, final long wallClockMs) {
        replica.time(nowNs, wallClockMs);
    }

    @Override
    public void onDurable(final long durableSeq, final long flushedSeq) {
        replica.onDurable(durableSeq, flushedSeq);
    }

    @Override
    public void onPeerMessage(final int from, final PeerMessage message) {
        replica.onPeerMessage(from, message);
    }

    @Override
    public void onPeerAlive(final int member) {
        replica.onPeerAlive(member);
    }

    @Override
    public void onEntriesUnderWay(final int from, final long term) {
        replica.onEntriesUnderWay(from, term);
    }

    @Override
    public void onPeerGreeting(final int member, final boolean blank) {
        replica.onPeerGreeting(member, blank);
    }

    @Override
    public void onPeerConnection(final int member, final boolean up) {
        replica.onPeerConnection(member, up);
    }

    @Override
    public Sessions sessions() {
        return replica.sessions();
    }

    @Override
    public void fireTimers() {
        replica.fireTimers();
    }

    @Override
    public void sendPending() {
        replica.sendPending();
    }

    @Override
    public void answerClients() {
        replica.answerClients();
    }

    @Override
    public long deadlineNs() {
        return replica.deadlineNs();
    }

    @Override
    public long lastRecordSeq() {
        return replica.lastRecordSeq();
    }

    @Override
    public boolean hasUnflushedHardState() {
        return replica.hasUnflushedHardState();
    }

    @Override
    public long term() {
        return replica.term();
    }

    @Override
    public boolean isBlank() {
        return replica.isBlank();
    }

    @Override
    public long clusterIdHigh() {
        return replica.clusterIdHigh();
    }

    @Override
    public long clusterIdLow() {
        return replica.clusterIdLow();
    }
}
