package io.quorumlog.process;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.opentest4j.TestAbortedException;

/**
 * Machines 1 to n, each a network namespace with an address of its own, joined by a bridge in one more namespace, to which
 * the test itself is connected too. Links between machines can be cut in one way or both, slowed down, made to lose and
 * delay, and unplugged. The test's own way to the machines stays, unless they are unplugged or made black holes.
 *
 * <p>The names hold the test's process id; what a test that was killed has left behind goes with the next one's start.
 */
public final class TestNetwork implements AutoCloseable {
    private static final String NAME = "ql" + ProcessHandle.current().pid();
    private static final String SWITCH = NAME + "-switch";
    private static final String SUBNET_PREFIX = "10.210.";
    private static final int SUBNETS = 250;
    private static final int OWN_HOST = 254;

    private static final int MOVED = 100;

    private final int size;
    private final String subnet;
    private final Set<Integer> moved = new HashSet<>();
    private final List<Process> wires = new ArrayList<>();

    private TestNetwork(final int size, final String subnet) {
        this.size = size;
        this.subnet = subnet;
    }

    /**
     * Sets machines up.
     *
     * @throws TestAbortedException that names what is missing, where this can't be done
     */
    static TestNetwork create(final int size) {
        final List<String> missing = new ArrayList<>();
        if (!shell("id -u").trim().equals("0")) {
            missing.add("root");
        }
        for (final String tool : List.of("ip", "iptables", "tc", "ss", "python3")) {
            if (shell("command -v " + tool + " || true").isBlank()) {
                missing.add(tool);
            }
        }
        if (!missing.isEmpty()) {
            throw new TestAbortedException("network faults need " + String.join(", ", missing));
        }
        removeLeftOvers();
        final TestNetwork network = new TestNetwork(size, freeSubnet());
        try {
            network.setUp();
        } catch (final AssertionError e) {
            network.close();
            if (e.getMessage().contains("not permitted")) {
                throw new TestAbortedException("network faults need leave to make network namespaces", e);
            }
            throw e;
        }
        return network;
    }

    private static void removeLeftOvers() {
        shell("for name in $(ip netns list | sed -n 's/^\\(ql[0-9]*-[a-z0-9]*\\).*/\\1/p'); do\n"
                + "  pid=${name%%-*}; pid=${pid#ql}\n"
                + "  if [ ! -e /proc/$pid ] || [ $pid = "
                + ProcessHandle.current().pid() + " ]; then\n"
                + "    ip netns pids $name | xargs -r kill -9\n"
                + "    ip netns del $name\n"
                + "  fi\n"
                + "done");
    }

    private static String freeSubnet() {
        final int first = (int) (ProcessHandle.current().pid() % SUBNETS);
        return IntStream.range(first, first + SUBNETS)
                .mapToObj(i -> SUBNET_PREFIX + i % SUBNETS + ".")
                .filter(each -> shell("ip -4 -o addr show to " + each + "0/24").isBlank())
                .findFirst()
                .orElseThrow(() -> new TestAbortedException("all of " + SUBNET_PREFIX + "0.0/16 is taken"));
    }

    private void setUp() {
        final StringBuilder script = new StringBuilder();
        script.append("ip netns add ").append(SWITCH).append('\n');
        script.append("ip -n ").append(SWITCH).append(" link add bridge type bridge\n");
        script.append("ip -n ").append(SWITCH).append(" link set bridge up\n");
        script.append("ip link add ").append(NAME).append(" type veth peer name test netns ");
        script.append(SWITCH).append('\n');
        script.append("ip -n ").append(SWITCH).append(" link set test master bridge up\n");
        script.append("ip addr add ").append(subnet).append(OWN_HOST).append("/24 dev ");
        script.append(NAME).append('\n');
        script.append("ip link set ").append(NAME).append(" up\n");
        for (int id = 1; id <= size; id++) {
            final String machine = namespace(id);
            script.append("ip netns add ").append(machine).append('\n');
            script.append("ip -n ").append(SWITCH).append(" link add ").append(port(id));
            script.append(" type veth peer name eth0 netns ").append(machine).append('\n');
            script.append("ip -n ").append(SWITCH).append(" link set ").append(port(id));
            script.append(" master bridge up\n");
            script.append("ip -n ").append(machine).append(" addr add ").append(host(id));
            script.append("/24 dev eth0\n");
            script.append("ip -n ").append(machine).append(" link set eth0 up\n");
            script.append("ip -n ").append(machine).append(" link set lo up\n");
        }
        shell(script.toString());
    }

    // Places.

    /** A machine's address. */
    String host(final int id) {
        return subnet + (moved.contains(id) ? MOVED + id : id);
    }

    /** What to put before a command that is to run on a machine. */
    List<String> on(final int id) {
        return List.of("ip", "netns", "exec", namespace(id));
    }

    private static String namespace(final int id) {
        return NAME + "-" + id;
    }

    private static String port(final int id) {
        return "port" + id;
    }

    // Faults.

    /** Drops what one machine sends to another, without a word. */
    public void drop(final int from, final int to) {
        shell(dropping(from, to));
    }

    /** Drops what goes between two machines, both ways. */
    public void cut(final int one, final int other) {
        shell(dropping(one, other) + dropping(other, one));
    }

    /** Cuts a machine off from all others; the test still reaches it. */
    public void isolate(final int id) {
        shell(others(id)
                .mapToObj(other -> dropping(id, other) + dropping(other, id))
                .collect(Collectors.joining()));
    }

    /** Lets a machine hear nothing of the others, which still hear it. */
    public void deafen(final int id) {
        shell(others(id).mapToObj(other -> dropping(other, id)).collect(Collectors.joining()));
    }

    /** Lets nobody hear a machine, which still hears the others. */
    public void mute(final int id) {
        shell(others(id).mapToObj(other -> dropping(id, other)).collect(Collectors.joining()));
    }

    /** Drops all that a machine sends and all that is sent to it, the test's too. */
    void blackHole(final int id) {
        final String iptables = iptables(id);
        shell(iptables + "-A INPUT ! -i lo -j DROP\n" + iptables + "-A OUTPUT ! -o lo -j DROP\n");
    }

    /** Takes all dropping back. */
    public void heal() {
        shell(IntStream.rangeClosed(1, size)
                .mapToObj(id -> iptables(id) + "-F\n")
                .collect(Collectors.joining()));
    }

    /** Pulls a machine's cable. */
    void unplug(final int id) {
        shell("ip -n " + SWITCH + " link set " + port(id) + " down");
    }

    void plugIn(final int id) {
        shell("ip -n " + SWITCH + " link set " + port(id) + " up");
    }

    /** Lets no more than so many Mbit/s go to a machine, with half a second's worth waiting in a queue. */
    void slowDown(final int id, final int mbits) {
        shell("ip netns exec " + SWITCH + " tc qdisc add dev " + port(id) + " root tbf rate " + mbits
                + "mbit burst 16kb latency 500ms");
    }

    void speedUp(final int id) {
        shell("ip netns exec " + SWITCH + " tc qdisc del dev " + port(id) + " root");
    }

    /** Gives a machine another address; for good. */
    void move(final int id) {
        final String before = host(id);
        moved.add(id);
        shell("ip -n " + namespace(id) + " addr del " + before + "/24 dev eth0\n" + "ip -n " + namespace(id)
                + " addr add " + host(id) + "/24 dev eth0");
    }

    /**
     * Puts a bad wire between each machine and the bridge, before anything runs there: each packet is late by a time drawn
     * between {@code delayMs} and {@code delayMs + jitterMs}, so that some overtake others, or lost.
     */
    void badWires(final int delayMs, final int jitterMs, final double lossPercent) {
        for (int id = 1; id <= size; id++) {
            shell("ip -n " + SWITCH + " link del " + port(id));
            wires.add(badWire(id, delayMs, jitterMs, lossPercent));
            shell("ip -n " + namespace(id) + " addr add " + host(id) + "/24 dev eth0\n"
                    + "ip -n " + namespace(id) + " link set eth0 up\n"
                    + "ip -n " + SWITCH + " link set " + port(id) + " master bridge up\n");
        }
    }

    private Process badWire(final int id, final int delayMs, final int jitterMs, final double lossPercent) {
        final Path script = Path.of("src/test/resources/process/bad-wire.py").toAbsolutePath();
        try {
            final Process wire = new ProcessBuilder(
                            "python3",
                            script.toString(),
                            namespace(id),
                            "eth0",
                            SWITCH,
                            port(id),
                            Integer.toString(delayMs),
                            Integer.toString(jitterMs),
                            Double.toString(lossPercent))
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            if (wire.inputReader().readLine() == null) {
                throw new AssertionError("the wire of machine " + id + " is broken");
            }
            return wire;
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String dropping(final int from, final int to) {
        return iptables(to) + "-A INPUT -s " + host(from) + " -j DROP\n";
    }

    private static String iptables(final int id) {
        return "ip netns exec " + namespace(id) + " iptables -w ";
    }

    private IntStream others(final int id) {
        return IntStream.rangeClosed(1, size).filter(other -> other != id);
    }

    // What is to be seen.

    /** The TCP connections that a machine has with another one and calls established. */
    List<String> connections(final int id, final int other) {
        return shell("ip netns exec " + namespace(id) + " ss -Htn state established dst " + host(other))
                .lines()
                .toList();
    }

    @Override
    public void close() {
        wires.forEach(Process::destroyForcibly);
        final StringBuilder script = new StringBuilder("ip link del " + NAME + " 2>/dev/null || true\n");
        for (int id = 1; id <= size; id++) {
            script.append("ip netns del ").append(namespace(id)).append(" 2>/dev/null || true\n");
        }
        shell(script.append("ip netns del ")
                .append(SWITCH)
                .append(" 2>/dev/null || true\n")
                .toString());
    }

    /** Runs lines of shell, all of which must succeed; what they print. */
    private static String shell(final String script) {
        try {
            final Process process =
                    new ProcessBuilder("sh", "-eu").redirectErrorStream(true).start();
            try (OutputStream in = process.getOutputStream()) {
                in.write(script.getBytes(StandardCharsets.UTF_8));
            }
            final String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new AssertionError(script + ": " + output);
            }
            return output;
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        } catch (final InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
