package io.quorumlog.net;

import io.quorumlog.codec.peer.PeerMessage;
import io.quorumlog.session.Sessions;

/** The replica as the loop drives it; each call is described there. A port, so that the sockets can be tested alone. */
interface ReplicaPort {
    void time(long nowNs, long wallClockMs);

    void onDurable(long durableSeq, long flushedSeq);

    void onPeerMessage(int from, PeerMessage message);

    void onPeerAlive(int member);

    void onEntriesUnderWay(int from, long term);

    void onPeerGreeting(int member, boolean blank);

    void onPeerConnection(int member, boolean up);

    Sessions sessions();

    void fireTimers();

    void sendPending();

    void answerClients();

    long deadlineNs();

    long lastRecordSeq();

    boolean hasUnflushedHardState();

    long term();

    boolean isBlank();

    long clusterIdHigh();

    long clusterIdLow();
}
