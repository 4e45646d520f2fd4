package io.quorumlog.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The scripts in a copy of the clone, which has been built, at a place whose name holds whatever a name may hold. */
final class ScriptsIT {
    private static final long TIMEOUT_S = 200;

    @TempDir
    Path directory;

    private Path clone;
    private Path elsewhere;
    private final Map<String, String> environment = new HashMap<>();

    private record Outcome(int status, String output) {}

    @BeforeEach
    void copyClone() throws IOException {
        clone = directory.resolve("a b'\u00fc$x");
        elsewhere = Files.createDirectories(directory.resolve("elsewhere"));
        for (final String part : List.of("scripts", "daemon/target", "client/target")) {
            Files.createDirectories(clone.resolve(part));
        }
        try (Stream<Path> scripts = Files.list(NodeProcess.ROOT.resolve("scripts"))) {
            for (final Path script : scripts.toList()) {
                Files.copy(script, clone.resolve("scripts").resolve(script.getFileName()));
            }
        }
        for (final String jar : List.of("daemon/target/quorumlog-daemon.jar", "client/target/quorumlog-client.jar")) {
            Files.copy(NodeProcess.ROOT.resolve(jar), clone.resolve(jar));
        }
        environment.put("CLIENT_PORT", Integer.toString(FreePorts.nextRun(3)));
        environment.put("PEER_PORT", Integer.toString(FreePorts.nextRun(3)));
    }

    @AfterEach
    void stop() {
        if (Files.exists(clone.resolve("data/cluster"))) {
            for (int id = 1; id <= 3; id++) {
                run(List.of("cluster", "kill", Integer.toString(id)));
            }
        }
    }

    @Test
    void aClusterIsStartedWatchedHurtHealedAndWiped() {
        final Outcome started = run(List.of("cluster", "start"));
        assertEquals(0, started.status, started.output);
        assertTrue(started.output.contains("127.0.0.1:" + environment.get("CLIENT_PORT")), started.output);
        assertTrue(started.output.contains("leads"), started.output);
        assertEquals(
                3,
                started.output
                        .lines()
                        .filter(line -> line.matches(" +127\\.0\\.0\\.1:[0-9]+"))
                        .count());

        final Outcome again = run(List.of("cluster", "start"));
        assertEquals(0, again.status, again.output);

        assertEquals(List.of("up", "up", "up"), states());

        assertEquals(0, run(List.of("cluster", "pause", "2")).status);
        assertEquals(0, run(List.of("cluster", "resume", "2")).status);
        assertEquals(0, run(List.of("cluster", "kill", "3")).status);
        assertEquals(List.of("up", "up", "down"), states());
        assertEquals(1, run(List.of("cluster", "kill", "3")).status);

        final String pid = field(1, "pid");
        assertEquals(0, run(List.of("cluster", "restart", "1")).status);
        assertNotEquals(pid, field(1, "pid"));
        assertEquals(0, run(List.of("cluster", "start")).status);
        assertNotEquals("-", field(3, "role"), "a start waits for all whose addresses it prints");
        assertEquals(0, run(List.of("cluster", "restart", "3")).status);
        assertEquals(List.of("up", "up", "up"), states());

        assertEquals(0, run(List.of("cluster", "stop")).status);
        assertEquals(List.of("down", "down", "down"), states());
        assertEquals(0, run(List.of("cluster", "stop")).status);

        final Outcome refused = run(List.of("cluster", "wipe"));
        assertEquals(1, refused.status);
        assertTrue(refused.output.endsWith("[y/N] \ncluster: nothing was deleted\n"), refused.output);
        assertTrue(Files.exists(clone.resolve("data/node-1")));
        final Outcome wiped = runBy(List.of("sh", "-c", "echo y | \"$@\"", "sh"), List.of("cluster", "wipe"));
        assertEquals(0, wiped.status, wiped.output);
        assertTrue(wiped.output.endsWith("[y/N] \n"), wiped.output);
        assertFalse(Files.exists(clone.resolve("data")));
        assertEquals(List.of(), list(elsewhere));
    }

    @ParameterizedTest
    @ValueSource(strings = {"dash", "busybox sh", "bash --posix"})
    void everyShellWillDo(final String shell) {
        final List<String> prefix = List.of(shell.split(" "));
        assumeTrue(isInstalled(prefix.get(0)), prefix.get(0) + " is not installed");
        environment.put("CDPATH", "/:/tmp");

        final Outcome started = runBy(prefix, List.of("cluster", "start", "1"));
        assertEquals(0, started.status, started.output);
        final Outcome status = runBy(prefix, List.of("cluster", "status"));
        assertTrue(status.output.startsWith("1 up pid="), status.output);
        assertEquals(0, runBy(prefix, List.of("cluster", "restart", "1")).status);
        assertEquals(0, runBy(prefix, List.of("cluster", "stop")).status);
    }

    @Test
    void aSymbolicLinkAJavaHomeWithABlankAndNoHomeAreFine() throws IOException {
        final Path link = Files.createSymbolicLink(
                directory.resolve("link"),
                Files.createSymbolicLink(directory.resolve("link to link"), clone.resolve("scripts/cluster")));
        final Path java =
                Files.createSymbolicLink(directory.resolve("a java"), Path.of(System.getProperty("java.home")));
        environment.put("JAVA_HOME", java.toString());
        environment.put("HOME", null);
        environment.put("LC_ALL", "C");

        final Outcome started = execute(List.of(link.toString(), "start", "1"));

        assertEquals(0, started.status, started.output);
        assertTrue(Files.exists(clone.resolve("data/node-1/node.log")));
    }

    /** In UTF-16 a library's generated classes had no names; the clone's path holds an umlaut. */
    @Test
    void noCharsetThatJavaIsGivenAndNoHomeThatCannotBeWrittenToIsAHindrance() {
        environment.put("JAVA_OPTS", "-Dfile.encoding=UTF-16");
        environment.put("LC_ALL", "C");
        environment.put("HOME", "/proc");
        final String server = "127.0.0.1:" + environment.get("CLIENT_PORT");

        final Outcome started = run(List.of("cluster", "start", "1"));
        assertEquals(0, started.status, started.output);
        assertTrue(Files.exists(clone.resolve("data/node-1/LOCK")));
        assertEquals(0, run(List.of("client", "--servers", server, "append", "gr\u00fc\u00df")).status);
        final Outcome read = run(List.of("client", "--servers", server, "read", "1"));
        assertTrue(read.output.endsWith("\tgr\u00fc\u00df\n"), read.output);
    }

    @Test
    void aNodeIsTheProcessThatTheScriptBeganAndEndsWithStatusZero() throws Exception {
        final Path output = directory.resolve("output");
        final ProcessBuilder builder = NodeProcess.builder(
                output,
                List.of("--node-id", "1", "--cluster", "1=127.0.0.1:" + FreePorts.next() + ":" + FreePorts.next()));
        final List<String> command = new ArrayList<>(builder.command());
        command.set(0, clone.resolve("scripts/node").toString());
        builder.command(command).directory(elsewhere.toFile());
        try (NodeProcess node = NodeProcess.start(output, builder)) {
            ProcessCluster.untilTrue("a leader", () -> node.output().contains("role=leader"));

            assertEquals(
                    "java",
                    Files.readString(Path.of("/proc/" + node.pid() + "/comm")).strip());
            assertEquals(0, node.terminate(), node::output);
        }
        assertTrue(Files.exists(clone.resolve("data/LOCK")), "the default is the clone's data directory");
        assertEquals(List.of(), list(elsewhere));
    }

    @Test
    void anotherClonesPortsAreFoundTaken() {
        assertEquals(0, run(List.of("cluster", "start", "1")).status);
        final Path first = clone;
        final Path second = directory.resolve("second");
        copy(first.resolve("scripts"), second.resolve("scripts"));
        copy(first.resolve("daemon"), second.resolve("daemon"));
        copy(first.resolve("client"), second.resolve("client"));
        clone = second;

        final Outcome refused = run(List.of("cluster", "start", "1"));

        clone = first;
        assertEquals(1, refused.status, refused.output);
        assertTrue(refused.output.contains(environment.get("CLIENT_PORT")), refused.output);
        assertTrue(refused.output.contains("taken"), refused.output);
        assertFalse(Files.exists(second.resolve("data")));
    }

    @Test
    void aPidFileThatNamesSomeoneElsesProcessIsNotBelieved() throws IOException {
        assertEquals(0, run(List.of("cluster", "start", "1")).status);
        assertEquals(0, run(List.of("cluster", "kill", "1")).status);
        for (final String content :
                List.of(Long.toString(ProcessHandle.current().pid()), "garbage", "", "-1")) {
            Files.writeString(clone.resolve("data/node-1/pid"), content + "\n");

            assertEquals(List.of("down"), states(), content);
            assertEquals(0, run(List.of("cluster", "stop")).status);
        }
        assertEquals(0, run(List.of("cluster", "start", "1")).status);
        assertEquals(List.of("up"), states());
    }

    @Test
    void aNodeThatEndsAtOnceIsReportedWithItsOwnWords() {
        assertEquals(0, run(List.of("cluster", "start", "1")).status);
        assertEquals(0, run(List.of("cluster", "stop")).status);
        delete(clone.resolve("data/node-1/LOCK"));
        directory(clone.resolve("data/node-1/LOCK"));

        final Outcome started = run(List.of("cluster", "start", "1"));

        assertEquals(1, started.status, started.output);
        assertTrue(started.output.contains("node 1 has ended"), started.output);
        assertTrue(started.output.contains("LOCK"), started.output);
    }

    @Test
    void theSimulationRunsAsItWasBuilt() {
        copy(NodeProcess.ROOT.resolve("daemon/target/test-classes"), clone.resolve("daemon/target/test-classes"));

        final Outcome ran = run(List.of("simulate", "--seeds", "2"));
        assertEquals(0, ran.status, ran.output);
        assertTrue(ran.output.startsWith("2 seeds, "), ran.output);
        final Outcome refused = run(List.of("simulate", "--sedes", "2"));
        assertEquals(2, refused.status, refused.output);
        final Outcome helped = run(List.of("simulate", "--help"));
        assertEquals(0, helped.status, helped.output);
        assertTrue(helped.output.contains("--without"), helped.output);
    }

    @Test
    void aWrongSettingIsOneLineAndNothingIsWrittenDown() {
        environment.put("QUORUMLOG_IDLE", "never");

        final Outcome started = run(List.of("cluster", "start", "1"));

        assertEquals(2, started.status, started.output);
        assertEquals(1, started.output.lines().count(), started.output);
        assertTrue(started.output.contains("idle (QUORUMLOG_IDLE)=never: must be"), started.output);
        assertFalse(Files.exists(clone.resolve("data")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"7000 7000", "7000 7002", "7002 7000", "0 7000", "7000 65528", "x 7000", "07 7000"})
    void portsThatCannotBeAreOneLineAndNothingIsWrittenDown(final String ports) {
        environment.put("CLIENT_PORT", ports.split(" ")[0]);
        environment.put("PEER_PORT", ports.split(" ")[1]);

        final Outcome started = run(List.of("cluster", "start"));

        assertEquals(2, started.status, started.output);
        assertEquals(1, started.output.lines().count(), started.output);
        assertTrue(started.output.contains("_PORT="), started.output);
        assertFalse(Files.exists(clone.resolve("data")));
    }

    @Test
    void otherPortsAreRefusedWhileANodeRunsAndTakenWhenNoneDoes() {
        assertEquals(0, run(List.of("cluster", "start", "1")).status);
        final String before = environment.get("CLIENT_PORT");
        final String after = Integer.toString(FreePorts.nextRun(1));
        environment.put("CLIENT_PORT", after);

        final Outcome refused = run(List.of("cluster", "start"));
        assertEquals(1, refused.status, refused.output);
        assertEquals(1, refused.output.lines().count(), refused.output);
        assertTrue(refused.output.contains(before) && refused.output.contains(after), refused.output);

        assertEquals(0, run(List.of("cluster", "stop")).status);
        final Outcome started = run(List.of("cluster", "start"));
        assertEquals(0, started.status, started.output);
        assertTrue(started.output.contains("127.0.0.1:" + after), started.output);
        environment.put("CLIENT_PORT", null);
        environment.put("PEER_PORT", null);
        final Outcome again = run(List.of("cluster", "start"));
        assertTrue(again.output.contains("127.0.0.1:" + after), again.output);
    }

    @ParameterizedTest
    @ValueSource(strings = {"data", "data/mine"})
    void whatANodeStartedOtherwiseUsesIsNotWiped(final String place) {
        final Path output = directory.resolve("output");
        directory(clone.resolve("data"));
        final ProcessBuilder builder = NodeProcess.builder(
                output,
                List.of(
                        "--node-id",
                        "1",
                        "--cluster",
                        "1=127.0.0.1:" + FreePorts.next() + ":" + FreePorts.next(),
                        "--data-dir",
                        clone.resolve(place).toString()));
        try (NodeProcess node = NodeProcess.start(output, builder)) {
            ProcessCluster.untilTrue("a leader", () -> node.output().contains("role=leader"));

            final Outcome refused = run(List.of("cluster", "wipe", "--yes"));

            assertEquals(1, refused.status, refused.output);
            assertEquals(1, refused.output.lines().count(), refused.output);
            assertTrue(refused.output.contains(clone.resolve(place).toString()), refused.output);
            assertTrue(Files.exists(clone.resolve(place).resolve("LOCK")));
            assertTrue(node.isAlive());
        }
        assertEquals(0, run(List.of("cluster", "wipe", "--yes")).status);
        assertFalse(Files.exists(clone.resolve("data")));
    }

    @Test
    void aNodeWhosePidFileWasLostIsFound() throws IOException {
        assertEquals(0, run(List.of("cluster", "start", "1")).status);
        final String pid = field(1, "pid");
        for (final String content :
                List.of(Long.toString(ProcessHandle.current().pid()), "garbage", "")) {
            Files.writeString(clone.resolve("data/node-1/pid"), content);

            assertEquals(pid, field(1, "pid"), content);
        }
        delete(clone.resolve("data/node-1/pid"));

        assertEquals(0, run(List.of("cluster", "start")).status);
        assertEquals(pid, field(1, "pid"));
        assertEquals(0, run(List.of("cluster", "stop")).status);
        assertEquals(List.of("down"), states());
    }

    @Test
    void aProcessThatOnlyNamesANodesDirectoryIsNotTheNode() throws IOException {
        assertEquals(0, run(List.of("cluster", "start", "1")).status);
        assertEquals(0, run(List.of("cluster", "stop")).status);
        final Process other = new ProcessBuilder(
                        "sh",
                        "-c",
                        "sleep 1000; :",
                        clone.resolve("data/node-1").toString())
                .start();
        try {
            Files.writeString(clone.resolve("data/node-1/pid"), other.pid() + "\n");

            assertEquals(List.of("down"), states());
            assertEquals(0, run(List.of("cluster", "stop")).status);
            assertTrue(other.isAlive());
        } finally {
            other.descendants().forEach(ProcessHandle::destroyForcibly);
            other.destroyForcibly();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "nodes=three", "nodes=3\nclient_port=\npeer_port=5500"})
    void aDamagedListOfTheClusterIsOneLine(final String content) throws IOException {
        directory(clone.resolve("data"));
        Files.writeString(clone.resolve("data/cluster"), content);

        for (final String command : List.of("start", "status", "stop")) {
            final Outcome outcome = run(List.of("cluster", command));

            assertEquals(1, outcome.status, outcome.output);
            assertEquals(1, outcome.output.lines().count(), outcome.output);
            assertTrue(outcome.output.contains("data/cluster"), outcome.output);
        }
        delete(clone.resolve("data/cluster"));
    }

    @Test
    void aCloseMaskAndAnyWorkingDirectoryAreFine() {
        elsewhere = Path.of("/");

        final Outcome started =
                runBy(List.of("sh", "-c", "umask 077; exec \"$@\"", "sh"), List.of("cluster", "start", "1"));

        assertEquals(0, started.status, started.output);
        assertTrue(Files.exists(clone.resolve("data/node-1/LOCK")));
        assertEquals(0, run(List.of("cluster", "restart", "1")).status);
    }

    @Test
    void aBuiltCloneThatCannotBeWrittenToServesTheClientAndAClusterWhoseDataLiesElsewhere() throws IOException {
        final List<String> readOnly = List.of(
                "unshare",
                "-m",
                "sh",
                "-c",
                "mount --bind \"$0\" \"$0\" && mount -o remount,ro,bind \"$0\" && exec \"$@\"",
                clone.toString());
        final List<String> probe = new ArrayList<>(readOnly);
        probe.add("true");
        assumeTrue(isInstalled("unshare") && execute(probe).status == 0, "no mount namespace may be made here");

        final Outcome help = runBy(readOnly, List.of("client", "--help"));
        assertEquals(0, help.status, help.output);

        final Outcome refused = runBy(readOnly, List.of("cluster", "start", "1"));
        assertEquals(1, refused.status, refused.output);
        assertEquals(1, refused.output.lines().count(), refused.output);
        assertTrue(refused.output.contains(clone.resolve("data").toString()), refused.output);

        Files.createSymbolicLink(clone.resolve("data"), Files.createDirectory(directory.resolve("the data")));
        final Outcome started = runBy(readOnly, List.of("cluster", "start", "1"));
        assertEquals(0, started.status, started.output);
    }

    @ParameterizedTest
    @ValueSource(strings = {"cluster start", "client last", "node --help"})
    void aCloneWhereJavaWouldSplitThePathIsOneLine(final String command) throws IOException {
        Files.createDirectory(directory.resolve("a:b"));
        clone = Files.move(clone, directory.resolve("a:b/c"));

        final Outcome outcome = run(List.of(command.split(" ")));

        assertEquals(1, outcome.status, outcome.output);
        assertEquals(1, outcome.output.lines().count(), outcome.output);
        assertTrue(outcome.output.contains("colon"), outcome.output);
    }

    @ParameterizedTest
    @ValueSource(strings = {">&-", ">/dev/full", "<&- >&-", "<&- >&- 2>&-"})
    void whatCannotBeWrittenOutIsAFailure(final String redirection) {
        assertEquals(0, run(List.of("cluster", "start", "1")).status);
        final String server = "127.0.0.1:" + environment.get("CLIENT_PORT");
        assertEquals(0, run(List.of("client", "--servers", server, "append", "hello")).status);

        final Outcome outcome = runBy(
                List.of("sh", "-c", "exec \"$@\" " + redirection, "sh"),
                List.of("client", "--servers", server, "read", "1"));

        assertEquals(1, outcome.status, outcome.output);
        assertEquals(
                redirection.contains("2>&-") ? 0 : 1, outcome.output.lines().count(), outcome.output);
    }

    @ParameterizedTest
    @ValueSource(strings = {"nosuch", "start 0", "start ten", "start 10", "start 1 2", "kill", "stop now", "wipe --no"})
    void aWrongCommandIsOneLineAndStatusTwo(final String command) {
        final Outcome outcome = run(List.of(("cluster " + command).split(" ")));

        assertEquals(2, outcome.status, outcome.output);
        assertEquals(1, outcome.output.lines().count(), outcome.output);
    }

    @ParameterizedTest
    @ValueSource(strings = {"check-trace", "check-trace --nosuch", "bench nosuch", "torment nosuch"})
    void aWrongArgumentIsOneLineThatSaysWhereMoreIsAndStatusTwo(final String command) {
        final Outcome outcome = run(List.of(command.split(" ")));

        assertEquals(2, outcome.status, outcome.output);
        assertEquals(1, outcome.output.lines().count(), outcome.output);
        assertTrue(outcome.output.matches("(?s).*scripts/\\S+ (--)?help says more\n"), outcome.output);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"bench", "bench --help", "check-trace --help", "cluster", "cluster --help", "torment --help"})
    void helpNeedsNoJava(final String command) {
        environment.put("JAVA_HOME", "/nowhere");

        final Outcome outcome = run(List.of(command.split(" ")));

        assertEquals(0, outcome.status, outcome.output);
        assertTrue(outcome.output.lines().count() > 3, outcome.output);
    }

    @ParameterizedTest
    @ValueSource(strings = {"bench load", "check-trace x", "client", "cluster start", "node", "simulate", "torment"})
    void aJavaHomeWithoutJavaIsOneLine(final String command) {
        environment.put("JAVA_HOME", "/nowhere");

        final Outcome outcome = run(List.of(command.split(" ")));

        assertEquals(1, outcome.status, outcome.output);
        assertEquals(1, outcome.output.lines().count(), outcome.output);
        assertTrue(outcome.output.contains("JAVA_HOME=/nowhere"), outcome.output);
    }

    @Test
    void theContainerCheckSaysThatThereIsNoEngine() throws IOException {
        assumeTrue(isInstalled("bash"), "bash is not installed");
        environment.put("DOCKER_HOST", "unix://" + directory.resolve("nothing"));

        final Outcome skipped = run(List.of("container-check"));

        assertEquals(0, skipped.status, skipped.output);
        assertTrue(skipped.output.startsWith("skipped: "), skipped.output);
        final Outcome refused = run(List.of("container-check", "now"));
        assertEquals(2, refused.status, refused.output);
        assertEquals(1, refused.output.lines().count(), refused.output);
        final Path link =
                Files.createSymbolicLink(directory.resolve("a link"), clone.resolve("scripts/container-check"));
        final Outcome helped = execute(List.of(link.toString(), "--help"));
        assertEquals(0, helped.status, helped.output);
        assertTrue(helped.output.startsWith("Tries out the image"), helped.output);
    }

    @Test
    void theComposeFileIsWellFormed() {
        assumeTrue(isInstalled("docker-compose"), "docker-compose is not installed");
        final String file = NodeProcess.ROOT.resolve("docker-compose.yml").toString();

        final Outcome checked = execute(List.of("docker-compose", "-f", file, "config", "-q"));

        assertEquals(0, checked.status, checked.output);
    }

    /** What the script gives to nodes here and the image to those in containers is tuned, and explained, in one place. */
    @Test
    void theImageGivesJavaTheOptionsThatTheScriptDoes() throws IOException {
        final String dockerfile = Files.readString(NodeProcess.ROOT.resolve("Dockerfile"));
        final Matcher base =
                Pattern.compile("\nFROM eclipse-temurin:(\\d+)-jre\n").matcher(dockerfile);
        assertTrue(base.find(), "the image's Java is not found");
        final Matcher entryPoint = Pattern.compile("\nENTRYPOINT \\[\"java\"(.*?)\"-jar\"", Pattern.DOTALL)
                .matcher(dockerfile);
        assertTrue(entryPoint.find(), "the image's entry point is not found");
        final Set<String> ofImage = new TreeSet<>();
        final Matcher quoted = Pattern.compile("\"([^\"]*)\"").matcher(entryPoint.group(1));
        while (quoted.find()) {
            ofImage.add(quoted.group(1));
        }

        final Path bin = Files.createDirectories(directory.resolve("fake java/bin"));
        Files.writeString(
                bin.resolveSibling("release"),
                "IMPLEMENTOR=\"Eclipse Adoptium\"\nJAVA_VERSION=\"" + base.group(1) + ".0.99\"\n");
        Files.writeString(bin.resolve("java"), "#!/bin/sh\nprintf '%s\\n' \"$@\"\n");
        assertTrue(bin.resolve("java").toFile().setExecutable(true));
        environment.put("JAVA_HOME", bin.getParent().toString());
        environment.put("JAVA_OPTS", null);
        environment.put("QUORUMLOG_DATA_DIR", "/data");
        final Outcome ran = run(List.of("node"));
        assertEquals(0, ran.status, ran.output);
        final Set<String> ofScript = ran.output
                .lines()
                .takeWhile(option -> !option.equals("-jar"))
                // Depends on the machine, and silences what the image has no cause to say.
                .filter(option -> !option.equals("-XX:+UseTransparentHugePages") && !option.startsWith("-Xlog:"))
                .collect(Collectors.toCollection(TreeSet::new));

        assertEquals(ofScript, ofImage);
    }

    private List<String> states() {
        return run(List.of("cluster", "status"))
                .output
                .lines()
                .map(line -> line.split(" ")[1])
                .toList();
    }

    private String field(final int id, final String name) {
        for (final String word : run(List.of("cluster", "status"))
                .output
                .lines()
                .toList()
                .get(id - 1)
                .split(" ")) {
            if (word.startsWith(name + "=")) {
                return word.substring(name.length() + 1);
            }
        }
        throw new AssertionError(name);
    }

    private Outcome run(final List<String> command) {
        return runBy(List.of(), command);
    }

    private Outcome runBy(final List<String> shell, final List<String> command) {
        final List<String> words = new ArrayList<>(shell);
        words.add(clone.resolve("scripts").resolve(command.get(0)).toString());
        words.addAll(command.subList(1, command.size()));
        return execute(words);
    }

    private Outcome execute(final List<String> words) {
        try {
            final Path output = Files.createTempFile(directory, "command", ".out");
            final ProcessBuilder builder = new ProcessBuilder(words)
                    .directory(elsewhere.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .redirectInput(Path.of("/dev/null").toFile());
            NodeProcess.setJava(builder.environment());
            environment.forEach((name, value) -> {
                builder.environment().remove(name);
                if (value != null) {
                    builder.environment().put(name, value);
                }
            });
            final Process process = builder.start();
            if (!process.waitFor(TIMEOUT_S, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError(words + " does not end: " + Files.readString(output));
            }
            final String text = new String(Files.readAllBytes(output), StandardCharsets.UTF_8);
            Files.delete(output);
            return new Outcome(process.exitValue(), text);
        } catch (final IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static boolean isInstalled(final String command) {
        return Stream.of(System.getenv("PATH").split(":")).anyMatch(part -> Files.isExecutable(Path.of(part, command)));
    }

    private static void directory(final Path path) {
        try {
            Files.createDirectories(path);
        } catch (final IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void delete(final Path path) {
        try {
            Files.delete(path);
        } catch (final IOException e) {
            throw new AssertionError(e);
        }
    }

    private static List<Path> list(final Path path) {
        try (Stream<Path> paths = Files.list(path)) {
            return paths.toList();
        } catch (final IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void copy(final Path from, final Path to) {
        try (Stream<Path> paths = Files.walk(from)) {
            for (final Path path : paths.toList()) {
                final Path target = to.resolve(from.relativize(path).toString());
                Files.createDirectories(target.getParent());
                Files.copy(path, target);
            }
        } catch (final IOException e) {
            throw new AssertionError(e);
        }
    }
}
