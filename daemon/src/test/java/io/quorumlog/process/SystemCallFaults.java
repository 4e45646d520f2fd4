package io.quorumlog.process;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Makes system calls of a process slow or fail, by strace: that of a running one until {@link #close}, or of one to be
 * started. Where strace is missing, or may not trace, the test is skipped.
 */
public final class SystemCallFaults implements AutoCloseable {
    /** All by which a node forces something to its disk. */
    public static final String FLUSHES = "fdatasync,fsync,msync,sync_file_range";

    /** All by which it changes files, but for what Chronicle stores through its mapping when it begins one. */
    public static final String WRITES = "fallocate,ftruncate,pwrite64";

    public static final String FLUSHES_AND_WRITES = FLUSHES + "," + WRITES;

    /** A fault: the call does not come back before the fault is taken back. */
    public static final String HANGS = "delay_enter=100000000";

    private static final long DETACH_TIMEOUT_S = 2;

    private final Process strace;

    private SystemCallFaults(final Process strace) {
        this.strace = strace;
    }

    /** Skips the test where this can't be done. */
    public static void assumePossible() {
        assumeTrue(Commands.run("strace", "--version") == 0, "strace is not installed");
        assumeTrue(Commands.run("strace", "-qq", "-o", "/dev/null", "true") == 0, "strace may not trace here");
    }

    /**
     * Begins to inject faults into a running process.
     *
     * @param calls names of system calls, with commas
     * @param fault what becomes of them, in strace's words
     * @param files only those calls that have to do with these; all calls, if none is named
     */
    public static SystemCallFaults inject(
            final NodeProcess node, final String calls, final String fault, final Path... files) {
        try {
            final Path said = Files.createTempFile(Path.of("target/process-tests"), "strace", ".log");
            final List<String> command = command(calls, fault, files);
            command.addAll(List.of("-p", Long.toString(node.pid())));
            final Process strace = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(said.toFile())
                    .start();
            ProcessCluster.untilTrue(
                    "strace to attach", () -> Files.readString(said).contains(" attached") || !strace.isAlive());
            // Not whether it is there still: by its first fault the process may have ended, and strace with it.
            final boolean hasAttached = Files.readString(said).contains(" attached");
            Files.delete(said);
            assumeTrue(hasAttached, "strace may not attach to another process here");
            return new SystemCallFaults(strace);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What to put before a command so that it runs with faults. */
    static List<String> prefix(final String calls, final String fault, final Path... files) {
        final List<String> command = command(calls, fault, files);
        command.add("-qq");
        return command;
    }

    private static List<String> command(final String calls, final String fault, final Path... files) {
        final List<String> command = new ArrayList<>(List.of(
                "strace", "-f", "-o", "/dev/null", "-e", "trace=" + calls, "-e", "inject=" + calls + ":" + fault));
        for (final Path file : files) {
            command.addAll(List.of("-P", file.toString()));
        }
        return command;
    }

    /** Lets go of the process, which goes on without faults. */
    @Override
    public void close() {
        strace.destroy();
        try {
            // Told to let go of a process that is just ending, strace may wait for ever: for the first thread, which
            // can't
            // be reaped before the others, for which it does not wait.
            if (!strace.waitFor(DETACH_TIMEOUT_S, TimeUnit.SECONDS)) {
                strace.destroyForcibly().waitFor();
            }
        } catch (final InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
