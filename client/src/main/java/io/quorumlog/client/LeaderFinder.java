package io.quorumlog.client;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Knows which node is believed to lead, and finds the one that does. Thread-safe; each search runs in its caller's thread.
 *
 * <p>A node that accepts connections may still be dead (a stopped process's kernel does that) or cut off. So a node counts
 * as the leader only when it has just said so itself, in its STATUS; each question has less than a second at
 * first, and a node that did not answer is left out for a second, even if others still call it the leader.
 */
final class LeaderFinder {
    /** Time for a node to connect and answer; doubled after each round in which no node did, for networks that are slow. */
    static final long FIRST_ATTEMPT_NS = TimeUnit.MILLISECONDS.toNanos(800);

    private static final long LONGEST_ATTEMPT_NS = TimeUnit.SECONDS.toNanos(60);
    private static final long SUSPECT_NS = TimeUnit.SECONDS.toNanos(1);
    private static final long FIRST_PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long LONGEST_PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(200);

    private final List<ServerAddress> servers;
    private final Map<ServerAddress, Long> suspectUntilNs = new HashMap<>();
    private final Map<ServerAddress, String> troubles = new LinkedHashMap<>();
    private ServerAddress leader; // believed to lead, or null
    private int first; // of servers: where a round begins, so that one dead server isn't asked first each time

    LeaderFinder(List<ServerAddress> servers) {
        this.servers = List.copyOf(servers);
    }

    /** The node believed to lead, or null. */
    synchronized ServerAddress leader() {
        return leader;
    }

    /** A node said that this one leads; null if it did not say which. */
    synchronized void leaderIs(ServerAddress address) {
        leader = address;
    }

    /** A node did not do as it should: it is asked last for a second, and not believed to lead. */
    synchronized void suspect(ServerAddress address, String trouble) {
        suspectUntilNs.put(address, System.nanoTime() + SUSPECT_NS);
        note(address, trouble);
        if (address.equals(leader)) {
            leader = null;
        }
        if (servers.get(first).equals(address)) {
            first = (first + 1) % servers.size();
        }
    }

    /**
     * An attempt on a node failed: it is suspect, unless it was not given its time because the caller's was up.
     *
     * @throws UnavailableException if it failed because the thread was interrupted.
     */
    void failed(ServerAddress address, IOException e, Rounds rounds) {
        checkInterrupt();
        rounds.failed(e);
        if (!(e instanceof SocketTimeoutException) || rounds.timeIsLeft()) {
            suspect(address, inWords(e));
        } else {
            noteIfNothingIsKnown(address, inWords(e));
        }
    }

    private synchronized void noteIfNothingIsKnown(ServerAddress address, String trouble) {
        if (!troubles.containsKey(address)) {
            note(address, trouble);
        }
    }

    /** What went wrong with which node, for a message; empty if nothing did. */
    synchronized String troubles() {
        return troubles.entrySet().stream()
                .map(t -> t.getKey() + " " + t.getValue())
                .collect(Collectors.joining(", "));
    }

    /** The nodes to try, best first: the leader, the servers; those that did not answer lately only if there are no others. */
    synchronized List<ServerAddress> candidates() {
        Set<ServerAddress> all = new LinkedHashSet<>();
        if (leader != null) {
            all.add(leader);
        }
        for (int i = 0; i < servers.size(); i++) {
            all.add(servers.get((first + i) % servers.size()));
        }
        List<ServerAddress> trusted = new ArrayList<>(all);
        trusted.removeIf(this::isSuspect);
        return trusted.isEmpty() ? new ArrayList<>(all) : trusted;
    }

    /**
     * A connection to the node that leads.
     *
     * @throws UnavailableException if none is found by the deadline.
     */
    NodeConnection connectToLeader(long deadlineNs) {
        Rounds rounds = new Rounds(deadlineNs);
        while (true) {
            NodeConnection found = askOneRound(rounds);
            if (found != null) {
                return found;
            }
            if (!rounds.next()) {
                throw new UnavailableException("no leader found" + because());
            }
        }
    }

    /** {@code : } and what went wrong, or nothing. */
    String because() {
        String troubles = troubles();
        return troubles.isEmpty() ? "" : ": " + troubles;
    }

    private NodeConnection askOneRound(Rounds rounds) {
        Deque<ServerAddress> toAsk = new ArrayDeque<>(candidates());
        Set<ServerAddress> asked = new HashSet<>();
        while (!toAsk.isEmpty() && rounds.timeIsLeft()) {
            ServerAddress address = toAsk.poll();
            if (!asked.add(address)) {
                continue;
            }
            NodeConnection found = askOne(address, rounds, toAsk);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    /** The connection if this node leads, else null; whom it believes to lead is put in front of those to ask. */
    private NodeConnection askOne(ServerAddress address, Rounds rounds, Deque<ServerAddress> toAsk) {
        NodeConnection toClose = null;
        try {
            long deadlineNs = rounds.attemptDeadlineNs();
            NodeConnection connection = NodeConnection.open(address, deadlineNs);
            toClose = connection;
            Map<String, String> status = Replies.status(connection.call(Requests.STATUS, deadlineNs));
            rounds.answered();
            if ("leader".equals(status.get("role"))) {
                leaderIs(address);
                answered(address, null);
                toClose = null;
                return connection;
            }
            ServerAddress other = believed(status.get("leader_address"));
            answered(address, other == null ? "knows no leader" : "says that " + other + " leads");
            if (other != null && !isSuspectNow(other)) {
                toAsk.addFirst(other);
            }
        } catch (IOException e) {
            failed(address, e, rounds);
        } catch (ServerErrorException e) {
            suspect(address, e.getMessage());
        } finally {
            if (toClose != null) {
                toClose.close();
            }
        }
        return null;
    }

    private static ServerAddress believed(String address) {
        if (address == null || address.isEmpty()) {
            return null;
        }
        try {
            return ServerAddress.parse(address);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** An interrupted wait is the caller's wish to stop, not the node's fault. */
    static void checkInterrupt() {
        if (Thread.currentThread().isInterrupted()) {
            throw new UnavailableException("interrupted");
        }
    }

    /** What happened, to be put behind an address. */
    static String inWords(IOException e) {
        if (e instanceof SocketTimeoutException || e instanceof InterruptedIOException) {
            return e.getMessage();
        }
        String message = e.getMessage();
        return message == null ? e.getClass().getSimpleName() : message.toLowerCase(Locale.ROOT);
    }

    /** The node answered: it is not suspect any more, and its trouble, if it has one, is this. */
    synchronized void answered(ServerAddress address, String trouble) {
        suspectUntilNs.remove(address);
        if (trouble == null) {
            troubles.remove(address);
        } else {
            note(address, trouble);
        }
    }

    private void note(ServerAddress address, String trouble) {
        troubles.remove(address);
        if (troubles.size() > 16) {
            troubles.clear(); // addresses of a cluster that moved on
        }
        troubles.put(address, trouble);
    }

    private synchronized boolean isSuspectNow(ServerAddress address) {
        return isSuspect(address);
    }

    private boolean isSuspect(ServerAddress address) {
        Long untilNs = suspectUntilNs.get(address);
        return untilNs != null && untilNs - System.nanoTime() > 0;
    }

    /** How long to wait for a node, and between two rounds of asking all of them. */
    static final class Rounds {
        private final long deadlineNs;
        private long attemptNs = FIRST_ATTEMPT_NS;
        private long pauseNs = FIRST_PAUSE_NS;
        private boolean anyAnswer;

        Rounds(long deadlineNs) {
            this.deadlineNs = deadlineNs;
        }

        boolean timeIsLeft() {
            return deadlineNs - System.nanoTime() > 0;
        }

        long attemptDeadlineNs() {
            long nowNs = System.nanoTime();
            return nowNs + Math.min(attemptNs, deadlineNs - nowNs);
        }

        void answered() {
            anyAnswer = true;
        }

        /** A refused connection is an answer too: the network is not what is slow. */
        void failed(IOException e) {
            anyAnswer |= !(e instanceof SocketTimeoutException);
        }

        /**
         * Pauses before the next round. False if there is no time for one.
         *
         * @throws UnavailableException if interrupted; the thread's interrupt status stays set.
         */
        boolean next() {
            if (!timeIsLeft()) {
                return false;
            }
            Deadlines.pause(pauseNs, deadlineNs);
            pauseNs = Math.min(2 * pauseNs, LONGEST_PAUSE_NS);
            if (!anyAnswer) {
                attemptNs = Math.min(2 * attemptNs, LONGEST_ATTEMPT_NS);
            }
            anyAnswer = false;
            return true;
        }
    }
}
