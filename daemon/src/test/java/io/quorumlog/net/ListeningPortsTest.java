package io.quorumlog.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import org.junit.jupiter.api.Test;

class ListeningPortsTest {
    private final InetAddress address = InetAddress.getLoopbackAddress();

    @Test
    void takenClientPortIsNamedAndThePeerPortIsLeftFree() throws IOException {
        final int peerPort = TestNode.freePort();
        try (ServerSocket taken = new ServerSocket(0, 1, address)) {
            final IOException e =
                    assertThrows(IOException.class, () -> ListeningPorts.open(address, peerPort, taken.getLocalPort()));

            assertEquals(
                    "can't listen on client port 127.0.0.1:" + taken.getLocalPort() + ": Address already in use",
                    e.getMessage());
        }
        new ServerSocket(peerPort, 1, address).close();
    }

    @Test
    void takenPeerPortIsNamed() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, address)) {
            final IOException e =
                    assertThrows(IOException.class, () -> ListeningPorts.open(address, taken.getLocalPort(), 0));

            assertTrue(e.getMessage().startsWith("can't listen on peer port 127.0.0.1:" + taken.getLocalPort()));
        }
    }

    @Test
    void portIsFreeAgainAtOnceThoughConnectionsOfTheLastOwnerWereClosedByIt() throws Exception {
        final int port;
        try (TestNode node = new TestNode(1)) {
            port = node.ports.clientPort();
            for (int i = 0; i < 20; i++) {
                final Socket socket = node.client();
                socket.getOutputStream().write("PING\r\n".getBytes());
                socket.getInputStream().read();
            }
        }

        ListeningPorts.open(address, 0, port).close();
    }
}
