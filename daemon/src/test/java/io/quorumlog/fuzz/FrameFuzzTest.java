package io.quorumlog.fuzz;

import io.quorumlog.codec.ProtocolException;
import io.quorumlog.codec.peer.AppendEntries;
import io.quorumlog.codec.peer.AppendReply;
import io.quorumlog.codec.peer.EntryBatch;
import io.quorumlog.codec.peer.FrameReader;
import io.quorumlog.codec.peer.Handshake;
import io.quorumlog.codec.peer.PeerLimits;
import io.quorumlog.codec.peer.PeerMessage;
import io.quorumlog.codec.peer.VoteReply;
import io.quorumlog.codec.peer.VoteRequest;
import io.quorumlog.codec.record.Crc32c;
import java.util.SplittableRandom;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/**
 * The peer port's decoder: frames are refused by a {@link ProtocolException} or can be read to their last byte; at whatever
 * places the stream is cut, the same; and nothing is allocated but by a refusal.
 */
final class FrameFuzzTest {
    private static final long INPUTS = 100_000;
    private static final int REFUSAL_BYTES = 16 * 1024;
    private static final int SHOWN_ONE_IN = 16;

    private final FrameReader reader = new FrameReader(new PeerLimits(1024));
    private final Crc32c crc = new Crc32c();
    private final Allocation allocation = new Allocation();
    private final UnsafeBuffer whole = new UnsafeBuffer(0, 0);
    private final UnsafeBuffer cut = new UnsafeBuffer(new byte[512 * 1024]);
    private final Digest digest = new Digest();
    private final Runnable readWhole = this::readWhole;
    private boolean refused;
    private boolean shown;

    @Test
    void framesAreReadOrRefused() {
        FuzzRun.run("frames", INPUTS, PeerFrames.valid(), this::take);
        System.out.println("fuzz frames: at most " + allocation.worstBytes() + " bytes allocated for one");
    }

    private void take(final byte[] input, final int length, final SplittableRandom random) {
        whole.wrap(input, 0, length);
        shown = false;
        readWhole.run();
        allocation.check(readWhole, refused ? REFUSAL_BYTES : 0);
        final long expected = digest.value();

        shown = random.nextInt(SHOWN_ONE_IN) == 0;
        begin();
        int offset = 0;
        int limit = 0;
        while (limit < length && !refused) {
            final int next = Math.min(length, limit + 1 + random.nextInt(random.nextInt(4) == 0 ? length : 16));
            // What stands behind the bytes that came must not matter.
            cut.setMemory(next, 64, (byte) random.nextInt());
            cut.putBytes(limit, input, limit, next - limit);
            limit = next;
            offset = read(cut, offset, limit);
        }
        if (digest.value() != expected) {
            throw new AssertionError("cut into pieces, the stream is another one");
        }
    }

    private void readWhole() {
        begin();
        read(whole, 0, whole.capacity());
    }

    private void begin() {
        digest.clear();
        refused = false;
    }

    /** @return where the first frame begins that is not whole */
    private int read(final UnsafeBuffer buffer, final int from, final int limit) {
        int offset = from;
        try {
            while (true) {
                final int frame = reader.frameLength(buffer, offset, limit);
                if (frame == 0) {
                    return offset;
                }
                digest.add(frame);
                final PeerMessage message = reader.message(buffer, offset, frame);
                if (message != null) {
                    look(message);
                }
                offset += frame;
            }
        } catch (final ProtocolException e) {
            refused = true;
            digest.add(e.getMessage().hashCode());
            return offset;
        }
    }

    private void look(final PeerMessage message) {
        digest.add(message.kind());
        digest.add(message.from());
        digest.add(message.term());
        if (message instanceof Handshake handshake) {
            look(handshake);
        } else if (message instanceof VoteRequest request) {
            digest.add(request.lastIndex());
            digest.add(request.lastTerm());
            digest.add(request.candidate());
            digest.add((request.isBlank() ? 1 : 0) + (request.isInquiry() ? 2 : 0) + (request.isPreVote() ? 4 : 0));
        } else if (message instanceof VoteReply reply) {
            digest.add(reply.requestedTerm());
            digest.add(reply.candidate());
            digest.add((reply.isBlank() ? 1 : 0) + (reply.isInquiry() ? 2 : 0) + (reply.isGranted() ? 4 : 0));
        } else if (message instanceof AppendReply reply) {
            digest.add(reply.matchIndex());
            digest.add(reply.round());
            digest.add(reply.prevIndex());
            digest.add(reply.conflictIndex());
            digest.add(reply.conflictTerm());
        } else if (message instanceof AppendEntries entries) {
            look(entries);
        }
        if (shown) {
            message.toString();
        }
    }

    private void look(final Handshake handshake) {
        digest.add(handshake.protocolVersion());
        digest.add(handshake.clusterIdHigh());
        digest.add(handshake.clusterIdLow());
        digest.add(handshake.refusesDouble() ? 1 : 0);
        digest.add(handshake.incarnation());
        for (int i = 0; i < handshake.memberCount(); i++) {
            digest.add(handshake.member(i));
        }
    }

    private void look(final AppendEntries message) {
        digest.add(message.prevIndex());
        digest.add(message.prevTerm());
        digest.add(message.leaderCommit());
        digest.add(message.round());
        final EntryBatch entries = message.entries();
        int bytes = 0;
        while (entries.next()) {
            bytes += entries.entry().length();
            digest.add(entries.entry().index());
            digest.add(entries.entry().term());
            digest.add(entries.entry().timestampMs());
            digest.add(entries.entry().payloadLength());
            digest.add(entries.entry().isIntact(crc) ? 1 : 0);
            if (shown) {
                entries.entry().toString();
            }
        }
        if (bytes != message.entryBytes()) {
            throw new AssertionError(bytes + " bytes of entries in " + message.entryBytes());
        }
    }
}
