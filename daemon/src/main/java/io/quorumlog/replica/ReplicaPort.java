package io.quorumlog.replica;

import io.quorumlog.codec.peer.PeerMessage;
import io.quorumlog.session.Sessions;

/**
 * One member without its sockets and its disk, as whoever drives it sees it: an event loop or a simulation. A turn does, in
 * this order: {@link #time}, {@link #onDurable}, messages and clients' bytes, {@link #fireTimers}, {@link #sendPending}, a
 * request to flush up to {@link #lastRecordSeq}, {@link #answerClients}.
 *
 * <p>An interface, so that the sockets can be tested alone. One thread.
 */
public interface ReplicaPort {
    /**
     * Moves the clock.
     *
     * @param nowNs monotonic nanoseconds
     * @param wallClockMs milliseconds since the epoch, for timestamps only
     */
    void time(long nowNs, long wallClockMs);

    /**
     * More records are durable.
     *
     * @param durableSeq all up to this number survive what the configured durability promises
     * @param flushedSeq all up to this number have really been flushed; less than {@code durableSeq} in page-cache mode
     */
    void onDurable(long durableSeq, long flushedSeq);

    /**
     * A message of a member whose connection has been greeted.
     *
     * @throws io.quorumlog.codec.ProtocolException if no correct member would send it
     */
    void onPeerMessage(int from, PeerMessage message);

    /** A member has nothing to say but that it lives, and that we can hear it. */
    void onPeerAlive(int member);

    /** Of a message with entries, in this term, another part has come in. */
    void onEntriesUnderWay(int from, long term);

    /** What a member says of itself as a connection begins; comes before {@link #onPeerConnection}. */
    void onPeerGreeting(int member, boolean blank);

    /** A connection to a member stands, or is gone. */
    void onPeerConnection(int member, boolean up);

    /** The clients' sessions. */
    Sessions sessions();

    /** Does what is due. */
    void fireTimers();

    /** Sends what the turn has brought about. */
    void sendPending();

    /** Answers the clients that can be answered. */
    void answerClients();

    /** When a turn is due at the latest. */
    long deadlineNs();

    /** Whether what peers send may wait until the next deadline: nothing that is under way depends on it. */
    boolean isAtRest();

    /** Number of the last record written; the driver asks for a flush up to it. */
    long lastRecordSeq();

    /** Whether a change of term or vote waits for its flush, which then must be a real one in either durability mode. */
    boolean hasUnflushedHardState();

    /** The current term. */
    long term();

    /**
     * Whether this member is blank, for its handshake: its disk was empty, or entries were lost to damage, and no leader has
     * brought it up to date yet.
     */
    boolean isBlank();

    /** The cluster's id, high half; 0 until it is committed, for another's could still win. */
    long clusterIdHigh();

    /** The cluster's id, low half; 0 until it is committed. */
    long clusterIdLow();
}
