package io.quorumlog.client.cli;

import io.quorumlog.client.QuorumLogClient;
import io.quorumlog.client.QuorumLogException;
import java.io.ByteArrayOutputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Security;
import java.util.ArrayList;
import java.util.List;

/** The text client: options, then one command, a filter or a prompt. Exit status 0, 1 if a command failed, 2 for usage. */
public final class ClientMain {
    private static final int FAILED = 1;

    private final InputStream in;
    private final OutputStream out;
    private final ErrorLines errors;
    private final boolean isTerminal;

    /** @param isTerminal whether a person sits at both ends. */
    ClientMain(InputStream in, OutputStream out, OutputStream err, boolean isTerminal) {
        this.in = in;
        this.out = out;
        this.errors = new ErrorLines(err);
        this.isTerminal = isTerminal;
    }

    public static void main(String[] args) {
        // Names are asked for anew at each attempt to connect: neither failures nor addresses are remembered.
        Security.setProperty("networkaddress.cache.negative.ttl", "0");
        Security.setProperty("networkaddress.cache.ttl", "0");
        ClientMain main = new ClientMain(
                new FileInputStream(FileDescriptor.in),
                new FileOutputStream(FileDescriptor.out),
                new FileOutputStream(FileDescriptor.err),
                isTerminal(0) && isTerminal(1));
        System.exit(main.run(args));
    }

    /** @return the exit status. */
    int run(String[] args) {
        Output output = new Output(out);
        try {
            Options options = Options.parse(args);
            List<byte[]> words = joined(ArgumentBytes.ofLast(options.wordCount(), args));
            try (QuorumLogClient client = client(options)) {
                boolean done = run(client, options, words, output);
                output.flush();
                return done ? 0 : FAILED;
            }
        } catch (Options.Ends e) {
            return end(e, output);
        } catch (Output.ClosedException e) {
            return unwritten(e);
        }
    }

    private boolean run(QuorumLogClient client, Options options, List<byte[]> words, Output output) {
        CommandRunner runner = new CommandRunner(client, options.retryUncertain());
        if (words.isEmpty() && isTerminal) {
            return new Prompt(runner, options, output).run();
        }
        ReplyPrinter printer = new ReplyPrinter(output, false, options.raw());
        if (words.isEmpty()) {
            return new Filter(client, runner, !options.retryUncertain(), printer, errors).run(in);
        }
        try {
            runner.run(words, printer, () -> false);
            return true;
        } catch (QuorumLogException | CommandRunner.CommandFailure e) {
            output.flush();
            errors.line(CommandRunner.inWords(e));
            return false;
        }
    }

    private static QuorumLogClient client(Options options) throws Options.Ends {
        try {
            return QuorumLogClient.builder()
                    .servers(options.servers())
                    .timeout(options.timeout())
                    .build();
        } catch (IllegalArgumentException e) {
            throw Options.wrong("--servers " + e.getMessage());
        }
    }

    private int end(Options.Ends end, Output output) {
        if (end.status() != 0) {
            errors.line(end.getMessage());
            return end.status();
        }
        try {
            output.text(end.getMessage());
            if (!end.getMessage().endsWith("\n")) {
                output.endLine();
            }
            output.flush();
            return 0;
        } catch (Output.ClosedException e) {
            return unwritten(e);
        }
    }

    /** Whoever read the output may have had enough of it ({@code | head}): that needs no words. */
    private int unwritten(Output.ClosedException e) {
        if (!e.isReaderGone()) {
            errors.line("can't write the output: " + e.getMessage());
        }
        return FAILED;
    }

    /** The words of a one-shot command; a payload of several is joined by single blanks, as the shell has cut it. */
    private static List<byte[]> joined(List<byte[]> words) {
        int rest = words.isEmpty() ? Integer.MAX_VALUE : restOfLine(CommandRunner.command(words));
        if (words.size() <= rest + 1L) {
            return words;
        }
        ByteArrayOutputStream payload = new ByteArrayOutputStream();
        for (int i = rest; i < words.size(); i++) {
            if (i > rest) {
                payload.write(' ');
            }
            payload.writeBytes(words.get(i));
        }
        List<byte[]> joined = new ArrayList<>(words.subList(0, rest));
        joined.add(payload.toByteArray());
        return joined;
    }

    private static int restOfLine(String command) {
        return switch (command) {
            case "append", "ping", "echo" -> 1;
            case "appendif" -> 2;
            default -> Integer.MAX_VALUE;
        };
    }

    /** Java tells only of both ends at once, and in some versions lies. */
    private static boolean isTerminal(int descriptor) {
        Path link = Path.of("/proc/self/fd/" + descriptor);
        try {
            String file = Files.readSymbolicLink(link).toString();
            return file.startsWith("/dev/pts/") || file.startsWith("/dev/tty") || file.equals("/dev/console");
        } catch (IOException | UnsupportedOperationException e) {
            return System.console() != null;
        }
    }
}
