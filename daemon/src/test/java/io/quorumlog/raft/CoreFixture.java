package io.quorumlog.raft;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.quorumlog.codec.peer.AppendEntries;
import io.quorumlog.codec.peer.FrameReader;
import io.quorumlog.codec.peer.PeerMessage;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Members of a cluster whose world is moved by hand: each message is delivered, dropped or repeated, each flush and crash
 * happens, and the clock moves, when a test says so. A member that was not {@link #start started} is a puppet: what is sent
 * to it can be looked at, and the test speaks for it with {@link #receive}.
 *
 * <p>Always on: a {@link DurabilityWitness} for each member, one leader a term, leader completeness, and one history of what
 * is committed, by whomever. Bytes handed to a core are spoilt once the call has returned.
 */
final class CoreFixture {
    static final long HEARTBEAT_MS = 50;
    static final long ELECTION_TIMEOUT_MS = 300;

    private static final int NO_ONE = 0;
    private static final long MILLISECOND_NS = 1_000_000;

    /** A message under way. */
    private record Letter(int from, int to, byte[] frame) {
        boolean isBetween(final int sender, final int receiver) {
            return from == sender && to == receiver;
        }
    }

    private record Way(int from, int to) {}

    private final int[] memberIds;
    private final Node[] nodes;
    private final List<Letter> letters = new ArrayList<>();
    private final Set<Way> cut = new HashSet<>();
    private final Set<Way> muted = new HashSet<>();
    private final Set<Way> clogged = new HashSet<>();
    private final List<String> events = new ArrayList<>();
    private final Map<Long, Integer> leaders = new HashMap<>();
    private final List<byte[]> committed = new ArrayList<>();
    private final FrameReader reader = Messages.reader();
    private long nowMs = 1_000;

    private CoreFixture(final int members) {
        memberIds = IntStream.rangeClosed(1, members).toArray();
        nodes = new Node[members + 1];
        for (final int id : memberIds) {
            nodes[id] = new Node(id);
        }
    }

    /** Members 1 to {@code members}, all of them up, with empty logs and every connection standing. */
    static CoreFixture cluster(final int members) {
        final CoreFixture fixture = new CoreFixture(members);
        for (final int id : fixture.memberIds) {
            fixture.start(id);
        }
        return fixture;
    }

    /** As many members, none of them up yet. */
    static CoreFixture down(final int members) {
        return new CoreFixture(members);
    }

    /** Member 1 alone is real. */
    static CoreFixture puppets(final int members, final long term, final long... entryTerms) {
        return new CoreFixture(members).load(1, term, NO_ONE, entryTerms).start(1);
    }

    // Disk and process.

    /** Puts term, vote and a log on a member's disk; it is not up. */
    CoreFixture load(final int id, final long term, final int votedFor, final long... entryTerms) {
        nodes[id].log.load(term, votedFor, entryTerms);
        return this;
    }

    /** Empties a member's disk; it is not up. */
    CoreFixture wipe(final int id) {
        nodes[id].log.wipe();
        return this;
    }

    /** Behind an index, what the member has on its disk is damaged, and has been cut off. */
    CoreFixture loseEntriesAfter(final int id, final long index) {
        nodes[id].log.loseEntriesAfter(index);
        return this;
    }

    /** Members whose disks are empty, all of them up. */
    static CoreFixture blankCluster(final int members) {
        final CoreFixture fixture = new CoreFixture(members);
        for (final int id : fixture.memberIds) {
            fixture.wipe(id).blankPuppet(id);
        }
        for (final int id : fixture.memberIds) {
            fixture.start(id);
        }
        return fixture;
    }

    /** Brings a member up; what it finds on its disk is its state. */
    CoreFixture start(final int id) {
        return start(id, 0);
    }

    CoreFixture start(final int id, final long commitIndex) {
        final Node node = nodes[id];
        node.commitIndex = commitIndex;
        node.core = new Raft(
                new RaftConfig(
                        id,
                        memberIds,
                        HEARTBEAT_MS * MILLISECOND_NS,
                        ELECTION_TIMEOUT_MS * MILLISECOND_NS,
                        new UnsafeBuffer("cluster identity".getBytes(StandardCharsets.US_ASCII))),
                node.log,
                node,
                node::nextNs,
                node.log.startTerm(),
                node.log.startVote(),
                node.log.startBlank(),
                commitIndex,
                nowNs());
        for (final int other : memberIds) {
            if (other != id && !cut.contains(new Way(id, other))) {
                connect(id, other);
                if (isUp(other)) {
                    connect(other, id);
                    turn(other);
                }
            }
        }
        return this;
    }

    /** The power fails: unflushed records and messages under way are lost, and the others see the connections break. */
    void crash(final int id) {
        nodes[id].core = null;
        nodes[id].log.crash();
        letters.removeIf(letter -> letter.from == id || letter.to == id);
        for (final int other : memberIds) {
            if (other != id && isUp(other) && !cut.contains(new Way(id, other))) {
                nodes[other].core.onConnection(id, false);
            }
        }
    }

    void restart(final int id) {
        crash(id);
        start(id);
    }

    /** A flush of all that a member has written ends, and is reported. */
    void flush(final int id) {
        report(id, nodes[id].log.flush());
    }

    /** A flush ends that began when the record was the last one. */
    void flushTo(final int id, final long seq) {
        report(id, nodes[id].log.flushTo(seq));
    }

    private void report(final int id, final long seq) {
        nodes[id].core.onDurable(seq);
        turn(id);
    }

    /** The log waits for its next file, or no longer. */
    void full(final int id, final boolean on) {
        nodes[id].log.full(on);
    }

    // Network.

    /** The connection breaks, and both ends know; what was under way is lost. */
    void cut(final int one, final int other) {
        letters.removeIf(letter -> letter.isBetween(one, other) || letter.isBetween(other, one));
        connection(one, other, false);
    }

    /** The connection stands again. */
    void heal(final int one, final int other) {
        connection(one, other, true);
    }

    private void connection(final int one, final int other, final boolean up) {
        for (final Way way : List.of(new Way(one, other), new Way(other, one))) {
            if (up ? cut.remove(way) : cut.add(way)) {
                if (isUp(way.from)) {
                    if (up) {
                        connect(way.from, way.to);
                    } else {
                        nodes[way.from].core.onConnection(way.to, false);
                    }
                    turn(way.from);
                }
            }
        }
    }

    /** A new connection stands; a puppet at its other end is as it was said to be. */
    private void connect(final int id, final int other) {
        final Node node = nodes[other];
        nodes[id].core.onGreeting(other, node.core == null ? node.blankPuppet : node.core.isBlank());
        nodes[id].core.onConnection(other, true);
    }

    /** The puppet greets as one whose disk was empty. */
    CoreFixture blankPuppet(final int id) {
        nodes[id].blankPuppet = true;
        return this;
    }

    /** What one sends to the other is lost from now on, and nobody notices. */
    void mute(final int from, final int to) {
        letters.removeIf(letter -> letter.isBetween(from, to));
        muted.add(new Way(from, to));
    }

    /** No message reaches or leaves a member, and nobody notices. */
    void isolate(final int id) {
        for (final int other : memberIds) {
            if (other != id) {
                mute(id, other);
                mute(other, id);
            }
        }
    }

    /** Every way is open again. */
    void unmute() {
        muted.clear();
    }

    /** The connection takes no entries for now: it has enough to carry. */
    void clog(final int from, final int to, final boolean on) {
        if (on) {
            clogged.add(new Way(from, to));
        } else {
            clogged.remove(new Way(from, to));
        }
    }

    /** The oldest message between the two arrives. */
    void deliver(final int from, final int to) {
        receive(to, take(from, to), from);
    }

    /** All messages between the two that are under way now arrive, each in a turn of its own. */
    void deliverAll(final int from, final int to) {
        for (int left = sent(from, to).size(); left > 0; left--) {
            deliver(from, to);
        }
    }

    /** The oldest message between the two, taken out of the network. */
    byte[] take(final int from, final int to) {
        for (final Letter letter : letters) {
            if (letter.isBetween(from, to)) {
                letters.remove(letter);
                return letter.frame;
            }
        }
        throw new AssertionError("nothing is under way from " + from + " to " + to + "; sent: " + events);
    }

    /** All messages between the two are lost. */
    void drop(final int from, final int to) {
        letters.removeIf(letter -> letter.isBetween(from, to));
    }

    void dropAll() {
        letters.clear();
    }

    /** What is under way between the two, in words. */
    List<String> sent(final int from, final int to) {
        return letters.stream()
                .filter(letter -> letter.isBetween(from, to))
                .map(letter -> Messages.text(letter.frame))
                .toList();
    }

    /** What is under way between the two, in words; it is lost with this look. */
    List<String> taken(final int from, final int to) {
        final List<String> texts = sent(from, to);
        drop(from, to);
        return texts;
    }

    /** Whether anything is under way from a member. */
    boolean isSilent(final int from) {
        return letters.stream().noneMatch(letter -> letter.from == from);
    }

    /** A message arrives, in a turn of its own; the sender is who it says. */
    void receive(final int to, final byte[] frame) {
        receive(to, frame, Messages.read(frame).from());
    }

    private void receive(final int to, final byte[] frame, final int from) {
        if (isUp(to)) {
            receiveInTurn(to, frame, from);
            turn(to);
        }
    }

    /** A message arrives among others: the turn goes on. */
    void receiveInTurn(final int to, final byte[] frame, final int from) {
        final byte[] bytes = new byte[frame.length + 7];
        System.arraycopy(frame, 0, bytes, 7, frame.length);
        final PeerMessage message = reader.message(new UnsafeBuffer(bytes), 7, frame.length);
        try {
            nodes[to].core.onMessage(from, message);
        } finally {
            Messages.spoil(bytes);
        }
    }

    // Time.

    /** The clock moves; nobody acts on it yet. */
    void advance(final long ms) {
        nowMs += ms;
        for (final int id : memberIds) {
            if (isUp(id)) {
                nodes[id].core.time(nowNs(), nowMs);
            }
        }
    }

    /** A member does what is due. */
    void fire(final int id) {
        nodes[id].core.fireTimers();
        turn(id);
    }

    /** The clock moves to where a member has something to do, and it does it. */
    void timeout(final int id) {
        advance(Math.max(0, ceilMs(nodes[id].core.deadlineNs() - nowNs())));
        fire(id);
    }

    /** The member's next draws, as a share of the bound in thousandths; then the usual ones: its id's tenth. */
    void draws(final int id, final int... thousandths) {
        for (final int share : thousandths) {
            nodes[id].draws.add(share);
        }
    }

    /** The bounds that a member has drawn below so far, in milliseconds. */
    List<Long> drawnBoundsMs(final int id) {
        return nodes[id].drawnBoundsMs;
    }

    private void turn(final int id) {
        nodes[id].core.sendPending();
    }

    private long nowNs() {
        return nowMs * MILLISECOND_NS;
    }

    long nowMs() {
        return nowMs;
    }

    private static long ceilMs(final long ns) {
        return (ns + MILLISECOND_NS - 1) / MILLISECOND_NS;
    }

    // The whole cluster.

    /** Everything is flushed and delivered until nothing is left to do at this time. */
    void settle() {
        for (int step = 0; step < 10_000; step++) {
            boolean quiet = true;
            for (final int id : memberIds) {
                if (isUp(id) && !nodes[id].log.isFlushed()) {
                    flush(id);
                    quiet = false;
                }
            }
            if (!letters.isEmpty()) {
                final Letter letter = letters.remove(0);
                receive(letter.to, letter.frame, letter.from);
                quiet = false;
            }
            if (quiet) {
                return;
            }
        }
        throw new AssertionError("never comes to rest: " + events.subList(events.size() - 20, events.size()));
    }

    /** Time goes on for so long, with every timer fired, message delivered and record flushed at once. */
    void run(final long ms) {
        final long endMs = nowMs + ms;
        settle();
        while (nowMs < endMs) {
            long nextMs = endMs;
            for (final int id : memberIds) {
                if (isUp(id)) {
                    nextMs = Math.min(nextMs, ceilMs(nodes[id].core.deadlineNs()));
                }
            }
            advance(Math.max(1, nextMs - nowMs));
            for (final int id : memberIds) {
                if (isUp(id)) {
                    fire(id);
                }
            }
            settle();
        }
    }

    /** A member campaigns once its election timeout is over, wins, and has its first entry committed everywhere. */
    void elect(final int id) {
        timeout(id);
        settle();
        assertEquals(RoleKind.LEADER, role(id), () -> "elected " + id + ": " + events);
        heartbeat(id);
    }

    /** Member 1 wins an election among puppets, who then have seen nothing of its first entry yet. */
    void winAmongPuppets() {
        timeout(1);
        final long newTerm = term(1) + 1;
        for (final int id : memberIds) {
            if (role(1) == RoleKind.PRE_CANDIDATE && id != 1) {
                receive(1, Messages.preVoteReply(id, term(1), newTerm, true));
            }
        }
        flush(1);
        for (final int id : memberIds) {
            if (role(1) == RoleKind.CANDIDATE && id != 1) {
                receive(1, Messages.voteReply(id, newTerm, true));
            }
        }
        assertEquals(RoleKind.LEADER, role(1));
        dropAll();
    }

    /** A leader's heartbeat reaches everyone it can reach. */
    void heartbeat(final int id) {
        advance(HEARTBEAT_MS);
        fire(id);
        settle();
    }

    // Clients.

    /** A client's entry. @return its index, or {@link Raft#NOT_ACCEPTED} */
    long propose(final int id, final String payload) {
        final long index = proposeInTurn(id, payload);
        turn(id);
        return index;
    }

    long proposeInTurn(final int id, final String payload) {
        final byte[] bytes = payload.getBytes(StandardCharsets.US_ASCII);
        final long index = nodes[id].core.propose(new UnsafeBuffer(bytes), 0, bytes.length);
        Messages.spoil(bytes);
        return index;
    }

    /** A client's read. @return what {@code confirmedRead} must reach */
    long read(final int id) {
        final long read = nodes[id].core.requestRead();
        turn(id);
        return read;
    }

    String transfer(final int from, final int to) {
        final String refusal = nodes[from].core.transferLeadership(to);
        turn(from);
        return refusal;
    }

    // What is seen.

    boolean isUp(final int id) {
        return nodes[id].core != null;
    }

    Raft core(final int id) {
        return nodes[id].core;
    }

    FakeLog log(final int id) {
        return nodes[id].log;
    }

    RoleKind role(final int id) {
        return nodes[id].core.role();
    }

    long term(final int id) {
        return nodes[id].core.term();
    }

    long commit(final int id) {
        return nodes[id].core.commitIndex();
    }

    /** The terms of a member's entries. */
    List<Long> terms(final int id) {
        return Arrays.stream(nodes[id].log.terms()).boxed().toList();
    }

    /** The leader of the latest term among those that are up; 0 if none leads. */
    int leader() {
        int leader = NO_ONE;
        for (final int id : memberIds) {
            if (isUp(id) && role(id) == RoleKind.LEADER && (leader == NO_ONE || term(id) > term(leader))) {
                leader = id;
            }
        }
        return leader;
    }

    /** Adds each member's state to the events. */
    void show() {
        for (final int id : memberIds) {
            if (isUp(id)) {
                final StringBuilder entries = new StringBuilder();
                for (int index = 1; index <= nodes[id].log.lastIndex(); index++) {
                    entries.append(' ').append(index).append('@').append(nodes[id].log.termAt(index));
                }
                events.add(id + " is " + role(id) + " term=" + term(id) + " leader=" + core(id).leaderId() + " commit="
                        + commit(id) + " read=" + core(id).confirmedRead() + " log:" + entries);
            }
        }
    }

    /** All that the cores did since the last call, in order, in words. */
    List<String> takeEvents() {
        final List<String> taken = List.copyOf(events);
        events.clear();
        return taken;
    }

    // A member.

    private final class Node implements RaftEffects {
        private final int id;
        private final DurabilityWitness witness;
        private final FakeLog log;
        private final Deque<Integer> draws = new ArrayDeque<>();
        private final List<Long> drawnBoundsMs = new ArrayList<>();
        private Raft core;
        private long commitIndex;
        private boolean blankPuppet;

        Node(final int id) {
            this.id = id;
            witness = new DurabilityWitness(id);
            log = new FakeLog(witness, event -> events.add(id + " " + event));
        }

        long nextNs(final long boundNs) {
            drawnBoundsMs.add(boundNs / MILLISECOND_NS);
            return draws.isEmpty() ? boundNs * id / 10 : boundNs * draws.remove() / 1000;
        }

        @Override
        public void send(final int to, final PeerMessage message) {
            post(to, message, Messages.copy(message));
        }

        @Override
        public long sendEntries(final int to, final AppendEntries message, final long firstIndex, final int maxBytes) {
            assertEquals(firstIndex - 1, message.prevIndex(), "entries that do not follow prevIndex");
            if (clogged.contains(new Way(id, to)) || cut.contains(new Way(id, to))) {
                return firstIndex - 1;
            }
            final ByteArrayOutputStream entries = new ByteArrayOutputStream();
            long index = firstIndex - 1;
            while (index < log.lastIndex()
                    && (index < firstIndex || entries.size() + log.entry(index + 1).length <= maxBytes)) {
                index++;
                entries.writeBytes(log.entry(index));
            }
            post(
                    to,
                    message,
                    Messages.appendRecords(
                            id,
                            message.term(),
                            message.prevIndex(),
                            message.prevTerm(),
                            message.leaderCommit(),
                            message.round(),
                            message.endsBlankness(),
                            entries.toByteArray()));
            return index;
        }

        private void post(final int to, final PeerMessage message, final byte[] frame) {
            witness.onSend(to, message);
            assertEquals(id, message.from(), "a message in another's name");
            final Way way = new Way(id, to);
            final boolean lost = cut.contains(way) || muted.contains(way);
            events.add(id + "->" + to + " " + Messages.text(frame) + (lost ? " (lost)" : ""));
            if (!lost) {
                letters.add(new Letter(id, to, frame));
            }
        }

        @Override
        public void onCommit(final long index) {
            Invariant.check(index > commitIndex, "the commit index does not rise");
            events.add(id + " commit " + index);
            for (long each = commitIndex + 1; each <= index; each++) {
                commitOne(each);
            }
            commitIndex = index;
        }

        /** State machine safety (thesis 3.6.3), and what it rests on: a majority's disks hold what is committed. */
        private void commitOne(final long index) {
            final byte[] entry = log.entry(index);
            while (committed.size() < index) {
                committed.add(null);
            }
            final byte[] known = committed.set((int) index - 1, entry);
            if (known != null && !Arrays.equals(known, entry)) {
                throw new AssertionError(
                        "member " + id + " commits another entry at " + index + " than was committed: " + events);
            }
            final long holders = Arrays.stream(memberIds)
                    .filter(member -> nodes[member].witness.holds(index, log.termAt(index)))
                    .count();
            final boolean allReal = Arrays.stream(memberIds).allMatch(member -> nodes[member].everStarted());
            if (allReal && known == null && holders < memberIds.length / 2 + 1) {
                throw new AssertionError("member " + id + " commits " + index + ", durable on " + holders + " only");
            }
        }

        private boolean everStarted() {
            return !drawnBoundsMs.isEmpty();
        }

        @Override
        public void onVoteWithheld(final int candidate, final long term, final String reason) {
            events.add(id + " withholds its vote from " + candidate + " term=" + term + " reason=\"" + reason + "\"");
        }

        @Override
        public void onBlanknessEnded(final long term, final int leaderId) {
            events.add(id + " is blank no more term=" + term + " leader=" + leaderId);
        }

        @Override
        public void onRole(final RoleKind role, final long term, final int leaderId, final String reason) {
            events.add(id + " role=" + role + " term=" + term + " leader=" + leaderId + " reason=\"" + reason + "\"");
            if (role == RoleKind.LEADER) {
                final Integer other = leaders.put(term, id);
                if (other != null) {
                    throw new AssertionError("members " + other + " and " + id + " lead in term " + term);
                }
                for (int index = 1; index <= committed.size(); index++) {
                    final byte[] entry = committed.get(index - 1);
                    if (entry != null && (index > log.lastIndex() || !Arrays.equals(entry, log.entry(index)))) {
                        throw new AssertionError("leader " + id + " of term " + term + " lacks committed " + index);
                    }
                }
            }
        }
    }
}
