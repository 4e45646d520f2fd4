package io.quorumlog.node;

import io.quorumlog.codec.peer.PeerLimits;
import io.quorumlog.log.DamagedLogException;
import io.quorumlog.log.NodeIdentity;
import io.quorumlog.log.ReplicaLog;
import io.quorumlog.log.StorageException;
import io.quorumlog.net.EventLoop;
import io.quorumlog.net.Flusher;
import io.quorumlog.net.ListeningPorts;
import io.quorumlog.net.NetSettings;
import io.quorumlog.raft.RoleKind;
import io.quorumlog.replica.Replica;
import io.quorumlog.replica.ReplicaConfig;
import io.quorumlog.replica.Surroundings;
import io.quorumlog.store.FlushThread;
import io.quorumlog.store.LogDirectory;
import io.quorumlog.store.NoSpaceException;
import io.quorumlog.store.OpenedLog;
import io.quorumlog.store.Scrub;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.agrona.concurrent.SystemEpochClock;
import org.agrona.concurrent.SystemNanoClock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node from its start to its end, on the thread of its event loop.
 *
 * <p>Start: it is tried whether the trace can be written, if one is asked for, and both ports are bound, because that
 * leaves nothing on disk; then the data directory is locked, read and opened, while whoever connects waits in the kernel's
 * queue. Whatever fails ends the process, which closes and unlocks everything.
 *
 * <p>Stop, when {@link #stop} asks for it or the disk is full: a leader hands its leadership over, for at most an election
 * timeout; then the ports are closed, the log is flushed and closed. It takes less than 5 s whatever hangs: the thread
 * that asked waits no longer than that and ends the process.
 */
final class Node {
    private static final Logger LOG = LoggerFactory.getLogger(Node.class);

    /** Whatever the settings, for a process that is asked to stop has 5 s. */
    private static final long HAND_OVER_LIMIT_NS = TimeUnit.SECONDS.toNanos(2);
    /** After leadership is handed over, clients whose appends are under way learn what became of them, if it is soon. */
    private static final long LAST_ANSWERS_NS = TimeUnit.MILLISECONDS.toNanos(100);

    private static final long LAST_FLUSH_NS = TimeUnit.SECONDS.toNanos(2);
    private static final long STOP_LIMIT_MS = 4_300;
    /** Between two looks whether the own name has got an address. */
    private static final long NAME_PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(200);

    private final NodeConfig config;
    private final String version;
    private final ProcessEnd end;
    private final Thread thread = new Thread(this::run, "event-loop");
    private final CountDownLatch hasStopped = new CountDownLatch(1);

    private boolean isStopRequested; // guarded by this
    private EventLoop loop; // guarded by this until it runs
    private volatile NoSpaceException diskFull;

    Node(final NodeConfig config, final String version, final ProcessEnd end) {
        this.config = config;
        this.version = version;
        this.end = end;
    }

    /** Starts the node on a thread of its own. */
    void start() {
        thread.start();
    }

    /** Stops the node and ends the process with status 0; does not return. Any thread but the node's. */
    void stop() {
        final EventLoop running = requestStop();
        if (running != null) {
            running.requestStop();
            try {
                // False: something hangs. What was acknowledged is safe all the same.
                hasStopped.await(STOP_LIMIT_MS, TimeUnit.MILLISECONDS);
            } catch (final InterruptedException nobodyInterrupts) {
                Thread.currentThread().interrupt();
            }
        } else {
            LOG.info("stopped node={} before it had started", config.nodeId());
        }
        end.quietly(ProcessEnd.STOPPED);
    }

    /** The loop to be stopped; null if it has not begun, and then it never will. */
    private synchronized EventLoop requestStop() {
        isStopRequested = true;
        return loop;
    }

    private synchronized boolean beginLoop(final EventLoop ready) {
        loop = isStopRequested ? null : ready;
        return !isStopRequested;
    }

    private void run() {
        try {
            startAndRun();
        } catch (final Throwable t) {
            fail(t);
        }
        final NoSpaceException full = diskFull;
        if (full != null) {
            end.withLine(ProcessEnd.FAILED, full.getMessage());
        }
        hasStopped.countDown();
    }

    /** Ends the process because of what was thrown; does not return. */
    private void fail(final Throwable thrown) {
        if (thrown instanceof DamagedLogException) {
            end.withLine(
                    ProcessEnd.FAILED,
                    inDirectory(thrown.getMessage())
                            + "; restore the directory, or wipe it and let the node start blank");
        } else if (thrown instanceof StorageException) {
            end.withLine(ProcessEnd.FAILED, inDirectory(thrown.getMessage()));
        } else if (thrown instanceof CannotStartException) {
            end.withLine(ProcessEnd.FAILED, thrown.getMessage());
        } else {
            end.withThrowable(thrown);
        }
    }

    /** Why the node can't start, in one line. */
    private static final class CannotStartException extends Exception {
        private static final long serialVersionUID = 1L;

        CannotStartException(final String message, final Exception cause) {
            super(message, cause);
        }
    }

    // Start.

    private void startAndRun() throws IOException, CannotStartException {
        tryTrace();
        final ClusterSpec.Member self = config.self();
        final InetAddress bindAddress = bindAddress();
        final NodeIdentity identity =
                new NodeIdentity(config.nodeId(), config.cluster().ids());
        try (ListeningPorts ports = openPorts(bindAddress, self);
                EventLoop events = newLoop(bindAddress, ports)) {
            LOG.info(
                    "start node={} version={} cluster={} data-dir={} bind={} durability={}",
                    config.nodeId(),
                    version,
                    config.cluster(),
                    config.dataDir(),
                    bindAddress.getHostAddress(),
                    durability());
            keepNativeLibraryIn(config.dataDir());
            final int maxRecordBytes = new PeerLimits(config.maxEntryBytes()).maxRecordBytes();
            try (OpenedLog opened = LogDirectory.open(config.dataDir(), identity, maxRecordBytes);
                    Scrub scrub = new Scrub(opened, identity, new ScrubLog(opened));
                    TraceFile trace = openTrace()) {
                LOG.info(opened.recovered().report().summary());
                if (!opened.recovered().areIndexesRight()) {
                    LOG.warn("a closed file's index is not that of its entries: this log is read whole at each start");
                }
                scrub.start();
                runUntilStopped(opened, identity, events, trace);
            }
        }
    }

    /**
     * Where the library is unpacked, loaded and deleted through which we call the system: in the data directory, the only place
     * where a node writes, unless somebody names another. A temporary directory may not allow it, a home may not exist.
     */
    private static void keepNativeLibraryIn(final Path directory) {
        if (System.getProperty("jffi.extract.dir") == null) {
            System.setProperty("jffi.extract.dir", directory.toAbsolutePath().toString());
        }
    }

    /**
     * Where to listen. The member's own host, where nothing else was named, may have no address yet: names are often given
     * to machines, and to containers, only while they start. So it is waited for, as the peers' names are.
     */
    private InetAddress bindAddress() throws CannotStartException {
        boolean isSaid = false;
        while (true) {
            try {
                return InetAddress.getByName(config.bind());
            } catch (final UnknownHostException e) {
                final ClusterSpec.Member self = config.self();
                final String problem = "can't listen on ports " + self.peer().port() + " and "
                        + self.client().port() + ": host " + config.bind() + ", from " + config.bindSource()
                        + ", has no address";
                if (config.isBindNamed()) {
                    throw new CannotStartException(
                            problem + "; mend the name, or set bind to an address of this machine", e);
                }
                if (!isSaid) {
                    LOG.warn("{}; waiting until it has one", problem);
                    isSaid = true;
                }
                LockSupport.parkNanos(NAME_PAUSE_NS);
            }
        }
    }

    private ListeningPorts openPorts(final InetAddress bindAddress, final ClusterSpec.Member self)
            throws CannotStartException {
        try {
            return ListeningPorts.open(
                    bindAddress, self.peer().port(), self.client().port());
        } catch (final IOException e) {
            throw new CannotStartException(e.getMessage() + "; the address is from " + config.bindSource(), e);
        }
    }

    private void tryTrace() throws CannotStartException {
        if (config.trace() != null) {
            try {
                TraceFile.tryOut(config.trace(), config.dataDir());
            } catch (final IOException e) {
                throw noTrace(e);
            }
        }
    }

    /** Null, which is no trace, unless one is asked for. */
    private TraceFile openTrace() throws CannotStartException {
        if (config.trace() == null) {
            return null;
        }
        try {
            return TraceFile.open(config.trace());
        } catch (final IOException e) {
            throw noTrace(e);
        }
    }

    private CannotStartException noTrace(final IOException e) {
        return new CannotStartException("can't write the trace to " + config.trace() + ": " + e.getMessage(), e);
    }

    private EventLoop newLoop(final InetAddress bindAddress, final ListeningPorts ports) throws CannotStartException {
        try {
            return new EventLoop(netSettings(bindAddress), ports, SystemNanoClock.INSTANCE, SystemEpochClock.INSTANCE);
        } catch (final IOException e) {
            throw new CannotStartException("can't start: " + e.getMessage(), e);
        }
    }

    private NetSettings netSettings(final InetAddress bindAddress) {
        final List<NetSettings.Peer> peers = new ArrayList<>();
        for (final ClusterSpec.Member member : config.cluster().members()) {
            if (member.id() != config.nodeId()) {
                peers.add(new NetSettings.Peer(
                        member.id(), member.peer().host(), member.peer().port()));
            }
        }
        return new NetSettings(
                config.nodeId(),
                peers,
                bindAddress,
                config.isBindNamed() && !bindAddress.isAnyLocalAddress(),
                TimeUnit.MILLISECONDS.toNanos(config.electionTimeoutMs()),
                config.maxEntryBytes(),
                config.isSpinning());
    }

    private ReplicaConfig replicaConfig(final SecureRandom random) {
        final List<ReplicaConfig.Member> members = new ArrayList<>();
        for (final ClusterSpec.Member member : config.cluster().members()) {
            members.add(new ReplicaConfig.Member(
                    member.id(), member.peer().toString(), member.client().toString()));
        }
        return new ReplicaConfig(
                config.nodeId(),
                members,
                TimeUnit.MILLISECONDS.toNanos(config.heartbeatMs()),
                TimeUnit.MILLISECONDS.toNanos(config.electionTimeoutMs()),
                config.maxEntryBytes(),
                random.nextLong(),
                random.nextLong(),
                version,
                durability());
    }

    private String durability() {
        return config.isFsync() ? "fsync" : "page-cache";
    }

    // At work.

    private void runUntilStopped(
            final OpenedLog opened, final NodeIdentity identity, final EventLoop events, final TraceFile trace) {
        try {
            final ReplicaLog log = new ReplicaLog(opened.stream(), opened.recovered(), identity);
            final String repaired = opened.finishRepair();
            if (repaired != null) {
                LOG.warn(repaired);
            }
            run(opened, log, events, trace);
        } catch (final Throwable t) {
            // Here, before anything is closed: with memory or disk gone, closing has no end but more failures.
            if (t instanceof DamagedLogException wrong) {
                end.withLine(ProcessEnd.FAILED, inDirectory(opened.verifyAtNextStart(wrong)));
            }
            fail(t);
        }
    }

    private void run(final OpenedLog opened, final ReplicaLog log, final EventLoop events, final TraceFile trace)
            throws IOException {
        final SecureRandom random = new SecureRandom();
        final SplittableRandom timeouts = new SplittableRandom(random.nextLong());
        final FlushThread flushThread =
                new FlushThread(opened, !config.isFsync(), events::wakeUp, this::onFlushFailure);
        final Replica replica = new Replica(
                replicaConfig(random),
                log,
                events.peerTransport(),
                timeouts::nextLong,
                new LoopSurroundings(
                        events,
                        flushThread,
                        new RoleLog(),
                        new BlanknessLog(log.isBlank(), log.hasLostEntries()),
                        new SizeLog(config.maxEntryBytes())),
                trace,
                SystemNanoClock.INSTANCE.nanoTime());
        events.start(replica, new LoopFlusher(flushThread));
        flushThread.start();
        if (!beginLoop(events)) {
            return;
        }
        while (!events.isStopRequested()) {
            events.doCycle();
        }
        handOver(replica, events);
        events.stopAccepting();
        replica.flushTrace();
        finish(replica, flushThread, log);
    }

    /** A failed flush is never repeated, and what was not flushed never acknowledged. A full disk leaves time to yield. */
    private void onFlushFailure(final StorageException failure) {
        if (failure instanceof NoSpaceException full) {
            diskFull = full;
            final EventLoop running = requestStop();
            if (running != null) {
                running.requestStop();
                return;
            }
        }
        end.withLine(ProcessEnd.FAILED, inDirectory(failure.getMessage()));
    }

    /** The operator looks for the directory first, and several nodes' files have the same names. */
    private String inDirectory(final String message) {
        return inDirectory(config.dataDir(), message);
    }

    static String inDirectory(final Path directory, final String message) {
        return message.contains(directory.toString()) ? message : "data directory " + directory + ": " + message;
    }

    // Stop.

    private void handOver(final Replica replica, final EventLoop events) throws IOException {
        LOG.info("stop node={} role={}", config.nodeId(), replica.role());
        final boolean isLeader = replica.role() == RoleKind.LEADER;
        final long startedNs = System.nanoTime();
        replica.beginShutdown();
        events.wakeAt(startedNs + HAND_OVER_LIMIT_NS);
        events.wakeUp(); // What there is to say now is not to wait for the next heartbeat.
        while (!replica.isShutdownReady() && System.nanoTime() - startedNs < HAND_OVER_LIMIT_NS) {
            events.doCycle();
        }
        if (isLeader) {
            final long answersNs = System.nanoTime();
            events.wakeAt(answersNs + LAST_ANSWERS_NS);
            while (System.nanoTime() - answersNs < LAST_ANSWERS_NS) {
                events.doCycle();
            }
        }
    }

    private void finish(final Replica replica, final FlushThread flushThread, final ReplicaLog log) {
        if (!flushThread.stop(replica.lastRecordSeq(), LAST_FLUSH_NS)) {
            LOG.warn("stop node={}: the last flush did not end in time", config.nodeId());
        } else {
            log.onFlushed(flushThread.flushedSeq());
            log.lastMark();
        }
        LOG.info("stopped node={} term={} commit={}", config.nodeId(), replica.term(), replica.commitIndex());
    }

    /** The flush thread as the loop sees it. */
    private record LoopFlusher(FlushThread flushThread) implements Flusher {
        @Override
        public long durableSeq() {
            return flushThread.durableSeq();
        }

        @Override
        public long flushedSeq() {
            return flushThread.flushedSeq();
        }

        @Override
        public void request(final long recordSeq, final boolean hardState) {
            flushThread.request(recordSeq, hardState);
        }
    }

    /** What the replica can't know by itself. */
    private record LoopSurroundings(
            EventLoop events, FlushThread flushThread, RoleLog roles, BlanknessLog blankness, SizeLog sizes)
            implements Surroundings {
        @Override
        public boolean isConnected(final int member) {
            return events.isConnected(member);
        }

        @Override
        public long clientConnections() {
            return events.clientConnections();
        }

        @Override
        public long flushesTotal() {
            return flushThread.flushes();
        }

        @Override
        public void onVoteWithheld(final int candidate, final long term, final String reason) {
            blankness.onVoteWithheld(SystemNanoClock.INSTANCE.nanoTime(), candidate, term, reason);
        }

        @Override
        public void onBlanknessEnded(final long term, final int leaderId) {
            blankness.onEnded(term, leaderId);
        }

        @Override
        public void onEntryTooLarge(final int member, final long index, final int payloadBytes) {
            sizes.onEntryTooLarge(SystemNanoClock.INSTANCE.nanoTime(), member, index, payloadBytes);
        }

        @Override
        public void onRole(final RoleKind role, final long term, final int leaderId, final String reason) {
            roles.onRole(SystemNanoClock.INSTANCE.nanoTime(), role, term, leaderId, reason);
        }
    }
}
