package io.quorumlog.client.cli;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Notices that the reader of our standard output has gone while there is nothing to write, as in
 * {@code scripts/client tail 1 | head -1}: writing would tell, but the next entry may be hours away.
 *
 * <p>That takes a poll of the pipe, which Java does not offer for its standard output; GNU's {@code tail -f} does just that.
 * So it is started beside us, with nothing to read and our output to watch; when the reader goes, it dies of SIGPIPE, and of
 * that only. It ends with us, however we end. Where there is no such tail, or the output is no pipe, nothing is noticed.
 */
final class OutputWatch implements AutoCloseable {
    private static final int DIED_OF_SIGPIPE = 128 + 13;

    private final Process watcher; // or null

    private OutputWatch(Process watcher) {
        this.watcher = watcher;
    }

    static OutputWatch start() {
        try {
            if (!Files.readSymbolicLink(Path.of("/proc/self/fd/1")).toString().startsWith("pipe:")) {
                return new OutputWatch(null);
            }
            String self = Long.toString(ProcessHandle.current().pid());
            Process watcher = new ProcessBuilder("tail", "--pid=" + self, "-s", "0.2", "-f", "/dev/null")
                    .redirectOutput(Redirect.INHERIT)
                    .redirectError(Redirect.DISCARD)
                    .start();
            Runtime.getRuntime().addShutdownHook(new Thread(watcher::destroy));
            return new OutputWatch(watcher);
        } catch (IOException | UnsupportedOperationException e) {
            return new OutputWatch(null);
        }
    }

    /** @throws Output.ClosedException if the reader has gone. */
    void check() {
        if (watcher != null && !watcher.isAlive() && watcher.exitValue() == DIED_OF_SIGPIPE) {
            throw new Output.ClosedException();
        }
    }

    @Override
    public void close() {
        if (watcher != null) {
            watcher.destroy();
        }
    }
}
