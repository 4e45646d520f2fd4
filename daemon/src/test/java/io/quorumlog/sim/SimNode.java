package io.quorumlog.sim;

import io.quorumlog.codec.ProtocolException;
import io.quorumlog.codec.peer.FrameReader;
import io.quorumlog.codec.peer.PeerLimits;
import io.quorumlog.codec.peer.PeerMessage;
import io.quorumlog.log.DamagedLogException;
import io.quorumlog.log.NodeIdentity;
import io.quorumlog.log.RecoveredLog;
import io.quorumlog.log.Recovery;
import io.quorumlog.log.ReplicaLog;
import io.quorumlog.log.StorageException;
import io.quorumlog.raft.RoleKind;
import io.quorumlog.replica.Replica;
import io.quorumlog.replica.ReplicaConfig;
import io.quorumlog.replica.Surroundings;
import io.quorumlog.sim.invariant.BrokenInvariant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * One member: the production {@link Replica}, {@link ReplicaLog} and {@link Recovery} on a {@link SimDisk}, driven in the
 * order that Replica's Javadoc demands. What comes in waits in an inbox until the next turn, so that inputs come together
 * as they do on a busy loop, and pile up while the process is paused; sockets are then ready in any order, so clients'
 * requests may be read before the news that another leads. A crash may come between any two effects of a turn:
 * then an {@code Error} that nobody knows is thrown from the port, and the objects are never touched again.
 */
final class SimNode implements Surroundings {
    /** Of the newest files, a start reads so many. */
    private static final int FILES_READ = 2;

    private static final long LEAST_TURN_DELAY_NS = 1_000;
    private static final long MOST_TURN_DELAY_NS = 30_000;
    private static final int NO_CRASH = -1;
    /** As many as nobody needs to hand over. */
    private static final int TRANSFER_TIMEOUTS = 3;

    private static final long MEAN_TO_NOTICE_NS = 20_000_000;

    /** The process ends at this effect. */
    private static final class CrashedHere extends Error {
        private static final long serialVersionUID = 1L;

        CrashedHere() {
            super("crashed", null, false, false);
        }
    }

    private final Simulation simulation;
    private final int id;
    private final SimRandom random;
    private final SimClock clock;
    private final SimDisk disk;
    private final ReplicaConfig config;
    private final NodeIdentity identity;
    private final FrameReader reader;
    private final UnsafeBuffer received;
    private final MemberWatch watch;
    private final SimTransport transport;

    private ReplicaLog log;
    private Replica replica;
    private int process;
    private int wipes;
    private boolean paused;
    private boolean stopping;
    /** Damage was met or found, and the next start is to read everything. */
    private boolean isLogToBeVerified;

    private boolean crashesWithinFlush;
    private int effectsLeft = NO_CRASH;
    private long turnAtNs = Long.MAX_VALUE;
    private boolean isTransferring;
    private long transferBeganNs;
    private final ArrayDeque<Runnable> peersInbox = new ArrayDeque<>();
    private final ArrayDeque<Runnable> clientsInbox = new ArrayDeque<>();
    private final boolean[] believedConnected;
    private final List<SimConnection> clients = new ArrayList<>();

    SimNode(final Simulation simulation, final int id, final SimRandom random) {
        this.simulation = simulation;
        this.id = id;
        this.random = random;
        final FaultPlan plan = simulation.plan();
        final long offsetNs = random.between(-1_000_000_000_000L, 1_000_000_000_000L);
        final long driftPerMillion = random.between(-plan.driftPerMillion, plan.driftPerMillion);
        clock = new SimClock(
                simulation.queue(),
                offsetNs,
                driftPerMillion != 0 && simulation.happens(Fault.DRIFT) ? driftPerMillion : 0,
                random.between(0, 5_000));
        disk = new SimDisk(simulation, id, random.split());
        config = config(plan, id, random);
        identity = new NodeIdentity(id, config.memberIds());
        final PeerLimits limits = new PeerLimits(plan.maxEntryBytes);
        reader = new FrameReader(limits);
        received = new UnsafeBuffer(new byte[limits.maxFrameBytes()]);
        watch = new MemberWatch(simulation, id);
        transport = new SimTransport(simulation, this, limits);
        believedConnected = new boolean[plan.members + 1];
    }

    private static ReplicaConfig config(final FaultPlan plan, final int id, final SimRandom random) {
        final List<ReplicaConfig.Member> members = new ArrayList<>();
        for (int member = 1; member <= plan.members; member++) {
            members.add(new ReplicaConfig.Member(member, "peer:" + member, "client:" + member));
        }
        return new ReplicaConfig(
                id,
                members,
                plan.heartbeatNs,
                plan.electionTimeoutNs,
                plan.maxEntryBytes,
                random.nextLong() | 1,
                random.nextLong(),
                "simulated",
                plan.pageCache ? "page-cache" : "fsync");
    }

    // Life and death.

    boolean isUp() {
        return replica != null;
    }

    /** Starts the process on what the disk kept, unless it runs. */
    void start() {
        if (isUp()) {
            return;
        }
        if (disk.room().isFull()) {
            trace("does not start: its disk is full", 0, null);
            simulation.reached(Outcome.FULL_DISK_REFUSED);
            simulation.faults().onDown(id);
            return;
        }
        process++;
        paused = false;
        stopping = false;
        isTransferring = false;
        spare();
        simulation.defect().onRestart(disk.stream());
        try {
            final RecoveredLog recovered = recover();
            if (recovered == null) {
                return;
            }
            trace("starts: " + recovered.report().summary(), 0, null);
            simulation.reached(process == 1 ? Outcome.STARTED : Outcome.RESTARTED);
            final String repair = recovered.report().repair();
            if (repair != null && repair.startsWith("torn tail")) {
                simulation.reached(Outcome.TAIL_CUT);
            }
            disk.reopen(recovered);
            log = new ReplicaLog(disk, recovered, identity);
            if (disk.isLossUnderWay()) {
                disk.finishRepair();
            }
            simulation.invariants().onRestart(id, log.commitWatermark());
            final SimRandom timeouts = random.split();
            replica = new Replica(
                    config,
                    log,
                    transport,
                    bound -> timeouts.between(0, bound - 1),
                    this,
                    simulation.actions(),
                    clock.nowNs());
        } catch (final CrashedHere e) {
            throw new AssertionError("no crash is due in a start", e);
        }
        simulation.network().onStart(id);
        wake();
    }

    /**
     * Null if the log is damaged, and the process dies over it, or ends: then somebody restores what is damaged, or has the
     * member start on an empty disk.
     */
    private RecoveredLog recover() {
        try {
            final int filesRead = isLogToBeVerified ? Integer.MAX_VALUE : FILES_READ;
            final RecoveredLog recovered = Recovery.recover(disk.storedFiles(), identity, filesRead);
            isLogToBeVerified = false;
            if (recovered.report().unread() > 0) {
                simulation.reached(Outcome.FILES_LEFT_UNREAD);
            }
            if (disk.isDamaged()) {
                verify(recovered.report().unread());
            }
            return disk.isLossUnderWay() && simulation.defect().remembersLoss()
                    ? recovered.withLostEntries()
                    : recovered;
        } catch (final DamagedLogException e) {
            if (!disk.isDamaged()) {
                throw e;
            }
            if (e.soundIndex() > 0 && random.percent(60)) {
                cutOff(e);
                if (random.percent(70)) {
                    return recover();
                }
                trace("dies before it has written that down", 0, null);
                simulation.faults().onDown(id);
                return null;
            }
            trace("does not start: " + e.getMessage(), 0, null);
            simulation.reached(Outcome.DAMAGE_REFUSED);
            if (random.percent(50)) {
                disk.mend();
            } else {
                loseDisk();
            }
            simulation.faults().onDown(id);
            return null;
        }
    }

    /** What was not read is verified while the member runs: before it comes upon the damage, or not. */
    private void verify(final int files) {
        try {
            Recovery.verify(disk.storedFiles(), files, identity);
        } catch (final DamagedLogException e) {
            trace("has not read what is damaged: " + e.getMessage(), 0, null);
            simulation.reached(Outcome.DAMAGE_UNREAD);
            isLogToBeVerified = random.percent(50);
            return;
        }
        throw new BrokenInvariant("DamageIsNamed", "member " + id + " comes up on a damaged log");
    }

    /** What is damaged is set aside. Should the process die before it has written that down, the next one goes on with it. */
    private void cutOff(final DamagedLogException damage) {
        trace("cuts off what is damaged: " + damage.getMessage(), 0, null);
        simulation.reached(Outcome.DAMAGE_CUT_OFF);
        disk.cutOff(damage.position());
        watch.onLoss();
        wipes++;
    }

    /** The process is gone at once. */
    void crash(final String why) {
        if (!isUp()) {
            return;
        }
        trace("crashes: " + why, 0, null);
        observe();
        die();
    }

    private void die() {
        replica.flushTrace();
        replica = null;
        watch.onEnd();
        turnAtNs = Long.MAX_VALUE;
        peersInbox.clear();
        clientsInbox.clear();
        Arrays.fill(believedConnected, false);
        disk.crash();
        simulation.network().onCrash(id);
        for (final SimConnection client : clients) {
            client.onNodeGone();
        }
        clients.clear();
        simulation.faults().onDown(id);
    }

    /** The process is gone, and its disk with it: it will come up on an empty one. */
    void wipe() {
        trace("loses its disk", 0, null);
        crash("its disk is lost");
        loseDisk();
    }

    private void loseDisk() {
        disk.wipe();
        watch.onWipe();
        wipes++;
    }

    /** How often the member forgot what it had promised. */
    int wipes() {
        return wipes;
    }

    /** The process dies when it has had so many more effects. */
    void crashAfterEffects(final int effects) {
        if (isUp()) {
            effectsLeft = effects;
        }
    }

    /** The process dies while the next flush is under way. */
    void crashWithinFlush() {
        crashesWithinFlush = isUp();
    }

    /** Whether it is to die within the flush that begins; once. */
    boolean takeCrashWithinFlush() {
        final boolean crashes = crashesWithinFlush;
        crashesWithinFlush = false;
        return crashes;
    }

    /** Asks the process to hand over and end, as SIGTERM does. */
    void stop() {
        clientInput(() -> {
            trace("is asked to stop", 0, null);
            stopping = true;
            replica.beginShutdown();
        });
    }

    /** Its disk is full. What reserves room comes to know it, and has the process hand over and end. */
    void fillDisk() {
        disk.room().fill();
        simulation.queue().after(random.waitNs(MEAN_TO_NOTICE_NS), () -> {
            if (disk.room().isFull() && isUp() && !stopping) {
                simulation.reached(Outcome.ENDED_ON_FULL_DISK);
                stop();
            }
        });
    }

    /** Everything is as it should be from now on: no crash is to come, and who is down or paused goes on. */
    void heal() {
        spare();
        disk.heal();
        resume();
        start();
    }

    private void spare() {
        effectsLeft = NO_CRASH;
        crashesWithinFlush = false;
    }

    /** Stops the process, as SIGSTOP does; the disk goes on with what it has begun. */
    void pause() {
        if (isUp() && !paused) {
            trace("pauses", 0, null);
            paused = true;
        }
    }

    void resume() {
        if (isUp() && paused) {
            trace("resumes", 0, null);
            paused = false;
            wake();
        }
    }

    SimClock clock() {
        return clock;
    }

    SimDisk disk() {
        return disk;
    }

    // Inputs.

    /** A frame has arrived; {@code damaged} if the network flipped a bit of it. */
    void onFrame(final int from, final byte[] frame, final boolean damaged) {
        peerInput(() -> readFrame(from, frame, damaged));
    }

    private void readFrame(final int from, final byte[] frame, final boolean damaged) {
        trace(damaged ? "receives damaged from" : "receives from", from, frame);
        received.putBytes(0, frame);
        simulation.defect().onReceive(this, received, frame.length);
        try {
            final int length = reader.frameLength(received, 0, frame.length);
            final PeerMessage message = reader.message(received, 0, length);
            replica.onPeerMessage(from, message);
        } catch (final ProtocolException e) {
            if (!damaged) {
                throw e;
            }
            simulation.network().breakConnection(id, from);
        } finally {
            received.setMemory(0, frame.length, (byte) 0xA5); // A view that somebody kept shows nonsense from now on.
        }
    }

    /** A connection to another member stands or is gone. */
    void onConnection(final int other, final boolean up) {
        peerInput(() -> {
            if (believedConnected[other] != up) {
                trace(up ? "is connected to" : "loses", other, null);
                believedConnected[other] = up;
                replica.onPeerConnection(other, up);
            }
        });
    }

    /** A new connection stands; the one before may have gone unnoticed. */
    void onReconnection(final int other, final boolean blank) {
        onConnection(other, false);
        peerInput(() -> replica.onPeerGreeting(other, blank));
        onConnection(other, true);
    }

    boolean believesConnected(final int other) {
        return believedConnected[other];
    }

    /** A client's connection has something for this process, if it lives, in its next turn. */
    void clientInput(final Runnable input) {
        if (isUp()) {
            clientsInbox.add(input);
            wake();
        }
    }

    private void peerInput(final Runnable input) {
        if (isUp()) {
            peersInbox.add(input);
            if (!replica.isAtRest()) {
                wake();
            }
        }
    }

    /** Opens a session; null if nobody listens. */
    Replica accept(final SimConnection client) {
        if (!isUp()) {
            return null;
        }
        clients.add(client);
        return replica;
    }

    void forget(final SimConnection client) {
        clients.remove(client);
    }

    /** A turn is due soon. */
    void wake() {
        turnAt(simulation.queue().nowNs() + random.between(LEAST_TURN_DELAY_NS, MOST_TURN_DELAY_NS));
    }

    private void turnAt(final long timeNs) {
        if (timeNs >= turnAtNs || !isUp()) {
            return;
        }
        turnAtNs = timeNs;
        simulation.queue().at(timeNs, () -> {
            if (turnAtNs == timeNs && isUp() && !paused) {
                turnAtNs = Long.MAX_VALUE;
                turn();
            } else if (turnAtNs == timeNs) {
                turnAtNs = Long.MAX_VALUE;
            }
        });
    }

    // The turn.

    private void turn() {
        try {
            replica.time(clock.nowNs(), clock.wallClockMs());
            replica.onDurable(disk.reportedSeq(), disk.flushedSeq());
            final boolean clientsFirst = random.percent(50);
            runAll(clientsFirst ? clientsInbox : peersInbox);
            runAll(clientsFirst ? peersInbox : clientsInbox);
            replica.fireTimers();
            replica.sendPending();
            disk.requestFlush(replica.hasUnflushedHardState());
            replica.answerClients();
        } catch (final CrashedHere e) {
            observe();
            die();
            return;
        } catch (final StorageException e) {
            final boolean damage = e instanceof DamagedLogException;
            if (damage ? !disk.isDamaged() : !disk.room().isFull()) {
                throw e;
            }
            trace("ends: " + e.getMessage(), 0, null);
            simulation.reached(damage ? Outcome.DAMAGE_MET : Outcome.ROOM_USED_UP);
            isLogToBeVerified |= damage;
            observe();
            die();
            return;
        }
        observe();
        checkThatTransfersEnd();
        if (stopping && replica.isShutdownReady()) {
            crash("stopped");
            return;
        }
        if (replica.deadlineNs() < Long.MAX_VALUE) {
            final long dueNs = clock.simulationTimeNs(replica.deadlineNs());
            turnAt(Math.max(dueNs, simulation.queue().nowNs()) + LEAST_TURN_DELAY_NS);
        }
    }

    /** A leader gives up after an election timeout, by its own clock. */
    private void checkThatTransfersEnd() {
        final long now = clock.nowNs();
        if (!isTransferring || !replica.isTransferring()) {
            transferBeganNs = now;
        } else if (now - transferBeganNs > TRANSFER_TIMEOUTS * simulation.plan().electionTimeoutNs) {
            throw new BrokenInvariant(
                    "TransfersEnd", "member " + id + " hands over for " + (now - transferBeganNs) / 1_000_000 + " ms");
        }
        isTransferring = replica.isTransferring();
    }

    private static void runAll(final ArrayDeque<Runnable> inbox) {
        while (!inbox.isEmpty()) {
            inbox.poll().run();
        }
    }

    private void observe() {
        watch.onCommit(replica.commitIndex());
    }

    /** A record or a message is about to leave the process: the place to die at, if one is chosen. */
    void onEffect() {
        if (effectsLeft == NO_CRASH) {
            return;
        }
        if (effectsLeft-- == 0 && simulation.happens(Fault.CRASH_WITHIN_STEP)) {
            trace("crashes within a step", 0, null);
            throw new CrashedHere();
        }
    }

    // The surroundings.

    @Override
    public boolean isConnected(final int member) {
        return believedConnected[member];
    }

    @Override
    public long clientConnections() {
        return clients.size();
    }

    @Override
    public long flushesTotal() {
        return disk.flushesTotal();
    }

    @Override
    public void onVoteWithheld(final int candidate, final long term, final String reason) {
        simulation.reached(Outcome.VOTE_WITHHELD);
        trace("withholds its vote in term " + term + ": " + reason, candidate, null);
    }

    @Override
    public void onEntryTooLarge(final int member, final long index, final int payloadBytes) {
        throw new AssertionError("entry " + index + " of " + payloadBytes + " bytes for member " + member);
    }

    @Override
    public void onBlanknessEnded(final long term, final int leaderId) {
        watch.onBlanknessEnded();
        trace("is blank no more in term " + term, leaderId, null);
    }

    @Override
    public void onRole(final RoleKind role, final long term, final int leaderId, final String reason) {
        trace("is " + role + " in term " + term + ": " + reason, leaderId, null);
        observe(); // What was committed in the role before.
        watch.onRole(role, term);
    }

    // What others ask.

    int id() {
        return id;
    }

    RoleKind role() {
        return replica.role();
    }

    long term() {
        return replica.term();
    }

    /** What its handshake says. */
    boolean isBlank() {
        return replica.isBlank();
    }

    /** What is seen of it. */
    MemberWatch watch() {
        return watch;
    }

    ReplicaLog log() {
        return log;
    }

    private void trace(final String what, final int peer, final byte[] frame) {
        simulation.trace(id, what, peer, 0, 0, frame);
    }
}
