package io.quorumlog.node;

import io.quorumlog.net.LogThrottle;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says that the node began without data, when that is made good, and why it did not vote meanwhile. Candidates ask again
 * and again for as long as it takes, so of that only the first lines are written, and then one now and then.
 */
final class BlanknessLog {
    private static final Logger LOG = LoggerFactory.getLogger(BlanknessLog.class);

    private final LogThrottle withheld = new LogThrottle(3, TimeUnit.SECONDS.toNanos(10));

    private final String remedy;

    BlanknessLog(final boolean blank, final boolean lostEntries) {
        remedy = lostEntries
                ? "if no leader can be elected without it, wipe its data directory"
                : "it may have been wiped, and votes only when every other member says that it may";
        if (lostEntries) {
            LOG.warn(
                    "blank=yes reason=\"entries were lost to damage: votes for nobody until a leader has replaced them\"");
        } else if (blank) {
            LOG.info("blank=yes reason=\"no data of a cluster yet: new, or the disk was wiped\"");
        }
    }

    void onVoteWithheld(final long nowNs, final int candidate, final long term, final String reason) {
        if (withheld.permits(nowNs)) {
            LOG.warn(
                    "blank=yes vote=refused candidate={} term={} reason=\"{}; {}\"{}",
                    candidate,
                    term,
                    reason,
                    remedy,
                    withheld.omitted());
        }
    }

    /** @param leaderId who brought it up to date; the node itself where it founds the cluster */
    void onEnded(final long term, final int leaderId) {
        LOG.info("blank=no term={} leader={} reason=\"it holds what was committed\"", term, leaderId);
    }
}
