package io.quorumlog.process;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A node's wall clock that a test may set while the node runs, by libfaketime; its monotonic clock stays the machine's. Where
 * the library is missing, the test is skipped.
 */
public final class TestClock implements AutoCloseable {
    /** How long a running node may not notice a jump. */
    public static final long SEEN_WITHIN_NS = TimeUnit.SECONDS.toNanos(1);

    private static final Path SHARED_MEMORY = Path.of("/dev/shm");
    private static final String LEFT_BEHIND = "(sem\\.)?faketime_(sem|shm)_";

    private final Path library;
    private final Path file;

    private TestClock(final Path library, final Path file) {
        this.library = library;
        this.file = file;
    }

    /** Makes one that goes right until it jumps, and is kept in a file. */
    static TestClock make(final Path file) {
        final Path libraries = Path.of("/usr/lib");
        try (Stream<Path> found =
                Files.find(libraries, 3, (path, attributes) -> path.endsWith("faketime/libfaketimeMT.so.1"))) {
            final List<Path> all = found.toList();
            assumeTrue(!all.isEmpty(), "jumps of the clock need libfaketime (package faketime)");
            final TestClock clock = new TestClock(all.get(0), file);
            clock.jump(0);
            return clock;
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the node's environment must hold. */
    Map<String, String> environment() {
        // Without the last one all timed waits of a JVM whose clock is wrong end at once, and its threads spin.
        return Map.of(
                "LD_PRELOAD",
                library.toString(),
                "FAKETIME_TIMESTAMP_FILE",
                file.toString(),
                "FAKETIME_CACHE_DURATION",
                "" + TimeUnit.NANOSECONDS.toSeconds(SEEN_WITHIN_NS),
                "DONT_FAKE_MONOTONIC",
                "1",
                "FAKETIME_FORCE_MONOTONIC_FIX",
                "0");
    }

    /** From now on, or within {@link #SEEN_WITHIN_NS} if the node runs, the clock is so many seconds away from the machine's. */
    public void jump(final long seconds) {
        try {
            final Path next = Files.writeString(
                    file.resolveSibling(file.getFileName() + ".next"), (seconds < 0 ? "" : "+") + seconds + "\n");
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Deletes what processes that were killed have left of the library's in shared memory. */
    @Override
    public void close() {
        try (Stream<Path> left = Files.list(SHARED_MEMORY)) {
            left.filter(TestClock::isLeftBehind).forEach(path -> path.toFile().delete());
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isLeftBehind(final Path path) {
        final String name = path.getFileName().toString();
        return name.matches(LEFT_BEHIND + "\\d+")
                && ProcessHandle.of(Long.parseLong(name.substring(name.lastIndexOf('_') + 1)))
                        .isEmpty();
    }
}
