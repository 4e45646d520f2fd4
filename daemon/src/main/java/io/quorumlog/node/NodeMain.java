package io.quorumlog.node;

import io.quorumlog.log.StorageException;
import io.quorumlog.store.ChronicleFlags;
import java.io.BufferedWriter;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.security.Security;
import java.util.Locale;
import java.util.SimpleTimeZone;
import java.util.TimeZone;

/** Where the process begins, and where all that goes wrong in it comes out: as one line and an exit status. */
public final class NodeMain {
    private NodeMain() {}

    /** @param arguments the settings, as {@code --help} lists them */
    public static void main(final String[] arguments) {
        final StopSignal stopSignal = StopSignal.install();
        final PrintStream standardOutput = System.out;
        final ProcessEnd end = new ProcessEnd(StandardError.install());
        Thread.setDefaultUncaughtExceptionHandler((thread, thrown) -> end.withThrowable(thrown));
        // What we print and parse is the same in every country and zone, and Java need not load what it knows of them.
        Locale.setDefault(Locale.ROOT);
        System.setProperty("java.locale.providers", "SPI");
        TimeZone.setDefault(new SimpleTimeZone(0, "UTC"));
        ChronicleFlags.apply();
        // Names are looked up anew at each attempt to connect: a peer may have moved, or have got its name only now.
        // Java would give old answers for 30 s, and remember for 10 s that a name was not there. It reads these once.
        Security.setProperty("networkaddress.cache.ttl", "0");
        Security.setProperty("networkaddress.cache.negative.ttl", "0");

        final NodeConfig.Parsed parsed = parseOrEnd(arguments, end);
        if (parsed.text() != null) {
            standardOutput.print(parsed.text());
            end.quietly(standardOutput.checkError() ? ProcessEnd.FAILED : ProcessEnd.STOPPED);
        }
        if (parsed.offline() != null) {
            stopSignal.uninstall();
            lookOffline(parsed.offline(), end);
        }
        final Node node = new Node(parsed.config(), version(), end);
        stopSignal.stops(node);
        node.start();
    }

    private static NodeConfig.Parsed parseOrEnd(final String[] arguments, final ProcessEnd end) {
        try {
            return NodeConfig.parse(arguments, System.getenv(), version());
        } catch (final ConfigException e) {
            end.withLine(ProcessEnd.WRONG_SETTING, e.getMessage());
            throw e;
        }
    }

    /** Does not return. */
    private static void lookOffline(final OfflineTask task, final ProcessEnd end) {
        final Writer output = new BufferedWriter(
                new OutputStreamWriter(new FileOutputStream(FileDescriptor.out), StandardCharsets.UTF_8));
        try {
            try {
                task.run(output);
            } finally {
                output.flush();
            }
            end.quietly(ProcessEnd.STOPPED);
        } catch (final StorageException e) {
            end.withLine(ProcessEnd.FAILED, Node.inDirectory(task.dataDir(), e.getMessage()));
        } catch (final IOException nobodyReads) {
            end.quietly(ProcessEnd.FAILED);
        }
    }

    /** As the jar's manifest says it. */
    private static String version() {
        final String version = NodeMain.class.getPackage().getImplementationVersion();
        return version == null ? "unknown" : version;
    }
}
