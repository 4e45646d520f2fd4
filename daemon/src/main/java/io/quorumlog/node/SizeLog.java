package io.quorumlog.node;

import io.quorumlog.net.LogThrottle;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says that a member can't be brought up to date with this setting: at once, and then now and then. */
final class SizeLog {
    private static final Logger LOG = LoggerFactory.getLogger(SizeLog.class);

    private final LogThrottle tooLarge = new LogThrottle(1, TimeUnit.SECONDS.toNanos(30));
    private final int maxEntryBytes;

    SizeLog(final int maxEntryBytes) {
        this.maxEntryBytes = maxEntryBytes;
    }

    void onEntryTooLarge(final long nowNs, final int member, final long index, final int payloadBytes) {
        if (tooLarge.permits(nowNs)) {
            LOG.error(
                    "member {} lacks entry {} of {} bytes, and max-entry-bytes={} does not let it through: set it to what it was, at"
                            + " least {}, for all members, and restart them one by one{}",
                    member,
                    index,
                    payloadBytes,
                    maxEntryBytes,
                    payloadBytes,
                    tooLarge.omitted());
        }
    }
}
