package io.quorumlog.process;

import static io.quorumlog.process.ProcessCluster.untilTrue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A member whose disk was wiped counts for nothing until it is up to date; its addresses are no part of what it is. */
final class BlankMemberIT {
    private static final String IS_BLANK = "blank=yes reason";
    private static final String IS_BLANK_NO_MORE = "blank=no";
    private static final int LARGE_BYTES = 1_500_000;
    private static final String REFUSES = "vote=refused";

    @RegisterExtension
    final ProcessCluster cluster = new ProcessCluster(3);

    @Test
    void aWipedFollowerCountsAgainOnAnIdleCluster() {
        final int leader = cluster.startAll();
        final long before = cluster.append("before");
        final int wiped = cluster.follower(leader);
        final int other = 6 - leader - wiped;
        cluster.awaitCommit(other, before);

        cluster.kill(wiped);
        cluster.wipe(wiped);
        final int ended = count(wiped, IS_BLANK_NO_MORE);
        cluster.start(wiped);
        cluster.awaitCommit(wiped, before);
        untilTrue("the wiped node to be brought up to date", () -> count(wiped, IS_BLANK_NO_MORE) > ended);
        cluster.kill(other);

        final long after = cluster.append("after");
        assertTrue(after > before);
        assertEquals(List.of("before", "after"), payloads());
    }

    @Test
    void aWipedMemberAndOneThatLagsElectNobodyUntilTheOthersAreBack() {
        final int leader = cluster.startAll();
        final int wiped = cluster.follower(leader);
        final int lagging = 6 - leader - wiped;
        untilTrue("all to be brought up to date", () -> count(lagging, IS_BLANK_NO_MORE) == 1);
        cluster.kill(lagging);
        cluster.append("known to the leader and the one that is wiped");
        cluster.kill(wiped);
        cluster.kill(leader);
        cluster.wipe(wiped);

        cluster.start(lagging);
        cluster.start(wiped);
        untilTrue("the wiped node to refuse its vote", () -> count(wiped, REFUSES) >= 1);
        assertEquals(0, cluster.leader());

        cluster.kill(wiped);
        final int blankStarts = count(wiped, IS_BLANK);
        final int refusals = count(wiped, REFUSES);
        cluster.start(wiped);
        untilTrue("the node to be blank still", () -> count(wiped, IS_BLANK) > blankStarts);
        untilTrue("the wiped node to refuse its vote again", () -> count(wiped, REFUSES) > refusals);
        assertEquals(0, cluster.leader());

        final int ended = count(wiped, IS_BLANK_NO_MORE);
        cluster.start(leader);
        cluster.append("after");
        assertEquals(List.of("known to the leader and the one that is wiped", "after"), payloads());
        untilTrue("the wiped node to be brought up to date", () -> count(wiped, IS_BLANK_NO_MORE) > ended);
    }

    /** The leader has to send it entries that nobody may append any more. */
    @Test
    void aWipedMemberIsNotSentMoreThanMembersTakeNowAndTheLeaderSaysWhatToDo() throws IOException {
        cluster.setting("max-entry-bytes", 2 * LARGE_BYTES);
        final int leader = cluster.startAll();
        final int wiped = cluster.follower(leader);
        cluster.append("x".repeat(LARGE_BYTES));
        restartAll("max-entry-bytes", LARGE_BYTES / 2, wiped);

        final long small = cluster.append("small");
        untilTrue(
                "the leader to say so",
                () -> cluster.node(cluster.leader())
                        .output()
                        .matches("(?s).* ERROR member " + wiped + " lacks entry \\d+ of " + LARGE_BYTES + " bytes, .*"
                                + "set it to what it was, at least " + LARGE_BYTES + ".*"));
        assertEquals(small + 1, cluster.append("and goes on"));
        assertTrue(cluster.figure(wiped, "commit_index") < small);

        restartAll("max-entry-bytes", 2 * LARGE_BYTES, 0);
        cluster.awaitCommit(wiped, small + 1);
    }

    private void restartAll(final String setting, final int value, final int wiped) throws IOException {
        for (int id = 1; id <= 3; id++) {
            assertEquals(0, cluster.terminate(id));
        }
        if (wiped != 0) {
            cluster.wipe(wiped);
        }
        cluster.setting(setting, value);
        for (int id = 1; id <= 3; id++) {
            cluster.start(id);
        }
    }

    @Test
    void membersThatAllMoveAtOnceGoOn() throws IOException {
        cluster.startAll();
        cluster.append("before");
        cluster.killAll();

        cluster.moveAll();
        cluster.startAll();

        cluster.append("after");
        assertEquals(List.of("before", "after"), payloads());
    }

    /** Each restarts on the new setting: the first is alone with it, the second makes a majority, the third comes to them. */
    @Test
    void membersThatMoveOneAfterTheOtherGoOn() throws IOException {
        cluster.startAll();
        cluster.append("before");

        cluster.moveAll();
        for (int id = 1; id <= 3; id++) {
            cluster.terminate(id);
            cluster.start(id);
            if (id == 2) {
                cluster.append("meanwhile");
            }
        }

        cluster.append("after");
        assertEquals(List.of("before", "meanwhile", "after"), payloads());
        for (int id = 1; id <= 3; id++) {
            assertEquals(0, count(id, REFUSES), "node " + id);
        }
    }

    private List<String> payloads() {
        return cluster.awaitEqualLogs().stream().map(RespClient.Entry::payload).toList();
    }

    /** Lines that a node has printed, since its first start, in which a text stands. */
    private int count(final int id, final String text) {
        return (int) cluster.node(id)
                .output()
                .lines()
                .filter(line -> line.contains(text))
                .count();
    }
}
