package io.quorumlog.node;

import io.quorumlog.codec.record.LogRecord;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * A node's settings, every one of them checked: whoever holds one may believe it.
 *
 * @param nodeId this member's id, one of the cluster's
 * @param cluster all members
 * @param dataDir this node's directory; need not exist
 * @param bind address on which both ports listen; a name, or an address without brackets
 * @param bindSource which setting {@code bind} comes from and how it is written there, for messages
 * @param isBindNamed whether the operator named that very address: by {@code bind}, or in digits as the member's peer host
 * @param isFsync whether an entry is acknowledged only when it is on stable storage
 * @param heartbeatMs leader's heartbeat interval
 * @param electionTimeoutMs minimum election timeout; at least twice {@code heartbeatMs}
 * @param maxEntryBytes largest payload
 * @param isSpinning whether the event loop never blocks
 * @param trace file that takes the trace of Raft's actions; null: there is none
 */
record NodeConfig(
        int nodeId,
        ClusterSpec cluster,
        Path dataDir,
        String bind,
        String bindSource,
        boolean isBindNamed,
        boolean isFsync,
        int heartbeatMs,
        int electionTimeoutMs,
        int maxEntryBytes,
        boolean isSpinning,
        Path trace) {
    static final int MAX_HEARTBEAT_MS = 60_000;
    static final int MAX_ELECTION_TIMEOUT_MS = 600_000;

    private static final int HELP_COLUMNS = 100;

    /** This member. */
    ClusterSpec.Member self() {
        return cluster.member(nodeId);
    }

    /**
     * Reads the settings. Nothing is opened, looked up or touched.
     *
     * @param environment as of {@link System#getenv()}
     * @return the settings, or a text to print if one was asked for
     * @throws ConfigException names the setting, the value and what is allowed
     */
    static Parsed parse(final String[] arguments, final Map<String, String> environment, final String version) {
        final CommandLine commandLine = commandLine(version);
        final CommandLine.ParseResult flags;
        try {
            flags = commandLine.parseArgs(arguments);
        } catch (final CommandLine.UnmatchedArgumentException e) {
            throw unknown(e.getUnmatched());
        } catch (final CommandLine.OverwrittenOptionException e) {
            throw misused(e.getOverwritten(), "must be given only once");
        } catch (final CommandLine.MissingParameterException e) {
            throw misused(e.getMissing().get(0), needs(e.getMissing().get(0)));
        } catch (final CommandLine.ParameterException e) {
            // What is left: all values are taken as text, and judged by us, but those of flags that have none.
            throw misused(e.getArgSpec(), "takes no value");
        }
        if (flags.isUsageHelpRequested()) {
            return new Parsed(null, null, commandLine.getUsageMessage(CommandLine.Help.Ansi.OFF));
        }
        if (flags.isVersionHelpRequested()) {
            return new Parsed(null, null, "quorumlog " + version + System.lineSeparator());
        }
        final Reader reader = new Reader(flags, environment);
        final OfflineTask offline = OfflineFlags.read(flags, reader.dataDir());
        return offline != null ? new Parsed(null, offline, null) : new Parsed(reader.read(), null, null);
    }

    /** What the command line asks for: a node, a look at its data, or a text to print. The two others are null. */
    record Parsed(NodeConfig config, OfflineTask offline, String text) {}

    private static ConfigException misused(final ArgSpec flag, final String rule) {
        return new ConfigException(((OptionSpec) flag).longestName(), rule + "; see --help");
    }

    private static String needs(final ArgSpec flag) {
        for (final Setting setting : Setting.values()) {
            if (setting.flag().equals(((OptionSpec) flag).longestName())) {
                return "needs a value: " + setting.description();
            }
        }
        return "needs two values, " + flag.paramLabel();
    }

    private static ConfigException unknown(final List<String> unmatched) {
        final StringBuilder allowed = new StringBuilder("unknown ");
        allowed.append(unmatched.get(0).startsWith("-") ? "flag" : "argument").append("; allowed are ");
        for (final Setting setting : Setting.values()) {
            allowed.append(setting.flag()).append(", ");
        }
        final String given = String.join(" ", unmatched);
        return new ConfigException(
                given.isEmpty() ? "''" : ConfigException.echo(given),
                allowed.append(OfflineFlags.VERIFY + ", " + OfflineFlags.DUMP + ", --help, --version")
                        .toString());
    }

    private static CommandLine commandLine(final String version) {
        final CommandSpec spec = CommandSpec.create().name("scripts/node");
        for (final Setting setting : Setting.values()) {
            final String byDefault = setting.defaultValue() == null ? "" : " (default: " + setting.defaultValue() + ")";
            spec.addOption(OptionSpec.builder(setting.flag())
                    .paramLabel(setting.valueName())
                    .type(String.class)
                    .description(escape(setting.description() + byDefault))
                    .build());
        }
        OfflineFlags.addTo(spec);
        spec.addOption(OptionSpec.builder("--help")
                .usageHelp(true)
                .description("print this and exit")
                .build());
        spec.addOption(OptionSpec.builder("--version")
                .versionHelp(true)
                .description("print the version and exit")
                .build());
        spec.usageMessage()
                .width(HELP_COLUMNS)
                .sortOptions(false)
                .adjustLineBreaksForWideCJKCharacters(false)
                .customSynopsis(
                        "scripts/node --node-id ID --cluster MEMBERS [--name value]...",
                        "       scripts/node --verify [--data-dir DIR]",
                        "       scripts/node --dump FROM TO [--data-dir DIR]")
                .description(
                        "Runs one member of a quorumlog cluster in the foreground. Each setting may also come from the"
                                + " environment: QUORUMLOG_NODE_ID for --node-id, and so on; the flag wins.",
                        "")
                .footer(
                        "",
                        "Exit status: 0 stopped by SIGTERM or SIGINT; 1 can't start or can't go on; 2 a wrong setting.",
                        "With --verify or --dump: 0 the data is whole; 1 it isn't, or a node runs on it.",
                        "An example, a cluster of one:",
                        "  scripts/node --node-id 1 --cluster 1=127.0.0.1:5500:6500 --data-dir /tmp/quorumlog");
        // An @ or a quote in a value means itself.
        return new CommandLine(spec)
                .setExpandAtFiles(false)
                .setTrimQuotes(false)
                .setInterpolateVariables(false)
                .setUsageHelpAutoWidth(false);
    }

    /** Descriptions are format strings to picocli. */
    private static String escape(final String text) {
        return text.replace("%", "%%");
    }

    /** Takes each setting from where it was given. */
    private static final class Reader {
        private final Map<Setting, String> values = new EnumMap<>(Setting.class);
        private final Map<Setting, String> sources = new EnumMap<>(Setting.class);

        Reader(final CommandLine.ParseResult flags, final Map<String, String> environment) {
            for (final Setting setting : Setting.values()) {
                final String flag = flags.matchedOptionValue(setting.flag(), null);
                final String variable = environment.get(setting.environmentVariable());
                final boolean isFromEnvironment = flag == null && variable != null;
                values.put(setting, flag != null ? flag : variable != null ? variable : setting.defaultValue());
                sources.put(
                        setting,
                        isFromEnvironment
                                ? setting.settingName() + " (" + setting.environmentVariable() + ")"
                                : setting.settingName());
            }
        }

        NodeConfig read() {
            final int nodeId = number(Setting.NODE_ID, 1, ClusterSpec.MAX_ID);
            final ClusterSpec cluster = ClusterSpec.parse(sources.get(Setting.CLUSTER), required(Setting.CLUSTER));
            final ClusterSpec.Member self = cluster.member(nodeId);
            if (self == null) {
                final String ids = cluster.members().stream()
                        .map(member -> Integer.toString(member.id()))
                        .reduce((left, right) -> left + ", " + right)
                        .orElseThrow();
                throw wrong(Setting.NODE_ID, "is not among the members of cluster; allowed here: " + ids);
            }
            final int heartbeatMs = number(Setting.HEARTBEAT_MS, 1, MAX_HEARTBEAT_MS);
            final int electionTimeoutMs = number(Setting.ELECTION_TIMEOUT_MS, 2, MAX_ELECTION_TIMEOUT_MS);
            if (electionTimeoutMs < 2 * heartbeatMs) {
                throw wrong(
                        Setting.ELECTION_TIMEOUT_MS,
                        "must be at least twice heartbeat-ms (" + heartbeatMs + "); try " + 6 * heartbeatMs);
            }
            return new NodeConfig(
                    nodeId,
                    cluster,
                    dataDir(),
                    bind(self),
                    bindSource(self),
                    values.get(Setting.BIND) != null
                            || HostPort.isAddress(self.peer().host()),
                    choice(Setting.DURABILITY, "fsync", "page-cache") == 0,
                    heartbeatMs,
                    electionTimeoutMs,
                    number(Setting.MAX_ENTRY_BYTES, 1, LogRecord.MAX_PAYLOAD_BYTES),
                    choice(Setting.IDLE, "backoff", "spin") == 1,
                    values.get(Setting.TRACE) == null ? null : path(Setting.TRACE, "a file"));
        }

        private String required(final Setting setting) {
            final String value = values.get(setting);
            if (value == null) {
                throw new ConfigException(
                        setting.settingName() + " is missing",
                        "give " + setting.flag() + " or " + setting.environmentVariable() + ": "
                                + setting.description());
            }
            return value;
        }

        private int number(final Setting setting, final int min, final int max) {
            final long number = WholeNumber.parse(required(setting));
            if (number < min || number > max) {
                throw wrong(setting, "must be a whole number from " + min + " to " + max);
            }
            return (int) number;
        }

        private int choice(final Setting setting, final String first, final String second) {
            final String value = required(setting);
            if (!value.equals(first) && !value.equals(second)) {
                throw wrong(setting, "must be " + first + " or " + second);
            }
            return value.equals(first) ? 0 : 1;
        }

        private Path dataDir() {
            return path(Setting.DATA_DIR, "a directory");
        }

        private Path path(final Setting setting, final String what) {
            final String value = required(setting);
            try {
                if (!value.isEmpty()) {
                    return Path.of(value);
                }
            } catch (final InvalidPathException impossible) {
                // Said below.
            }
            throw wrong(setting, "must be the name of " + what);
        }

        private String bind(final ClusterSpec.Member self) {
            final String value = values.get(Setting.BIND);
            if (value == null) {
                return self.peer().host();
            }
            final boolean isBracketed = value.startsWith("[") && value.endsWith("]") && value.indexOf(':') > 0;
            final String host = isBracketed ? value.substring(1, value.length() - 1) : value;
            if (!HostPort.isHost(host)) {
                throw wrong(Setting.BIND, "must be a name or an IPv4 or IPv6 address, without a port");
            }
            return host;
        }

        private String bindSource(final ClusterSpec.Member self) {
            final String value = values.get(Setting.BIND);
            return value == null
                    ? sources.get(Setting.CLUSTER) + " (" + self.id() + "=" + self.peer() + ")"
                    : sources.get(Setting.BIND) + "=" + ConfigException.echo(value);
        }

        private ConfigException wrong(final Setting setting, final String allowed) {
            return new ConfigException(sources.get(setting) + "=" + ConfigException.echo(values.get(setting)), allowed);
        }
    }
}
