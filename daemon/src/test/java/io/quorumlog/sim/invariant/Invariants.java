package io.quorumlog.sim.invariant;

import io.quorumlog.codec.peer.PeerMessage;
import io.quorumlog.codec.record.LogRecord;
import io.quorumlog.codec.record.RecordKind;
import io.quorumlog.codec.resp.Reply;
import io.quorumlog.raft.RoleKind;
import java.nio.ByteOrder;

/** Everything that is seen of the cluster, and all rules. Each method throws {@link BrokenInvariant} where one does not hold. */
public final class Invariants {
    private static final int VOTED_FOR_OFFSET = LogRecord.HEADER_LENGTH;
    private static final int FLAGS_OFFSET = VOTED_FOR_OFFSET + Integer.BYTES;
    private static final int BLANK = 1;
    private static final int LOST_ENTRIES = 2;

    private final CommittedLog committed = new CommittedLog();
    private final ObservedMember[] members;
    private final SimulationInvariant[] rules;

    /** @param members ids are 1 to this */
    public Invariants(final int members) {
        this.members = new ObservedMember[members];
        for (int i = 0; i < members; i++) {
            this.members[i] = new ObservedMember(i + 1);
        }
        rules = new SimulationInvariant[] {
            new ElectionSafety(),
            new LeaderAppendOnly(),
            new LogMatching(),
            new LeaderCompleteness(committed),
            new StateMachineSafety(committed),
            new CommitNeedsMajority(this.members),
            new MonotoneState(),
            new PromisesAreDurable(),
            new FlushedIsKept(),
            new BlankVotesAreInquired(this.members),
            new BlanknessEndsWhole(committed),
            new TimestampsNeverDecrease(),
            new ToldTruth(committed),
            new LastIsLinearizable(committed),
            new ReadsAreStable(committed),
            new ReadsSeeWhatWasTold(committed),
            new HistoryIsLinearizable(committed),
        };
    }

    public CommittedLog committed() {
        return committed;
    }

    public ObservedMember member(final int id) {
        return members[id - 1];
    }

    // Members.

    /** A member has written a record. */
    public void onRecord(final int id, final LogRecord record) {
        final ObservedMember member = member(id);
        member.onRecord();
        if (RecordKind.isEntry(record.kind())) {
            final ObservedEntry entry = observe(record, member.lastSeq());
            for (final SimulationInvariant rule : rules) {
                rule.onEntry(member, entry);
            }
            member.append(entry);
        } else if (record.kind() == RecordKind.HARD_STATE) {
            final long term = record.term();
            final int votedFor = record.buffer().getInt(VOTED_FOR_OFFSET, ByteOrder.LITTLE_ENDIAN);
            for (final SimulationInvariant rule : rules) {
                rule.onHardState(member, term, votedFor);
            }
            final int flags = record.buffer().getInt(FLAGS_OFFSET, ByteOrder.LITTLE_ENDIAN);
            if ((flags & LOST_ENTRIES) != 0) {
                member.beginBlankness();
            }
            // What is read at a restart was judged when it was written.
            if ((flags & BLANK) == 0 && member.endBlankness() && !member.isRestarting()) {
                for (final SimulationInvariant rule : rules) {
                    rule.onBlanknessEnded(member);
                }
            }
            if (term != member.term() || votedFor != member.votedFor()) {
                member.hardState(term, votedFor);
            }
        }
    }

    private static ObservedEntry observe(final LogRecord record, final long seq) {
        final byte[] payload = new byte[record.payloadLength()];
        record.buffer().getBytes(LogRecord.HEADER_LENGTH, payload);
        return new ObservedEntry(
                record.index(),
                record.term(),
                record.timestampMs(),
                record.kind(),
                record.buffer().getInt(LogRecord.CRC_OFFSET, ByteOrder.LITTLE_ENDIAN),
                payload,
                seq);
    }

    /** The disk keeps all records up to this one, whatever happens. */
    public void onDurable(final int id, final long seq) {
        member(id).durable(seq);
    }

    public void onRole(final int id, final RoleKind role, final long term) {
        final ObservedMember member = member(id);
        member.role(role, term);
        for (final SimulationInvariant rule : rules) {
            rule.onRole(member, role, term);
        }
    }

    /** A member's commit index, after each step. */
    public void onCommit(final int id, final long commitIndex) {
        final ObservedMember member = member(id);
        if (commitIndex == member.commitIndex()) {
            return;
        }
        for (final SimulationInvariant rule : rules) {
            rule.onCommit(member, commitIndex);
        }
        while (committed.lastIndex() < commitIndex) {
            final ObservedEntry entry = member.entry(committed.lastIndex() + 1);
            for (final SimulationInvariant rule : rules) {
                rule.onCommitted(entry);
            }
            committed.append(entry, member.roleTerm());
        }
        member.commit(commitIndex);
    }

    public void onSend(final int id, final int to, final PeerMessage message) {
        final ObservedMember member = member(id);
        for (final SimulationInvariant rule : rules) {
            rule.onSend(member, to, message);
        }
    }

    /** A member's process is gone, and its disk is empty. */
    public void onWipe(final int id) {
        member(id).wipe();
        for (final SimulationInvariant rule : rules) {
            rule.onWipe(member(id));
        }
    }

    /** A member's process is gone, and the end of its log is cut off, which it may have acknowledged. */
    public void onLoss(final int id) {
        member(id).loseEnd();
        for (final SimulationInvariant rule : rules) {
            rule.onWipe(member(id));
        }
    }

    /** Members that are blank, by their disks. */
    public int blankMembers() {
        int count = 0;
        for (final ObservedMember member : members) {
            count += member.isBlank() ? 1 : 0;
        }
        return count;
    }

    /**
     * A member's process is gone. {@link #onRecord} follows for each record that recovery keeps, then {@link #onRestart}: so
     * what survived is held to all rules like what is new.
     */
    public void beginRestart(final int id) {
        member(id).restart();
    }

    /**
     * A member is up again, and all that its disk kept is durable.
     *
     * @param commitIndex its watermark
     */
    public void onRestart(final int id, final long commitIndex) {
        final ObservedMember member = member(id);
        member.restarted();
        member.durable(member.lastSeq());
        member.role(RoleKind.FOLLOWER, member.term());
        for (final SimulationInvariant rule : rules) {
            rule.onRestart(member);
        }
        onCommit(id, commitIndex);
    }

    // Clients.

    public void onRequest(final ClientRequest request) {
        for (final SimulationInvariant rule : rules) {
            rule.onRequest(request);
        }
    }

    public void onReply(final ClientRequest request, final Reply reply) {
        for (final SimulationInvariant rule : rules) {
            rule.onReply(request, reply);
        }
        if (request.kind() == ClientRequest.Kind.READ && reply instanceof Reply.Array entries) {
            for (final Reply entry : entries.values()) {
                onEntryRead(request, (Reply.Array) entry);
            }
        }
    }

    /** A client is given an entry by READ or TAIL. */
    public void onEntryRead(final ClientRequest request, final Reply.Array entry) {
        for (final SimulationInvariant rule : rules) {
            rule.onEntryRead(request, entry);
        }
    }

    // The end.

    /** The run is over: what is left to be checked is. */
    public void atEnd() {
        for (final SimulationInvariant rule : rules) {
            rule.atEnd();
        }
    }

    /** Why the members' logs are not all the same and committed, or null. */
    public String difference() {
        for (final ObservedMember member : members) {
            if (member.commitIndex() != committed.lastIndex() || member.lastIndex() != committed.lastIndex()) {
                return member + ", committed are " + committed.lastIndex();
            }
        }
        return null;
    }
}
