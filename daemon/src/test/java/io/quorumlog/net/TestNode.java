package io.quorumlog.net;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.SystemEpochClock;
import org.agrona.concurrent.SystemNanoClock;

/** A loop with real sockets on 127.0.0.1, on a thread of its own, over a {@link FakeReplica}. */
final class TestNode implements AutoCloseable {
    static final int MAX_ENTRY_BYTES = 1 << 20;
    static final long ELECTION_TIMEOUT_NS = TimeUnit.MILLISECONDS.toNanos(200);
    static final Duration PATIENCE = Duration.ofSeconds(20);

    final int id;
    final FakeReplica replica = new FakeReplica(MAX_ENTRY_BYTES);
    final ListeningPorts ports;
    final EventLoop loop;
    volatile Throwable failure;

    private final ConcurrentLinkedQueue<FutureTask<?>> calls = new ConcurrentLinkedQueue<>();
    private final Thread thread;
    private volatile boolean isPaused;
    private volatile boolean hasPaused;

    TestNode(final int id, final NetSettings.Peer... peers) throws IOException {
        this(id, 0, peers);
    }

    TestNode(final int id, final int peerPort, final NetSettings.Peer... peers) throws IOException {
        this(id, peerPort, SystemNanoClock.INSTANCE, peers);
    }

    TestNode(final int id, final int peerPort, final NanoClock clock, final NetSettings.Peer... peers)
            throws IOException {
        this.id = id;
        final InetAddress address = InetAddress.getByName("127.0.0.1");
        ports = ListeningPorts.open(address, peerPort, 0);
        loop = new EventLoop(
                new NetSettings(id, List.of(peers), address, true, ELECTION_TIMEOUT_NS, MAX_ENTRY_BYTES, false),
                ports,
                clock,
                SystemEpochClock.INSTANCE);
        loop.start(replica, replica);
        thread = new Thread(this::run, "loop-" + id);
        thread.start();
    }

    private void run() {
        try {
            while (!loop.isStopRequested()) {
                loop.doCycle();
                for (FutureTask<?> call = calls.poll(); call != null; call = calls.poll()) {
                    call.run();
                }
                while (isPaused && !loop.isStopRequested()) {
                    hasPaused = true;
                    LockSupport.parkNanos(1_000_000);
                }
                hasPaused = false;
            }
        } catch (Throwable e) {
            failure = e;
        } finally {
            loop.close();
            ports.close();
        }
    }

    /** Runs something between two turns, on the loop's thread. */
    <T> T call(final Callable<T> callable) {
        final FutureTask<T> task = new FutureTask<>(callable);
        calls.add(task);
        loop.wakeUp();
        try {
            return task.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new AssertionError(e);
        }
    }

    /** Stops the loop in its tracks, sockets open. */
    void pause() {
        isPaused = true;
        loop.wakeUp();
        await().atMost(PATIENCE).until(() -> hasPaused);
    }

    void resume() {
        isPaused = false;
    }

    Socket client() throws IOException {
        final Socket socket = new Socket();
        socket.connect(new InetSocketAddress("127.0.0.1", ports.clientPort()));
        socket.setSoTimeout((int) PATIENCE.toMillis());
        return socket;
    }

    Socket peerSocket() throws IOException {
        final Socket socket = new Socket();
        socket.connect(new InetSocketAddress("127.0.0.1", ports.peerPort()));
        socket.setSoTimeout((int) PATIENCE.toMillis());
        return socket;
    }

    NetSettings.Peer asPeer() {
        return new NetSettings.Peer(id, "127.0.0.1", ports.peerPort());
    }

    boolean isStopped() {
        return !thread.isAlive();
    }

    void awaitEvents(final String... expected) {
        await().atMost(PATIENCE).until(() -> new ArrayList<>(replica.events).containsAll(List.of(expected)));
    }

    List<String> events() {
        return new ArrayList<>(replica.events);
    }

    /** A peer at which nobody listens. */
    static NetSettings.Peer nobody(final int id) throws IOException {
        return new NetSettings.Peer(id, "127.0.0.1", freePort());
    }

    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            return socket.getLocalPort();
        }
    }

    @Override
    public void close() {
        isPaused = false;
        loop.requestStop();
        try {
            thread.join(PATIENCE.toMillis());
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
