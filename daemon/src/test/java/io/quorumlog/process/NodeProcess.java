package io.quorumlog.process;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A node as a process of its own, started by {@code scripts/node} from the runnable jar. What it prints goes to a file. The
 * Java is that of the tests, or the one in the system property {@code quorumlog.test.java.home}.
 */
public final class NodeProcess implements AutoCloseable {
    /** The repository. */
    public static final Path ROOT = Path.of(System.getProperty("quorumlog.root", ".."));

    private static final long END_TIMEOUT_S = 60;

    private final Process process;
    private final Path output;

    private NodeProcess(final Process process, final Path output) {
        this.process = process;
        this.output = output;
    }

    /** A process to be, of which more can be said before it starts. */
    static ProcessBuilder builder(final Path output, final List<String> arguments) {
        final List<String> command = new ArrayList<>();
        command.add(ROOT.resolve("scripts/node").toString());
        command.addAll(arguments);
        final ProcessBuilder builder = new ProcessBuilder(command);
        builder.redirectErrorStream(true);
        builder.redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()));
        builder.redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
        setJava(builder.environment());
        builder.environment().keySet().removeIf(name -> name.startsWith("QUORUMLOG_"));
        return builder;
    }

    /** Makes the scripts use the Java of the tests. */
    static void setJava(final Map<String, String> environment) {
        environment.put("JAVA_HOME", System.getProperty("quorumlog.test.java.home", System.getProperty("java.home")));
        environment.remove("JAVA_TOOL_OPTIONS");
        environment.remove("JDK_JAVA_OPTIONS");
    }

    /** Starts a node with these flags; {@code output} need not exist. */
    public static NodeProcess start(final Path output, final String... arguments) {
        return start(output, builder(output, Arrays.asList(arguments)));
    }

    static NodeProcess start(final Path output, final ProcessBuilder builder) {
        try {
            return new NodeProcess(builder.start(), output);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** SIGKILL, and its end awaited. */
    public void kill() {
        destroy();
        awaitExit();
    }

    /** Under a tracer the node is a child, which would outlive the tracer's death. */
    private void destroy() {
        final List<ProcessHandle> traced = process.descendants().toList();
        traced.forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        traced.forEach(node -> node.onExit().join());
    }

    /** SIGTERM, and its end awaited; the exit status. */
    public int terminate() {
        signal("TERM");
        return awaitExit();
    }

    /**
     * SIGSTOP; returns when none of the process's threads runs any more. Until it is scheduled, a thread does not notice the
     * signal, and may take a step meanwhile.
     */
    void pause() {
        signal("STOP");
        await().pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(1))
                .atMost(ProcessCluster.PATIENCE)
                .ignoreExceptionsInstanceOf(NoSuchFileException.class) // a thread that has just ended
                .until(this::isStopped);
    }

    private boolean isStopped() throws IOException {
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(Path.of("/proc/" + pid() + "/task"))) {
            for (final Path thread : threads) {
                final String status = Files.readString(thread.resolve("stat"));
                // Stopped, traced and stopped, or within a call that ends first: it comes back no further than that.
                if ("TtD".indexOf(status.charAt(status.lastIndexOf(')') + 2)) < 0) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Sends a signal by its name. */
    public void signal(final String name) {
        try {
            new ProcessBuilder("kill", "-s", name, Long.toString(pid()))
                    .inheritIO()
                    .start()
                    .waitFor();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        } catch (final InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Waits for the end, which must come by itself; the exit status. */
    public int awaitExit() {
        try {
            if (!process.waitFor(END_TIMEOUT_S, TimeUnit.SECONDS)) {
                throw new AssertionError("still running after " + END_TIMEOUT_S + " s; output:\n" + outputTail(50));
            }
            return process.exitValue();
        } catch (final InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** All it has printed. */
    public String output() {
        try {
            return Files.exists(output) ? new String(Files.readAllBytes(output), StandardCharsets.UTF_8) : "";
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Forgets all it has printed; for one that has ended. */
    void forgetOutput() {
        output.toFile().delete();
    }

    /** The lines it has printed that are no log of its work: those that say why it ended. */
    public List<String> endLines() {
        return output().lines().filter(line -> !line.contains(" INFO ")).toList();
    }

    /** The last lines it has printed. */
    public String outputTail(final int lines) {
        final List<String> all = output().lines().toList();
        return String.join("\n", all.subList(Math.max(0, all.size() - lines), all.size()));
    }

    /** Ends it in any case, a paused one too. */
    @Override
    public void close() {
        destroy();
        try {
            process.waitFor();
        } catch (final InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
