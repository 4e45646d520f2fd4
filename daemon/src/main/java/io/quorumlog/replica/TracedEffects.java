package io.quorumlog.replica;

import io.quorumlog.codec.peer.AppendEntries;
import io.quorumlog.codec.peer.PeerMessage;
import io.quorumlog.raft.RaftEffects;
import io.quorumlog.raft.RaftLog;
import io.quorumlog.raft.RoleKind;

/** The core's effects, seen by the trace; a message that the connection did not take is one that was lost. */
final class TracedEffects implements RaftEffects {
    private final RaftEffects effects;
    private final RaftLog log;
    private final ActionTrace trace;

    TracedEffects(final RaftEffects effects, final RaftLog log, final ActionTrace trace) {
        this.effects = effects;
        this.log = log;
        this.trace = trace;
    }

    @Override
    public void send(final int to, final PeerMessage message) {
        effects.send(to, message);
        trace.onSent(to, message);
    }

    @Override
    public long sendEntries(final int to, final AppendEntries message, final long firstIndex, final int maxBytes) {
        final long lastIndex = effects.sendEntries(to, message, firstIndex, maxBytes);
        if (lastIndex >= firstIndex) {
            trace.onSent(to, message, log, firstIndex, lastIndex);
        }
        return lastIndex;
    }

    @Override
    public void onCommit(final long commitIndex) {
        effects.onCommit(commitIndex);
        trace.onCommit(commitIndex);
    }

    @Override
    public void onVoteWithheld(final int candidate, final long term, final String reason) {
        effects.onVoteWithheld(candidate, term, reason);
    }

    @Override
    public void onBlanknessEnded(final long term, final int leaderId) {
        effects.onBlanknessEnded(term, leaderId);
    }

    @Override
    public void onRole(final RoleKind role, final long term, final int leaderId, final String reason) {
        trace.onRole(role, leaderId);
        effects.onRole(role, term, leaderId, reason);
    }
}
