package io.quorumlog.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * {@code scripts/bench load}: appends at a fixed rate ({@link OpenLoop}), or as fast as a number in flight allows
 * ({@link ClosedLoop}), to a cluster that runs or to one of its own. Prints throughput and the percentiles of latency.
 */
@Command(
        name = "scripts/bench load",
        description = {
            "Appends at a fixed rate (latency counts from the time at which an append was meant to be sent), or as",
            "fast as a number in flight allows. Prints throughput and percentiles of latency.",
        },
        sortOptions = false)
final class LoadMain implements Callable<Integer> {
    private static final int WRONG_ARGUMENTS = 2;
    private static final int FAILED = 1;
    private static final int MEMBERS = 3;
    private static final int CONNECTIONS = 8;

    /** One of both, or neither. */
    private static final class Pace {
        @Option(
                names = "--rate",
                paramLabel = "N",
                description = "appends a second, at fixed times (within 0.1 ms) whatever comes back")
        private double rate;

        @Option(names = "--inflight", paramLabel = "N", description = "appends in flight (default: 1024)")
        private int inFlight;
    }

    @ArgGroup
    private Pace pace = new Pace();

    @Option(
            names = "--connections",
            paramLabel = "N",
            description = "default: 8, but 1 with --rate and for up to 8 in flight")
    private int connections;

    @Option(names = "--payload", paramLabel = "BYTES", defaultValue = "128", description = "default: 128")
    private int payloadBytes;

    @Option(names = "--seconds", paramLabel = "S", defaultValue = "10", description = "default: 10")
    private double seconds;

    @Option(
            names = "--warm-up",
            paramLabel = "S",
            defaultValue = "5",
            description = "the same load before that, not counted; default: 5")
    private double warmUpSeconds;

    @Option(
            names = "--servers",
            paramLabel = "HOST:PORT,…",
            split = ",",
            description = "members of a cluster that runs (default: three nodes started for this, then ended)")
    private List<String> servers = new ArrayList<>();

    @Option(
            names = "--durability",
            paramLabel = "fsync|page-cache",
            defaultValue = "fsync",
            description = "of the nodes started for this; default: fsync")
    private String durability;

    @Option(names = "--json", description = "print one JSON object")
    private boolean json;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "print this")
    private boolean help;

    @Spec
    private CommandSpec spec;

    private LoadMain() {}

    /** Runs the load and ends the process: 0, 1 if it failed, 2 for wrong arguments. */
    public static void main(final String[] arguments) {
        final CommandLine commandLine = new CommandLine(new LoadMain());
        commandLine.setParameterExceptionHandler((e, given) -> {
            System.err.println("bench: load: " + e.getMessage() + "; scripts/bench load --help says more");
            return WRONG_ARGUMENTS;
        });
        commandLine.setExecutionExceptionHandler((e, line, parsed) -> {
            System.err.println("bench: load: " + e.getMessage());
            return FAILED;
        });
        System.exit(commandLine.execute(arguments));
    }

    @Override
    public Integer call() throws IOException {
        check(pace.rate >= 0, "--rate", "must be above 0");
        check(pace.inFlight >= 0, "--inflight", "must be above 0");
        check(connections >= 0, "--connections", "must be above 0");
        check(payloadBytes >= 0, "--payload", "must not be below 0");
        check(seconds > 0 && warmUpSeconds >= 0, "--seconds, --warm-up", "must be times");
        final boolean isOpen = pace.rate > 0;
        final int inFlight = isOpen ? 0 : pace.inFlight == 0 ? 1024 : pace.inFlight;
        final int pipes = connections > 0 ? connections : isOpen || inFlight <= CONNECTIONS ? 1 : CONNECTIONS;
        check(isOpen || inFlight % pipes == 0, "--inflight", "must be a multiple of the connections, " + pipes);
        final LoadResult result;
        if (servers.isEmpty()) {
            try (LocalCluster cluster = LocalCluster.launch(MEMBERS, "--durability=" + durability)) {
                result = run(cluster.addresses(), inFlight, pipes);
            }
        } else {
            result = run(servers.stream().map(this::address).toList(), inFlight, pipes);
        }
        print(result, inFlight, pipes);
        return 0;
    }

    private LoadResult run(final List<InetSocketAddress> members, final int inFlight, final int pipes)
            throws IOException {
        final long warmUpNs = (long) (warmUpSeconds * TimeUnit.SECONDS.toNanos(1));
        final long measureNs = (long) (seconds * TimeUnit.SECONDS.toNanos(1));
        if (inFlight == 0) {
            try (OpenLoop load = new OpenLoop(members, pipes, payloadBytes)) {
                return load.run(pace.rate, warmUpNs, measureNs);
            }
        }
        final InetSocketAddress leader = NodeQuery.findLeader(members);
        if (leader == null) {
            throw new IOException("none of " + members + " leads");
        }
        try (ClosedLoop load = new ClosedLoop(leader, pipes, inFlight, payloadBytes)) {
            return load.run(warmUpNs, measureNs);
        }
    }

    private void print(final LoadResult result, final int inFlight, final int pipes) {
        if (json) {
            System.out.println(String.format(
                    Locale.ROOT,
                    "{\"rate\":%s,\"inFlight\":%d,\"connections\":%d,\"payloadBytes\":%d,%s}",
                    inFlight == 0 ? Double.toString(pace.rate) : "null",
                    inFlight,
                    pipes,
                    payloadBytes,
                    result.json()));
        } else {
            System.out.println(result.text());
        }
    }

    private void check(final boolean isRight, final String option, final String rule) {
        if (!isRight) {
            throw new ParameterException(spec.commandLine(), option + ": " + rule);
        }
    }

    private InetSocketAddress address(final String server) {
        final int colon = server.lastIndexOf(':');
        try {
            final String host = server.substring(0, colon).replaceAll("^\\[|]$", "");
            return new InetSocketAddress(host, Integer.parseInt(server.substring(colon + 1)));
        } catch (final IndexOutOfBoundsException | IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--servers '" + server + "': must be HOST:PORT", e);
        }
    }
}
