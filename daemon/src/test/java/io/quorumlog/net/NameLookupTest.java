package io.quorumlog.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.Test;

class NameLookupTest {
    private static final InetAddress[] FIRST = {address(1)};
    private static final InetAddress[] SECOND = {address(2)};

    /** Lookups that a test lets end when it says so. */
    private final Deque<Runnable> running = new ArrayDeque<>();

    private InetAddress[] answer = FIRST;
    private int wakeups;
    private final NameLookup lookup = new NameLookup("peer", this::resolve, running::add, () -> wakeups++);

    private InetAddress[] resolve(final String host) throws UnknownHostException {
        if (answer == null) {
            throw new UnknownHostException(host);
        }
        return answer;
    }

    private static InetAddress address(final int last) {
        try {
            return InetAddress.getByAddress(new byte[] {127, 0, 0, (byte) last});
        } catch (final UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    private InetAddress[] found(final long nowNs) {
        lookup.begin(nowNs);
        running.remove().run();
        assertTrue(lookup.isDone(nowNs));
        return lookup.take();
    }

    @Test
    void answerIsTakenAsSoonAsItIsThere() {
        lookup.begin(0);
        assertFalse(lookup.isDone(NetLimits.NAME_LOOKUP_NS - 1));
        running.remove().run();

        assertEquals(1, wakeups);
        assertTrue(lookup.isDone(1));
        assertArrayEquals(FIRST, lookup.take());
        assertFalse(lookup.isUnderWay());
    }

    @Test
    void eachLookupIsAnew() {
        found(0);
        answer = SECOND;

        assertArrayEquals(SECOND, found(0));
    }

    @Test
    void lookupThatHangsGivesWhatWasFoundLast() {
        found(0);
        lookup.begin(10);

        assertFalse(lookup.isDone(9 + NetLimits.NAME_LOOKUP_NS));
        assertTrue(lookup.isDone(10 + NetLimits.NAME_LOOKUP_NS));
        assertArrayEquals(FIRST, lookup.take());
    }

    @Test
    void nameThatIsUnknownForAWhileGivesWhatWasFoundLast() {
        found(0);
        answer = null;

        assertArrayEquals(FIRST, found(0));
    }

    @Test
    void lookupThatHangsFromTheBeginGivesNothingAndSaysSo() {
        lookup.begin(0);

        assertTrue(lookup.isDone(NetLimits.NAME_LOOKUP_NS));
        assertNull(lookup.take());
        assertEquals("no answer within 500 ms to who host peer is", lookup.failure());
    }

    @Test
    void unknownNameGivesNothingAndSaysSo() {
        answer = null;

        assertNull(found(0));
        assertEquals("host peer has no address", lookup.failure());
    }

    @Test
    void lookupThatHangsTakesNoSecondThreadAndItsLateAnswerCounts() {
        lookup.begin(0);
        lookup.take();
        lookup.begin(NetLimits.NAME_LOOKUP_NS);
        lookup.take();
        assertEquals(1, running.size());

        running.remove().run();
        lookup.begin(3 * NetLimits.NAME_LOOKUP_NS);

        assertEquals(0, running.size());
        assertTrue(lookup.isDone(3 * NetLimits.NAME_LOOKUP_NS));
        assertArrayEquals(FIRST, lookup.take());
    }
}
