package io.quorumlog.session;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SessionsTest {
    private final FakeLog log = new FakeLog();
    private final Sessions sessions = FakeClient.sessions(log);

    @Test
    void sessionsAreCountedAndWhatTheyDid() {
        final FakeClient one = new FakeClient(sessions);
        final FakeClient two = new FakeClient(sessions);
        one.line("APPEND a", "LAST");
        two.line("APPEND b", "READ 1", "TAIL 1");
        FakeLogs.commitAll(log, one);
        two.session.close();
        two.session.close();

        assertEquals(1, sessions.openCount());
        assertEquals(2, sessions.appendsTotal());
        assertEquals(3, sessions.readsTotal());
    }

    @Test
    void manyWaitingSessionsAreAllAnsweredAndSomeCloseMeanwhile() {
        final List<FakeClient> clients = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            clients.add(new FakeClient(sessions).line("READ 1 BLOCK 0", "READ " + (1 + i % 2) + " BLOCK 0"));
        }
        // The first to be visited is the last one: then fewer are left than had been counted.
        clients.get(99).output.whenReady = () -> {
            clients.get(50).session.close();
            clients.get(10).session.close();
            clients.get(99).session.close();
        };
        log.entry(1, "a").commit(1);
        sessions.onProgress();
        log.entry(1, "b").commit(2);
        sessions.onProgress();

        assertEquals(97, sessions.openCount());
        for (int i = 0; i < 100; i++) {
            if (i != 50 && i != 10 && i != 99) {
                final String first = "*1\r\n" + FakeClient.entry(1, 1, "a");
                final String second = i % 2 == 0 ? first : "*1\r\n" + FakeClient.entry(2, 1, "b");
                assertEquals(first + second, clients.get(i).replies(), "client " + i);
            }
        }
    }

    @Test
    void deadlineIsTheEarliestOfAll() {
        new FakeClient(sessions).line("READ 1 BLOCK 300");
        final FakeClient first = new FakeClient(sessions).line("READ 1 BLOCK 100");
        new FakeClient(sessions).line("READ 1 BLOCK 200");
        assertEquals(log.nowNs + 100 * FakeLog.MS, sessions.deadlineNs());

        log.afterMs(100);

        assertEquals("*0\r\n", first.turn().replies());
        assertEquals(log.nowNs + 100 * FakeLog.MS, sessions.deadlineNs());
    }

    /** The time runs from the loss of that term, not from when the entry comes to be the next to be answered. */
    @Test
    void uncertainTimesOfSeveralTermsRunSideBySide() {
        final FakeClient client = new FakeClient(sessions).line("APPEND a").turn();
        log.follows(2, 0);
        sessions.onProgress();
        log.afterMs(100).leads(3);
        sessions.onProgress();
        client.line("APPEND b");
        log.afterMs(100).follows(4, 0);
        sessions.onProgress();

        log.afterMs(700);
        assertEquals(1, client.turn().replies().split("-UNCERTAIN", -1).length - 1);
        log.afterMs(200);

        assertEquals(1, client.turn().replies().split("-UNCERTAIN", -1).length - 1);
    }
}
