package io.quorumlog.fuzz;

import io.quorumlog.codec.resp.Request;
import io.quorumlog.codec.resp.RequestParser;
import io.quorumlog.codec.resp.RespLimits;
import java.util.SplittableRandom;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/**
 * The client port's decoder: whatever the bytes, and however they are cut, the same requests and the same end; it throws
 * nothing, asks for no more room than it may, and allocates nothing that grows with what comes.
 */
final class RequestFuzzTest {
    private static final long INPUTS = 100_000;
    private static final int MAX_PAYLOAD = 256;
    /** A request's table of arguments, grown to its bound, and the text of one error. */
    private static final int BOUND_BYTES = 64 * 1024;

    private final Allocation allocation = new Allocation();
    private final UnsafeBuffer whole = new UnsafeBuffer(0, 0);
    private final byte[] moved = new byte[512 * 1024];
    private final UnsafeBuffer cut = new UnsafeBuffer(0, 0);
    private final Digest digest = new Digest();
    private final Runnable parseWhole = this::parseWhole;
    private RequestParser parser;
    private int textLeft;
    private boolean closed;

    @Test
    void requestsAreTheSameHoweverTheyAreCut() {
        FuzzRun.run("requests", INPUTS, Requests.valid(), this::take);
        System.out.println("fuzz requests: at most " + allocation.worstBytes() + " bytes allocated for one");
    }

    private void take(final byte[] input, final int length, final SplittableRandom random) {
        whole.wrap(input, 0, length);
        allocation.check(parseWhole, BOUND_BYTES);
        final long expected = digest.value();

        begin();
        int start = 0; // in the input, of what is not consumed
        int limit = 0;
        while (limit < length && !closed) {
            limit = Math.min(length, limit + 1 + random.nextInt(random.nextInt(4) == 0 ? length : 16));
            // Each time at another place, with something else around.
            final int shift = random.nextInt(16);
            moved[shift + limit - start] = (byte) random.nextInt();
            System.arraycopy(input, start, moved, shift, limit - start);
            cut.wrap(moved, 0, shift + limit - start + 1);
            start += parse(cut, shift, shift + limit - start);
        }
        if (digest.value() != expected) {
            throw new AssertionError("cut into pieces, the stream is another one");
        }
    }

    private void parseWhole() {
        begin();
        parse(whole, 0, whole.capacity());
    }

    private void begin() {
        digest.clear();
        parser = new RequestParser(MAX_PAYLOAD);
        textLeft = 0;
        closed = false;
    }

    /** @return bytes consumed */
    private int parse(final UnsafeBuffer buffer, final int offset, final int limit) {
        int position = offset;
        while (!closed) {
            if (textLeft > 0) {
                final int piece = Math.min(textLeft, limit - position);
                for (int i = 0; i < piece; i++) {
                    digest.add(buffer.getByte(position + i));
                }
                position += piece;
                textLeft -= piece;
                if (textLeft > 0) {
                    break;
                }
            }
            final RequestParser.Result result = parser.parse(buffer, position, limit);
            switch (result) {
                case NEED_MORE -> {
                    checkNeeds(limit - position);
                    return position - offset;
                }
                case SKIPPING -> checkConsumed(limit - position);
                case EMPTY_LINE -> digest.add(1);
                case REQUEST -> look(parser.request());
                case OVERSIZE -> lookAtLengths(parser.request());
                case TEXT -> {
                    lookAtLengths(parser.request());
                    textLeft = parser.request().argumentLength(1);
                    parser.takeText();
                }
                case PROTOCOL_ERROR -> {
                    digest.add(parser.error());
                    closed = true;
                }
                case HTTP -> {
                    digest.add(2);
                    closed = true;
                }
            }
            position += parser.consumed();
        }
        return position - offset;
    }

    private void checkNeeds(final int held) {
        if (parser.bytesNeeded() <= held || parser.bytesNeeded() > parser.maxRequestBytes()) {
            throw new AssertionError("holds " + held + ", needs " + parser.bytesNeeded());
        }
    }

    private void checkConsumed(final int held) {
        if (parser.consumed() <= 0 || parser.consumed() > held) {
            throw new AssertionError("consumed " + parser.consumed() + " of " + held);
        }
    }

    private void look(final Request request) {
        digest.add(request.isInline() ? 3 : 4);
        if (request.argumentCount() < 1 || request.argumentCount() > RespLimits.MAX_ARGUMENTS) {
            throw new AssertionError(request.argumentCount() + " arguments");
        }
        for (int i = 0; i < request.argumentCount(); i++) {
            digest.add(request.buffer(), request.argumentOffset(i), request.argumentLength(i));
            digest.add(request.argumentAsLong(i));
        }
    }

    private void lookAtLengths(final Request request) {
        digest.add(request.isInline() ? 5 : 6);
        digest.add(request.buffer(), request.argumentOffset(0), request.argumentLength(0));
        for (int i = 1; i < request.argumentCount(); i++) {
            digest.add(request.argumentLength(i));
        }
    }
}
