package io.quorumlog.node;

import io.quorumlog.log.StorageException;
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
    public void onDamage(final StorageException damage) {
        LOG.error("{}; restart this node when the others are well", opened.onDamage(damage));
    }
}
