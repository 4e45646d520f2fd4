package io.quorumlog.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Commands of the system that tests need. */
final class Commands {
    /** What the shell says of a command that is not there. */
    private static final int NOT_FOUND = 127;

    private Commands() {}

    /** Runs a command; its exit status. */
    static int run(final String... command) {
        return run(new StringBuilder(), command);
    }

    /** Runs a command that must succeed. */
    static void check(final String... command) {
        final StringBuilder output = new StringBuilder();
        final int status = run(output, command);
        if (status != 0) {
            throw new AssertionError(Arrays.toString(command) + " ended with " + status + ": " + output);
        }
    }

    private static int run(final StringBuilder output, final String... command) {
        try {
            final Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            output.append(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
            return process.waitFor();
        } catch (final IOException notThere) {
            return NOT_FOUND;
        } catch (final InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Files in a tree whose names begin so. */
    static List<Path> filesBelow(final Path tree, final String prefix) {
        try (Stream<Path> paths = Files.walk(tree)) {
            return paths.filter(path -> path.getFileName().toString().startsWith(prefix))
                    .toList();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
