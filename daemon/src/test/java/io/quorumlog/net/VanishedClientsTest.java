package io.quorumlog.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against tables in the form of the kernel's, with a clock that the tests move; each look is 20 s after the one before. */
class VanishedClientsTest {
    private static final String HEADING =
            "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";
    private static final InetSocketAddress CLIENT = new InetSocketAddress("127.0.0.2", 0xD2F0);

    @TempDir
    Path directory;

    private Path file;
    private long nowNs;
    private int wakeUps;
    private VanishedClients vanished;

    @BeforeEach
    void start() {
        file = directory.resolve("tcp");
        vanished = vanished(List.of(file, directory.resolve("there is none")));
    }

    private VanishedClients vanished(final List<Path> files) {
        return new VanishedClients(new SocketTable(files), 6500, Runnable::run, () -> nowNs, () -> wakeUps++);
    }

    private static String row(
            final String local,
            final String remote,
            final String timer,
            final String retransmissions,
            final int probes) {
        return "   7: " + local + " " + remote + " 01 00000012:00000000 " + timer + ":000002F4 " + retransmissions
                + "     0        " + probes + " 23511 3 00000000f3c2b2a1 20 4 30 10 -1\n";
    }

    /** Retransmits to the client at 127.0.0.2:54000, for the so-manieth time. */
    private static String retransmission(final String hexadecimalCount) {
        return row("0100007F:1964", "0200007F:D2F0", "01", hexadecimalCount, 0);
    }

    private Set<InetSocketAddress> look(final String rows) throws IOException {
        Files.writeString(file, HEADING + rows);
        nowNs += NetLimits.VANISHED_LOOK_NS;
        assertEquals(Set.of(), vanished.fireTimers(nowNs, true)); // it begins, and comes back by the wake-up
        return vanished.fireTimers(nowNs, true);
    }

    @Test
    void clientThatNeverAnswersIsGoneAfterEightySeconds() throws IOException {
        assertEquals(Set.of(), look(retransmission("00000005")));
        assertEquals(Set.of(), look(retransmission("00000006")));
        assertEquals(Set.of(), look(retransmission("00000007")));
        assertEquals(Set.of(), look(retransmission("00000008")));
        assertEquals(Set.of(CLIENT), look(retransmission("00000008")));
    }

    @Test
    void clientThatAnsweredBetweenTwoLooksIsNotGone() throws IOException {
        final Set<InetSocketAddress> gone = new HashSet<>();
        for (final String count : List.of("00000009", "0000000A", "00000003", "00000004", "00000005", "00000006")) {
            gone.addAll(look(retransmission(count)));
        }

        assertEquals(Set.of(), gone);
    }

    @Test
    void lossOnTheWayIsNoSilence() throws IOException {
        for (int i = 0; i < 10; i++) {
            assertEquals(Set.of(), look(retransmission("00000002")));
        }
    }

    @Test
    void clientThatAnswersButDoesNotReadIsNotGone() throws IOException {
        for (int i = 0; i < 10; i++) {
            assertEquals(Set.of(), look(row("0100007F:1964", "0200007F:D2F0", "04", "00000000", 0)));
        }
    }

    @Test
    void clientThatDidNotReadAndThenVanishedIsGone() throws IOException {
        final String probe = row("0100007F:1964", "0200007F:D2F0", "04", "00000000", 1);
        for (int i = 0; i < 4; i++) {
            assertEquals(Set.of(), look(probe));
        }

        assertEquals(Set.of(CLIENT), look(probe));
    }

    @Test
    void otherPortsStatesAndMalformedLinesAreNobody() throws IOException {
        for (int i = 0; i < 10; i++) {
            assertEquals(
                    Set.of(),
                    look(row("0100007F:1965", "0200007F:D2F0", "01", "00000008", 0)
                            + retransmission("00000008").replace(" 01 0", " 04 0")
                            + "   8: rubbish\n\n"));
        }
    }

    @Test
    void addressesOfBothFamiliesAreRead() throws IOException {
        final String rows = row(
                        "0000000000000000FFFF00000100007F:1964",
                        "0000000000000000FFFF00000200007F:D2F0",
                        "01",
                        "00000008",
                        0)
                + row(
                        "00000000000000000000000001000000:1964",
                        "00000000000000000000000001000000:D2F0",
                        "01",
                        "00000008",
                        0);
        for (int i = 0; i < 4; i++) {
            look(rows);
        }

        assertEquals(Set.of(CLIENT, new InetSocketAddress("::1", 0xD2F0)), look(rows));
    }

    @Test
    void tableThatCannotBeReadTellsNothingAndIsReadAgain() throws IOException {
        for (int i = 0; i < 4; i++) {
            look(retransmission("00000008"));
        }
        assertEquals(Set.of(), look(retransmission("no number")));
        for (int i = 0; i < 4; i++) {
            assertEquals(Set.of(), look(retransmission("00000008")));
        }

        assertEquals(Set.of(CLIENT), look(retransmission("00000008")));
    }

    @Test
    void nobodyLooksWhereNobodyIsConnected() {
        nowNs += 10 * NetLimits.VANISHED_LOOK_NS;

        vanished.fireTimers(nowNs, false);

        assertEquals(0, wakeUps);
        assertEquals(Long.MAX_VALUE, vanished.waitNs(nowNs, false));
        assertTrue(vanished.waitNs(nowNs, true) <= TimeUnit.SECONDS.toNanos(20));
    }

    @Test
    void theSystemsOwnTableIsUnderstood() throws IOException {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
                Socket client = new Socket(server.getInetAddress(), server.getLocalPort());
                Socket accepted = server.accept()) {
            final List<InetSocketAddress> unanswered = new ArrayList<>();

            new SocketTable()
                    .forUnanswered(server.getLocalPort(), (remote, isRetransmitted, n) -> unanswered.add(remote));

            assertTrue(client.isConnected() && accepted.isConnected());
            assertEquals(List.of(), unanswered);
        }
    }
}
