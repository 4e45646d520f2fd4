package io.quorumlog.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorumlog.codec.ProtocolException;
import io.quorumlog.codec.peer.AppendEntries;
import io.quorumlog.codec.record.Crc32c;
import io.quorumlog.codec.record.LogRecord;
import io.quorumlog.codec.record.RecordKind;
import io.quorumlog.log.ClusterIdentity;
import io.quorumlog.log.MemoryRecordStream;
import io.quorumlog.log.NodeIdentity;
import io.quorumlog.log.RecoveredLog;
import io.quorumlog.log.Recovery;
import io.quorumlog.log.ReplicaLog;
import java.util.List;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** What a leader of another cluster replicates before the handshake could tell it apart: both ids may be unknown then. */
class ForeignClusterTest {
    private static final int[] IDS = {1, 2, 3};
    private static final int OURS = 7;
    private static final int FOREIGN = 8;

    private final Replica replica = newReplica();

    @Test
    void firstEntryOfAnotherClusterIsNotTakenForOurOwnOfTheSameTerm() {
        replica.onPeerMessage(2, founding(2, 1, 1, OURS, IDS));
        assertEquals(OURS, replica.clusterIdHigh());

        refused(founding(3, 1, 1, FOREIGN, IDS), "3 replicates");

        assertEquals(OURS, replica.clusterIdHigh());
    }

    @Test
    void firstEntryOfAnotherClusterInALaterTermIsItsLeadersFaultAndNotOurs() {
        replica.onPeerMessage(2, founding(2, 1, 1, OURS, IDS));

        refused(founding(3, 2, 0, FOREIGN, IDS), "3 replicates");

        assertEquals(OURS, replica.clusterIdHigh());
        assertEquals(1, replica.term());
    }

    @Test
    void identityThatIsNotCommittedYetGivesWayToALaterLeaders() {
        replica.onPeerMessage(2, founding(2, 1, 0, OURS, IDS));
        replica.onPeerMessage(3, founding(3, 2, 1, FOREIGN, IDS));

        assertEquals(FOREIGN, replica.clusterIdHigh());
    }

    @Test
    void clusterOfOtherMembersIsRefused() {
        refused(founding(2, 1, 1, OURS, new int[] {1, 2, 4}), "members");
        assertEquals(0, replica.clusterIdHigh());
    }

    @Test
    void logThatBeginsWithNoIdentityIsRefused() {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[1024]);
        LogRecord.encodeHeader(buffer, AppendEntries.LENGTH, RecordKind.NO_OP, 1, 1, 1, buffer, 0, 0, new Crc32c());

        refused(
                new AppendEntries().wrapAndEncode(buffer, 0, 2, 1).entryBytes(LogRecord.HEADER_LENGTH),
                "the first entry of no cluster");
    }

    private void refused(final AppendEntries message, final String words) {
        final ProtocolException thrown =
                assertThrows(ProtocolException.class, () -> replica.onPeerMessage(message.from(), message));
        assertTrue(thrown.getMessage().contains(words), thrown.getMessage());
    }

    /** A leader's message with the entry that founds its cluster. */
    private static AppendEntries founding(
            final int leader, final long term, final long leaderCommit, final long clusterId, final int[] memberIds) {
        final UnsafeBuffer payload = new UnsafeBuffer(new byte[ClusterIdentity.MAX_LENGTH]);
        final int length = new ClusterIdentity(clusterId, clusterId, memberIds).encode(payload, 0);
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[1024]);
        final int record = AppendEntries.LENGTH;
        LogRecord.encodeHeader(buffer, record, RecordKind.CLUSTER, 1, term, 1, payload, 0, length, new Crc32c());
        buffer.putBytes(record + LogRecord.HEADER_LENGTH, payload, 0, length);
        return new AppendEntries()
                .wrapAndEncode(buffer, 0, leader, term)
                .leaderCommit(leaderCommit)
                .entryBytes(LogRecord.HEADER_LENGTH + length);
    }

    private static Replica newReplica() {
        final NodeIdentity identity = new NodeIdentity(1, IDS);
        final MemoryRecordStream stream = new MemoryRecordStream(1 << 16);
        final RecoveredLog recovered = Recovery.recover(stream.storedFiles(), identity);
        stream.reopen(recovered);
        final List<ReplicaConfig.Member> members = List.of(
                new ReplicaConfig.Member(1, "a:1", "a:2"),
                new ReplicaConfig.Member(2, "b:1", "b:2"),
                new ReplicaConfig.Member(3, "c:1", "c:2"));
        return new Replica(
                new ReplicaConfig(1, members, 50_000_000, 300_000_000, 1024, 1, 1, "test", "fsync"),
                new ReplicaLog(stream, recovered, identity),
                new Nowhere(),
                bound -> bound / 2,
                new NoSurroundings(false),
                null,
                0);
    }

    /** No connection stands. */
    private static final class Nowhere implements PeerTransport {
        @Override
        public MutableDirectBuffer claim(final int member, final int maxLength) {
            return null;
        }

        @Override
        public int claimedOffset() {
            throw new AssertionError("nothing was claimed");
        }

        @Override
        public void commit(final int length) {
            throw new AssertionError("nothing was claimed");
        }
    }
}
