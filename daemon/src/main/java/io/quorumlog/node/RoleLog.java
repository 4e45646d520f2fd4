package io.quorumlog.node;

import io.quorumlog.net.LogThrottle;
import io.quorumlog.raft.RoleKind;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says which role the node has and who leads. A node that finds no majority asks for votes several times a second, for as
 * long as it takes: of that only the first rounds are worth a line each, and then one now and then. Changes with a leader
 * are counted apart, so that the line with which it all ends is not the one left out.
 */
final class RoleLog {
    private static final Logger LOG = LoggerFactory.getLogger(RoleLog.class);

    private final LogThrottle led = new LogThrottle(10, TimeUnit.SECONDS.toNanos(10));
    private final LogThrottle leaderless = new LogThrottle(6, TimeUnit.SECONDS.toNanos(15));

    /** @param leaderId 0 while no leader is known */
    void onRole(final long nowNs, final RoleKind role, final long term, final int leaderId, final String reason) {
        final LogThrottle throttle = leaderId != 0 ? led : leaderless;
        if (throttle.permits(nowNs)) {
            LOG.info("role={} term={} leader={} reason=\"{}\"{}", role, term, leaderId, reason, throttle.omitted());
        }
    }
}
