package io.quorumlog.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.quorumlog.client.QuorumLogClient;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Members of which some are reached by IPv4 and others by IPv6; one listens on all addresses. */
final class AddressesIT {
    @RegisterExtension
    final ProcessCluster cluster = new ProcessCluster(3) {
        @Override
        String host(final int id) {
            return id == 1 ? "127.0.0.1" : "[::1]";
        }

        @Override
        public List<String> arguments(final int id) {
            final List<String> arguments = new ArrayList<>(super.arguments(id));
            if (id == 3) {
                arguments.addAll(List.of("--bind", "::"));
            }
            return arguments;
        }
    };

    /** The mistakes: brackets are lost on the way, or an address is cut at its first colon. */
    @Test
    void everyAddressInAReplyCanBeFedBackAsItStands() throws Exception {
        assumeTrue(NetworkInterface.getByInetAddress(InetAddress.getByName("::1")) != null, "there is no IPv6 here");
        final Set<String> expected =
                Set.of(cluster.clientAddress(1), cluster.clientAddress(2), cluster.clientAddress(3));
        cluster.startAll();
        long last = 0;
        for (final int leader : new int[] {1, 2}) {
            cluster.lead(leader);
            final Set<String> told = new TreeSet<>();
            for (int id = 1; id <= 3; id++) {
                final int each = id;
                final String leaderAddress = cluster.clientAddress(leader);
                ProcessCluster.untilTrue(
                        "node " + id + " to know the leader",
                        () -> leaderAddress.equals(cluster.status(each).get("leader_address")));
                try (RespClient client = cluster.client(id)) {
                    assertEquals(List.of((long) leader, leaderAddress), client.call("LEADER"));
                    if (id != leader) {
                        assertEquals(
                                new RespClient.Failure("NOTLEADER " + leader + " " + leaderAddress),
                                client.call("APPEND", "x"));
                    }
                    final Map<String, String> status = client.status();
                    for (final Object row : (List<?>) client.call("MEMBERS")) {
                        final List<?> member = (List<?>) row;
                        told.add((String) member.get(2));
                        final String entry = status.get("member_" + member.get(0));
                        final String addresses = "peer=" + member.get(1) + ",client=" + member.get(2) + ",";
                        assertEquals(addresses, entry.substring(0, addresses.length()));
                    }
                }
            }
            assertEquals(expected, told);
            for (final String address : told) {
                try (QuorumLogClient client =
                        QuorumLogClient.builder().servers(address).build()) {
                    last = client.append(address.getBytes(StandardCharsets.UTF_8));
                }
            }
        }
        // The one that listens on all addresses is reached by either family.
        cluster.awaitCommit(3, last);
        try (RespClient client = new RespClient("127.0.0.1", cluster.clientPort(3))) {
            assertEquals("PONG", client.call("PING"));
        }
        assertEquals(6, cluster.awaitEqualLogs().size());
    }
}
