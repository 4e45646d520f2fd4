package io.quorumlog.replica;

import io.quorumlog.codec.ProtocolException;
import io.quorumlog.codec.peer.AppendEntries;
import io.quorumlog.codec.peer.EntryBatch;
import io.quorumlog.codec.peer.PeerLimits;
import io.quorumlog.codec.peer.PeerMessage;
import io.quorumlog.codec.record.LogRecord;
import io.quorumlog.codec.record.RecordKind;
import io.quorumlog.log.ClusterIdentity;
import io.quorumlog.log.ReplicaLog;
import io.quorumlog.raft.ElectionTimeouts;
import io.quorumlog.raft.Raft;
import io.quorumlog.raft.RaftConfig;
import io.quorumlog.raft.RoleKind;
import io.quorumlog.session.SessionSettings;
import io.quorumlog.session.Sessions;
import java.util.Arrays;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** A member on its log: the Raft core, the clients' sessions, and what joins them. Nothing per entry or message allocates. */
public final class Replica implements ReplicaPort {
    /** How long the log must have been at rest before what was flushed last is recorded; long against a burst's gaps. */
    private static final long MARK_AFTER_NS = 50_000_000;

    private final ReplicaConfig config;
    private final ReplicaLog log;
    private final CoreTrace trace;
    private final Raft raft;
    private final ReplicaCommands commands;
    private final Sessions sessions;
    private long nowNs;
    private long seenSeq;
    private long markDeadlineNs = Long.MAX_VALUE;
    private long shutdownDeadlineNs = Long.MAX_VALUE;

    /**
     * A member as it comes up on what its log holds.
     *
     * @param traceOutput takes a trace of all that the core does; null: none is taken
     * @param nowNs the monotonic clock
     */
    public Replica(
            final ReplicaConfig config,
            final ReplicaLog log,
            final PeerTransport transport,
            final ElectionTimeouts timeouts,
            final Surroundings surroundings,
            final TraceOutput traceOutput,
            final long nowNs) {
        this.config = config;
        this.log = log;
        this.nowNs = nowNs;
        final PeerLimits limits = new PeerLimits(config.maxEntryBytes());
        final RaftConfig raftConfig = new RaftConfig(
                config.memberId(),
                config.memberIds(),
                config.heartbeatNs(),
                config.electionTimeoutNs(),
                newIdentity(config));
        trace = traceOutput == null
                ? new CoreTrace(log)
                : new ActionTrace(config.memberId(), config.memberIds(), log, traceOutput);
        raft = new Raft(
                raftConfig,
                trace.log(),
                trace.effects(new ReplicaEffects(log, transport, surroundings, limits)),
                timeouts,
                log.term(),
                log.votedFor(),
                log.isBlank(),
                log.commitWatermark(),
                nowNs);
        commands = new ReplicaCommands(config, log, raft, trace, surroundings, nowNs);
        sessions = new Sessions(commands, new SessionSettings(config.maxEntryBytes(), config.electionTimeoutNs()));
        commands.sessions(sessions);
    }

    private static DirectBuffer newIdentity(final ReplicaConfig config) {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[ClusterIdentity.MAX_LENGTH]);
        final int length = new ClusterIdentity(config.newClusterIdHigh(), config.newClusterIdLow(), config.memberIds())
                .encode(buffer, 0);
        return new UnsafeBuffer(buffer, 0, length);
    }

    // Inputs.

    @Override
    public void time(final long now, final long wallClockMs) {
        nowNs = now;
        raft.time(now, wallClockMs);
        commands.time(now);
    }

    @Override
    public void onDurable(final long durableSeq, final long flushedSeq) {
        log.onFlushed(flushedSeq);
        trace.onDurable(durableSeq);
        raft.onDurable(durableSeq);
    }

    @Override
    public void onPeerMessage(final int from, final PeerMessage message) {
        trace.onMessage(from, message);
        if (message instanceof AppendEntries entries && entries.prevIndex() == 0) {
            checkFounding(from, entries);
        }
        raft.onMessage(from, message);
    }

    /**
     * Refuses the first entry of another cluster. A handshake can't tell it apart before its leader has committed that entry,
     * and the core would take it for our own where the terms are equal, and else for a safety property that is lost.
     */
    private void checkFounding(final int from, final AppendEntries message) {
        final EntryBatch entries = message.entries();
        if (!entries.next()) {
            return;
        }
        final LogRecord entry = entries.entry();
        final ClusterIdentity theirs = entry.kind() == RecordKind.CLUSTER
                ? ClusterIdentity.decode(entry.buffer(), LogRecord.HEADER_LENGTH, entry.payloadLength())
                : null;
        if (theirs == null || !Arrays.equals(theirs.memberIds(), config.memberIds())) {
            throw new ProtocolException("member " + from + " replicates the first entry of "
                    + (theirs == null ? "no cluster" : theirs) + ", but the members are "
                    + Arrays.toString(config.memberIds()));
        }
        final boolean isFixed = isClusterKnown() || log.lastIndex() > 0 && log.termAt(1) == entry.term();
        if (isFixed && (theirs.high() != log.clusterIdHigh() || theirs.low() != log.clusterIdLow())) {
            throw new ProtocolException(
                    "member " + from + " replicates the first entry of " + theirs + ", but this one is of "
                            + new ClusterIdentity(log.clusterIdHigh(), log.clusterIdLow(), config.memberIds()));
        }
    }

    @Override
    public void onPeerAlive(final int member) {
        raft.onAlive(member);
    }

    @Override
    public void onEntriesUnderWay(final int from, final long term) {
        raft.onEntriesUnderWay(from, term);
    }

    @Override
    public void onPeerGreeting(final int member, final boolean blank) {
        trace.onGreeting(member, blank);
        raft.onGreeting(member, blank);
    }

    @Override
    public void onPeerConnection(final int member, final boolean up) {
        trace.onConnection(member, up);
        raft.onConnection(member, up);
    }

    @Override
    public Sessions sessions() {
        return sessions;
    }

    @Override
    public void fireTimers() {
        raft.fireTimers();
        if (nowNs >= markDeadlineNs) {
            markDeadlineNs = Long.MAX_VALUE;
            if (log.isMarkDue()) {
                log.mark();
            }
        }
    }

    @Override
    public void sendPending() {
        raft.sendPending();
        if (log.lastRecordSeq() != seenSeq) {
            seenSeq = log.lastRecordSeq();
            markDeadlineNs = nowNs + MARK_AFTER_NS;
        } else if (markDeadlineNs == Long.MAX_VALUE && log.isMarkDue()) {
            markDeadlineNs = nowNs + MARK_AFTER_NS;
        }
        trace.flush();
    }

    /** Has the trace's output take what a process that ends would not write any more. */
    public void flushTrace() {
        trace.flush();
    }

    @Override
    public void answerClients() {
        sessions.onProgress();
    }

    @Override
    public long deadlineNs() {
        return Math.min(
                Math.min(raft.deadlineNs(), sessions.deadlineNs()), Math.min(markDeadlineNs, shutdownDeadlineNs));
    }

    // What the driver asks.

    /** Whether this member leads and is handing over. */
    public boolean isTransferring() {
        return raft.isTransferring();
    }

    @Override
    public boolean isAtRest() {
        return raft.isAtRest();
    }

    @Override
    public long lastRecordSeq() {
        return log.lastRecordSeq();
    }

    @Override
    public boolean hasUnflushedHardState() {
        return !raft.isHardStateDurable();
    }

    @Override
    public long term() {
        return raft.term();
    }

    public RoleKind role() {
        return raft.role();
    }

    public long commitIndex() {
        return raft.commitIndex();
    }

    @Override
    public boolean isBlank() {
        return raft.isBlank();
    }

    @Override
    public long clusterIdHigh() {
        return isClusterKnown() ? log.clusterIdHigh() : 0;
    }

    @Override
    public long clusterIdLow() {
        return isClusterKnown() ? log.clusterIdLow() : 0;
    }

    private boolean isClusterKnown() {
        return raft.commitIndex() > 0;
    }

    // The end.

    /** Hands leadership to the most up-to-date follower, if this member leads and has one. */
    public void beginShutdown() {
        final int successor = raft.mostUpToDateFollower();
        shutdownDeadlineNs = nowNs;
        if (successor != Raft.NONE && raft.transferLeadership(successor) == null) {
            shutdownDeadlineNs = nowNs + config.electionTimeoutNs();
        }
    }

    /** Whether leadership is handed over, as far as it can be within an election timeout. */
    public boolean isShutdownReady() {
        return raft.role() != RoleKind.LEADER && raft.leaderId() != Raft.NONE || nowNs >= shutdownDeadlineNs;
    }
}
