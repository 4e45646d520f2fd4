package io.quorumlog.sim;

import io.quorumlog.raft.RoleKind;
import io.quorumlog.replica.TraceOutput;
import io.quorumlog.sim.invariant.BrokenInvariant;
import io.quorumlog.sim.invariant.Invariants;
import java.io.PrintStream;

/**
 * One run: a cluster, its clients and its faults, from one seed.
 *
 * <p>There is one queue of events, ordered by time and then by the order in which they were added, and one source of
 * chance. The <em>safety phase</em> lasts as long as the plan says; anything may happen in it, and the invariants are
 * checked with each observation. The <em>liveness phase</em> has parts, each of a bounded number of election timeouts. If
 * members are blank, they are first brought up to date. Then a majority is healed and a minority is not: the majority must
 * come to serve, and keep its leader. At last everything is healed, and the cluster must come to rest: the same leader still,
 * all logs equal and committed, an append answered, and no request left without an answer.
 *
 * <p>Draws nothing from outside: run twice, it does the same to the last byte.
 */
final class Simulation {
    private static final int LIVENESS_TIMEOUTS = 12;
    private static final int SETTLING_TIMEOUTS = 4;
    private static final long LOOK_NS = 5_000_000;

    /** So many events were to be run. */
    private static final class Ended extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Ended() {
            super("ended", null, false, false);
        }
    }

    private final long seed;
    private final Defect defect;
    private final Omissions omissions;
    private final Tally tally = new Tally();
    private TraceOutput actions;
    private final FaultPlan plan;
    private final EventQueue queue = new EventQueue();
    private final Trace trace = new Trace();
    private final Invariants invariants;
    private final SimNetwork network;
    private final Faults faults;
    private final SimNode[] nodes;
    private final SimClient[] clients;
    private boolean healed;
    private long step;
    private long lastStep = Long.MAX_VALUE;
    private int occurrences;
    private long nextRequestNumber;

    Simulation(final long seed) {
        this(seed, Defect.NONE, Omissions.NONE);
    }

    /**
     * @param defect a mistake that the run should find
     * @param omissions what does not happen, though the seed says so
     */
    Simulation(final long seed, final Defect defect, final Omissions omissions) {
        this.seed = seed;
        this.defect = defect;
        this.omissions = omissions;
        final SimRandom random = new SimRandom(seed);
        plan = new FaultPlan(random.split());
        invariants = new Invariants(plan.members);
        network = new SimNetwork(this, random.split());
        faults = new Faults(this, random.split());
        nodes = new SimNode[plan.members];
        for (int i = 0; i < nodes.length; i++) {
            nodes[i] = new SimNode(this, i + 1, random.split());
        }
        clients = new SimClient[plan.clients];
        for (int i = 0; i < clients.length; i++) {
            clients[i] = new SimClient(this, i + 1, random.split());
        }
    }

    /**
     * Runs to the end.
     *
     * @throws SimulationFailure if anything does not hold
     */
    void run() {
        try {
            for (final SimNode node : nodes) {
                queue.at(0, node::start);
            }
            for (final SimClient client : clients) {
                client.start();
            }
            faults.start();
            runUntil(plan.durationNs);
            healed = true;
            for (final SimClient client : clients) {
                client.stop();
            }
            heal();
            comeToBeWhole();
            faults.breakMinority();
            comeToServe();
            final SimNode leader = leader();
            final long term = leader.term();
            final boolean othersAreAhead = isAnyMemberAhead(term);
            faults.mend();
            heal();
            comeToRest();
            if (!othersAreAhead && (leader() != leader || leader.term() != term)) {
                throw new BrokenInvariant(
                        "Liveness", "member " + leader.id() + " of term " + term + " was deposed by who came back");
            }
            invariants.atEnd();
        } catch (final Ended e) {
            throw e;
        } catch (final Error | RuntimeException e) {
            throw new SimulationFailure(this, trace, e);
        } finally {
            tally.ended(step, queue.nowNs());
        }
    }

    /** Runs up to a number of events; the end is not reached, and not checked, where there are more. */
    void runUntilStep(final long last) {
        lastStep = last;
        try {
            run();
        } catch (final Ended e) {
            return; // Nothing was found up to there.
        }
    }

    private void runUntil(final long timeNs) {
        queue.at(timeNs, () -> {});
        while (queue.nowNs() < timeNs) {
            runNext();
        }
    }

    private void runNext() {
        if (step == lastStep) {
            throw new Ended();
        }
        step++;
        queue.runNext();
    }

    // Liveness.

    private void heal() {
        trace(0, "everything is healed", 0, 0, 0, null);
        network.heal();
        for (final SimNode node : nodes) {
            node.heal();
        }
    }

    /**
     * All are connected, so that who is blank is brought up to date: without that, a minority's failure could leave no
     * majority that counts.
     */
    private void comeToBeWhole() {
        final long healedNs = queue.nowNs();
        while (invariants.blankMembers() > 0) {
            lookAgain(healedNs, invariants.blankMembers() + " members are still blank");
        }
    }

    /**
     * A majority is sound and connected, whatever the others do: within bounded time it has a leader that commits, and from
     * then on nobody takes its place (mistakes 11 to 13).
     */
    private void comeToServe() {
        final long healedNs = queue.nowNs();
        final long servedIndex = invariants.committed().lastClientIndex();
        while (invariants.committed().lastClientIndex() == servedIndex
                || queue.nowNs() < healedNs + SETTLING_TIMEOUTS * plan.electionTimeoutNs) {
            lookAgain(healedNs, "no append is committed by a sound majority");
            if (invariants.committed().lastClientIndex() == servedIndex) {
                probe();
            }
        }
        final SimNode leader = leader();
        final long term = leader.term();
        if (faults.isAnyBroken()) {
            reached(Outcome.SERVED_WITHOUT_MINORITY);
        }
        runUntil(queue.nowNs() + SETTLING_TIMEOUTS * plan.electionTimeoutNs);
        if (leader.role() != RoleKind.LEADER || leader.term() != term || leader() != leader) {
            throw new BrokenInvariant(
                    "Liveness",
                    "member " + leader.id() + " led term " + term + " for a sound majority and was deposed");
        }
    }

    /** Everything is mended: within bounded time one leader, equal logs, an append answered, no request without an answer. */
    private void comeToRest() {
        final long healedNs = queue.nowNs();
        final SimClient last = clients[0];
        boolean appended = false;
        String unrest = unrest();
        while (unrest != null || !appended || !last.isAnswered()) {
            if (unrest == null && !appended && last.isConnected()) {
                last.append();
                appended = true;
            }
            lookAgain(healedNs, unrest == null ? last.waitsFor() : unrest);
            unrest = unrest();
        }
    }

    /** Whether a member that is not sound had begun a later term: then it deposes the leader when it comes back. */
    private boolean isAnyMemberAhead(final long term) {
        for (final SimNode node : nodes) {
            if (invariants.member(node.id()).term() > term) {
                return true;
            }
        }
        return false;
    }

    /** A client asks the member that should lead by now. */
    private void probe() {
        final SimNode leader = leader();
        if (leader != null && !faults.isBroken(leader.id())) {
            clients[0].appendTo(leader.id());
        }
    }

    private void lookAgain(final long sinceNs, final String why) {
        if (queue.nowNs() > sinceNs + LIVENESS_TIMEOUTS * plan.electionTimeoutNs) {
            throw new BrokenInvariant(
                    "Liveness", LIVENESS_TIMEOUTS + " election timeouts after everything was healed: " + why);
        }
        runUntil(queue.nowNs() + LOOK_NS);
    }

    /** Why the cluster is not at rest, or null. */
    private String unrest() {
        int leaders = 0;
        long term = 0;
        for (final SimNode node : nodes) {
            if (!node.isUp()) {
                return "member " + node.id() + " is down";
            }
            leaders += node.role() == RoleKind.LEADER ? 1 : 0;
            term = Math.max(term, node.term());
        }
        if (leaders != 1) {
            return leaders + " leaders";
        }
        for (final SimNode node : nodes) {
            if (node.term() != term) {
                return "member " + node.id() + " is in term " + node.term() + ", others in " + term;
            }
        }
        for (final SimClient client : clients) {
            if (!client.isAnswered()) {
                return client.waitsFor();
            }
        }
        return invariants.difference();
    }

    // What happens.

    /** Whether a fault that is about to happen does: then it is counted. */
    boolean happens(final Fault fault) {
        if (omissions.leavesOut(fault, occurrences++)) {
            return false;
        }
        tally.count(fault);
        trace(0, fault.text(), 0, 0, 0, (Integer) (occurrences - 1));
        return true;
    }

    /** Something has come about. */
    void reached(final Outcome outcome) {
        tally.count(outcome);
    }

    /** How many faults were about to happen so far. */
    int occurrences() {
        return occurrences;
    }

    /** What has happened so far. */
    Tally tally() {
        return tally;
    }

    // The parts.

    long seed() {
        return seed;
    }

    Omissions omissions() {
        return omissions;
    }

    FaultPlan plan() {
        return plan;
    }

    Defect defect() {
        return defect;
    }

    /** Gives all that the members' cores do to this one, in an order of cause and effect; to be called before the run. */
    Simulation actionsTo(final TraceOutput output) {
        actions = output;
        return this;
    }

    /** Takes what the members' cores do; null: nobody does. */
    TraceOutput actions() {
        return actions;
    }

    EventQueue queue() {
        return queue;
    }

    Invariants invariants() {
        return invariants;
    }

    SimNetwork network() {
        return network;
    }

    Faults faults() {
        return faults;
    }

    SimNode node(final int id) {
        return nodes[id - 1];
    }

    /** The member that leads, as it believes itself, in the highest term; null if none does. */
    SimNode leader() {
        SimNode leader = null;
        for (final SimNode node : nodes) {
            if (node.isUp() && node.role() == RoleKind.LEADER && (leader == null || node.term() > leader.term())) {
                leader = node;
            }
        }
        return leader;
    }

    /** Whether the safety phase is over. */
    boolean isHealed() {
        return healed;
    }

    long nextRequestNumber() {
        return nextRequestNumber++;
    }

    /** Prints all of its trace while it runs. */
    void printTrace(final PrintStream stream) {
        trace.printTo(stream);
    }

    void trace(
            final int member,
            final String what,
            final int peer,
            final long index,
            final long term,
            final Object detail) {
        trace.line(step, queue.nowNs(), member, what, peer, index, term, detail);
    }

    /** Events so far. */
    long steps() {
        return step;
    }

    /** The same for two runs only if they were the same. */
    long traceHash() {
        return trace.hash();
    }
}
