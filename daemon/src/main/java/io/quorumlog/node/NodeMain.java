package io.quorumlog.node;

import io.quorumlog.store.ChronicleFlags;
import java.io.PrintStream;
import java.security.Security;
import java.util.Locale;

/** Where the process begins, and where all that goes wrong in it comes out: as one line and an exit status. */
public final class NodeMain {
    private NodeMain() {}

    /** @param arguments the settings, as {@code --help} lists them */
    public static void main(final String[] arguments) {
        final StopSignal stopSignal = StopSignal.install();
        final PrintStream standardOutput = System.out;
        final ProcessEnd end = new ProcessEnd(StandardError.install());
        Thread.setDefaultUncaughtExceptionHandler((thread, thrown) -> end.withThrowable(thrown));
        // What we print and parse is the same in every country.
        Locale.setDefault(Locale.ROOT);
        ChronicleFlags.apply();
        // Names are looked up anew at each attempt to connect: a peer may have moved, or have got its name only now.
        // The
        // JVM would give old answers for 30 s, and remember for 10 s that a name was not there. It reads these once.
        Security.setProperty("networkaddress.cache.ttl", "0");
        Security.setProperty("networkaddress.cache.negative.ttl", "0");

        final NodeConfig config = configOrEnd(arguments, standardOutput, end);
        final Node node = new Node(config, version(), end);
        stopSignal.stops(node);
        node.start();
    }

    private static NodeConfig configOrEnd(
            final String[] arguments, final PrintStream standardOutput, final ProcessEnd end) {
        final NodeConfig.Parsed parsed;
        try {
            parsed = NodeConfig.parse(arguments, System.getenv(), version());
        } catch (final ConfigException e) {
            end.withLine(ProcessEnd.WRONG_SETTING, e.getMessage());
            throw e;
        }
        if (parsed.config() == null) {
            standardOutput.print(parsed.text());
            end.quietly(standardOutput.checkError() ? ProcessEnd.FAILED : ProcessEnd.STOPPED);
        }
        return parsed.config();
    }

    /** As the jar's manifest says it. */
    private static String version() {
        final String version = NodeMain.class.getPackage().getImplementationVersion();
        return version == null ? "unknown" : version;
    }
}
