package io.quorumlog.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A cluster each of whose nodes runs on a machine of its own; the test is skipped where there can be none. The election
 * timeout is twice the usual one: where tests share few cores, a process now and then gets none for longer than that, and
 * here it is looked at that nobody campaigns without need.
 */
public final class NetworkCluster extends ProcessCluster {
    static final int ELECTION_TIMEOUT_MS = 600;
    private static final int MAX_PAUSE_MS = 5_000;

    /** Gives a command a file of its own in the place of the system's one. */
    private static final List<String> WITH_HOSTS =
            List.of("sh", "-c", "mount --bind \"$1\" /etc/hosts && shift && exec \"$@\"", "sh");

    private final boolean isNamed;
    private TestNetwork network;

    /** @param size number of members, 1 to 9 */
    public NetworkCluster(final int size) {
        this(size, false);
    }

    private NetworkCluster(final int size, final boolean isNamed) {
        super(size);
        this.isNamed = isNamed;
        setting("election-timeout-ms", ELECTION_TIMEOUT_MS);
    }

    /** One whose members are called by names, which each machine knows only once it is told. */
    static NetworkCluster withNames(final int size) {
        return new NetworkCluster(size, true);
    }

    @Override
    public void open() throws IOException {
        network = TestNetwork.create(size());
        super.open();
        for (int id = 1; isNamed && id <= size(); id++) {
            tellNames(id);
        }
    }

    @Override
    public void closeAndKeepFiles() {
        super.closeAndKeepFiles();
        if (network != null) {
            network.close();
            network = null;
        }
    }

    /** What connects the nodes, to be cut. */
    public TestNetwork network() {
        return network;
    }

    @Override
    String host(final int id) {
        return network.host(id);
    }

    @Override
    String memberHost(final int id) {
        return isNamed ? "member-" + id : host(id);
    }

    @Override
    List<String> prefix(final int id) {
        final List<String> prefix = new ArrayList<>(network.on(id));
        if (isNamed) {
            prefix.addAll(WITH_HOSTS);
            prefix.add(hostsFile(id).toString());
        }
        return prefix;
    }

    private Path hostsFile(final int id) {
        return directory().resolve("hosts-" + id);
    }

    /** Tells a machine where these members are, and of no others. */
    void tellNames(final int id, final int... members) throws IOException {
        final StringBuilder hosts = new StringBuilder("127.0.0.1 localhost\n");
        for (final int member : members) {
            hosts.append(host(member)).append(' ').append(memberHost(member)).append('\n');
        }
        Files.writeString(hostsFile(id), hosts);
    }

    /** Tells all machines where all members are. */
    void tellNames() throws IOException {
        for (int id = 1; id <= size(); id++) {
            tellNames(id, IntStream.rangeClosed(1, size()).toArray());
        }
    }

    /**
     * Makes a cut, which leaves a majority that can talk, and heals it. Meanwhile appends go on but for a pause, and the term
     * settles; whoever returns deposes nobody.
     *
     * @param settling within it the nodes may elect
     * @param rest then they may not
     * @param maxTerms new terms while they settle, at most
     */
    void assertServesThroughout(
            final String cut,
            final Runnable makeCut,
            final AppendLoad load,
            final Duration settling,
            final Duration rest,
            final int maxTerms) {
        load.awaitMore(50);
        final long before = term();
        makeCut.run();
        load.measureAnew();
        pass(settling);
        final long firstPauseMs = load.longestPauseMs();
        final long settled = term();
        load.measureAnew();
        pass(rest);
        final long pauseMs = load.longestPauseMs();
        final long cutOver = term();
        network.heal();
        load.awaitMore(50);
        awaitAllFollow();
        pass(Duration.ofSeconds(1));

        assertTrue(firstPauseMs < MAX_PAUSE_MS, cut + ": no append for " + firstPauseMs + " ms");
        assertTrue(pauseMs < MAX_PAUSE_MS, cut + ": no append for " + pauseMs + " ms, long after the cut");
        assertTrue(settled - before <= maxTerms, cut + ": " + before + " to " + settled);
        assertEquals(settled, cutOver, cut + ": term during the cut");
        assertEquals(settled, term(), cut + ": term after it");
    }

    /** Waits until all nodes follow one leader that has committed, and have what it had committed by then; its id. */
    int awaitAllFollow() {
        final int leader = awaitLeader();
        final long index = figure(leader, "commit_index");
        for (int id = 1; id <= size(); id++) {
            awaitFollows(id, leader, index);
        }
        return leader;
    }

    /** Waits until a node knows a leader, and has committed up to an index. */
    void awaitFollows(final int id, final int leader, final long index) {
        untilTrue(
                "node " + id + " to follow " + leader,
                () -> figure(id, "leader_id") == leader && figure(id, "commit_index") >= index);
    }
}
