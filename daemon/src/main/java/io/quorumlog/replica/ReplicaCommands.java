package io.quorumlog.replica;

import io.quorumlog.codec.record.LogRecord;
import io.quorumlog.log.EntryCursor;
import io.quorumlog.log.ReplicaLog;
import io.quorumlog.raft.Raft;
import io.quorumlog.raft.RoleKind;
import io.quorumlog.session.NodeStatus;
import io.quorumlog.session.ReplicatedLog;
import io.quorumlog.session.Sessions;
import java.util.List;
import org.agrona.DirectBuffer;

/** The node as the clients' sessions see it. */
final class ReplicaCommands implements ReplicatedLog {
    /** Election timeouts after which an append whose fate is open is given up (the protocol page, UNCERTAIN). */
    private static final int UNCERTAIN_TIMEOUTS = 3;

    private final ReplicaConfig config;
    private final ReplicaLog log;
    private final Raft raft;
    private final CoreTrace trace;
    private final Surroundings surroundings;
    private final long startedNs;
    private long nowNs;
    private Sessions sessions;

    ReplicaCommands(
            final ReplicaConfig config,
            final ReplicaLog log,
            final Raft raft,
            final CoreTrace trace,
            final Surroundings surroundings,
            final long nowNs) {
        this.config = config;
        this.log = log;
        this.raft = raft;
        this.trace = trace;
        this.surroundings = surroundings;
        this.nowNs = nowNs;
        startedNs = nowNs;
    }

    /** Ties the knot: the sessions' own counters are part of what STATUS shows. */
    void sessions(final Sessions all) {
        sessions = all;
    }

    void time(final long now) {
        nowNs = now;
    }

    @Override
    public long append(final DirectBuffer payload, final int offset, final int length) {
        final long index = raft.propose(payload, offset, length);
        if (index != Raft.NOT_ACCEPTED) {
            return index;
        }
        return raft.role() == RoleKind.LEADER ? NOT_NOW : NOT_LEADER;
    }

    @Override
    public boolean acceptsAppends() {
        return raft.role() != RoleKind.LEADER || raft.acceptsProposals();
    }

    @Override
    public long lastClientIndex() {
        return log.lastClientIndex();
    }

    @Override
    public long committedClientIndex() {
        return log.lastClientIndexAtMost(raft.commitIndex());
    }

    @Override
    public long commitIndex() {
        return raft.commitIndex();
    }

    @Override
    public long termAt(final long index) {
        return log.termAt(index);
    }

    @Override
    public long lastIndex() {
        return log.lastIndex();
    }

    @Override
    public long term() {
        return raft.term();
    }

    @Override
    public RoleKind role() {
        return raft.role();
    }

    @Override
    public int leaderId() {
        return raft.leaderId();
    }

    @Override
    public long requestRead() {
        final long read = raft.requestRead();
        if (read == Raft.NOT_ACCEPTED) {
            return NOT_LEADER;
        }
        trace.onReadRequested(read);
        return read;
    }

    @Override
    public long confirmedRead() {
        final long read = raft.confirmedRead();
        trace.onReadConfirmed(read);
        return read;
    }

    @Override
    public String transferTo(final int member) {
        return raft.transferLeadership(member);
    }

    @Override
    public boolean isTransferring() {
        return raft.isTransferring();
    }

    @Override
    public boolean readEntry(final EntryCursor cursor, final LogRecord view) {
        return log.read(cursor, raft.commitIndex(), view);
    }

    /** The log's pass over an entry gives all of it, and checks nothing: that is done at its first piece and its last. */
    @Override
    public boolean rereadEntry(final EntryCursor cursor, final LogRecord view) {
        return log.skip(cursor, raft.commitIndex(), view);
    }

    @Override
    public boolean skipEntry(final EntryCursor cursor, final LogRecord view) {
        return log.skip(cursor, raft.commitIndex(), view);
    }

    @Override
    public long nowNs() {
        return nowNs;
    }

    @Override
    public long uncertainAfterNs() {
        return UNCERTAIN_TIMEOUTS * config.electionTimeoutNs();
    }

    @Override
    public String clientAddress(final int member) {
        for (final ReplicaConfig.Member each : config.members()) {
            if (each.id() == member) {
                return each.clientAddress();
            }
        }
        return null;
    }

    @Override
    public NodeStatus status() {
        final int leader = raft.leaderId();
        return new NodeStatus(
                config.version(),
                config.memberId(),
                raft.role().toString(),
                raft.term(),
                raft.votedFor(),
                leader,
                leader == Raft.NONE ? "" : clientAddress(leader),
                millisSince(raft.lastLeaderContactNs()),
                millisSince(startedNs),
                config.durability(),
                log.firstIndex(),
                log.lastIndex(),
                raft.durableIndex(),
                raft.commitIndex(),
                committedClientIndex(),
                log.bytes(),
                surroundings.clientConnections(),
                sessions.appendsTotal(),
                sessions.readsTotal(),
                raft.electionsTotal(),
                surroundings.flushesTotal(),
                memberStatus(leader));
    }

    private List<NodeStatus.Member> memberStatus(final int leader) {
        return config.members().stream()
                .map(member -> new NodeStatus.Member(
                        member.id(),
                        member.peerAddress(),
                        member.clientAddress(),
                        roleOf(member.id(), leader),
                        member.id() == config.memberId() || surroundings.isConnected(member.id()),
                        raft.matchIndex(member.id()),
                        millisSince(raft.lastHeardNs(member.id()))))
                .toList();
    }

    private String roleOf(final int member, final int leader) {
        if (member == config.memberId()) {
            return raft.role().toString();
        }
        if (leader == Raft.NONE) {
            return "unknown";
        }
        return (member == leader ? RoleKind.LEADER : RoleKind.FOLLOWER).toString();
    }

    private long millisSince(final long thenNs) {
        return thenNs == Raft.NEVER ? NodeStatus.NEVER : (nowNs - thenNs) / 1_000_000;
    }
}
