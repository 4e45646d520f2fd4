package io.quorumlog.node;

import io.quorumlog.log.DamagedLogException;
import io.quorumlog.store.OpenedLog;
import io.quorumlog.store.Scrub;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says what came of verifying the files that the start did not read, and has the next start see to what is damaged. */
record ScrubLog(OpenedLog opened) implements Scrub.Listener {
    private static final Logger LOG = LoggerFactory.getLogger(ScrubLog.class);

    @Override
    public void onSound(final int files, final long bytes, final long elapsedNs) {
        LOG.info("verified files={} bytes={} ms={}", files, bytes, TimeUnit.NANOSECONDS.toMillis(elapsedNs));
    }

    /** The node goes on: it serves nothing that is damaged, and the operator chooses when it can be spared. */
    @Override
    public void onDamage(final DamagedLogException damage, final boolean canBeMadeGood) {
        LOG.error(
                "{}{}",
                opened.verifyAtNextStart(damage),
                canBeMadeGood
                        ? " and gets from the leader what is damaged; restart this node when the others are well"
                        : ", and will refuse it: restore the directory before, or wipe it and let the node start blank");
    }

    @Override
    public void onGivenUp(final String why) {
        LOG.error("old files are not verified: {}", why);
    }
}
