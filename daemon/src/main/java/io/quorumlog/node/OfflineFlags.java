package io.quorumlog.node;

import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The flags that ask for a look at a node's data instead of a node. */
final class OfflineFlags {
    static final String VERIFY = "--verify";
    static final String DUMP = "--dump";

    private OfflineFlags() {}

    static void addTo(final CommandSpec spec) {
        spec.addOption(OptionSpec.builder(VERIFY)
                .description("read all data of a node that does not run, say what it holds or what is wrong, and exit;"
                        + " changes nothing, wants no other setting than data-dir")
                .build());
        spec.addOption(OptionSpec.builder(DUMP)
                .paramLabel("FROM TO")
                .hideParamSyntax(true)
                .arity("2")
                .type(String[].class)
                .description("likewise, but print the entries from one index to another, one a line")
                .build());
    }

    /**
     * @return what is to be done; null if a node is to run
     * @throws ConfigException names the flag, the value and what is allowed
     */
    static OfflineTask read(final CommandLine.ParseResult flags, final Path dataDir) {
        final boolean isVerify = flags.hasMatchedOption(VERIFY);
        final String[] range = flags.matchedOptionValue(DUMP, null);
        if (!isVerify && range == null) {
            return null;
        }
        if (isVerify && range != null) {
            throw new ConfigException(VERIFY, "not together with " + DUMP);
        }
        for (final Setting setting : Setting.values()) {
            if (setting != Setting.DATA_DIR && flags.hasMatchedOption(setting.flag())) {
                throw new ConfigException(
                        setting.flag(),
                        "has no meaning with " + (isVerify ? VERIFY : DUMP) + "; allowed there is "
                                + Setting.DATA_DIR.flag());
            }
        }
        return isVerify ? new OfflineTask.Verify(dataDir) : dump(dataDir, range);
    }

    private static OfflineTask dump(final Path dataDir, final String[] range) {
        if (range.length != 2) {
            throw new ConfigException(DUMP, "only once, with two indexes");
        }
        final long from = index(range[0]);
        final long to = index(range[1]);
        if (to < from) {
            throw new ConfigException(DUMP + " " + range[0] + " " + range[1], "must be from the lower to the higher");
        }
        return new OfflineTask.Dump(dataDir, from, to);
    }

    private static long index(final String text) {
        final long index = WholeNumber.parse(text);
        if (index == WholeNumber.NONE) {
            throw new ConfigException(
                    DUMP + " " + ConfigException.echo(text), "must be whole numbers from 0 to " + Long.MAX_VALUE);
        }
        return index;
    }
}
