package io.quorumlog.client.cli;

import io.quorumlog.client.QuorumLogClient;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * What stands in front of the command. Built without annotations: reading those costs more than all the rest of a one-shot
 * command's start.
 *
 * @param wordCount how many of the last arguments are the command; 0 if there is none.
 */
record Options(String servers, Duration timeout, boolean retryUncertain, boolean raw, int wordCount) {
    private static final BigDecimal MOST_SECONDS = BigDecimal.valueOf(86_400);

    /** The arguments ask for something else: the text to print, and the exit status. */
    static final class Ends extends Exception {
        private static final long serialVersionUID = 1L;

        private final int status;

        Ends(String text, int status) {
            super(text);
            this.status = status;
        }

        int status() {
            return status;
        }
    }

    static Options parse(String[] args) throws Ends {
        CommandLine commandLine = new CommandLine(spec());
        commandLine.setStopAtPositional(true);
        commandLine.setExpandAtFiles(false); // a payload may begin with @
        commandLine.setOverwrittenOptionsAllowed(true); // the last counts, so that an alias can be overruled
        try {
            CommandLine.ParseResult parsed = commandLine.parseArgs(args);
            if (parsed.isUsageHelpRequested()) {
                throw new Ends(usage(commandLine), 0);
            }
            if (parsed.isVersionHelpRequested()) {
                throw new Ends("quorumlog client " + version(), 0);
            }
            List<String> words = parsed.matchedPositionalValue(0, List.<String>of());
            return new Options(
                    parsed.matchedOptionValue("--servers", QuorumLogClient.DEFAULT_SERVERS),
                    parsed.hasMatchedOption("--timeout")
                            ? seconds(parsed.matchedOptionValue("--timeout", ""))
                            : QuorumLogClient.DEFAULT_TIMEOUT,
                    parsed.matchedOptionValue("--retry-uncertain", false),
                    parsed.matchedOptionValue("--raw", false),
                    words.size());
        } catch (CommandLine.ParameterException e) {
            throw wrong(e.getMessage());
        }
    }

    static Ends wrong(String reason) {
        return new Ends(reason + " (--help tells what is allowed)", 2);
    }

    private static CommandSpec spec() {
        CommandSpec spec = CommandSpec.create().name("scripts/client");
        spec.usageMessage()
                .description("Talks to a quorumlog cluster: finds the leader, follows it when it changes.")
                .width(100)
                .abbreviateSynopsis(true)
                .customSynopsis(
                        "scripts/client [--servers host:port,…] [--timeout S] [--retry-uncertain] [--raw] [COMMAND…]");
        spec.addOption(OptionSpec.builder("--servers")
                .paramLabel("host:port,…")
                .type(String.class)
                .description("nodes to ask first, IPv6 in brackets; default " + QuorumLogClient.DEFAULT_SERVERS)
                .build());
        spec.addOption(OptionSpec.builder("--timeout")
                .paramLabel("S")
                .type(String.class)
                .description("longest time in seconds that a command takes; default "
                        + QuorumLogClient.DEFAULT_TIMEOUT.toSeconds())
                .build());
        spec.addOption(OptionSpec.builder("--retry-uncertain")
                .type(boolean.class)
                .description("repeat an append whose outcome is uncertain: it may then be in the log twice")
                .build());
        spec.addOption(OptionSpec.builder("--raw")
                .type(boolean.class)
                .description("of entries print the payloads' bytes only")
                .build());
        spec.addOption(OptionSpec.builder("-h", "--help")
                .type(boolean.class)
                .usageHelp(true)
                .description("print this")
                .build());
        spec.addOption(OptionSpec.builder("-V", "--version")
                .type(boolean.class)
                .versionHelp(true)
                .description("print the version")
                .build());
        spec.addPositional(PositionalParamSpec.builder()
                .paramLabel("COMMAND")
                .type(List.class)
                .auxiliaryTypes(String.class)
                .arity("0..*")
                .hidden(true)
                .build());
        return spec;
    }

    private static String usage(CommandLine commandLine) {
        return commandLine.getUsageMessage(CommandLine.Help.Ansi.OFF)
                + HelpText.FOOTER.formatted(HelpText.COMMANDS.indent(2).stripTrailing());
    }

    private static String version() {
        String version = Options.class.getPackage().getImplementationVersion();
        return version == null ? "(not packaged)" : version;
    }

    private static Duration seconds(String text) throws Ends {
        try {
            BigDecimal seconds = new BigDecimal(text);
            if (seconds.signum() > 0 && seconds.compareTo(MOST_SECONDS) <= 0) {
                return Duration.ofNanos(
                        Math.max(1_000_000, seconds.movePointRight(9).longValue()));
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw wrong("--timeout '" + text + "': seconds expected, more than 0 and at most " + MOST_SECONDS);
    }
}
