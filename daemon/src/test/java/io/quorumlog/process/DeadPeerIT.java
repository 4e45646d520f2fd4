package io.quorumlog.process;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A member that is away costs the others next to nothing, however it is away, and is in the quorum again soon after its
 * return. Member 3 is the one, for it is dialed by all others.
 */
@Tag("bad-days")
final class DeadPeerIT {
    private static final int AWAY = 3;
    private static final int OTHERS = 2;
    private static final int MAX_ATTEMPTS_A_SECOND = 10;
    private static final int MAX_LINES_A_MINUTE = 20;
    private static final double MAX_CORE_SHARE = 0.02;
    private static final Duration MAX_RETURN = Duration.ofSeconds(2);
    private static final String RECOVERED = " recovered entries=";
    /** As {@code /proc} counts. */
    private static final double TICKS_A_SECOND = 100;

    @RegisterExtension
    final ProcessCluster cluster = new ProcessCluster(3);

    private enum Away {
        REFUSED,
        CLOSES,
        SILENT,
        BLACK_HOLE
    }

    @Test
    void memberThatIsAwayCostsNextToNothingAndComesBackSoon() throws IOException {
        cluster.startAll();
        for (final Away away : Away.values()) {
            costsNextToNothingAndComesBackSoon(away);
        }
    }

    private void costsNextToNothingAndComesBackSoon(final Away away) throws IOException {
        cluster.kill(AWAY);
        final int leader = cluster.awaitLeader();
        final long linesBefore = lines(1) + lines(2);

        try (Substitute substitute = new Substitute(away, cluster.peerPort(AWAY))) {
            // A young JVM still compiles; once it has done so, a few seconds are as good as a day.
            await("the others to cost next to nothing while it is away: " + away)
                    .atMost(ProcessCluster.PATIENCE)
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(10))
                    .until(() -> coreShare(substitute) < MAX_CORE_SHARE);
        }
        final long lines = lines(1) + lines(2) - linesBefore;
        assertTrue(lines < OTHERS * MAX_LINES_A_MINUTE, away + ": " + lines + " lines");

        // By its own log: of the leader's lines on who comes and goes some may be left out by now.
        final String linkUp = "peer=" + leader + " link=up";
        final int linksBefore = times(AWAY, linkUp).size();
        final int startsBefore = times(AWAY, RECOVERED).size();
        cluster.start(AWAY);
        final Instant ready = awaitNext(AWAY, RECOVERED, startsBefore);
        final Instant up = awaitNext(AWAY, linkUp, linksBefore);
        assertTrue(
                Duration.between(ready, up).compareTo(MAX_RETURN) < 0, away + ": ready at " + ready + ", up at " + up);
        cluster.kill(3 - leader);
        cluster.append("by the leader and the one that came back");
        cluster.start(3 - leader);
    }

    /** What the busier of the others uses of a core, over some seconds in which the attempts are counted too. */
    private double coreShare(final Substitute substitute) throws IOException {
        final long beganNs = System.nanoTime();
        final int attempts = substitute.attempts.get();
        final double first = cpuSeconds(1);
        final double second = cpuSeconds(2);
        await().pollDelay(Duration.ofSeconds(3)).atMost(Duration.ofSeconds(30)).until(() -> true);
        final double used = Math.max(cpuSeconds(1) - first, cpuSeconds(2) - second);
        final double seconds = (System.nanoTime() - beganNs) / 1e9;
        final int made = substitute.attempts.get() - attempts;
        assertTrue(made <= OTHERS * (MAX_ATTEMPTS_A_SECOND * seconds + 1), made + " attempts in " + seconds + " s");
        return used / seconds;
    }

    private double cpuSeconds(final int id) throws IOException {
        final String stat = Files.readString(Path.of("/proc/" + cluster.node(id).pid() + "/stat"));
        final String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS_A_SECOND;
    }

    private long lines(final int id) {
        return cluster.node(id).output().lines().count();
    }

    private List<Instant> times(final int id, final String words) {
        return cluster.node(id)
                .output()
                .lines()
                .filter(line -> line.contains(words))
                .map(line -> Instant.parse(line.substring(0, line.indexOf(' '))))
                .toList();
    }

    /** When a node has logged a line with these words once more than so many times. */
    private Instant awaitNext(final int id, final String words, final int before) {
        return await("node " + id + " to say: " + words)
                .atMost(ProcessCluster.PATIENCE)
                .until(() -> times(id, words), times -> times.size() > before)
                .get(before);
    }

    /** What is there in the place of the member that is away. */
    private static final class Substitute implements AutoCloseable {
        final AtomicInteger attempts = new AtomicInteger();
        private final List<AutoCloseable> open = new ArrayList<>();
        private final ServerSocket server;

        Substitute(final Away away, final int port) throws IOException {
            server = away == Away.REFUSED ? null : new ServerSocket();
            if (server == null) {
                return;
            }
            server.setReuseAddress(true);
            final InetSocketAddress address = new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port);
            server.bind(address, 1);
            if (away == Away.BLACK_HOLE) {
                // With its queue full, the kernel drops what asks for a connection.
                for (int i = 0; i < 4; i++) {
                    final SocketChannel filler = SocketChannel.open();
                    filler.configureBlocking(false);
                    filler.connect(address);
                    open.add(filler);
                }
            } else {
                new Thread(() -> accept(away), "substitute").start();
            }
        }

        private void accept(final Away away) {
            try {
                while (true) {
                    final Socket socket = server.accept();
                    attempts.incrementAndGet();
                    if (away == Away.CLOSES) {
                        socket.close();
                    } else {
                        keep(socket);
                    }
                }
            } catch (final IOException closed) {
                // The member comes back.
            }
        }

        private synchronized void keep(final Socket socket) {
            open.add(socket);
        }

        @Override
        public synchronized void close() {
            try {
                if (server != null) {
                    server.close();
                }
                for (final AutoCloseable socket : open) {
                    socket.close();
                }
            } catch (final Exception e) {
                throw new UncheckedIOException(new IOException(e));
            }
        }
    }
}
