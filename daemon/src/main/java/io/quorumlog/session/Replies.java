package io.quorumlog.session;

import io.quorumlog.codec.resp.ReplyWriter;
import java.nio.charset.StandardCharsets;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Writes whole replies, or the parts of one, to a client's output. What takes a {@code String} allocates; integers and
 * bytes do not.
 */
final class Replies {
    private static final byte[] OK = ascii("OK");
    private static final byte[] PONG = ascii("PONG");
    private static final int MAX_INTEGER_LENGTH = ReplyWriter.integerLength(Long.MIN_VALUE);
    private static final int MAX_HEADER_LENGTH = ReplyWriter.headerLength(Integer.MAX_VALUE);
    private static final int CR_LF_LENGTH = 2;

    private final ReplyOutput output;

    Replies(final ReplyOutput output) {
        this.output = output;
    }

    void ok() {
        simpleString(OK);
    }

    void pong() {
        simpleString(PONG);
    }

    private void simpleString(final byte[] text) {
        final var buffer = output.claim(ReplyWriter.simpleStringLength(text));
        output.commit(ReplyWriter.simpleString(buffer, output.claimedOffset(), text));
    }

    /** @param message beginning with its code */
    void error(final String message) {
        final var buffer = output.claim(ReplyWriter.MAX_ERROR_LENGTH);
        output.commit(ReplyWriter.error(buffer, output.claimedOffset(), message));
    }

    /** Whether so much is queued that nothing may be answered now. */
    boolean isOverfull() {
        return output.isOverfull();
    }

    /**
     * That another member leads, or that none is known to; nothing was appended, and the request may be repeated there, or
     * later. Where leadership was lost after the request was taken, and has come back by now, no <em>other</em> member leads, so
     * that NOTLEADER would be untrue, and would send the client away from the right place: it is told to repeat, as by
     * NOLEADER.
     */
    void notLeader(final ReplicatedLog log) {
        if (log.isLeader()) {
            error("NOLEADER leadership was lost meanwhile and has come back here; nothing was appended, repeat");
            return;
        }
        final int leaderId = log.leaderId();
        final String address = leaderId == 0 ? null : log.clientAddress(leaderId);
        error(
                address == null
                        ? "NOLEADER no leader is known now; wait a little and repeat"
                        : "NOTLEADER " + leaderId + " " + address);
    }

    void integer(final long value) {
        final var buffer = output.claim(MAX_INTEGER_LENGTH);
        output.commit(ReplyWriter.integer(buffer, output.claimedOffset(), value));
    }

    /** So many replies are to follow as its elements. */
    void arrayHeader(final int count) {
        final var buffer = output.claim(MAX_HEADER_LENGTH);
        output.commit(ReplyWriter.arrayHeader(buffer, output.claimedOffset(), count));
    }

    void nullArray() {
        final var buffer = output.claim(ReplyWriter.NULL_LENGTH);
        output.commit(ReplyWriter.nullArray(buffer, output.claimedOffset()));
    }

    void bulk(final String text) {
        final byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        bulk(new UnsafeBuffer(bytes), 0, bytes.length);
    }

    /** The beginning of a bulk string whose bytes are to follow in pieces. */
    void bulkHeader(final int length) {
        final var header = output.claim(MAX_HEADER_LENGTH);
        output.commit(ReplyWriter.bulkHeader(header, output.claimedOffset(), length));
    }

    /** A bulk string, in as many pieces as it takes. */
    void bulk(final DirectBuffer from, final int offset, final int length) {
        bulkHeader(length);
        for (int done = 0; done < length; ) {
            final int piece = Math.min(length - done, ReplyOutput.MAX_CLAIM_BYTES);
            bytes(from, offset + done, piece);
            done += piece;
        }
        crLf();
    }

    /** A piece of a bulk string, at most {@link ReplyOutput#MAX_CLAIM_BYTES} long. */
    void bytes(final DirectBuffer from, final int offset, final int length) {
        final var buffer = output.claim(length);
        buffer.putBytes(output.claimedOffset(), from, offset, length);
        output.commit(length);
    }

    /** The end of a bulk string that was written in pieces. */
    void crLf() {
        final var buffer = output.claim(CR_LF_LENGTH);
        output.commit(ReplyWriter.crLf(buffer, output.claimedOffset()));
    }

    private static byte[] ascii(final String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
