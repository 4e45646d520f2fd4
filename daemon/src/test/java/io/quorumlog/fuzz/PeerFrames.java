package io.quorumlog.fuzz;

import io.quorumlog.codec.peer.AppendEntries;
import io.quorumlog.codec.peer.AppendReply;
import io.quorumlog.codec.peer.Handshake;
import io.quorumlog.codec.peer.KeepAlive;
import io.quorumlog.codec.peer.PeerMessage;
import io.quorumlog.codec.peer.TimeoutNow;
import io.quorumlog.codec.peer.VoteReply;
import io.quorumlog.codec.peer.VoteRequest;
import io.quorumlog.codec.record.Crc32c;
import io.quorumlog.codec.record.LogRecord;
import io.quorumlog.codec.record.RecordKind;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;

/** Frames as correct members send them. */
final class PeerFrames {
    private static final int ROOM = 64 * 1024;

    private PeerFrames() {}

    /** One of each kind at least. */
    static List<byte[]> valid() {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[ROOM]);
        final List<byte[]> frames = new ArrayList<>();
        frames.add(frame(new Handshake()
                .wrapAndEncode(buffer, 0, 2, 3)
                .clusterId(17, 18)
                .blank(true)
                .incarnation(99)
                .members(new int[] {1, 2, 3})));
        frames.add(frame(
                new VoteRequest().wrapAndEncode(buffer, 0, 2, 4).lastIndex(10).lastTerm(3)));
        frames.add(frame(
                new VoteRequest().wrapAndEncode(buffer, 0, 3, 4).lastIndex(9).inquireAbout(2)));
        frames.add(frame(
                new VoteReply().wrapAndEncode(buffer, 0, 2, 4).requestedTerm(4).granted(true)));
        frames.add(frame(
                new AppendReply().wrapAndEncode(buffer, 0, 2, 4).matchIndex(7).round(5)));
        frames.add(frame(new AppendReply().wrapAndEncode(buffer, 0, 2, 4).refuse(9, 8, 3)));
        frames.add(frame(new TimeoutNow().wrapAndEncode(buffer, 0, 2, 4)));
        frames.add(frame(new KeepAlive().wrapAndEncode(buffer, 0, 2, 4)));
        for (final int entries : new int[] {0, 1, 3, 40}) {
            frames.add(entries(buffer, entries));
        }
        return frames;
    }

    private static byte[] entries(final UnsafeBuffer buffer, final int count) {
        final AppendEntries message = new AppendEntries()
                .wrapAndEncode(buffer, 0, 2, 4)
                .prevIndex(10)
                .prevTerm(3)
                .leaderCommit(9)
                .round(2);
        final Crc32c crc = new Crc32c();
        int end = AppendEntries.LENGTH;
        for (int i = 0; i < count; i++) {
            final UnsafeBuffer payload = new UnsafeBuffer(new byte[i * 3 % 17]);
            payload.setMemory(0, payload.capacity(), (byte) i);
            LogRecord.encodeHeader(
                    buffer, end, RecordKind.CLIENT, 11 + i, 4, 1_000 + i, payload, 0, payload.capacity(), crc);
            buffer.putBytes(end + LogRecord.HEADER_LENGTH, payload, 0, payload.capacity());
            end += LogRecord.HEADER_LENGTH + payload.capacity();
        }
        return frame(message.entryBytes(end - AppendEntries.LENGTH));
    }

    private static byte[] frame(final PeerMessage message) {
        final byte[] bytes = new byte[message.frameLength()];
        message.buffer().getBytes(message.offset(), bytes);
        return bytes;
    }
}
