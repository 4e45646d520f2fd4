package io.quorumlog.client;

import io.quorumlog.codec.resp.Reply;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * The pipeline's connection to a node: appends written in order, replies taken in order, and which of them have left this
 * process. Used by the pipeline's thread.
 */
final class AppendLink {
    /** Appends that wait go elsewhere when those before them got no answer for so long. */
    static final long SILENCE_NS = TimeUnit.SECONDS.toNanos(1);

    /** A link over which nothing came for so long is asked for a sign of life before it is given an append. */
    private static final long QUIET_NS = TimeUnit.MILLISECONDS.toNanos(500);

    private static final int OUT_BYTES = 64 * 1024;

    private final NodeConnection connection;
    private final ByteBuffer out = ByteBuffer.allocateDirect(OUT_BYTES);
    private final Deque<AppendCall> unanswered = new ArrayDeque<>(); // in the order of their replies
    private final Deque<AppendCall> unexpired = new ArrayDeque<>(); // those of them whose callers still wait
    private AppendCall entering; // the last of unanswered, if not all of it has fitted into out yet
    private int entered; // bytes of entering
    private long enteredPosition; // bytes ever put into out
    private long writtenPosition; // bytes ever taken by the socket
    private long waitingSinceNs; // last sign of life, or when the oldest unanswered was given to an idle link
    private boolean probing; // a PING is on its way, and nothing else
    private boolean retired;

    AppendLink(NodeConnection connection) {
        this.connection = connection;
        this.waitingSinceNs = connection.lastHeardNs();
    }

    ServerAddress address() {
        return connection.address();
    }

    boolean isIdle() {
        return unanswered.isEmpty() && !probing;
    }

    /** Takes no more appends; goes on until those it has are answered. */
    void retire() {
        retired = true;
    }

    /** Whether something has been waiting for an answer for too long. */
    boolean isSilent(long nowNs) {
        long patienceNs = probing ? LeaderFinder.FIRST_ATTEMPT_NS : SILENCE_NS;
        return !isIdle() && nowNs - waitingSinceNs >= patienceNs;
    }

    /** When {@link #isSilent} becomes true if nothing comes; only if not idle. */
    long silentAtNs() {
        return waitingSinceNs + (probing ? LeaderFinder.FIRST_ATTEMPT_NS : SILENCE_NS);
    }

    boolean isProbing() {
        return probing;
    }

    /**
     * Writes appends as far as they fit and the socket takes them; asks for a sign of life first if the link was quiet.
     *
     * @param waiting appends not yet given to any link; those that are taken are removed.
     */
    void write(Deque<AppendCall> waiting, long nowNs) throws IOException {
        boolean more = !retired && !probing && !waiting.isEmpty();
        if (more && isIdle() && nowNs - connection.lastHeardNs() > QUIET_NS) {
            probing = true;
            waitingSinceNs = nowNs;
            out.put(Requests.PING);
            enteredPosition += Requests.PING.length;
            more = false;
        }
        boolean all = false;
        while (!all) {
            fill(more ? waiting : null, nowNs);
            if (out.position() == 0) {
                break;
            }
            out.flip();
            writtenPosition += connection.write(out);
            all = out.hasRemaining(); // the socket takes no more
            out.compact();
        }
        connection.awaitWritable(out.position() > 0);
    }

    private void fill(Deque<AppendCall> waiting, long nowNs) {
        while (out.hasRemaining()) {
            if (entering == null) {
                if (waiting == null || waiting.isEmpty()) {
                    return;
                }
                begin(waiting.poll(), nowNs);
            }
            int room = Math.min(out.remaining(), entering.frame.length - entered);
            out.put(entering.frame, entered, room);
            entered += room;
            enteredPosition += room;
            if (entered == entering.frame.length) {
                entering = null;
            }
        }
    }

    private void begin(AppendCall call, long nowNs) {
        if (unanswered.isEmpty()) {
            waitingSinceNs = nowNs;
        }
        call.endPosition = enteredPosition + call.frame.length;
        unanswered.add(call);
        unexpired.add(call);
        entering = call;
        entered = 0;
    }

    /** Takes what the node sent; each reply with its append goes to the consumer, but for those that came too late. */
    void read(BiConsumer<AppendCall, Reply> answered) throws IOException {
        while (connection.read()) {
            waitingSinceNs = connection.lastHeardNs();
            for (Reply reply = connection.nextReply(); reply != null; reply = connection.nextReply()) {
                answer(reply, answered);
            }
        }
    }

    private void answer(Reply reply, BiConsumer<AppendCall, Reply> answered) throws IOException {
        if (probing) {
            probing = false;
            return;
        }
        AppendCall call = unanswered.poll();
        if (call == null || call.endPosition > writtenPosition) {
            throw new IOException("an answer came before the question");
        }
        if (!call.expired) {
            unexpired.poll(); // it is the first there too: both are in the order of the replies
            answered.accept(call, reply);
        }
    }

    /** The next append whose deadline has passed, or null. Its reply is still waited for, so that the rest keep in step. */
    AppendCall expire(long nowNs) {
        AppendCall call = unexpired.peek();
        if (call == null || call.deadlineNs - nowNs > 0) {
            return null;
        }
        call.expired = true;
        return unexpired.poll();
    }

    /** Whether a caller still waits for one of its appends. */
    boolean isAwaited() {
        return !unexpired.isEmpty();
    }

    /** Deadline of the oldest append whose caller still waits; only if {@link #isAwaited}. */
    long nextDeadlineNs() {
        return unexpired.peek().deadlineNs;
    }

    /**
     * Closes the connection and gives back every append whose caller still waits, in order.
     *
     * @param sent takes those of which the node may have got all bytes: uncertain.
     * @param unsent takes those of which it certainly did not.
     */
    void close(Consumer<AppendCall> sent, Deque<AppendCall> unsent) {
        connection.close();
        for (AppendCall call : unexpired) {
            if (call.endPosition <= writtenPosition) {
                sent.accept(call);
            } else {
                unsent.add(call);
            }
        }
        unanswered.clear();
        unexpired.clear();
        entering = null;
    }
}
