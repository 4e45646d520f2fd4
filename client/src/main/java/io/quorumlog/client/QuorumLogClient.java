package io.quorumlog.client;

import io.quorumlog.codec.record.LogRecord;
import io.quorumlog.codec.resp.Reply;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * A client of a quorumlog cluster. Thread-safe; one for a whole program is enough.
 *
 * <p>It finds the leader by itself, follows it, and repeats what certainly did not happen, all within one timeout a call.
 * An append whose outcome is unknown is never repeated: it ends in an {@link UncertainException}.
 *
 * <p>Calls that ask a node block, but for {@link #appendAsync}. They may be interrupted: that is an
 * {@link UncertainException} if an append or a transfer was under way, else an {@link UnavailableException}, and the
 * thread's interrupt status stays set. On the client's own thread they throw an {@link IllegalStateException}, and send
 * nothing.
 *
 * <p>All appends, blocking or not, share one connection to the leader and keep the order of their calls as long as the
 * leader does not change. Futures are completed on the client's own thread: what hangs on them must not block.
 */
public final class QuorumLogClient implements AutoCloseable {
    /** Largest payload of all: what any node could be set to accept, in bytes. */
    public static final int MAX_PAYLOAD_BYTES = LogRecord.MAX_PAYLOAD_BYTES;

    /** Nodes that a client asks first unless told otherwise: the three of {@code scripts/cluster start}. */
    public static final String DEFAULT_SERVERS = "127.0.0.1:6500,127.0.0.1:6501,127.0.0.1:6502";

    /** Longest time that a call takes unless set otherwise: 5 s. */
    public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(5);

    private final LeaderFinder finder;
    private final ConnectionPool pool = new ConnectionPool();
    private final AppendPipeline pipeline;
    private final long timeoutNs;
    private volatile boolean closed;

    private QuorumLogClient(Builder builder) {
        this.timeoutNs = Deadlines.ns(builder.timeout);
        this.finder = new LeaderFinder(builder.servers);
        try {
            this.pipeline = new AppendPipeline(finder, timeoutNs, builder.maxInflightBytes);
        } catch (IOException e) {
            throw new UncheckedIOException("no selector", e);
        }
    }

    /**
     * A client with the {@link Builder}'s defaults; it connects when it has something to do.
     *
     * @param servers as for {@link Builder#servers}.
     * @throws IllegalArgumentException that names what is wrong with the list.
     * @throws UncheckedIOException if the process has no file descriptor left.
     */
    public static QuorumLogClient connect(String servers) {
        return builder().servers(servers).build();
    }

    /** To set more than the servers. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Appends an entry and waits until it is committed.
     *
     * @param payload of 0 to {@link #MAX_PAYLOAD_BYTES} bytes; the nodes may be set to take fewer.
     * @return its index.
     * @throws UncertainException if it may or may not be in the log: no answer came in time, or the call was interrupted
     *     meanwhile. All other exceptions mean that it is not, and will not be.
     * @throws TooBigException if the payload is larger than the nodes accept.
     * @throws UnavailableException if no leader took it within the timeout, there was no room for it (see
     *     {@link #appendAsync}), or the client is closed.
     * @throws ServerErrorException if the leader refuses it for another reason.
     */
    public long append(byte[] payload) {
        return submitAndWait(Requests.append(checkedPayload(payload)));
    }

    /**
     * Like {@link #append}, but only if the log's last client entry has index {@code last}.
     *
     * @param last 0 or more; 0: if the log is empty.
     * @throws ConflictException if it has another: nothing was appended.
     */
    public long appendIf(long last, byte[] payload) {
        return submitAndWait(Requests.appendIf(last, checkedPayload(payload)));
    }

    /**
     * Appends an entry without waiting for it. Waits for room, within the timeout, while more than
     * {@link Builder#maxInflightBytes} are in flight; on the client's own thread it does not wait.
     *
     * @param payload as for {@link #append}; copied before the call returns.
     * @return completed with the index, or exceptionally with what {@link #append} throws, within the timeout; to cancel
     *     it does not take the append back.
     * @throws TooBigException if no node could accept it.
     * @throws UnavailableException if there was no room for it, the wait for room was interrupted, or the client is
     *     closed.
     */
    public CompletableFuture<Long> appendAsync(byte[] payload) {
        return pipeline.submit(Requests.append(checkedPayload(payload)));
    }

    /**
     * Reads committed entries with an index of at least {@code from}, oldest first; none if the node that answers knows
     * of none yet. It may be a follower, and lag: {@link #last} says how far the log goes.
     *
     * @param from 0 or more.
     * @param count 1 or more.
     * @return at most {@code count}, fewer also where they exceed 4 MiB together.
     * @throws UnavailableException if no node answered within the timeout, or the client is closed.
     * @throws ServerErrorException if a node refuses, as where {@code from} or {@code count} is less.
     */
    public List<Entry> read(long from, int count) {
        return read(from, count, 0);
    }

    /**
     * Like {@link #read(long, int)}, but waits for the first entry, in addition to the timeout.
     *
     * @param blockMs for how long; 0 or less: not at all (not for ever, as in the protocol).
     */
    public List<Entry> read(long from, int count, long blockMs) {
        long endNs = Deadlines.after(Duration.ofMillis(blockMs));
        while (true) {
            long leftMs = TimeUnit.NANOSECONDS.toMillis(endNs - System.nanoTime());
            long sliceMs = Math.max(0, Math.min(Requests.SLICE_MS, leftMs));
            List<Entry> entries = Replies.entries(callAny(Requests.read(from, count, sliceMs), sliceMs));
            if (!entries.isEmpty() || leftMs <= sliceMs) {
                return entries;
            }
        }
    }

    /**
     * Index of the last committed client entry, 0 if there is none; as of now, confirmed by a majority.
     *
     * @throws UnavailableException if no leader answered within the timeout, or the client is closed.
     * @throws ServerErrorException if the node's reply has another form than asked for.
     */
    public long last() {
        return Replies.number(callLeader(Requests.LAST, true));
    }

    /**
     * What a node says of itself, the leader if it is known and answers: the keys of STATUS and their values, in order.
     *
     * @throws UnavailableException if no node answered within the timeout, or the client is closed.
     * @throws ServerErrorException if the node's reply has another form than asked for.
     */
    public Map<String, String> status() {
        return Replies.status(callAny(Requests.STATUS, 0));
    }

    /**
     * Who leads, as far as the node that is asked knows; empty if it knows of none.
     *
     * @throws UnavailableException if no node answered within the timeout, or the client is closed.
     * @throws ServerErrorException if the node's reply has another form than asked for.
     */
    public Optional<Leader> leader() {
        return Replies.leader(callAny(Requests.LEADER, 0));
    }

    /**
     * The cluster's members, as a node sees them.
     *
     * @throws UnavailableException if no node answered within the timeout, or the client is closed.
     * @throws ServerErrorException if the node's reply has another form than asked for.
     */
    public List<Member> members() {
        return Replies.members(callAny(Requests.MEMBERS, 0));
    }

    /**
     * Hands the leadership to another member; returns when it leads.
     *
     * @param memberId 1 to 65535; the leader's own does nothing.
     * @throws ServerErrorException if it can't, or there is no such member.
     * @throws UncertainException if no answer came, or the call was interrupted meanwhile: it may or may not happen.
     * @throws UnavailableException if no leader was found within the timeout, or the client is closed.
     */
    public void transfer(int memberId) {
        Replies.checked(callLeader(Requests.of("TRANSFER", Integer.toString(memberId)), false));
    }

    /** Any command, its words as UTF-8: see {@link #command(byte[][])}. */
    public Reply command(String... words) {
        byte[][] arguments = new byte[words.length][];
        for (int i = 0; i < words.length; i++) {
            arguments[i] = words[i].getBytes(StandardCharsets.UTF_8);
        }
        return command(arguments);
    }

    /**
     * Any command but APPEND, APPENDIF and TAIL, which have methods of their own. Sent to the leader if one is known,
     * else to any node; follows NOTLEADER, waits out NOLEADER. May be sent more than once: if a connection breaks, or
     * if the answer takes longer than a second or so, as that to a READ that blocks may.
     *
     * @param arguments the command's word, and what belongs behind it.
     * @return the node's reply; an error reply is returned, not thrown.
     * @throws IllegalArgumentException if it is one of those three.
     * @throws UnavailableException if no node answered within the timeout, and unlike elsewhere one may have carried it
     *     out; or if the client is closed.
     */
    public Reply command(byte[]... arguments) {
        String word = new String(arguments[0], StandardCharsets.UTF_8).toUpperCase(Locale.ROOT);
        switch (word) {
            case "APPEND", "APPENDIF" -> throw new IllegalArgumentException(word + ": use append or appendIf");
            case "TAIL" -> throw new IllegalArgumentException("TAIL: use tail");
            default -> {
                return callAny(Requests.of(arguments), 0);
            }
        }
    }

    /**
     * Reads on and on from an index, 1 if it is less. Returns at once: the tail connects when it is asked. It belongs to
     * one thread, which closes it; the client may be closed before.
     */
    public LogTail tail(long from) {
        return new LogTail(finder, timeoutNs, from);
    }

    /**
     * Ends appends: what was not sent is unavailable, what is in flight uncertain. Other calls under way may still take
     * their time, later ones are refused; tails go on. Returns within a second or so, from any thread; a second call
     * does nothing.
     */
    @Override
    public void close() {
        closed = true;
        pipeline.close();
        pool.close();
    }

    private static byte[] checkedPayload(byte[] payload) {
        if (payload.length > MAX_PAYLOAD_BYTES) {
            throw new TooBigException(payload.length + " bytes: no node accepts more than " + MAX_PAYLOAD_BYTES);
        }
        return payload;
    }

    private long submitAndWait(byte[] frame) {
        checkMayBlock();
        try {
            return pipeline.submit(frame).get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UncertainException("interrupted before the leader answered");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof QuorumLogException cause) {
                throw cause;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    /** A command that only the leader carries out. */
    private Reply callLeader(byte[] frame, boolean repeatable) {
        checkOpen();
        long deadlineNs = System.nanoTime() + timeoutNs;
        LeaderFinder.Rounds rounds = new LeaderFinder.Rounds(deadlineNs);
        do {
            NodeConnection connection = pooledLeader(repeatable);
            if (connection == null) {
                connection = finder.connectToLeader(deadlineNs);
            }
            Reply reply;
            try {
                reply = exchange(connection, frame, repeatable ? rounds.attemptDeadlineNs() : deadlineNs, rounds);
            } catch (UnavailableException e) {
                throw repeatable ? e : new UncertainException("interrupted, so it may or may not happen");
            }
            if (reply == null && !repeatable) {
                throw new UncertainException("no answer, so it may or may not happen" + finder.because());
            }
            if (reply != null) {
                rounds.answered();
                if (!mustBeRepeated(reply)) {
                    return reply;
                }
            }
        } while (rounds.next());
        throw new UnavailableException("no leader answered" + finder.because());
    }

    private NodeConnection pooledLeader(boolean repeatable) {
        ServerAddress leader = finder.leader();
        return repeatable && leader != null ? pool.take(leader) : null;
    }

    /** A command that any node carries out, or one that says which does. */
    private Reply callAny(byte[] frame, long blockMs) {
        checkOpen();
        long blockNs = TimeUnit.MILLISECONDS.toNanos(blockMs);
        long deadlineNs = System.nanoTime() + timeoutNs + blockNs;
        LeaderFinder.Rounds rounds = new LeaderFinder.Rounds(deadlineNs);
        do {
            for (ServerAddress address : finder.candidates()) {
                if (!rounds.timeIsLeft()) {
                    break;
                }
                NodeConnection connection = connectionTo(address, rounds);
                if (connection == null) {
                    continue;
                }
                long answerByNs = rounds.attemptDeadlineNs() + blockNs;
                Reply reply =
                        exchange(connection, frame, answerByNs - deadlineNs > 0 ? deadlineNs : answerByNs, rounds);
                if (reply == null) {
                    continue;
                }
                rounds.answered();
                if (!mustBeRepeated(reply)) {
                    return reply;
                }
                if (Replies.isNotLeader(reply)) {
                    break; // to the one it names, which is the first candidate now
                }
            }
        } while (rounds.next());
        throw new UnavailableException("no node answered" + finder.because());
    }

    private NodeConnection connectionTo(ServerAddress address, LeaderFinder.Rounds rounds) {
        NodeConnection pooled = pool.take(address);
        if (pooled != null) {
            return pooled;
        }
        try {
            return NodeConnection.open(address, rounds.attemptDeadlineNs());
        } catch (IOException e) {
            finder.failed(address, e, rounds);
            return null;
        }
    }

    /**
     * One request, one reply; null if there is none, and then the node is suspect.
     *
     * @throws UnavailableException if interrupted; the node may have got the request.
     */
    private Reply exchange(NodeConnection connection, byte[] frame, long deadlineNs, LeaderFinder.Rounds rounds) {
        try {
            Reply reply = connection.call(frame, deadlineNs);
            finder.answered(connection.address(), null);
            pool.giveBack(connection);
            return reply;
        } catch (IOException e) {
            connection.close();
            finder.failed(connection.address(), e, rounds);
            return null;
        }
    }

    private boolean mustBeRepeated(Reply reply) {
        if (Replies.isNotLeader(reply)) {
            finder.leaderIs(Replies.leaderAddress((Reply.Failure) reply));
            return true;
        }
        if (Replies.isNoLeader(reply)) {
            finder.leaderIs(null);
            return true;
        }
        return false;
    }

    private void checkOpen() {
        if (closed) {
            throw new UnavailableException("the client is closed");
        }
        checkMayBlock();
    }

    private void checkMayBlock() {
        if (pipeline.isOwnThread()) {
            throw new IllegalStateException("a blocking call on the client's own thread would delay all appends");
        }
    }

    /** How a client is set up. Used by one thread at a time; may build several. */
    public static final class Builder {
        private static final long DEFAULT_MAX_INFLIGHT_BYTES = 16L * 1024 * 1024;

        private List<ServerAddress> servers = ServerAddress.parseList(DEFAULT_SERVERS);
        private Duration timeout = DEFAULT_TIMEOUT;
        private long maxInflightBytes = DEFAULT_MAX_INFLIGHT_BYTES;

        private Builder() {}

        /**
         * Nodes to ask first; {@link QuorumLogClient#DEFAULT_SERVERS} unless set. Others the client finds itself.
         *
         * @param list {@code host:port} separated by commas, IPv6 in brackets; at least one.
         * @throws IllegalArgumentException that names what is wrong with the list.
         */
        public Builder servers(String list) {
            servers = ServerAddress.parseList(list);
            return this;
        }

        /**
         * Longest time that a call takes, whatever happens, beside what a read is told to block;
         * {@link QuorumLogClient#DEFAULT_TIMEOUT} unless set.
         *
         * @throws IllegalArgumentException if it is not more than 0.
         */
        public Builder timeout(Duration timeout) {
            if (timeout.isNegative() || timeout.isZero()) {
                throw new IllegalArgumentException("timeout " + timeout + ": must be more than 0");
            }
            this.timeout = timeout;
            return this;
        }

        /**
         * Most bytes of appends in flight, 1 KiB for each counted in; 16 MiB unless set, which is some 16,000 small
         * ones. The last of them must be answered within the timeout, too. A larger one goes alone.
         *
         * @throws IllegalArgumentException if it is less than 1.
         */
        public Builder maxInflightBytes(long maxInflightBytes) {
            if (maxInflightBytes < 1) {
                throw new IllegalArgumentException("maxInflightBytes " + maxInflightBytes + ": must be at least 1");
            }
            this.maxInflightBytes = maxInflightBytes;
            return this;
        }

        /**
         * Starts a client; it connects when it has something to do.
         *
         * @throws UncheckedIOException if the process has no file descriptor left.
         */
        public QuorumLogClient build() {
            return new QuorumLogClient(this);
        }
    }
}
