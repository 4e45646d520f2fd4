package io.quorumlog.process;

import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Five nodes of which none, or only some, can talk to all others: wherever a majority can talk to one, there is service. */
@Tag("bad-days")
final class NetworkOfFiveIT {
    private static final int SIZE = 5;
    private static final Duration SETTLED = Duration.ofSeconds(4);
    private static final Duration REST = Duration.ofSeconds(2);
    private static final int MAX_TERMS_A_CUT = 2;

    @RegisterExtension
    final NetworkCluster cluster = new NetworkCluster(SIZE);

    private enum Cut {
        /** The leader and another one on their own: the three others elect. */
        LEADER_AND_ONE_MORE {
            @Override
            boolean joins(final int one, final int other, final int leader) {
                return isWith(one, leader) == isWith(other, leader);
            }

            private boolean isWith(final int id, final int leader) {
                return id == leader || id == next(leader);
            }
        },
        /** Everybody sees two neighbours, which with itself make a majority. */
        RING {
            @Override
            boolean joins(final int one, final int other, final int leader) {
                return other == next(one) || one == next(other);
            }
        },
        /** Only one sees all, and it is not the leader; the others see only it. */
        STAR {
            @Override
            boolean joins(final int one, final int other, final int leader) {
                return one == next(leader) || other == next(leader);
            }
        };

        abstract boolean joins(int one, int other, int leader);

        static int next(final int id) {
            return id % SIZE + 1;
        }
    }

    @ParameterizedTest
    @EnumSource
    void majorityAroundOneMemberServes(final Cut cut) {
        final int leader = cluster.startAll();
        final AppendLoad load = new AppendLoad(cluster, 2);
        try (load) {
            cluster.assertServesThroughout(
                    cut.toString(), () -> make(cut, leader), load, SETTLED, REST, MAX_TERMS_A_CUT);
        }
        load.check(cluster.awaitEqualLogs());
    }

    private void make(final Cut cut, final int leader) {
        for (int one = 1; one <= SIZE; one++) {
            for (int other = one + 1; other <= SIZE; other++) {
                if (!cut.joins(one, other, leader)) {
                    cluster.network().cut(one, other);
                }
            }
        }
    }
}
