package io.quorumlog.client.cli;

import io.quorumlog.client.QuorumLogException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jline.reader.Candidate;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

/**
 * The prompt in a terminal. Ctrl-C ends the command that runs, or throws the line away; Ctrl-D on an empty line leaves. The
 * history is kept in {@code $XDG_STATE_HOME/quorumlog/history} (by default below {@code ~/.local/state}) if that can be
 * written, and nowhere otherwise.
 */
final class Prompt {
    private static final String PROMPT = "quorumlog> ";

    private final CommandRunner runner;
    private final Options options;
    private final Output output;
    private final AtomicBoolean running = new AtomicBoolean();
    private final AtomicBoolean stop = new AtomicBoolean();

    Prompt(CommandRunner runner, Options options, Output output) {
        this.runner = runner;
        this.options = options;
        this.output = output;
    }

    /** @return whether the prompt itself worked; a failed command has been shown, and is no failure of the whole. */
    boolean run() {
        try (Terminal terminal = terminal()) {
            Thread caller = Thread.currentThread();
            terminal.handle(Terminal.Signal.INT, signal -> {
                stop.set(true);
                if (running.get()) {
                    caller.interrupt();
                }
            });
            LineReader reader = reader(terminal);
            output.line("quorumlog client, servers " + options.servers() + ". 'help' shows commands, Ctrl-D leaves.");
            output.flush();
            while (runLine(reader)) {}
            return true;
        } catch (IOException e) {
            throw new Output.ClosedException(e);
        }
    }

    private static Terminal terminal() throws IOException {
        // The exec provider needs no native library, which JLine would unpack into the temporary directory.
        return TerminalBuilder.builder()
                .system(true)
                .provider("exec")
                .dumb(true)
                .encoding(StandardCharsets.UTF_8)
                .build();
    }

    private static LineReader reader(Terminal terminal) {
        LineReaderBuilder builder = LineReaderBuilder.builder()
                .terminal(terminal)
                .appName("quorumlog")
                .completer((reader, line, candidates) -> {
                    if (line.wordIndex() == 0) {
                        CommandRunner.COMMANDS.forEach(command -> candidates.add(new Candidate(command)));
                    }
                })
                .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
                .option(LineReader.Option.CASE_INSENSITIVE, true);
        Path history = historyFile();
        if (history != null) {
            builder.variable(LineReader.HISTORY_FILE, history);
        }
        return builder.build();
    }

    private static Path historyFile() {
        try {
            String state = System.getenv("XDG_STATE_HOME");
            String home = System.getenv("HOME");
            if ((state == null || state.isEmpty()) && (home == null || home.isEmpty())) {
                return null;
            }
            Path directory = state == null || state.isEmpty() ? Path.of(home, ".local", "state") : Path.of(state);
            Path file = directory.resolve("quorumlog").resolve("history");
            Files.createDirectories(file.getParent());
            if (!Files.exists(file)) {
                Files.createFile(file);
            }
            return Files.isWritable(file) ? file : null;
        } catch (IOException | RuntimeException e) {
            return null;
        }
    }

    /** Reads a line and runs it. False: the end. */
    private boolean runLine(LineReader reader) {
        String line;
        try {
            line = reader.readLine(PROMPT);
        } catch (UserInterruptException e) {
            return true;
        } catch (EndOfFileException e) {
            return false;
        }
        List<byte[]> words = Filter.words(line.getBytes(StandardCharsets.UTF_8));
        if (words.isEmpty()) {
            return true;
        }
        String command = CommandRunner.command(words);
        if (command.equals("quit") || command.equals("exit")) {
            return false;
        }
        carryOut(words);
        return true;
    }

    private void carryOut(List<byte[]> words) {
        stop.set(false);
        running.set(true);
        try {
            runner.run(words, new ReplyPrinter(output, true, options.raw()), () -> false);
        } catch (QuorumLogException | CommandRunner.CommandFailure e) {
            output.line(stop.get() ? "stopped: " + CommandRunner.inWords(e) : "error: " + CommandRunner.inWords(e));
        } finally {
            running.set(false);
            Thread.interrupted();
        }
        output.flush();
    }
}
