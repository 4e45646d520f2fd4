package io.quorumlog.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A node without memory must not live on as one that accepts and never answers. */
final class OutOfMemoryIT {
    private static final int MAX_CONNECTIONS = 8_000;

    @RegisterExtension
    final ProcessCluster cluster = new ProcessCluster(1);

    @Test
    void anOutOfMemoryErrorEndsTheProcessWithALineAndStatusOne() {
        final NodeProcess node = cluster.start(1, Map.of("JAVA_OPTS", "-Xms4m -Xmx5m"));
        cluster.awaitLeader();
        final List<RespClient> clients = new ArrayList<>();
        try {
            while (node.isAlive() && clients.size() < MAX_CONNECTIONS) {
                final RespClient client = cluster.client(1);
                clients.add(client);
                client.sendRaw("APPEND x\r\n".repeat(400));
            }
        } catch (final UncheckedIOException refused) {
            // It is about to end.
        }

        assertEquals(1, node.awaitExit(), node::output);
        assertTrue(node.outputTail(1).startsWith("quorumlog: out of memory"), node::output);
        clients.forEach(RespClient::close);
    }
}
