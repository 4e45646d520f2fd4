package io.quorumlog.spec;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Judges the actions of a cluster's members, one after another. Each member's lines come in the order in which it wrote them,
 * and no message is handled before its sending has been told ({@link #isReady}); apart from that the members' lines may be
 * mixed in any way, as members do not share a clock.
 *
 * <p>Messages may be lost, repeated and come in any order; processes may end anywhere and come up again. What a crash may
 * leave on a disk is what was durable, and of the rest a first part.
 */
public final class Specification {
    /**
     * What befalls members beyond what the specification knows.
     *
     * @param losesLastTurn whether a process that was killed may have written records that its trace does not tell of: the
     *     trace is written at the end of each turn, before anybody can hear of them
     * @param damagesEntries whether entries may come in damaged, which a member finds by their checksums when it needs them
     */
    public record World(boolean losesLastTurn, boolean damagesEntries) {
        /** Processes on real machines, connected by what keeps bytes as they are. */
        public static final World REAL = new World(true, false);
        /** A simulation, which loses nothing of a trace, and flips bits. */
        public static final World SIMULATED = new World(false, true);
    }

    private static final String ENTRIES = ",\"mentries\":";

    private final Set<Integer> traced;
    private final World world;
    private final Map<Integer, Member> members = new TreeMap<>();
    private final History history = new History();
    private final Elections elections;
    private final Replication replication;
    private long lines;

    /** @param traced the members that write a trace: what comes from others is taken on trust */
    public Specification(final Set<Integer> traced, final World world) {
        this.traced = Set.copyOf(traced);
        this.world = world;
        elections = new Elections(history);
        replication = new Replication(history, this::isWhole);
    }

    /**
     * Takes the next line.
     *
     * @throws Violation if a rule does not allow it
     */
    public void accept(final String line, final String place) {
        accept(TraceLine.parse(line, place));
    }

    /** How many lines have been taken. */
    public long lines() {
        return lines;
    }

    /** Whether a line may be taken now: unless it tells of a message whose sending is told by a line still to come. */
    boolean isReady(final TraceLine line) {
        return !line.isHandling() || !traced.contains(line.source()) || history.wasSent(identity(line.message()));
    }

    /** That by which a message is known again. Damaged entries that are appended all the same, nobody has made. */
    private String identity(final String message) {
        final int entries = world.damagesEntries() ? message.indexOf(ENTRIES) : -1;
        return entries < 0 ? message : message.substring(0, entries);
    }

    void accept(final TraceLine line) {
        try {
            lines++;
            judge(members.computeIfAbsent(line.node(), Member::new), line);
        } catch (final Violation violation) {
            throw violation.at(line);
        }
    }

    private void judge(final Member member, final TraceLine line) {
        if (line.action().equals("Restart")) {
            restart(member, line);
            return;
        }
        Rule.TRACE_IS_WHOLE.require(
                line.seq() == member.seq + 1, "the line before had number " + member.seq + " of this process");
        member.seq = line.seq();
        if (elections.acceptHardState(member, line)) {
            return;
        }
        Rule.TERM_NEVER_FALLS.require(
                line.term() == member.term(), "it was in term " + member.term() + " and has written no other");
        if (line.isHandling()) {
            handle(member, line);
        } else if (line.message() != null) {
            send(member, line);
        } else if (!acceptOther(member, line)
                && !elections.acceptRole(member, line)
                && !replication.accept(member, line)) {
            Rule.TRACE_IS_WHOLE.require(false, "there is no such action");
        }
    }

    // Processes.

    private void restart(final Member member, final TraceLine line) {
        final HardState found = HardState.of(line);
        final TermRuns log = line.terms("log", 1);
        final boolean isFirst = member.seq == 0;
        final boolean isWiped = found.equals(HardState.NONE) && log.lastIndex() == 0;
        final boolean isDamaged = line.flag("lostEntries") && log.sameUpTo(member.log, 1) == log.lastIndex();
        Rule.BLANK_SAYS_SO.require(found.blank() || !line.flag("lostEntries"), "it has lost entries");
        if (!isFirst && !isWiped && !isDamaged && !member.disk.mayLeave(found, log)) {
            Rule.RECOVERS_WHAT_WAS_DURABLE.require(
                    world.losesLastTurn() && isWrittenInLastTurn(member, found, log),
                    "the disk held " + member.disk + ", and it came up with " + found + " log " + log);
        }
        history.learn(log);
        final long commitIndex = line.number("commitIndex");
        Rule.COMMIT_NEVER_FALLS.require(commitIndex <= log.lastIndex(), "it holds " + log);
        member.restart(line, found, log);
        member.seq = line.seq();
        history.onCommitted(member, 0, commitIndex);
    }

    /** All that the trace tells of is there, and more, which the turn may have written in which the process was killed. */
    private static boolean isWrittenInLastTurn(final Member member, final HardState found, final TermRuns log) {
        final HardState state = member.state;
        final boolean isStateKept = found.term() > state.term()
                || found.term() == state.term()
                        && (found.votedFor() == state.votedFor() || state.votedFor() == HardState.NOBODY);
        final long same = log.sameUpTo(member.log, 1);
        return isStateKept
                && (found.blank() == state.blank() || !found.blank())
                && same >= member.commitIndex
                && (same == member.log.lastIndex() || log.termAt(same + 1) > member.log.termAt(same + 1));
    }

    private boolean acceptOther(final Member member, final TraceLine line) {
        switch (line.action()) {
            case "Durable" -> member.disk.flushed(line.number("record"));
            case "Greet" -> {
                member.greeted.put((int) line.number("peer"), line.flag("blank"));
                member.hasHeardOfLog |= !line.flag("blank");
            }
            case "Connect" -> {
                final int peer = (int) line.number("peer");
                member.match.remove(peer); // It may lead to a process that holds less than the one before.
                member.blankFollowers.put(peer, member.greeted.getOrDefault(peer, false));
            }
            case "Disconnect" -> {}
            default -> {
                return false;
            }
        }
        return true;
    }

    // Messages.

    private boolean isWhole(final Member member) {
        return traced.size() >= member.size;
    }

    private void handle(final Member member, final TraceLine line) {
        Rule.MESSAGE_WAS_SENT.require(
                isReady(line) && line.destination() == member.id && line.source() != member.id,
                "member " + line.source() + " has not sent this, as far as its trace tells");
        member.verifiedIndex();
        member.handle(line);
    }

    private void send(final Member member, final TraceLine line) {
        Rule.MESSAGE_WAS_SENT.require(
                line.source() == member.id && line.destination() != member.id, "it is not its own to send");
        final long expectedTerm = line.action().equals("RequestPreVote") ? member.term() + 1 : member.term();
        Rule.TERM_NEVER_FALLS.require(line.number("mterm") == expectedTerm, "the message names another term");
        final HardState durable = member.disk.hardState();
        Rule.TERM_IS_DURABLE.require(durable.equals(member.state), "on disk is " + durable);
        if (!elections.acceptSending(member, line) && !replication.acceptSending(member, line)) {
            Rule.TRACE_IS_WHOLE.require(false, "there is no such message");
        }
        history.onSent(identity(line.message()));
    }
}
