package io.quorumlog.replica;

import io.quorumlog.codec.peer.AppendEntries;
import io.quorumlog.codec.peer.PeerLimits;
import io.quorumlog.codec.peer.PeerMessage;
import io.quorumlog.codec.record.LogRecord;
import io.quorumlog.log.ReplicaLog;
import io.quorumlog.raft.RaftEffects;
import io.quorumlog.raft.RoleKind;
import org.agrona.MutableDirectBuffer;

/** Carries out the core's effects: frames go to the transport, entries from the log straight into them. */
final class ReplicaEffects implements RaftEffects {
    private final ReplicaLog log;
    private final PeerTransport transport;
    private final Surroundings surroundings;
    /** What one message carries at most: more than that no member takes. */
    private final int maxEntriesBytes;

    private final AppendEntries frame = new AppendEntries();

    ReplicaEffects(
            final ReplicaLog log,
            final PeerTransport transport,
            final Surroundings surroundings,
            final PeerLimits limits) {
        this.log = log;
        this.transport = transport;
        this.surroundings = surroundings;
        maxEntriesBytes = limits.maxFrameBytes() - AppendEntries.LENGTH;
    }

    @Override
    public void send(final int to, final PeerMessage message) {
        final int length = message.frameLength();
        final MutableDirectBuffer target = transport.claim(to, length);
        if (target != null) {
            target.putBytes(transport.claimedOffset(), message.buffer(), message.offset(), length);
            transport.commit(length);
        }
    }

    @Override
    public long sendEntries(final int to, final AppendEntries message, final long firstIndex, final int maxBytes) {
        final int firstBytes = log.recordLength(firstIndex);
        if (firstBytes > maxEntriesBytes) {
            surroundings.onEntryTooLarge(to, firstIndex, firstBytes - LogRecord.HEADER_LENGTH);
            return firstIndex - 1;
        }
        final MutableDirectBuffer target = transport.claim(to, AppendEntries.LENGTH + maxEntriesBytes);
        if (target == null) {
            return firstIndex - 1;
        }
        final int offset = transport.claimedOffset();
        target.putBytes(offset, message.buffer(), message.offset(), AppendEntries.LENGTH);
        final long lastIndex = log.copyEntries(firstIndex, maxBytes, target, offset + AppendEntries.LENGTH);
        frame.wrapForEntries(target, offset).entryBytes(log.copiedBytes());
        transport.commit(AppendEntries.LENGTH + log.copiedBytes());
        return lastIndex;
    }

    @Override
    public void onCommit(final long commitIndex) {
        log.onCommit(commitIndex);
    }

    @Override
    public void onVoteWithheld(final int candidate, final long term, final String reason) {
        surroundings.onVoteWithheld(candidate, term, reason);
    }

    @Override
    public void onBlanknessEnded(final long term, final int leaderId) {
        surroundings.onBlanknessEnded(term, leaderId);
    }

    @Override
    public void onRole(final RoleKind role, final long term, final int leaderId, final String reason) {
        surroundings.onRole(role, term, leaderId, reason);
    }
}
