package io.quorumlog.process;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Storms of connections take the descriptors that are for clients, and no others. */
@Tag("bad-days")
final class DescriptorsIT {
    private static final int DESCRIPTORS = 200;
    private static final int STORM = 400;
    private static final int CLOCK_TICKS_A_SECOND = 100;
    private static final int PIPELINED = 10;
    /** More than a file holds, so that the log needs descriptors for the next one. */
    private static final int MEBIBYTES = 80;

    @RegisterExtension
    final ProcessCluster cluster = new ProcessCluster(3).setting("election-timeout-ms", 3_000);

    private void startWithFewDescriptors(final int id) {
        final Path output = cluster.directory().resolve("node-" + id + ".log");
        final ProcessBuilder builder = NodeProcess.builder(output, cluster.arguments(id));
        final List<String> command =
                new ArrayList<>(List.of("sh", "-c", "ulimit -n " + DESCRIPTORS + "; exec \"$@\"", "sh"));
        command.addAll(builder.command());
        builder.command(command);
        cluster.adopt(id, NodeProcess.start(output, builder));
    }

    private static void storm(final int port, final List<SocketChannel> storm) throws IOException {
        for (int i = 0; i < STORM; i++) {
            final SocketChannel channel = SocketChannel.open();
            storm.add(channel);
            // Where the kernel's queue is full, connecting would wait.
            channel.configureBlocking(false);
            channel.connect(new InetSocketAddress("127.0.0.1", port));
        }
    }

    private static void append(final RespClient client, final int mebibytes) {
        final byte[] payload = new byte[1024 * 1024];
        for (int sent = 0; sent < mebibytes; sent += PIPELINED) {
            for (int i = 0; i < PIPELINED; i++) {
                client.send("APPEND", payload);
            }
            for (int i = 0; i < PIPELINED; i++) {
                final Object reply = client.receive();
                assertInstanceOf(Long.class, reply, reply::toString);
            }
        }
    }

    private long cpuMs(final int id) throws IOException {
        final String stat = Files.readString(Path.of("/proc/" + cluster.node(id).pid() + "/stat"));
        final String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * 1_000 / CLOCK_TICKS_A_SECOND;
    }

    private static long times(final String text, final String wanted) {
        return text.lines().filter(line -> line.contains(wanted)).count();
    }

    @Test
    void stormsOnBothPortsLeaveMembersTheLogAndConnectedClientsWhatTheyNeed() throws Exception {
        for (int id = 1; id <= 3; id++) {
            startWithFewDescriptors(id);
        }
        final int leader = cluster.awaitLeader();
        final int follower = cluster.follower(leader);
        cluster.awaitCommit(follower, 1);
        final List<SocketChannel> storm = new ArrayList<>();
        try (RespClient connected = cluster.client(leader).timeoutMs(60_000)) {
            assertInstanceOf(Long.class, connected.call("APPEND", "before"));
            storm(cluster.clientPort(leader), storm);
            storm(cluster.peerPort(leader), storm);
            ProcessCluster.untilTrue(
                    "the node to say that clients wait",
                    () -> cluster.node(leader).output().contains("port=client accepting=paused"));

            final long cpuBefore = cpuMs(leader);
            final long beganNs = System.nanoTime();
            await().pollDelay(1, TimeUnit.SECONDS).until(() -> true);
            final long cpuMs = cpuMs(leader) - cpuBefore;
            final long tookMs = (System.nanoTime() - beganNs) / 1_000_000;
            assertTrue(cpuMs < tookMs / 2, cpuMs + " ms of processor time in " + tookMs + " ms");

            cluster.kill(follower);
            append(connected, MEBIBYTES);
            startWithFewDescriptors(follower);
            final long index = (Long) connected.call("APPEND", "meanwhile");
            cluster.awaitCommit(follower, index);

            final String output = cluster.node(leader).output();
            assertEquals(1, times(output, "accepting=paused"), output);
            assertTrue(times(output, "WARN") < 10, output);
        } finally {
            for (final SocketChannel channel : storm) {
                channel.close();
            }
        }

        ProcessCluster.untilTrue("new clients to be served", () -> cluster.figure(leader, "client_connections") == 1);
        for (int id = 1; id <= 3; id++) {
            assertTrue(cluster.node(id).isAlive());
        }
        cluster.append("after");
    }
}
