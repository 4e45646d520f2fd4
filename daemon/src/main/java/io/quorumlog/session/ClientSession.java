package io.quorumlog.session;

import io.quorumlog.codec.resp.Request;
import io.quorumlog.codec.resp.RequestParser;
import org.agrona.DirectBuffer;

/**
 * One client's connection as the log sees it: parses its requests, runs them, and answers in request order. One thread.
 *
 * <p>A request that can't be run yet is left unconsumed, and the connection offers it again when {@link #wantsInput()}:
 * so what waits stands in the socket's buffers, in the client's own memory in the end, and not in ours. Only APPEND,
 * APPENDIF and LAST are taken while earlier ones of them still wait; every other command is run when all before it are
 * answered, so that a READ behind an APPEND sees the entry. A long text to be echoed is passed through in pieces, as far as
 * the client reads them: should its stream end in the middle, the reply ends there, too.
 *
 * <p>How a connection drives it:
 * <ul>
 *   <li>bytes came in, or the session is ready ({@link ReplyOutput#onSessionReady}): offer all that is unconsumed to
 *       {@link #onInput}, again as long as something is consumed;
 *   <li>read the socket only while {@link #wantsInput()} and the buffer has room; the buffer must be able to grow to
 *       {@link #bytesNeeded()};
 *   <li>the output has drained: {@link #onProgress}, then offer what is unconsumed;
 *   <li>end of the stream: {@link #onEndOfInput}, with all bytes before it offered; then as before;
 *   <li>after each of these: when {@link #isFinished()}, write what is queued and close.
 * </ul>
 * Taking APPEND, APPENDIF and LAST, and answering them, allocates nothing.
 */
public final class ClientSession {
    private static final int MAX_MEMBER_ID = 65_535;

    /** What the session is doing; but for REQUESTS and TAIL, requests must wait meanwhile. */
    private enum Mode {
        REQUESTS,
        /** A READ found nothing and waits for the first entry. */
        READ_BLOCKED,
        /** A READ's entries are being written. */
        READ_REPLY,
        /** The text of a PING or ECHO is passed through as it comes. */
        TEXT,
        TAIL,
        /** A request has ended a TAIL, but an entry is written only in part. */
        TAIL_LAST_ENTRY,
        TRANSFER,
        CLOSED
    }

    /** Why a request that is whole was left unconsumed. */
    private enum Stall {
        NONE,
        /** Until all requests before it are answered. */
        UNANSWERED,
        /** Until fewer requests are in flight. */
        FULL,
        /** Until this leader takes entries again, or is none any more. */
        NOT_NOW,
        /** Until the client has read more of its replies. */
        OVERFULL
    }

    private final Sessions sessions;
    private final ReplicatedLog log;
    private final ReplyOutput output;
    private final SessionSettings settings;
    private final RequestParser parser;
    private final Replies replies;
    private final PendingReplies pending;
    private final EntryReader reader;

    private Mode mode = Mode.REQUESTS;
    private Stall stall = Stall.NONE;
    private boolean needsMore; // the unconsumed bytes are no whole request
    private boolean inputExhausted = true; // and there is none among them
    private boolean inputEnded;
    private boolean finishing; // nothing more is taken; when all is answered, the session is finished
    private boolean http;
    private String lateError; // the answer to a request that is consumed, due when all before it are answered

    private boolean requestWaits; // the first of the unconsumed bytes are a request that was looked at and not run …
    private long arrivedNs; // … for the first time then

    private boolean awaitsRoom; // READ and TAIL: entries were held up by the output
    private int textLeft; // TEXT: bytes to come
    private long readMost; // READ: entries wanted at most
    private long readLeft; // READ: entries announced and not yet begun with
    private long tailEnd; // TAIL: ends behind this index
    private int transferTarget;
    private long waitUntilNs = Long.MAX_VALUE; // READ_BLOCKED, TRANSFER; Long.MAX_VALUE: for ever

    int waitingSlot = Sessions.NOT_WAITING; // owned by Sessions

    ClientSession(
            final Sessions sessions,
            final ReplicatedLog log,
            final ReplyOutput output,
            final SessionSettings settings) {
        this.sessions = sessions;
        this.log = log;
        this.output = output;
        this.settings = settings;
        this.parser = new RequestParser(settings.maxEntryBytes());
        this.replies = new Replies(output);
        this.pending = new PendingReplies(settings.maxPendingReplies(), sessions.slots());
        this.reader = new EntryReader(log, output, replies, sessions.view());
    }

    // What the connection does.

    /**
     * Runs as many of the requests in {@code buffer[offset, limit)} as it may now.
     *
     * @param offset of the first byte not yet consumed
     * @return bytes consumed; the others must be offered again, unchanged
     */
    public int onInput(final DirectBuffer buffer, final int offset, final int limit) {
        int position = offset;
        if (takesRequests()) {
            stall = Stall.NONE;
            needsMore = false;
        }
        boolean taken = true;
        if (mode == Mode.TEXT) {
            position += passText(buffer, position, limit);
        }
        while (position < limit && taken && !needsMore && takesRequests()) {
            final RequestParser.Result result = parser.parse(buffer, position, limit);
            switch (result) {
                case NEED_MORE -> needsMore = true;
                case EMPTY_LINE, SKIPPING -> position += parser.consumed();
                case REQUEST -> {
                    taken = endTail() && execute(parser.request());
                    position += taken ? parser.consumed() : 0;
                    noteArrival(taken);
                }
                case TEXT -> {
                    taken = endTail() && mayAnswer();
                    if (taken) {
                        position += parser.consumed();
                        beginText();
                        position += passText(buffer, position, limit);
                    }
                }
                case OVERSIZE -> {
                    // Its bytes are gone, it can't be offered again: the answer waits instead of the request.
                    position += parser.consumed();
                    lateError = Refusals.oversize(parser.request(), settings.maxEntryBytes(), parser.maxRequestBytes());
                    endTail();
                    answerLateError();
                }
                case PROTOCOL_ERROR -> {
                    lateError = "ERR Protocol error: " + parser.error();
                    finishing = true;
                    endTail();
                    answerLateError();
                }
                case HTTP -> {
                    http = true;
                    finishing = true;
                    endTail();
                }
            }
        }
        if (finishing) {
            position = limit;
        }
        inputExhausted = position == limit || needsMore;
        sessions.onChange(this);
        return position - offset;
    }

    /**
     * Whether the connection should read. False while requests must wait; but true while a READ blocks, though it consumes
     * nothing then ({@link #onlyAwaitsEnd}).
     */
    public boolean wantsInput() {
        if (mode == Mode.TEXT) {
            return output.room() > 0;
        }
        return takesRequests() && !pending.isFull() && !output.isOverfull() || onlyAwaitsEnd();
    }

    /** Whether input is of use only for its end: that is what a READ that blocks ends at, too. */
    public boolean onlyAwaitsEnd() {
        return mode == Mode.READ_BLOCKED && !inputEnded;
    }

    /**
     * How many bytes, from the first unconsumed one, there must be for the session to get on; if so many are there, the
     * connection's buffer need not grow. At most {@code max-entry-bytes} and 64 KiB.
     */
    public int bytesNeeded() {
        return needsMore ? parser.bytesNeeded() : 1;
    }

    /**
     * Answers what can be answered now, and goes on with READ and TAIL. To be called when the output has room again;
     * otherwise {@link Sessions#onProgress} does it. Afterwards unconsumed input may be offered again.
     */
    public void onProgress() {
        awaitsRoom = false;
        goOn();
    }

    /**
     * The node has got on. Entries that wait for room wait for {@link #onProgress}, even if there is room by now: many clients
     * that read what is old would all be served at each commit otherwise, and whoever appends would wait for that.
     */
    void onNodeProgress() {
        goOn();
    }

    private void goOn() {
        if (mode == Mode.CLOSED) {
            return;
        }
        pending.answer(log, sessions.lostTerms(), replies, sessions.traffic());
        switch (mode) {
            case READ_BLOCKED -> answerBlockedRead();
            case READ_REPLY, TAIL, TAIL_LAST_ENTRY -> {
                if (!awaitsRoom) {
                    writeEntries();
                }
            }
            case TRANSFER -> answerTransfer();
            case REQUESTS, TEXT, CLOSED -> {
                // Nothing goes on by itself.
            }
        }
        answerLateError();
        sessions.onChange(this);
    }

    /**
     * The client has shut its sending side. Whole requests among the unconsumed bytes are still run; a READ does not block
     * any more, and a TAIL ends behind what is committed now.
     */
    public void onEndOfInput() {
        inputEnded = true;
        if (mode == Mode.TAIL) {
            tailEnd = log.commitIndex();
        }
        onProgress();
    }

    /** Whether everything is answered, and the connection is to be closed when the output is written. */
    public boolean isFinished() {
        return mode == Mode.CLOSED
                || (mode == Mode.TEXT && inputEnded && inputExhausted)
                || (mode == Mode.REQUESTS
                        && pending.isEmpty()
                        && lateError == null
                        && (finishing || (inputEnded && inputExhausted)));
    }

    /** Whether it was a line of HTTP that finished the session. */
    public boolean isHttp() {
        return http;
    }

    /** When {@link #onProgress} must be called at the latest; {@link Long#MAX_VALUE}: never. */
    public long deadlineNs() {
        return Math.min(waitUntilNs, pending.deadlineNs());
    }

    /** Whether it must be called on progress: something is not yet answered, or a request waits. */
    public boolean isWaiting() {
        return mode != Mode.CLOSED
                && (mode != Mode.REQUESTS || stall != Stall.NONE || !pending.isEmpty() || lateError != null);
    }

    /** The connection is gone: nothing is answered any more. */
    public void close() {
        if (mode != Mode.CLOSED) {
            mode = Mode.CLOSED;
            pending.release();
            sessions.onClose(this);
        }
    }

    // What the registry asks.

    ReplyOutput output() {
        return output;
    }

    /** Whether the connection has something to do: offer what is unconsumed, or close. */
    boolean isReady() {
        return isFinished() || (!inputExhausted && (takesRequests() || mode == Mode.TEXT && output.room() > 0));
    }

    // Requests.

    private boolean takesRequests() {
        if (finishing || lateError != null || (mode != Mode.REQUESTS && mode != Mode.TAIL)) {
            return false;
        }
        return switch (stall) {
            case NONE -> true;
            case UNANSWERED -> pending.isEmpty();
            case FULL -> !pending.isFull();
            case NOT_NOW -> log.acceptsAppends() || !log.isLeader();
            case OVERFULL -> !output.isOverfull();
        };
    }

    /**
     * A request ends a TAIL.
     *
     * @return whether nothing of it is left to write
     */
    private boolean endTail() {
        if (mode == Mode.TAIL) {
            mode = reader.isWithinEntry() ? Mode.TAIL_LAST_ENTRY : Mode.REQUESTS;
        }
        return mode == Mode.REQUESTS;
    }

    private boolean stall(final Stall reason) {
        stall = reason;
        return false;
    }

    /** Whether a request may be answered at once; if not, it stalls. */
    private boolean mayAnswer() {
        if (!pending.isEmpty()) {
            return stall(Stall.UNANSWERED);
        }
        return !output.isOverfull() || stall(Stall.OVERFULL);
    }

    /** Remembers when the request that waits was seen first: its time runs, though it is not run. */
    private void noteArrival(final boolean taken) {
        if (!taken && !requestWaits) {
            arrivedNs = log.nowNs();
        }
        requestWaits = !taken;
    }

    /** @return whether the request was taken; if not, {@link #stall} says what it waits for */
    private boolean execute(final Request request) {
        final Command command = Command.find(request);
        if (command != null && command.takes(request.argumentCount())) {
            switch (command) {
                case APPEND -> {
                    return append(request, 1);
                }
                case APPENDIF -> {
                    return appendIf(request);
                }
                case LAST -> {
                    return last();
                }
                default -> {
                    // All others wait for the answers before them.
                }
            }
        }
        if (!mayAnswer()) {
            return false;
        }
        if (command == null) {
            replies.error(Refusals.unknownCommand(request));
        } else if (!command.takes(request.argumentCount())) {
            replies.error(Refusals.wrongNumberOfArguments(command));
        } else {
            run(command, request);
        }
        return true;
    }

    private boolean append(final Request request, final int payload) {
        if (pending.isFull()) {
            return stall(Stall.FULL);
        }
        final long index =
                log.append(request.buffer(), request.argumentOffset(payload), request.argumentLength(payload));
        if (index == ReplicatedLog.NOT_NOW) {
            return stall(Stall.NOT_NOW);
        }
        if (index == ReplicatedLog.NOT_LEADER) {
            return refuseAsNotLeader();
        }
        pending.addAppend(index, log.term());
        return true;
    }

    private boolean appendIf(final Request request) {
        final long expected = request.argumentAsLong(1);
        if (expected == Request.NOT_A_NUMBER) {
            if (!mayAnswer()) {
                return false;
            }
            replies.error(Refusals.notInRange("last", request, 1, 0, Long.MAX_VALUE));
            return true;
        }
        if (!log.isLeader()) {
            return refuseAsNotLeader();
        }
        final long last = log.lastClientIndex();
        if (last == expected) {
            return append(request, 2);
        }
        if (pending.isFull()) {
            return stall(Stall.FULL);
        }
        final long read = log.requestRead();
        if (read == ReplicatedLog.NOT_LEADER) {
            return refuseAsNotLeader();
        }
        pending.addConflict(read, log.term(), log.lastIndex(), last);
        return true;
    }

    private boolean last() {
        if (pending.isFull()) {
            return stall(Stall.FULL);
        }
        final long read = log.requestRead();
        if (read == ReplicatedLog.NOT_LEADER) {
            return refuseAsNotLeader();
        }
        pending.addLast(read, log.term());
        sessions.traffic().countRead();
        return true;
    }

    private boolean refuseAsNotLeader() {
        if (!mayAnswer()) {
            return false;
        }
        replies.notLeader(log);
        return true;
    }

    /** Runs one of the commands before which all is answered. */
    private void run(final Command command, final Request request) {
        switch (command) {
            case READ -> read(request);
            case TAIL -> tail(request);
            case TRANSFER -> transfer(request);
            case QUIT -> {
                replies.ok();
                finishing = true;
            }
            default -> PlainCommands.run(command, request, log, replies);
        }
    }

    // A long text.

    private void beginText() {
        textLeft = parser.request().argumentLength(1);
        replies.bulkHeader(textLeft);
        parser.takeText();
        mode = Mode.TEXT;
    }

    /**
     * Passes on what has come of a text, as far as there is room.
     *
     * @return bytes consumed
     */
    private int passText(final DirectBuffer buffer, final int offset, final int limit) {
        int position = offset;
        for (int room = output.room(); position < limit && textLeft > 0 && room > 0; room = output.room()) {
            final int piece = Math.min(Math.min(textLeft, limit - position), room);
            replies.bytes(buffer, position, piece);
            position += piece;
            textLeft -= piece;
        }
        if (textLeft == 0) {
            replies.crLf();
            mode = Mode.REQUESTS;
        }
        return position - offset;
    }

    // READ and TAIL.

    private void read(final Request request) {
        final ReadOptions options = sessions.readOptions();
        final String refusal = options.parse(request);
        if (refusal != null) {
            replies.error(refusal);
            return;
        }
        sessions.traffic().countRead();
        reader.seek(options.from());
        readMost = options.count();
        if (beginRead()) {
            return;
        }
        if (!options.blocks() || inputEnded) {
            replies.arrayHeader(0);
            return;
        }
        mode = Mode.READ_BLOCKED;
        waitUntilNs = options.blocksUntilNs(requestWaits ? arrivedNs : log.nowNs());
        endBlockedRead();
    }

    /**
     * Announces and begins to write the entries of a READ.
     *
     * @return false if there are none
     */
    private boolean beginRead() {
        final int count = reader.count(readMost);
        if (count == 0) {
            return false;
        }
        replies.arrayHeader(count);
        readLeft = count;
        mode = Mode.READ_REPLY;
        waitUntilNs = Long.MAX_VALUE;
        writeEntries();
        return true;
    }

    private void writeRead() {
        if (reader.isWithinEntry()) {
            reader.finishEntry();
        }
        while (readLeft > 0 && !reader.isWithinEntry() && reader.writeEntry()) {
            readLeft--;
        }
        if (readLeft == 0 && !reader.isWithinEntry()) {
            mode = Mode.REQUESTS;
        }
    }

    private void writeEntries() {
        switch (mode) {
            case READ_REPLY -> writeRead();
            case TAIL -> writeTail();
            default -> {
                reader.finishEntry();
                mode = reader.isWithinEntry() ? mode : Mode.REQUESTS;
            }
        }
        awaitsRoom = output.room() == 0;
    }

    private void answerBlockedRead() {
        if (!beginRead()) {
            endBlockedRead();
        }
    }

    /** With nothing, if it is time. */
    private void endBlockedRead() {
        if (inputEnded || log.nowNs() >= waitUntilNs) {
            waitUntilNs = Long.MAX_VALUE;
            mode = Mode.REQUESTS;
            replies.arrayHeader(0);
        }
    }

    private void tail(final Request request) {
        final long from = request.argumentAsLong(1);
        if (from == Request.NOT_A_NUMBER) {
            replies.error(Refusals.notInRange("from", request, 1, 0, Long.MAX_VALUE));
            return;
        }
        sessions.traffic().countRead();
        replies.ok();
        reader.seek(Math.max(1, from));
        tailEnd = inputEnded ? log.commitIndex() : Long.MAX_VALUE;
        mode = Mode.TAIL;
        writeEntries();
    }

    private void writeTail() {
        if (reader.isWithinEntry()) {
            reader.finishEntry();
        }
        while (!reader.isWithinEntry() && reader.nextIndex() <= tailEnd && reader.writeEntry()) {
            // Written.
        }
        if (!reader.isWithinEntry() && reader.nextIndex() > tailEnd) {
            mode = Mode.REQUESTS;
        }
    }

    // TRANSFER.

    private void transfer(final Request request) {
        final long member = request.argumentAsLong(1);
        if (member < 1 || member > MAX_MEMBER_ID) {
            replies.error(Refusals.notInRange("id", request, 1, 1, MAX_MEMBER_ID));
            return;
        }
        if (!log.isLeader()) {
            replies.notLeader(log);
            return;
        }
        if (log.leaderId() == member) {
            replies.ok();
            return;
        }
        final String refusal = log.transferTo((int) member);
        if (refusal != null) {
            replies.error("ERR " + refusal);
            return;
        }
        transferTarget = (int) member;
        mode = Mode.TRANSFER;
        waitUntilNs = log.nowNs() + settings.transferTimeoutNs();
    }

    private void answerTransfer() {
        final int leaderId = log.leaderId();
        if (leaderId == transferTarget) {
            replies.ok();
        } else if (!log.isTransferring() && leaderId != 0) {
            // Whoever leads now, the transfer is over: we still do, or another one was elected.
            replies.error("ERR member " + transferTarget + " could not take over: member " + leaderId + " leads");
        } else if (log.nowNs() >= waitUntilNs) {
            replies.error("ERR member " + transferTarget + " did not take over within an election timeout");
        } else {
            return;
        }
        waitUntilNs = Long.MAX_VALUE;
        mode = Mode.REQUESTS;
    }

    // Errors.

    private void answerLateError() {
        if (lateError != null && mode == Mode.REQUESTS && pending.isEmpty() && !output.isOverfull()) {
            replies.error(lateError);
            lateError = null;
        }
    }
}
