package io.quorumlog.client.cli;

import io.quorumlog.client.QuorumLogException;
import java.io.IOError;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jline.keymap.KeyMap;
import org.jline.reader.Candidate;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.Widget;
import org.jline.terminal.Attributes;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jline.utils.Signals;

/**
 * The prompt in a terminal. Ctrl-C ends the command that runs, or throws the line away; Ctrl-D on an empty line leaves. The
 * history is kept in {@code $XDG_STATE_HOME/quorumlog/history} (by default below {@code ~/.local/state}) if that can be
 * written, and nowhere otherwise.
 *
 * <p>Ctrl-C is a signal only while a command runs; the line editor gets it as a key. Were it a signal there too, it would kill
 * the {@code stty} that switches the terminal, or reach Java between two handlers and end the client.
 */
final class Prompt {
    private static final String PROMPT = "quorumlog> ";
    private static final int SWITCH_ATTEMPTS = 5;
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");
    private static final Logger JLINE_LOG = Logger.getLogger("org.jline"); // held, for else it forgets its level

    private final CommandRunner runner;
    private final Options options;
    private final Output output;
    private Attributes atStart;
    private final Object interruption = new Object();
    private Thread running; // the thread that runs a command now, or null; guarded by interruption
    private boolean stopped; // whether Ctrl-C ended that command; guarded by interruption

    Prompt(CommandRunner runner, Options options, Output output) {
        this.runner = runner;
        this.options = options;
        this.output = output;
    }

    /** @return whether the prompt itself worked; a failed command has been shown, and is no failure of the whole. */
    boolean run() {
        JLINE_LOG.setLevel(Level.OFF); // it would write into the person's lines
        try (Terminal terminal = terminal()) {
            atStart = terminal.getAttributes();
            Signals.register("INT", this::stopCommand);
            setCtrlCIsSignal(terminal, false);
            LineReader reader = reader(terminal);
            output.line("quorumlog client, servers " + options.servers() + ". 'help' shows commands, Ctrl-D leaves.");
            output.flush();
            while (runLine(terminal, reader)) {}
            return true;
        } catch (IOException e) {
            throw new Output.ClosedException(e);
        }
    }

    private static Terminal terminal() throws IOException {
        // The exec provider needs no native library, which JLine would unpack into the temporary directory.
        // Nor does it ask the terminal what it can do: what was typed ahead would be taken for the answer.
        System.setProperty(TerminalBuilder.PROP_PROBE_TIMEOUT, "0");
        // Nor does it take the key Ctrl-C for a signal as well: that would interrupt whatever the editor is at.
        System.setProperty(TerminalBuilder.PROP_SOFTWARE_SIGNALS, "false");
        Terminal terminal = TerminalBuilder.builder()
                .system(true)
                .provider("exec")
                .nativeSignals(false)
                .dumb(true)
                .graphemeCluster(false)
                .encoding(StandardCharsets.UTF_8)
                .build();
        if (terminal.getSize().getColumns() <= 0) { // it doesn't know: as on a serial line
            terminal.setSize(Size.of(80, 24));
        }
        return terminal;
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
        LineReader reader = builder.build();
        // JLine's own way with Ctrl-C leaves the editor and comes back, and loses what is typed in between.
        Widget abandonLine = () -> {
            reader.callWidget(LineReader.SEND_BREAK);
            return true;
        };
        reader.getKeyMaps().get(LineReader.MAIN).bind(abandonLine, KeyMap.ctrl('C'));
        return reader;
    }

    /** Makes the terminal what it was at the start, but for Ctrl-C; again if a Ctrl-C has killed the program that does it. */
    private void setCtrlCIsSignal(Terminal terminal, boolean isSignal) {
        Attributes attributes = new Attributes(atStart);
        attributes.setLocalFlag(Attributes.LocalFlag.ISIG, isSignal);
        for (int attempt = 1; ; attempt++) {
            try {
                terminal.setAttributes(attributes);
                return;
            } catch (IOError e) {
                Thread.interrupted();
                if (attempt == SWITCH_ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    private void stopCommand() {
        synchronized (interruption) {
            if (running != null) {
                stopped = true;
                running.interrupt();
            }
        }
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
                Files.createFile(file, PosixFilePermissions.asFileAttribute(OWNER_ONLY)); // it holds payloads
            }
            return Files.isWritable(file) ? file : null;
        } catch (IOException | RuntimeException e) {
            return null;
        }
    }

    /** Reads a line and runs it. False: the end. */
    private boolean runLine(Terminal terminal, LineReader reader) {
        String line;
        try {
            line = reader.readLine(PROMPT);
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
        carryOut(terminal, words);
        return true;
    }

    private void carryOut(Terminal terminal, List<byte[]> words) {
        RuntimeException failure = null;
        boolean wasStopped;
        setCtrlCIsSignal(terminal, true);
        beginCommand();
        try {
            runner.run(words, new ReplyPrinter(output, true, options.raw()), () -> false);
        } catch (QuorumLogException | CommandRunner.CommandFailure e) {
            failure = e;
        } finally {
            wasStopped = endCommand();
            setCtrlCIsSignal(terminal, false);
        }
        if (failure != null) {
            output.line((wasStopped ? "stopped: " : "error: ") + CommandRunner.inWords(failure));
        }
        output.flush();
    }

    private void beginCommand() {
        synchronized (interruption) {
            stopped = false;
            running = Thread.currentThread();
        }
    }

    /** From here on no Ctrl-C interrupts this thread, and none that did is still to be noticed. True: one did. */
    private boolean endCommand() {
        synchronized (interruption) {
            running = null;
            Thread.interrupted();
            return stopped;
        }
    }
}
