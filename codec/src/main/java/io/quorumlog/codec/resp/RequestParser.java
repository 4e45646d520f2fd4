package io.quorumlog.codec.resp;

import static io.quorumlog.codec.resp.RespLimits.LONG_TEXT_BYTES;
import static io.quorumlog.codec.resp.RespLimits.MAX_ARGUMENTS;
import static io.quorumlog.codec.resp.RespLimits.MAX_BULK_BYTES;
import static io.quorumlog.codec.resp.RespLimits.MAX_BULK_FRAME_BYTES;
import static io.quorumlog.codec.resp.RespLimits.MAX_ECHO_BYTES;
import static io.quorumlog.codec.resp.RespLimits.MAX_INLINE_BYTES;
import static io.quorumlog.codec.resp.RespLimits.MAX_OVERHEAD_BYTES;
import static io.quorumlog.codec.resp.RespLimits.MAX_SKIPPED_BYTES;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static java.nio.charset.StandardCharsets.US_ASCII;

import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Cuts a client's bytes into requests, RESP arrays and inline commands mixed, and can stop at any byte. One a connection,
 * used by the thread that reads it; allocates nothing once its arrays have grown to the requests' usual size.
 *
 * <p>How a connection drives it, with one buffer whose first unconsumed byte is at {@code start}:
 * <pre>
 *   read from the socket to buffer[end…]
 *   for (;;) {
 *       switch (parser.parse(buffer, start, end)) {
 *           case REQUEST, OVERSIZE        -> answer parser.request();   start += parser.consumed();
 *           case EMPTY_LINE, SKIPPING     ->                            start += parser.consumed();
 *           case TEXT                     -> start += parser.consumed(); answer the request's argumentLength(1) bytes from
 *                                            start on as they come, call parser.takeText(), and go on behind them
 *           case PROTOCOL_ERROR           -> answer "-ERR Protocol error: " + parser.error(), close
 *           case HTTP                     -> close
 *           case NEED_MORE                -> move [start, end) to the buffer's front if it is full there, grow the buffer
 *                                            to parser.bytesNeeded() if that is more than it holds, and read on
 *       }
 *   }
 * </pre>
 * Between calls the unconsumed bytes may move, but must stay the same: the parser remembers how far it has looked, counted
 * from the request's start, so that a byte at a time costs no more than all at once. {@link #bytesNeeded()} never exceeds
 * {@link #maxRequestBytes()}: a buffer that may grow to that size never gets stuck, and needs no more whatever the client
 * sends. A request that would not fit is skipped: it is consumed piece by piece as it comes, in any buffer of at least one
 * byte, and reported as OVERSIZE at its end. A long text of PING or ECHO is not collected either: it goes back to where it
 * came from, so its bytes are passed through as they come.
 *
 * <p>However the bytes are cut into calls, the results are the same, but for how often NEED_MORE and SKIPPING occur. Where
 * the protocol page leaves room: an array of no elements ({@code *0}) is ignored like an empty line; headers are exact,
 * ended by CR LF, without sign or leading zero, as Redis has it; words of an inline command beyond the 1,024th belong to the
 * last.
 */
public final class RequestParser {
    /** What {@link #parse} found. */
    public enum Result {
        /** No whole request yet; nothing is consumed. */
        NEED_MORE,
        /** A request: {@link #request()}. */
        REQUEST,
        /** An empty or blank line, or an array of no elements: to be ignored. */
        EMPTY_LINE,
        /** A piece of a request that is too large to hold: throw {@link #consumed()} bytes away and go on. */
        SKIPPING,
        /**
         * The beginning of a PING or ECHO whose text is longer than {@link RespLimits#LONG_TEXT_BYTES}: {@link #consumed()}
         * ends where the text begins, of which nothing need be there yet. Who takes it says so by {@link #takeText()};
         * otherwise the same bytes are offered again.
         */
        TEXT,
        /**
         * A whole request whose payload exceeds the limit, or that was skipped: of {@link #request()} only the command
         * word, the number of arguments and their lengths are there. The connection stays usable.
         */
        OVERSIZE,
        /** The bytes are no request: {@link #error()} says why. Final: nothing behind them may be run. */
        PROTOCOL_ERROR,
        /** A line of an HTTP request. Final: nothing behind it may be run, for it may come from a stranger's web page. */
        HTTP
    }

    private enum State {
        START,
        INLINE,
        ARRAY_LENGTH,
        ARRAY_LF,
        BULK_TYPE,
        BULK_LENGTH,
        BULK_LF,
        BULK_BODY,
        BULK_END_CR,
        BULK_END_LF,
        TEXT,
        DONE,
        FAILED
    }

    /**
     * What clients send most begins so, as an array, up to its payload's length. Where all of this is there it is taken at
     * once, which costs less than a byte at a time and comes to the same.
     */
    private static final UnsafeBuffer APPEND_HEAD = new UnsafeBuffer("*2\r\n$6\r\nAPPEND\r\n$".getBytes(US_ASCII));

    private static final long APPEND_HEAD_FIRST = APPEND_HEAD.getLong(0, LITTLE_ENDIAN);
    private static final long APPEND_HEAD_SECOND = APPEND_HEAD.getLong(Long.BYTES, LITTLE_ENDIAN);
    private static final int APPEND_WORD_OFFSET = 8;
    private static final int APPEND_WORD_LENGTH = 6;

    private final int maxPayloadBytes;
    private final int maxRequestBytes;
    private final Request request = new Request();
    private final UnsafeBuffer keptCommand = new UnsafeBuffer(new byte[MAX_ECHO_BYTES]);

    private State state = State.START;
    private int scanned; // bytes from the first unconsumed one that need not be looked at again
    private long discarded; // bytes of this request that were consumed as SKIPPING
    private boolean skipping;
    private boolean textTaken; // all but the end of this request is the caller's
    private int keptCommandLength;
    private int argumentsLeft;
    private int number; // of the header being read
    private int digits; // of number
    private int bodyLeft; // bytes of the bulk string not yet seen; in a request that is kept, all or none
    private int consumed;
    private String error;
    private Result failure;

    /**
     * @param maxPayloadBytes largest payload that is not skipped, 0 to {@link RespLimits#MAX_BULK_BYTES}.
     */
    public RequestParser(int maxPayloadBytes) {
        if (maxPayloadBytes < 0 || maxPayloadBytes > MAX_BULK_BYTES) {
            throw new IllegalArgumentException("maxPayloadBytes=" + maxPayloadBytes + ": 0 to " + MAX_BULK_BYTES);
        }
        this.maxPayloadBytes = maxPayloadBytes;
        this.maxRequestBytes = Math.max(maxPayloadBytes + MAX_OVERHEAD_BYTES, MAX_INLINE_BYTES + 2);
    }

    /**
     * Parses one request from {@code buffer[offset, limit)}. The byte at {@code offset} must be the one behind the last
     * consumed; see the class comment.
     */
    public Result parse(DirectBuffer buffer, int offset, int limit) {
        consumed = 0;
        if (state == State.FAILED) {
            return failure;
        }
        if (state == State.DONE || state == State.TEXT) {
            begin();
        }
        int index = offset + scanned;
        while (index < limit) {
            switch (state) {
                case START -> {
                    if (isAppend(buffer, index, limit)) {
                        index = appendBegins(index);
                        continue;
                    }
                    boolean array = buffer.getByte(index) == '*';
                    state = array ? State.ARRAY_LENGTH : State.INLINE;
                    request.begin(!array);
                    index += array ? 1 : 0;
                }
                case INLINE -> {
                    return parseLine(buffer, offset, index, limit);
                }
                case ARRAY_LENGTH -> index = digit(buffer.getByte(index), MAX_ARGUMENTS, State.ARRAY_LF, index);
                case ARRAY_LF -> index = arrayBegins(buffer.getByte(index), index);
                case BULK_TYPE -> index = bulkType(buffer.getByte(index), index);
                case BULK_LENGTH -> index = digit(buffer.getByte(index), MAX_BULK_BYTES, State.BULK_LF, index);
                case BULK_LF -> index = bulkBegins(buffer, offset, index);
                case BULK_BODY -> {
                    if (!skipping && limit - index < bodyLeft) {
                        return needMore(index - offset);
                    }
                    index = body(buffer, index, limit);
                }
                case BULK_END_CR -> index = bulkEnds(buffer.getByte(index), '\r', State.BULK_END_LF, index);
                case BULK_END_LF -> index = bulkEnds(buffer.getByte(index), '\n', nextArgument(), index);
                default -> throw new AssertionError(state);
            }
            if (state == State.TEXT) {
                consumed = index - offset;
                return Result.TEXT;
            }
            if (state == State.DONE) {
                return arrayEnds(buffer, offset, index - offset);
            }
            if (state == State.FAILED) {
                return failure;
            }
        }
        return skipping ? skip(index - offset) : needMore(index - offset);
    }

    /** Bytes that the last call used up, the request's terminator included: what the caller advances by. */
    public int consumed() {
        return consumed;
    }

    /**
     * After TEXT: the caller takes the text, which stands behind {@link #consumed()} bytes. The next call of {@link #parse} is
     * to be given what stands behind the text.
     */
    public void takeText() {
        if (state != State.TEXT) {
            throw new IllegalStateException("no text was found");
        }
        if (request.isInline()) {
            state = State.DONE; // its line's end is an empty line
            return;
        }
        state = State.BULK_END_CR;
        scanned = 0;
        textTaken = true;
    }

    /**
     * After NEED_MORE: how many bytes from the request's start must be there at least before another call is useful.
     * More than the last call had, and at most {@link #maxRequestBytes()}.
     */
    public int bytesNeeded() {
        return state == State.BULK_BODY && !skipping ? scanned + bodyLeft + 2 : scanned + 1;
    }

    /** The most bytes that a connection must be able to hold: the payload's limit and what stands beside it. */
    public int maxRequestBytes() {
        return maxRequestBytes;
    }

    /** The request just parsed; borrowed until the next call of {@link #parse}. */
    public Request request() {
        return request;
    }

    /** After PROTOCOL_ERROR: the words behind {@code Protocol error: }; one line. */
    public String error() {
        return error;
    }

    /** Forgets everything: for the first byte of another connection. */
    public void reset() {
        begin();
        consumed = 0;
        error = null;
        failure = null;
    }

    private void begin() {
        state = State.START;
        scanned = 0;
        discarded = 0;
        skipping = false;
        textTaken = false;
        keptCommandLength = 0;
        number = 0;
        digits = 0;
    }

    private Result needMore(int seen) {
        scanned = seen;
        return Result.NEED_MORE;
    }

    private Result skip(int seen) {
        if (seen == 0) {
            return Result.NEED_MORE;
        }
        discarded += seen;
        scanned = 0;
        consumed = seen;
        return Result.SKIPPING;
    }

    private int fail(String reason, int index) {
        error = reason;
        failure = Result.PROTOCOL_ERROR;
        state = State.FAILED;
        return index;
    }

    private Result done(Result result, int length) {
        state = State.DONE;
        consumed = length;
        return result;
    }

    // Arrays: one method a state; each returns where to go on.

    private static boolean isAppend(DirectBuffer buffer, int index, int limit) {
        return limit - index >= APPEND_HEAD.capacity()
                && buffer.getLong(index, LITTLE_ENDIAN) == APPEND_HEAD_FIRST
                && buffer.getLong(index + Long.BYTES, LITTLE_ENDIAN) == APPEND_HEAD_SECOND
                && buffer.getByte(index + 2 * Long.BYTES) == '$';
    }

    private int appendBegins(int index) {
        request.begin(false);
        request.add(APPEND_WORD_OFFSET, APPEND_WORD_LENGTH);
        argumentsLeft = 1;
        state = State.BULK_LENGTH;
        return index + APPEND_HEAD.capacity();
    }

    private int digit(byte b, int max, State whenEnded, int index) {
        if (b == '\r' && digits > 0) {
            state = whenEnded;
            return index + 1;
        }
        boolean leadingZero = digits > 0 && number == 0;
        if (b < '0' || b > '9' || leadingZero || 10 * number + (b - '0') > max) {
            return fail(invalidLength(), index);
        }
        number = 10 * number + (b - '0');
        digits++;
        return index + 1;
    }

    private String invalidLength() {
        return state == State.ARRAY_LENGTH || state == State.ARRAY_LF
                ? "invalid multibulk length"
                : "invalid bulk length";
    }

    private int arrayBegins(byte b, int index) {
        if (b != '\n') {
            return fail(invalidLength(), index);
        }
        argumentsLeft = number;
        state = argumentsLeft == 0 ? State.DONE : State.BULK_TYPE;
        return index + 1;
    }

    private int bulkType(byte b, int index) {
        if (b != '$') {
            String seen = b > ' ' && b < 0x7F ? String.valueOf((char) b) : "\\x" + hex(b >> 4) + hex(b);
            return fail("expected '$', got '" + seen + "'", index);
        }
        number = 0;
        digits = 0;
        state = State.BULK_LENGTH;
        return index + 1;
    }

    private static char hex(int b) {
        return "0123456789abcdef".charAt(b & 0xF);
    }

    /**
     * The header of a bulk string is complete. Its bytes are kept if there is room for them and for the headers of all
     * arguments behind it; so a request that is kept fits into {@link #maxRequestBytes()} whatever comes.
     */
    private int bulkBegins(DirectBuffer buffer, int offset, int index) {
        if (buffer.getByte(index) != '\n') {
            return fail(invalidLength(), index);
        }
        int bodyStart = index + 1 - offset;
        if (number > LONG_TEXT_BYTES && argumentsLeft == 1 && request.argumentCount() == 1 && !skipping) {
            request.wrap(buffer, offset);
            if (RestOfLine.isText(request)) {
                request.add(bodyStart, number);
                state = State.TEXT;
                return index + 1;
            }
        }
        long needed = discarded + bodyStart + number + 2 + (long) (argumentsLeft - 1) * MAX_BULK_FRAME_BYTES;
        if (needed > MAX_SKIPPED_BYTES) {
            return fail("too big request", index);
        }
        if (!skipping && needed > maxRequestBytes) {
            skipping = true;
            if (request.argumentCount() > 0) {
                request.wrap(buffer, offset);
                keepCommand(buffer, request.argumentOffset(0), request.argumentLength(0));
            }
        }
        request.add(bodyStart, number);
        bodyLeft = number;
        state = number == 0 ? State.BULK_END_CR : State.BULK_BODY;
        return index + 1;
    }

    private int body(DirectBuffer buffer, int index, int limit) {
        int present = Math.min(bodyLeft, limit - index);
        if (skipping && request.argumentCount() == 1) {
            keepCommand(buffer, index, present);
        }
        bodyLeft -= present;
        if (bodyLeft == 0) {
            state = State.BULK_END_CR;
        }
        return index + present;
    }

    /** Of a request that is skipped the command word is kept, as far as an error would repeat it. */
    private void keepCommand(DirectBuffer buffer, int index, int length) {
        int room = Math.min(length, MAX_ECHO_BYTES - keptCommandLength);
        keptCommand.putBytes(keptCommandLength, buffer, index, room);
        keptCommandLength += room;
    }

    private int bulkEnds(byte b, char expected, State next, int index) {
        if (b != expected) {
            return fail("expected CR LF behind a bulk string", index);
        }
        state = next;
        if (expected == '\n') {
            argumentsLeft--;
        }
        return index + 1;
    }

    private State nextArgument() {
        return argumentsLeft == 1 ? State.DONE : State.BULK_TYPE;
    }

    private Result arrayEnds(DirectBuffer buffer, int offset, int length) {
        if (request.argumentCount() == 0 || textTaken) {
            return done(Result.EMPTY_LINE, length);
        }
        if (skipping) {
            request.keepOnlyCommand(keptCommand, keptCommandLength);
            return done(Result.OVERSIZE, length);
        }
        request.wrap(buffer, offset);
        return done(payloadExceedsLimit() ? Result.OVERSIZE : Result.REQUEST, length);
    }

    private boolean payloadExceedsLimit() {
        int payload = RestOfLine.payloadArgumentOf(request);
        return payload != RestOfLine.NONE && request.argumentLength(payload) > maxPayloadBytes;
    }

    // Inline commands: looked at when the line's end is there.

    private Result parseLine(DirectBuffer buffer, int offset, int from, int limit) {
        int longest = offset + MAX_INLINE_BYTES;
        int end = (int) Math.min(limit, longest + 2L); // CR LF behind a longest line
        int lf = from;
        while (lf < end && buffer.getByte(lf) != '\n') {
            lf++;
        }
        boolean ended = lf < end;
        int lineEnd = lf > offset && buffer.getByte(lf - 1) == '\r' ? lf - 1 : lf;
        // A CR behind a longest line may belong to its end; any other byte, or a second one, is too many.
        if (lineEnd > longest || !ended && lf > longest + 1) {
            fail("too big inline request", lf);
            return failure;
        }
        if (!ended) {
            return needMore(end - offset);
        }
        request.wrap(buffer, offset);
        LineSplitter.split(request, lineEnd);
        if (request.argumentCount() == 0) {
            return done(Result.EMPTY_LINE, lf + 1 - offset);
        }
        if (HttpLine.isHttp(request)) {
            failure = Result.HTTP;
            state = State.FAILED;
            return failure;
        }
        if (request.argumentCount() == 2 && request.argumentLength(1) > LONG_TEXT_BYTES && RestOfLine.isText(request)) {
            state = State.TEXT;
            consumed = request.argumentOffset(1) - offset;
            return Result.TEXT;
        }
        return done(payloadExceedsLimit() ? Result.OVERSIZE : Result.REQUEST, lf + 1 - offset);
    }
}
