package io.quorumlog.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collection;
import java.util.stream.Collectors;

/**
 * Ends processes and deletes a directory when this JVM is done with them, however it ends: by {@link #close}, by Ctrl-C, or
 * killed. It is a shell that reads the ids of the processes from a pipe, each line replacing the one before, and acts at
 * the pipe's end, which the kernel brings about for whoever dies.
 */
final class ProcessGuard implements AutoCloseable {
    private static final String SCRIPT = """
            trap '' INT TERM HUP
            processes=
            while read -r line; do processes=$line; done
            [ -z "$processes" ] || kill -9 $processes 2>/dev/null
            rm -rf -- "$1"
            """;

    private final Process shell;

    /** @param directory absolute; deleted in the end */
    ProcessGuard(final Path directory) {
        try {
            // No stream of ours: whoever waits for their end would wait for the guard.
            shell = new ProcessBuilder("sh", "-c", SCRIPT, "guard", directory.toString())
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Says which processes there are now. */
    void watch(final Collection<Process> processes) {
        final String line = processes.stream()
                        .filter(Process::isAlive)
                        .map(process -> Long.toString(process.pid()))
                        .collect(Collectors.joining(" "))
                + "\n";
        try {
            shell.getOutputStream().write(line.getBytes(StandardCharsets.US_ASCII));
            shell.getOutputStream().flush();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Acts, and returns when it is done. */
    @Override
    public void close() {
        try {
            shell.getOutputStream().close();
            shell.waitFor();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
