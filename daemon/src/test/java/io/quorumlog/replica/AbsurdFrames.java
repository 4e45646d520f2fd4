package io.quorumlog.replica;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.quorumlog.codec.peer.AppendEntries;
import io.quorumlog.codec.peer.AppendReply;
import io.quorumlog.codec.peer.PeerMessage;
import io.quorumlog.codec.peer.TimeoutNow;
import io.quorumlog.codec.peer.VoteReply;
import io.quorumlog.codec.peer.VoteRequest;
import io.quorumlog.codec.record.Crc32c;
import io.quorumlog.codec.record.LogRecord;
import io.quorumlog.codec.record.RecordKind;
import io.quorumlog.log.ClusterIdentity;
import io.quorumlog.log.ReplicaLog;
import java.util.SplittableRandom;
import org.agrona.concurrent.UnsafeBuffer;

/** Frames whose fields are near to what would be right, or far from it; entries have right checksums as a rule. */
final class AbsurdFrames {
    private static final long[] NUMBERS = {
        0, 1, 2, -1, Integer.MAX_VALUE, 1L << 32, 1L << 61, (1L << 62) - 1, 1L << 62, Long.MAX_VALUE, Long.MIN_VALUE
    };
    private static final int FIELD = 8;

    private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[64 * 1024]);
    private final UnsafeBuffer payload = new UnsafeBuffer(new byte[2 * 1024]);
    private final Crc32c crc = new Crc32c();

    /** A number near the right one, as a rule. */
    static long any(final SplittableRandom random, final long right) {
        return switch (random.nextInt(10)) {
            case 0 -> NUMBERS[random.nextInt(NUMBERS.length)];
            case 1 -> right + 1;
            case 2 -> right - 1;
            case 3 -> right + random.nextInt(-4, 5);
            default -> right;
        };
    }

    /** A frame of a member, to a replica in its state. */
    byte[] next(final SplittableRandom random, final int from, final Replica replica, final ReplicaLog log) {
        // Terms that rise to the end of all terms at once would leave nothing to be seen.
        final long term = random.nextInt(20) == 0
                ? any(random, replica.term())
                : Math.max(1, replica.term() + (random.nextInt(6) == 0 ? 1 : 0));
        final PeerMessage message = switch (random.nextInt(8)) {
            case 0 -> voteRequest(random, from, term, log);
            case 1 -> voteReply(random, from, term);
            case 2, 3 -> appendReply(random, from, term, log);
            case 4 -> new TimeoutNow().wrapAndEncode(buffer, 0, from, term);
            default -> appendEntries(random, from, term, log);
        };
        final byte[] frame = new byte[message.frameLength()];
        buffer.getBytes(0, frame);
        if (random.nextInt(10) == 0) {
            frame[random.nextInt(frame.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return frame;
    }

    private PeerMessage voteRequest(
            final SplittableRandom random, final int from, final long term, final ReplicaLog log) {
        final VoteRequest request = new VoteRequest()
                .wrapAndEncode(buffer, 0, from, term)
                .lastIndex(any(random, log.lastIndex()))
                .lastTerm(any(random, log.lastTerm()))
                .preVote(random.nextInt(3) == 0)
                .transfer(random.nextInt(8) == 0)
                .blank(random.nextInt(3) == 0);
        return random.nextInt(4) == 0 ? request.inquireAbout(random.nextInt(5)) : request;
    }

    private PeerMessage voteReply(final SplittableRandom random, final int from, final long term) {
        final VoteReply reply = new VoteReply()
                .wrapAndEncode(buffer, 0, from, term)
                .requestedTerm(any(random, term))
                .preVote(random.nextBoolean())
                .granted(random.nextInt(4) > 0)
                .blank(random.nextInt(8) == 0);
        return random.nextInt(8) == 0 ? reply.inquiredAbout(random.nextInt(5)) : reply;
    }

    private PeerMessage appendReply(
            final SplittableRandom random, final int from, final long term, final ReplicaLog log) {
        final AppendReply reply = new AppendReply()
                .wrapAndEncode(buffer, 0, from, term)
                .matchIndex(any(random, log.lastIndex()))
                .round(any(random, 1))
                .blank(random.nextInt(6) == 0);
        return random.nextInt(3) == 0
                ? reply.refuse(any(random, log.lastIndex()), any(random, log.lastIndex()), any(random, log.lastTerm()))
                : reply;
    }

    private PeerMessage appendEntries(
            final SplittableRandom random, final int from, final long term, final ReplicaLog log) {
        final long prevIndex = random.nextInt(8) == 0 && log.lastIndex() > 0
                ? random.nextLong(log.lastIndex() + 1)
                : any(random, log.lastIndex());
        final long prevTerm = prevIndex >= 0 && prevIndex <= log.lastIndex() ? log.termAt(prevIndex) : term;
        final AppendEntries message = new AppendEntries()
                .wrapAndEncode(buffer, 0, from, term)
                .prevIndex(prevIndex)
                .prevTerm(random.nextInt(8) == 0 ? any(random, prevTerm) : prevTerm)
                .leaderCommit(any(random, random.nextInt(3) == 0 ? log.lastIndex() : log.commitWatermark()))
                .round(any(random, 1))
                .endsBlankness(random.nextInt(8) == 0);
        int end = AppendEntries.LENGTH;
        long index = prevIndex;
        for (int entries = random.nextInt(4); entries > 0; entries--) {
            index++;
            end += entry(random, end, random.nextInt(24) == 0 ? any(random, index) : index, term);
        }
        return message.entryBytes(end - AppendEntries.LENGTH);
    }

    /** @return bytes of the record */
    private int entry(final SplittableRandom random, final int at, final long index, final long term) {
        final byte kind = index == 1 ^ random.nextInt(24) == 0
                ? RecordKind.CLUSTER
                : random.nextInt(4) == 0 ? RecordKind.NO_OP : RecordKind.CLIENT;
        final int length = kind == RecordKind.CLUSTER && random.nextInt(4) > 0
                ? identity(random)
                : random.nextInt(random.nextInt(8) == 0 ? 1_200 : 20);
        final long entryTerm = random.nextInt(24) == 0 ? any(random, term) : term;
        LogRecord.encodeHeader(buffer, at, kind, index, entryTerm, any(random, 1_000), payload, 0, length, crc);
        buffer.putBytes(at + LogRecord.HEADER_LENGTH, payload, 0, length);
        if (random.nextInt(24) == 0) {
            buffer.putByte(at + LogRecord.VERSION_OFFSET, (byte) random.nextInt());
            seal(at, LogRecord.HEADER_LENGTH + length);
        }
        return LogRecord.HEADER_LENGTH + length;
    }

    /** Sets the right checksum over changed bytes. */
    private void seal(final int at, final int length) {
        final int checksum = crc.reset()
                .update(buffer, at + LogRecord.LENGTH_OFFSET, length - LogRecord.LENGTH_OFFSET)
                .value();
        buffer.putInt(at + LogRecord.CRC_OFFSET, checksum, LITTLE_ENDIAN);
    }

    private int identity(final SplittableRandom random) {
        final int[] members = random.nextInt(4) == 0 ? new int[] {1, 2, 4} : new int[] {1, 2, 3};
        return new ClusterIdentity(1 + random.nextInt(2), FIELD, members).encode(payload, 0);
    }
}
