package io.quorumlog.raft;

import static io.quorumlog.raft.CoreFixture.HEARTBEAT_MS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When a leader need not be woken by what the others say. */
class LeaderAtRestTest {
    private static final long FEW_HEARTBEATS_MS = 3 * HEARTBEAT_MS;

    private final CoreFixture fixture = CoreFixture.cluster(3);

    @BeforeEach
    void elect() {
        fixture.elect(1);
        assertFalse(isAtRest());
        fixture.run(FEW_HEARTBEATS_MS);
        assertTrue(isAtRest());
    }

    private boolean isAtRest() {
        return fixture.core(1).isAtRest();
    }

    @Test
    void followersHaveToHearWhoDies() {
        assertFalse(fixture.core(2).isAtRest());
        assertFalse(fixture.core(3).isAtRest());
    }

    @Test
    void entryEndsTheRestForAWhile() {
        fixture.propose(1, "payload");
        assertFalse(isAtRest());
        fixture.settle();
        assertEquals(2, fixture.commit(1));
        assertFalse(isAtRest());
        fixture.run(HEARTBEAT_MS);
        assertFalse(isAtRest());

        fixture.run(FEW_HEARTBEATS_MS);
        assertTrue(isAtRest());
    }

    @Test
    void readEndsTheRestUntilItIsConfirmed() {
        fixture.mute(2, 1);
        fixture.mute(3, 1);
        final long read = fixture.core(1).requestRead();
        assertFalse(isAtRest());
        fixture.run(FEW_HEARTBEATS_MS);
        assertTrue(fixture.core(1).confirmedRead() < read);
        assertFalse(isAtRest());

        fixture.unmute();
        fixture.run(FEW_HEARTBEATS_MS);
        assertTrue(fixture.core(1).confirmedRead() >= read);
        assertTrue(isAtRest());
    }

    @Test
    void entryThatIsNotCommittedKeepsItAwake() {
        fixture.cut(1, 2);
        fixture.cut(1, 3);
        fixture.propose(1, "payload");
        fixture.run(FEW_HEARTBEATS_MS);

        assertEquals(RoleKind.LEADER, fixture.role(1));
        assertFalse(isAtRest());
    }

    @Test
    void followerThatLagsKeepsItAwakeAndOneThatIsGoneDoesNot() {
        fixture.mute(1, 3);
        fixture.propose(1, "payload");
        fixture.run(FEW_HEARTBEATS_MS);
        assertEquals(2, fixture.commit(1));
        assertFalse(isAtRest());

        fixture.cut(1, 3);
        assertTrue(isAtRest());
    }

    @Test
    void transferKeepsItAwake() {
        fixture.mute(1, 3);
        assertNull(fixture.transfer(1, 3));

        assertFalse(isAtRest());
    }
}
