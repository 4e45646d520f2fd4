package io.quorumlog.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.IntegerOutput;
import io.lettuce.core.output.NestedMultiOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.ProtocolKeyword;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.commands.ProtocolCommand;

/** Clients that nobody here wrote, with their default options. What is not installed is skipped by its name. */
final class ForeignClientsIT {
    @RegisterExtension
    final ProcessCluster cluster = new ProcessCluster(1);

    private int port;

    @BeforeEach
    void startNode() {
        cluster.startAll();
        port = cluster.clientPort(1);
    }

    @Test
    void jedisAppendsAndReads() {
        final ProtocolCommand append = () -> "APPEND".getBytes(StandardCharsets.US_ASCII);
        final ProtocolCommand read = () -> "READ".getBytes(StandardCharsets.US_ASCII);
        try (Jedis jedis = new Jedis("127.0.0.1", port)) {
            assertEquals("PONG", jedis.ping());

            final long index = (Long) jedis.sendCommand(append, "h\u00e9llo");

            final List<?> entries = (List<?>) jedis.sendCommand(read, Long.toString(index));
            final List<?> entry = (List<?>) entries.get(0);
            assertEquals(index, entry.get(0));
            assertEquals("h\u00e9llo", new String((byte[]) entry.get(3), StandardCharsets.UTF_8));
            assertTrue(jedis.info().contains("role:leader"));
        }
    }

    @Test
    void lettuceAppendsAndReads() {
        final RedisClient client = RedisClient.create("redis://127.0.0.1:" + port);
        try (StatefulRedisConnection<String, String> connection = client.connect()) {
            assertEquals("PONG", connection.sync().ping());

            final Long index = connection
                    .sync()
                    .dispatch(
                            CommandType.APPEND,
                            new IntegerOutput<>(StringCodec.UTF8),
                            new CommandArgs<>(StringCodec.UTF8).add("h\u00e9llo"));

            final List<Object> entries = connection
                    .sync()
                    .dispatch(
                            new Keyword("READ"),
                            new NestedMultiOutput<>(StringCodec.UTF8),
                            new CommandArgs<>(StringCodec.UTF8).add(index));
            assertEquals(
                    List.of(index, "h\u00e9llo"),
                    List.of(((List<?>) entries.get(0)).get(0), ((List<?>) entries.get(0)).get(3)));
        } finally {
            client.shutdown(0, 2, TimeUnit.SECONDS);
        }
    }

    private record Keyword(String word) implements ProtocolKeyword {
        @Override
        public byte[] getBytes() {
            return word.getBytes(StandardCharsets.US_ASCII);
        }

        @Override
        public String toString() {
            return word;
        }
    }

    @Test
    void redisCliAppendsAndReads() throws Exception {
        assertEquals("PONG", tool("", "redis-cli", "-p", "PORT", "PING"));

        final String index = tool("", "redis-cli", "-p", "PORT", "APPEND", "hello world");

        assertTrue(
                tool("", "redis-cli", "-p", "PORT", "READ", index).endsWith("hello world"),
                "the payload comes last in an entry");
        assertTrue(tool("", "redis-cli", "-p", "PORT", "NOSUCH").contains("unknown command 'NOSUCH'"));
    }

    @Test
    void redisCliPipesACrowdOfAppends() throws Exception {
        final StringBuilder requests = new StringBuilder();
        for (int i = 0; i < 10_000; i++) {
            requests.append("*2\r\n$6\r\nAPPEND\r\n$5\r\n").append(10_000 + i).append("\r\n");
        }

        final String output = tool(requests.toString(), "redis-cli", "-p", "PORT", "--pipe");

        assertTrue(output.contains("errors: 0, replies: 10000"), output);
        assertEquals(10_000, cluster.figure(1, "appends_total"));
    }

    @Test
    void redisBenchmarkDrivesAPipeline() throws Exception {
        final String output = tool(
                "",
                "redis-benchmark",
                "-p",
                "PORT",
                "-q",
                "-n",
                "20000",
                "-c",
                "10",
                "-P",
                "50",
                "APPEND",
                "0123456789");

        assertTrue(output.contains("requests per second"), output);
        assertEquals(20_000, cluster.figure(1, "appends_total"));
    }

    @Test
    void telnetIsAnsweredLineByLine() throws Exception {
        final String output = tool("APPEND hello world\nQUIT\n", "telnet", "127.0.0.1", "PORT");

        assertTrue(output.contains("+OK"), output);
        try (RespClient client = cluster.client(1)) {
            assertEquals("hello world", client.readAll(0).get(0).payload());
        }
    }

    @Test
    void netcatThatEndsItsSideGetsEveryReply() throws Exception {
        final String output = tool("APPEND a\r\nAPPEND b\r\nECHO done\r\n", "nc", "-N", "127.0.0.1", "PORT");

        final List<String> lines = output.lines().toList();
        assertEquals(4, lines.size(), output);
        assertTrue(lines.get(0).matches(":[0-9]+") && lines.get(1).matches(":[0-9]+"), output);
        assertEquals(List.of("$4", "done"), lines.subList(2, 4));
    }

    /** Runs a tool with an input, PORT replaced, and returns what it printed. */
    private String tool(final String input, final String... words) throws IOException, InterruptedException {
        assumeTrue(
                Stream.of(System.getenv("PATH").split(":"))
                        .anyMatch(part -> Files.isExecutable(Path.of(part, words[0]))),
                words[0] + " is not installed");
        final List<String> command = new ArrayList<>(Arrays.asList(words));
        command.replaceAll(word -> word.equals("PORT") ? Integer.toString(port) : word);
        final Path output = cluster.directory().resolve("tool.out");
        final Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try (OutputStream in = process.getOutputStream()) {
            in.write(input.getBytes(StandardCharsets.UTF_8));
            in.flush();
            if (words[0].equals("telnet")) {
                // It leaves at the end of its input, whatever is still to come.
                process.waitFor(ProcessCluster.PATIENCE.toSeconds(), TimeUnit.SECONDS);
            }
        } catch (final IOException closedByTool) {
            // It has what it wanted.
        }
        assertTrue(process.waitFor(ProcessCluster.PATIENCE.toSeconds(), TimeUnit.SECONDS), words[0] + " ends");
        return Files.readString(output).strip();
    }
}
