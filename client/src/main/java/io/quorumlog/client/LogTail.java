package io.quorumlog.client;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Reads the log as it grows: each committed entry once, in order, from whichever node serves. Belongs to one thread.
 *
 * <p>It asks with READ and a short BLOCK rather than with TAIL: so it learns within two seconds that a node is dead, cut off
 * from the leader or without a word gone, and goes on at another one behind the last entry it has handed out. What it holds
 * is at most one READ's reply, 4 MiB.
 */
public final class LogTail implements AutoCloseable {
    private static final int BATCH = 1000;
    private static final long SLICE_NS = TimeUnit.MILLISECONDS.toNanos(Requests.SLICE_MS);

    private final LeaderFinder finder;
    private final long timeoutNs;
    private final Deque<Entry> fetched = new ArrayDeque<>();
    private NodeConnection connection; // or null
    private long position;
    private long answeredAtNs = System.nanoTime();
    private boolean asked; // a READ and a LEADER are under way
    private long answerByNs; // when their answers must have come
    private List<Entry> found; // the first of the two, or null
    private boolean closed;

    LogTail(LeaderFinder finder, long timeoutNs, long from) {
        this.finder = finder;
        this.timeoutNs = timeoutNs;
        this.position = Math.max(1, from);
    }

    /** Index from which the next entry is looked for: behind the last one that {@link #next} gave. */
    public long position() {
        return position;
    }

    /**
     * The next entry, or null if none came within the timeout. A timeout shorter than it takes to connect finds nothing
     * for ever.
     *
     * @param timeout 0 or less: gives what was fetched already, and asks nobody.
     * @throws UnavailableException if no node has answered for a second longer than the client's timeout, the thread is
     *     interrupted (its status stays set), or the tail is closed. If it is not, another call goes on where this ended.
     * @throws ServerErrorException if a node refuses to read; another call asks again.
     */
    public Entry next(Duration timeout) {
        if (closed) {
            throw new UnavailableException("the tail is closed");
        }
        long deadlineNs = Deadlines.after(timeout);
        while (fetched.isEmpty()) {
            if (deadlineNs - System.nanoTime() <= 0) {
                return null;
            }
            fetch(deadlineNs);
        }
        Entry entry = fetched.poll();
        position = entry.index() + 1;
        return entry;
    }

    /** To be called by the tail's thread, too: not while another one is in {@link #next}. */
    @Override
    public void close() {
        closed = true;
        dropConnection();
        fetched.clear();
    }

    /** Asks if nothing is asked, and takes the answer if it comes by the deadline; else a next call takes it. */
    private void fetch(long deadlineNs) {
        try {
            if (connection == null) {
                connect(deadlineNs);
            }
            if (!asked) {
                ask();
            }
            takeAnswer(answerByNs - deadlineNs > 0 ? deadlineNs : answerByNs);
        } catch (ServerErrorException e) {
            dropConnection();
            throw e;
        } catch (IOException e) {
            LeaderFinder.checkInterrupt();
            boolean tooEarly = e instanceof SocketTimeoutException && answerByNs - System.nanoTime() > 0;
            if (connection != null && !tooEarly) {
                finder.suspect(connection.address(), LeaderFinder.inWords(e));
                dropConnection();
            }
            if (System.nanoTime() - answeredAtNs > timeoutNs + SLICE_NS) {
                answeredAtNs = System.nanoTime();
                throw new UnavailableException("no node answers" + finder.because());
            }
        }
    }

    private void ask() throws IOException {
        answerByNs = System.nanoTime() + SLICE_NS + LeaderFinder.FIRST_ATTEMPT_NS;
        asked = true;
        found = null;
        connection.send(
                Requests.joined(Requests.read(position, BATCH, Requests.SLICE_MS), Requests.LEADER), answerByNs);
    }

    private void takeAnswer(long deadlineNs) throws IOException {
        if (found == null) {
            found = Replies.entries(connection.receive(deadlineNs));
        }
        boolean leaderless = Replies.leader(connection.receive(deadlineNs)).isEmpty();
        asked = false;
        take(found);
        answeredAtNs = System.nanoTime();
        finder.answered(connection.address(), null);
        if (found.isEmpty() && leaderless) {
            finder.suspect(connection.address(), "knows no leader");
            dropConnection();
        }
    }

    private void take(List<Entry> entries) throws IOException {
        long expected = position;
        for (Entry entry : entries) {
            if (entry.index() < expected) {
                throw new IOException("sent entry " + entry.index() + " where " + expected + " or later was asked for");
            }
            expected = entry.index() + 1;
        }
        fetched.addAll(entries);
    }

    /** To the first node that can be reached; pauses if none can. */
    private void connect(long deadlineNs) throws IOException {
        IOException last = null;
        for (ServerAddress address : finder.candidates()) {
            try {
                long nowNs = System.nanoTime();
                long attemptNs = Math.min(LeaderFinder.FIRST_ATTEMPT_NS, deadlineNs - nowNs);
                connection = NodeConnection.open(address, nowNs + attemptNs);
                return;
            } catch (IOException e) {
                LeaderFinder.checkInterrupt();
                finder.suspect(address, LeaderFinder.inWords(e));
                last = e;
            }
        }
        Deadlines.pause(TimeUnit.MILLISECONDS.toNanos(100), deadlineNs);
        throw last;
    }

    private void dropConnection() {
        if (connection != null) {
            connection.close();
            connection = null;
            asked = false;
        }
    }
}
