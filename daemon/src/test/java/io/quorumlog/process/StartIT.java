package io.quorumlog.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A node that can't start says why in one line that names the file or port, and ends with status 1. */
final class StartIT {
    @TempDir
    Path directory;

    private Path data;
    private int peerPort;
    private int clientPort;
    /** What is put before the command by which a node is started. */
    private List<String> prefix = List.of();

    @BeforeEach
    void choosePlaces() {
        data = directory.resolve("data");
        peerPort = FreePorts.next();
        clientPort = FreePorts.next();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aTakenPortIsNamedAndNothingIsTouched(final boolean isPeerPort) throws IOException {
        final int taken = isPeerPort ? peerPort : clientPort;
        try (ServerSocket other = new ServerSocket()) {
            other.bind(new InetSocketAddress("127.0.0.1", taken));

            final String line = refusal(1, oneMember());

            assertTrue(line.contains("127.0.0.1:" + taken), line);
        }
        assertFalse(Files.exists(data));
        assertFalse(isListening(isPeerPort ? clientPort : peerPort));
    }

    @Test
    void anUnknownOwnHostIsNamedAndWaitedFor() {
        final String member = "1=no-such-host.invalid:" + peerPort;

        try (NodeProcess node = start(1, member + ":" + clientPort)) {
            ProcessCluster.untilTrue("the host to be named", () -> node.output().contains("has no address"));

            final String line = node.output()
                    .lines()
                    .filter(some -> some.contains("has no address"))
                    .findFirst()
                    .orElseThrow();
            assertTrue(line.contains("cluster (" + member + ")"), line);
            assertTrue(line.contains("ports " + peerPort + " and " + clientPort), line);
            assertTrue(line.contains("waiting until it has one"), line);
            assertEquals(0, node.terminate(), node::output);
        }
        assertFalse(Files.exists(data));
    }

    @Test
    void anAddressOfAnotherMachineIsNamedWithTheSettingItComesFrom() {
        final String member = "1=192.0.2.1:" + peerPort;

        final String line = refusal(1, member + ":" + clientPort);

        assertTrue(line.contains("192.0.2.1:" + peerPort), line);
        assertTrue(line.contains("cluster (" + member + ")"), line);
        assertFalse(Files.exists(data));
    }

    @Test
    void anUnknownNameToBindToIsNamed() {
        final String line = refusal(1, oneMember(), "--bind", "no-such-host.invalid");

        assertTrue(line.contains("bind=no-such-host.invalid"), line);
        assertFalse(Files.exists(data));
    }

    @Test
    void aDataDirectoryThatIsAFileIsNamed() throws IOException {
        Files.writeString(data, "not a directory");

        final String line = refusal(1, oneMember());

        assertTrue(line.contains(data.toString()), line);
    }

    /** As from a directory on a file system that is mounted noexec. */
    @Test
    void nativeCodeThatCannotBeLoadedIsNamedWithTheWayOut() throws IOException {
        final Path nowhere = Files.createFile(directory.resolve("nowhere"));
        prefix = List.of("env", "JAVA_OPTS=-Djffi.extract.dir=" + nowhere);

        final String line = refusal(1, oneMember());

        assertTrue(
                line.contains("data directory " + data + ": native code can't be loaded from " + nowhere
                        + " (Not a directory);"),
                line);
        assertTrue(line.endsWith("-Djffi.extract.dir=DIRECTORY"), line);
    }

    @Test
    void aDataDirectoryWithoutParentIsNamed() {
        data = directory.resolve("no/such/data");

        final String line = refusal(1, oneMember());

        assertTrue(line.contains(data.toString()), line);
    }

    @Test
    void aDataDirectoryThatMayNotBeWrittenIsNamed() throws IOException {
        obeyPermissions();
        Files.createDirectory(data, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("r-xr-xr-x")));

        final String line = refusal(1, oneMember());

        assertTrue(line.contains(data + ": is not writable for this user"), line);
        assertEquals(List.of(), Commands.filesBelow(data, "LOCK"));
    }

    /** As a copy of the data that another user made may be. */
    @ParameterizedTest
    @ValueSource(strings = {"19", "LOCK"})
    void aFileThatMayNotBeReadIsNamed(final String prefix) throws IOException {
        obeyPermissions();
        leaveData(1, oneMember());
        final Path file = Commands.filesBelow(data, prefix).get(0);
        Files.setPosixFilePermissions(file, Set.of());

        final String line = refusal(1, oneMember());

        assertTrue(line.contains(file.toString()), line);
        assertTrue(line.endsWith(": permission denied"), line);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        leaveData(1, oneMember());
    }

    @Test
    void aDirectoryThatAnotherNodeHoldsIsRefusedAndThatNodeGoesOn() {
        try (NodeProcess first = start(1, oneMember())) {
            awaitPong();
            final int firstClientPort = clientPort;
            peerPort = FreePorts.next();
            clientPort = FreePorts.next();

            final String line = refusal(1, oneMember());

            assertTrue(line.contains(data.toString()), line);
            try (RespClient client = new RespClient(firstClientPort)) {
                assertEquals("PONG", client.call("PING"));
            }
            assertEquals(0, first.terminate());
        }
    }

    @Test
    void dataOfAnotherMemberIsRefused() {
        final String members = oneMember() + ",2=127.0.0.1:" + FreePorts.next() + ":" + FreePorts.next();
        leaveData(1, members);
        final String swapped = "1=127.0.0.1:" + FreePorts.next() + ":" + FreePorts.next() + ",2=127.0.0.1:" + peerPort
                + ":" + clientPort;

        final String line = refusal(2, swapped);

        assertTrue(line.contains(data.toString()), line);
        assertTrue(line.contains("node 1") && line.contains("node 2"), line);
    }

    @Test
    void dataOfOtherMembersIsRefused() {
        leaveData(1, oneMember());

        final String line = refusal(1, oneMember() + ",2=127.0.0.1:" + FreePorts.next() + ":" + FreePorts.next());

        assertTrue(line.contains(data.toString()), line);
    }

    @Test
    void membersMayComeBackUnderOtherAddresses() {
        leaveData(1, oneMember());
        peerPort = FreePorts.next();
        clientPort = FreePorts.next();

        try (NodeProcess node = start(1, oneMember().replace("127.0.0.1", "localhost"))) {
            awaitPong();
            assertEquals(0, node.terminate());
        }
    }

    @Test
    void damagedDataIsRefusedByTheNameOfTheFile() throws IOException {
        leaveData(1, oneMember());
        final Path file = logFile();
        // Behind the file's header, in the first records, which later ones say were flushed.
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            final long length = channel.size();
            final ByteBuffer bytes = ByteBuffer.allocate((int) length);
            channel.read(bytes, 0);
            for (int i = 0; i < length - 7; i++) {
                if (bytes.get(i) == 'p' && bytes.get(i + 1) == 'a' && bytes.get(i + 2) == 'y') {
                    channel.write(ByteBuffer.wrap(new byte[] {'P'}), i);
                    break;
                }
            }
        }

        final String line = refusal(1, oneMember());

        assertTrue(line.contains(file.getFileName().toString()), line);
        assertTrue(line.contains(data.toString()), line);
    }

    /** From now on nodes are started so that a file's permissions count, which otherwise they don't for root. */
    private void obeyPermissions() {
        if ("root".equals(System.getProperty("user.name"))) {
            prefix = List.of("setpriv", "--bounding-set", "-dac_override,-dac_read_search");
            final List<String> probe =
                    Stream.concat(prefix.stream(), Stream.of("true")).toList();
            assumeTrue(
                    Commands.run(probe.toArray(String[]::new)) == 0,
                    "root may read and write everything, and setpriv can't make it obey");
        }
    }

    private String oneMember() {
        return "1=127.0.0.1:" + peerPort + ":" + clientPort;
    }

    private NodeProcess start(final int id, final String members, final String... more) {
        final List<String> arguments = Stream.concat(
                        Stream.of("--node-id", "" + id, "--cluster", members, "--data-dir", data.toString()),
                        Stream.of(more))
                .toList();
        final Path output = directory.resolve("output");
        final ProcessBuilder builder = NodeProcess.builder(output, arguments);
        builder.command().addAll(0, prefix);
        return NodeProcess.start(output, builder);
    }

    /** Starts a node that is to refuse, and returns its line. */
    private String refusal(final int id, final String members, final String... more) {
        directory.resolve("output").toFile().delete();
        try (NodeProcess node = start(id, members, more)) {
            assertEquals(1, node.awaitExit(), node::output);
            final List<String> lines = node.output()
                    .lines()
                    .filter(line -> !line.contains(" INFO "))
                    .toList();
            assertEquals(1, lines.size(), node::output);
            assertTrue(lines.get(0).startsWith("quorumlog: "), node::output);
            return lines.get(0);
        }
    }

    /** Runs a node until it has something in its log (if it can commit), and stops it. */
    private void leaveData(final int id, final String members) {
        try (NodeProcess node = start(id, members)) {
            awaitPong();
            if (!members.contains(",")) {
                try (RespClient client = new RespClient(clientPort)) {
                    ProcessCluster.untilTrue("an append", () -> client.call("APPEND", "payload") instanceof Long);
                    client.call("APPEND", "one more");
                }
            }
            assertEquals(0, node.terminate(), node::output);
        }
    }

    private void awaitPong() {
        ProcessCluster.untilTrue("the node to answer", () -> {
            try (RespClient client = new RespClient(clientPort)) {
                return "PONG".equals(client.call("PING"));
            }
        });
    }

    private Path logFile() throws IOException {
        try (Stream<Path> files = Files.list(data)) {
            return files.filter(file -> file.toString().endsWith(".cq4"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static boolean isListening(final int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress("127.0.0.1", port), 1_000);
            return true;
        } catch (final IOException refused) {
            return false;
        }
    }
}
