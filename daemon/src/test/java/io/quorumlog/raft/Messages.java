package io.quorumlog.raft;

import io.quorumlog.codec.peer.AppendEntries;
import io.quorumlog.codec.peer.AppendReply;
import io.quorumlog.codec.peer.EntryBatch;
import io.quorumlog.codec.peer.FrameReader;
import io.quorumlog.codec.peer.PeerLimits;
import io.quorumlog.codec.peer.PeerMessage;
import io.quorumlog.codec.peer.TimeoutNow;
import io.quorumlog.codec.peer.VoteReply;
import io.quorumlog.codec.peer.VoteRequest;
import io.quorumlog.codec.record.Crc32c;
import io.quorumlog.codec.record.LogRecord;
import io.quorumlog.codec.record.RecordKind;
import java.util.Arrays;
import java.util.StringJoiner;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** Frames as arrays of bytes, made for tests, and as text. */
final class Messages {
    private Messages() {}

    static byte[] voteRequest(final int from, final long term, final long lastIndex, final long lastTerm) {
        return copy(request(from, term, lastIndex, lastTerm));
    }

    static byte[] preVoteRequest(final int from, final long term, final long lastIndex, final long lastTerm) {
        return copy(request(from, term, lastIndex, lastTerm).preVote(true));
    }

    static byte[] transferVoteRequest(final int from, final long term, final long lastIndex, final long lastTerm) {
        return copy(request(from, term, lastIndex, lastTerm).transfer(true));
    }

    static byte[] transferPreVoteRequest(final int from, final long term, final long lastIndex, final long lastTerm) {
        return copy(request(from, term, lastIndex, lastTerm).preVote(true).transfer(true));
    }

    static byte[] transferPreVoteReply(
            final int from, final long term, final long requestedTerm, final boolean granted) {
        return copy(reply(from, term)
                .requestedTerm(requestedTerm)
                .preVote(true)
                .transfer(true)
                .granted(granted));
    }

    static byte[] voteReply(final int from, final long term, final boolean granted) {
        return copy(reply(from, term).requestedTerm(term).granted(granted));
    }

    static byte[] preVoteReply(final int from, final long term, final long requestedTerm, final boolean granted) {
        return copy(reply(from, term).requestedTerm(requestedTerm).preVote(true).granted(granted));
    }

    /** A blank candidate's request. */
    static byte[] blankVoteRequest(final int from, final long term) {
        return copy(request(from, term, 0, 0).blank(true));
    }

    static byte[] blankPreVoteRequest(final int from, final long term) {
        return copy(request(from, term, 0, 0).preVote(true).blank(true));
    }

    /** A vote that a blank member gives. */
    static byte[] blankVoteReply(final int from, final long term) {
        return copy(reply(from, term).requestedTerm(term).granted(true).blank(true));
    }

    /** A blank member asks about a candidate. */
    static byte[] inquiry(
            final int from, final long term, final int candidate, final long lastIndex, final long lastTerm) {
        return copy(request(from, term, lastIndex, lastTerm).inquireAbout(candidate));
    }

    /** The answer to a blank member's inquiry about a candidate. */
    static byte[] inquiryReply(final int from, final long term, final int candidate, final boolean granted) {
        return copy(reply(from, term).requestedTerm(term).granted(granted).inquiredAbout(candidate));
    }

    /** A blank follower's answer. */
    static byte[] blankAppendReply(final int from, final long term, final long matchIndex, final long round) {
        return copy(appendReplyOf(from, term, matchIndex, round).blank(true));
    }

    /** Entries behind {@code prevIndex} of these terms; none for a heartbeat. */
    static byte[] appendEntries(
            final int from,
            final long term,
            final long prevIndex,
            final long prevTerm,
            final long leaderCommit,
            final long... terms) {
        final byte[][] entries = new byte[terms.length][];
        for (int i = 0; i < terms.length; i++) {
            entries[i] = clientEntry(prevIndex + 1 + i, terms[i]);
        }
        return appendRecords(from, term, prevIndex, prevTerm, leaderCommit, 0, entries);
    }

    /** The same with a round, and whole records, right or wrong. */
    static byte[] appendRecords(
            final int from,
            final long term,
            final long prevIndex,
            final long prevTerm,
            final long leaderCommit,
            final long round,
            final byte[]... entries) {
        return appendRecords(from, term, prevIndex, prevTerm, leaderCommit, round, false, entries);
    }

    /** The same, of which a blank follower may take that it is blank no more. */
    static byte[] appendRecords(
            final int from,
            final long term,
            final long prevIndex,
            final long prevTerm,
            final long leaderCommit,
            final long round,
            final boolean endsBlankness,
            final byte[]... entries) {
        final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer();
        int length = AppendEntries.LENGTH;
        for (final byte[] entry : entries) {
            buffer.putBytes(length, entry);
            length += entry.length;
        }
        return copy(new AppendEntries()
                .wrapAndEncode(buffer, 0, from, term)
                .prevIndex(prevIndex)
                .prevTerm(prevTerm)
                .leaderCommit(leaderCommit)
                .round(round)
                .endsBlankness(endsBlankness)
                .entryBytes(length - AppendEntries.LENGTH));
    }

    static byte[] appendReply(final int from, final long term, final long matchIndex, final long round) {
        return copy(appendReplyOf(from, term, matchIndex, round));
    }

    static byte[] refusal(
            final int from,
            final long term,
            final long matchIndex,
            final long prevIndex,
            final long conflictIndex,
            final long conflictTerm) {
        return copy(appendReplyOf(from, term, matchIndex, 0).refuse(prevIndex, conflictIndex, conflictTerm));
    }

    static byte[] timeoutNow(final int from, final long term) {
        return copy(new TimeoutNow().wrapAndEncode(new ExpandableArrayBuffer(), 0, from, term));
    }

    /** A client's entry whose payload names it. */
    static byte[] clientEntry(final long index, final long term) {
        final UnsafeBuffer payload = new UnsafeBuffer((index + "@" + term).getBytes());
        return entry(RecordKind.CLIENT, index, term, 0, payload, 0, payload.capacity(), new Crc32c());
    }

    static byte[] entry(
            final byte kind,
            final long index,
            final long term,
            final long timestampMs,
            final DirectBuffer payload,
            final int offset,
            final int length,
            final Crc32c crc) {
        final byte[] bytes = new byte[LogRecord.HEADER_LENGTH + length];
        LogRecord.encodeHeader(
                new UnsafeBuffer(bytes), 0, kind, index, term, timestampMs, payload, offset, length, crc);
        payload.getBytes(offset, bytes, LogRecord.HEADER_LENGTH, length);
        return bytes;
    }

    /** The bytes of a message as they travel. */
    static byte[] copy(final PeerMessage message) {
        final byte[] frame = new byte[message.frameLength()];
        message.buffer().getBytes(message.offset(), frame);
        return frame;
    }

    /** The frame as a checked message over its own bytes. */
    static PeerMessage read(final byte[] frame) {
        final UnsafeBuffer buffer = new UnsafeBuffer(frame);
        return reader().message(buffer, 0, frame.length);
    }

    static FrameReader reader() {
        return new FrameReader(new PeerLimits(LogRecord.MAX_PAYLOAD_BYTES));
    }

    /** A message in words, with the entries that it brings instead of their bytes. */
    static String text(final byte[] frame) {
        final PeerMessage message = read(frame);
        if (message instanceof AppendEntries entries) {
            final String text = entries.toString();
            return text.substring(0, text.lastIndexOf(" bytes=")) + batch(entries.entries());
        }
        return message.toString();
    }

    private static String batch(final EntryBatch entries) {
        final StringJoiner text = new StringJoiner(",", " entries=", "").setEmptyValue("");
        while (entries.next()) {
            text.add(entries.entry().index() + "@" + entries.entry().term());
        }
        return text.toString();
    }

    private static VoteRequest request(final int from, final long term, final long lastIndex, final long lastTerm) {
        return new VoteRequest()
                .wrapAndEncode(new ExpandableArrayBuffer(), 0, from, term)
                .lastIndex(lastIndex)
                .lastTerm(lastTerm);
    }

    private static VoteReply reply(final int from, final long term) {
        return new VoteReply().wrapAndEncode(new ExpandableArrayBuffer(), 0, from, term);
    }

    private static AppendReply appendReplyOf(final int from, final long term, final long matchIndex, final long round) {
        return new AppendReply()
                .wrapAndEncode(new ExpandableArrayBuffer(), 0, from, term)
                .matchIndex(matchIndex)
                .round(round);
    }

    /** Overwrites what a callback has seen, so that a view that was kept shows nonsense. */
    static void spoil(final byte[] bytes) {
        Arrays.fill(bytes, (byte) 0xEE);
    }
}
