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
    /** Debian's, whose libraries are packages: there may be another Python on the path that does not know them. */
    private static final String PYTHON = "/usr/bin/python3";

    /** Where Debian's packages and those of npm are, for any Node. */
    private static final String NODE_PATH =
            "/usr/share/nodejs:/usr/lib/node_modules:/usr/local/lib/node_modules:/usr/local/share/node_modules";

    /** What each library is to print: of the appends, one by one and in a pipeline; of what is read; of its ready check. */
    private static final String SEEN = "PONG héllo 1000 leader";

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
    void redisPyAppendsAndReads() throws Exception {
        assumeTrue(Commands.run(PYTHON, "-c", "import redis") == 0, "python3-redis is not installed");

        final String output = script("""
                import redis
                client = redis.Redis(port=PORT)
                pong = 'PONG' if client.ping() else ''
                index = client.execute_command('APPEND', 'h\\u00e9llo')
                entry = client.execute_command('READ', index)[0]
                assert entry[0] == index
                pipeline = client.pipeline(transaction=False)
                for i in range(1000):
                    pipeline.execute_command('APPEND', i)
                indexes = pipeline.execute()
                assert indexes == sorted(indexes)
                seen = ' '.join([pong, entry[3].decode(), str(len(indexes)), client.info()['role']])
                import sys
                sys.stdout.buffer.write(seen.encode())
                """, PYTHON, "-c");

        assertEquals(SEEN, output);
    }

    @Test
    void nodeRedisAppendsAndReads() throws Exception {
        assumeLibraryOfNode("redis");

        final String output = script("""
                (async () => {
                    const client = require('redis').createClient({ socket: { port: PORT } });
                    await client.connect();
                    const pong = await client.ping();
                    const index = await client.sendCommand(['APPEND', 'h\\u00e9llo']);
                    const [entry] = await client.sendCommand(['READ', `${index}`]);
                    const appends = [...Array(1000).keys()].map(i => client.sendCommand(['APPEND', `${i}`]));
                    const indexes = new Set(await Promise.all(appends));
                    const role = (await client.info()).match(/role:(\\w+)/)[1];
                    console.log([pong, entry[3], indexes.size, role].join(' '));
                    await client.quit();
                })();
                """, "node", "-e");

        assertEquals(SEEN, output);
    }

    @Test
    void ioredisAppendsAndReads() throws Exception {
        assumeLibraryOfNode("ioredis");

        final String output = script("""
                (async () => {
                    const { Redis } = require('ioredis');
                    const client = new Redis(PORT);
                    const pong = await client.ping();
                    const index = await client.call('APPEND', 'h\\u00e9llo');
                    const [entry] = await client.call('READ', index);
                    const pipeline = client.pipeline();
                    for (let i = 0; i < 1000; i++) {
                        pipeline.call('APPEND', i);
                    }
                    const indexes = new Set((await pipeline.exec()).map(([error, reply]) => error ?? reply));
                    const role = (await client.info()).match(/role:(\\w+)/)[1];
                    console.log([pong, entry[3], indexes.size, role].join(' '));
                    await client.quit();
                })();
                """, "node", "-e");

        assertEquals(SEEN, output);
    }

    private static void assumeLibraryOfNode(final String name) {
        assumeTrue(
                Commands.run("env", "NODE_PATH=" + NODE_PATH, "node", "-e", "require('" + name + "')") == 0,
                name + " for Node.js is not installed");
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

    /** Has an interpreter run a text in which PORT is replaced, and returns what that printed. */
    private String script(final String text, final String interpreter, final String flag) throws Exception {
        return run("", interpreter, flag, text.replace("PORT", Integer.toString(port)));
    }

    /** Runs a tool with an input, PORT replaced, and returns what it printed. */
    private String tool(final String input, final String... words) throws IOException, InterruptedException {
        assumeTrue(
                Stream.of(System.getenv("PATH").split(":"))
                        .anyMatch(part -> Files.isExecutable(Path.of(part, words[0]))),
                words[0] + " is not installed");
        return run(input, words);
    }

    private String run(final String input, final String... words) throws IOException, InterruptedException {
        final List<String> command = new ArrayList<>(Arrays.asList(words));
        command.replaceAll(word -> word.equals("PORT") ? Integer.toString(port) : word);
        final Path output = cluster.directory().resolve("tool.out");
        final ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().put("NODE_PATH", NODE_PATH);
        final Process process = builder.start();
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
