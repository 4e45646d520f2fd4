package io.quorumlog.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** APPEND, APPENDIF and LAST: what becomes of an entry, and in which order the client hears of it. */
class ClientSessionAppendTest {
    /** To name the own address as that of another leader would be untrue. */
    private static final String CAME_BACK =
            "-NOLEADER leadership was lost meanwhile and has come back here; nothing was appended, repeat\r\n";

    private final FakeLog log = new FakeLog();
    private final FakeClient client = new FakeClient(FakeClient.sessions(log));

    @Test
    void appendIsAnsweredWhenItsEntryIsCommitted() {
        client.line("APPEND hello  world");
        assertEquals("", client.turn().replies());

        log.commit(1);

        assertEquals(":1\r\n", client.turn().replies());
        assertEquals("hello  world", log.payload(1));
        assertFalse(client.session.isWaiting());
    }

    @Test
    void commitAnswersAllAppendsUpToItInOrder() {
        client.line("APPEND a", "APPEND b", "APPEND c");

        log.commit(2);

        assertEquals(":1\r\n:2\r\n", client.turn().replies());
        assertTrue(client.session.isWaiting());
    }

    @Test
    void followerNamesTheLeader() {
        log.follows(2, 3);

        client.line("APPEND a", "APPENDIF 0 a", "LAST", "TRANSFER 2");

        assertEquals("-NOTLEADER 3 [::1]:6503\r\n".repeat(4), client.replies());
        assertEquals(0, log.lastIndex());
    }

    @Test
    void withoutLeaderTheAnswerIsNoleader() {
        log.follows(2, 0);

        client.line("APPEND a");

        assertTrue(client.replies().startsWith("-NOLEADER "));
    }

    @Test
    void entryThatANewLeaderCommitsIsAnsweredWithItsIndex() {
        client.line("APPEND a").turn();
        log.follows(2, 2);
        assertEquals("", client.turn().replies());

        log.noOp(2).commit(2);

        assertEquals(":1\r\n", client.turn().replies());
    }

    @Test
    void entryWhosePlaceAnotherCommittedEntryTookIsRefusedAsSafeToRepeat() {
        client.line("APPEND a").turn();
        log.follows(2, 2).truncateAfter(0).noOp(2).commit(1);

        assertEquals("-NOTLEADER 2 [::1]:6502\r\n", client.turn().replies());
    }

    /** Figure 3.7: another member may still hold the entry, win the next election, and commit it. */
    @Test
    void entrySupersededByAnUncommittedOneStaysOpen() {
        client.line("APPEND a").turn();

        log.follows(2, 2).truncateAfter(0).noOp(2);
        assertEquals("", client.turn().replies());
        log.follows(3, 3).truncateAfter(0).entry(1, "a").noOp(3).commit(2);

        assertEquals(":1\r\n", client.turn().replies());
    }

    /** Terms never fall along a log, so nothing of an older one can follow. */
    @Test
    void entriesBehindACommittedOneOfANewerTermAreCertainlyNotInTheLog() {
        client.line("APPEND a", "APPEND b", "APPEND c").turn();

        log.follows(2, 2).truncateAfter(0).noOp(2);
        assertEquals("", client.turn().replies());
        log.commit(1);

        assertEquals(3, client.turn().replies().split("-NOTLEADER 2 ", -1).length - 1);
    }

    @Test
    void openEntryIsUncertainAfterItsTime() {
        client.line("APPEND a").turn();
        log.follows(2, 2).afterMs(10_000);
        client.turn();

        log.afterMs(899);
        assertEquals("", client.turn().replies());
        assertEquals(log.nowNs + FakeLog.MS, client.session.deadlineNs());
        log.afterMs(1);

        assertTrue(client.turn().replies().startsWith("-UNCERTAIN "));
        assertEquals(Long.MAX_VALUE, client.session.deadlineNs());
    }

    @Test
    void uncertainTimeOfEntriesBehindTheHeadRunsFromTheSameLoss() {
        client.line("APPEND a", "APPEND b").turn();
        log.follows(2, 0);
        client.turn();

        log.afterMs(900);

        assertEquals(2, client.turn().replies().split("-UNCERTAIN ", -1).length - 1);
    }

    @Test
    void leaderOfANewerTermGoesOnWatchingItsOldEntries() {
        client.line("APPEND a").turn();
        log.follows(2, 0);
        client.turn();
        log.leads(3).noOp(3);
        client.line("APPEND b");
        assertEquals("", client.turn().replies());

        log.commit(3);

        assertEquals(":1\r\n:3\r\n", client.turn().replies());
    }

    /** Replies matched to requests by order must survive that some of them are dropped by a change of role. */
    @Test
    void repliesStayInRequestOrderAcrossChangesOfRole() {
        client.line("APPEND a", "LAST", "APPEND b", "PING one", "APPEND c", "PING two");
        client.turn();
        log.follows(2, 2).truncateAfter(1).noOp(2).commit(2);
        assertEquals(
                ":1\r\n-NOTLEADER 2 [::1]:6502\r\n-NOTLEADER 2 [::1]:6502\r\n$3\r\none\r\n"
                        + "-NOTLEADER 2 [::1]:6502\r\n$3\r\ntwo\r\n",
                client.turn().replies());
    }

    @Test
    void requestBehindAnAppendIsRunOnlyWhenThatIsAnswered() {
        client.line("APPEND a", "READ 1");
        assertEquals("", client.turn().replies());
        assertFalse(client.session.wantsInput());

        log.commit(1);

        assertEquals(":1\r\n*1\r\n" + FakeClient.entry(1, 1, "a"), client.turn().replies());
        assertTrue(client.session.wantsInput());
    }

    @Test
    void appendWaitsWhileLeadershipIsHandedOver() {
        log.acceptsAppends = false;
        client.line("APPEND a");
        assertFalse(client.session.wantsInput());
        assertEquals(0, log.lastIndex());
        assertEquals("", client.turn().replies());

        log.acceptsAppends = true;
        client.turn();

        assertEquals(1, log.lastIndex());
        assertEquals(":1\r\n", FakeLogs.commitAll(log, client));
    }

    @Test
    void appendThatWaitedForAHandoverIsToldWhoLeadsThen() {
        log.acceptsAppends = false;
        client.line("APPEND a").turn();

        log.follows(2, 2);

        assertEquals("-NOTLEADER 2 [::1]:6502\r\n", client.turn().replies());
        assertTrue(client.session.wantsInput());
    }

    @Test
    void slotsAreBoundedAndInputWaitsForThem() {
        final Sessions sessions = new Sessions(log, new SessionSettings(100, 64, FakeLog.MS));
        final FakeClient bounded = new FakeClient(sessions);

        bounded.send("APPEND a\n".repeat(1_000));

        assertEquals(64, log.lastIndex());
        assertEquals(936 * 9, bounded.unconsumedBytes());
        assertFalse(bounded.session.wantsInput());
        for (int i = 1; i <= 1_000; i++) {
            log.commit(i);
            assertEquals(":" + i + "\r\n", bounded.turn().replies());
        }
    }

    @Test
    void appendIfAppendsWhereTheLastClientEntryMatchesCommittedOrNot() {
        log.noOp(1);
        client.line("APPENDIF 0 a", "APPENDIF 2 b");

        assertEquals(":2\r\n:3\r\n", FakeLogs.commitAll(log, client));
        assertEquals("b", log.payload(3));
    }

    @Test
    void conflictWaitsForCommitOfWhatItNamesAndForAConfirmedRead() {
        client.line("APPEND a", "APPENDIF 0 b");
        log.commit(1);
        assertEquals(":1\r\n", client.turn().replies());

        log.confirmReads();

        assertEquals("-CONFLICT last is 1\r\n", client.turn().replies());
        assertEquals(1, log.lastIndex());
    }

    @Test
    void conflictIsNotToldBeforeTheEntryIsCommitted() {
        log.entry(1, "a").noOp(1);
        client.line("APPENDIF 0 b");
        log.confirmReads().commit(1);
        assertEquals("", client.turn().replies());

        log.commit(2);

        assertEquals("-CONFLICT last is 1\r\n", client.turn().replies());
    }

    @Test
    void conflictNamesTheLastEntryOfTheMomentOfOrdering() {
        client.line("APPENDIF 5 x", "APPEND a");

        log.confirmReads().commit(1);

        assertEquals("-CONFLICT last is 0\r\n:1\r\n", client.turn().replies());
    }

    @Test
    void conflictOfALeaderThatWasDeposedIsNoConflict() {
        log.entry(1, "a").commit(1);
        client.line("APPENDIF 0 b").turn();

        log.follows(2, 2);

        assertEquals("-NOTLEADER 2 [::1]:6502\r\n", client.turn().replies());
    }

    @Test
    void conflictOfAnEarlierTermIsNotConfirmedByALaterOne() {
        log.entry(1, "a").commit(1);
        client.line("APPENDIF 0 b").turn();

        log.leads(3);
        log.confirmedReads = 7;

        assertEquals(CAME_BACK, client.turn().replies());
    }

    @Test
    void conflictsAndAppendsSurviveTheGrowthOfTheRing() {
        final StringBuilder expected = new StringBuilder();
        for (int i = 1; i <= 50; i++) {
            client.line("APPENDIF 999 x", "APPEND a", "LAST");
            expected.append("-CONFLICT last is ")
                    .append(i - 1)
                    .append("\r\n:")
                    .append(i)
                    .append("\r\n:50\r\n");
            if (i == 5) {
                // The ring's head is in its middle when it grows.
                FakeLogs.commitAll(log, client);
                expected.setLength(0);
            }
        }

        assertEquals(expected.toString(), FakeLogs.commitAll(log, client));
    }

    @Test
    void lastIsAnsweredWhenLeadershipIsConfirmed() {
        log.entry(1, "a").entry(1, "b").noOp(1).entry(1, "uncommitted").commit(1);
        client.line("LAST");
        assertEquals("", client.turn().replies());

        log.commit(3).confirmReads();

        assertEquals(":2\r\n", client.turn().replies());
    }

    @Test
    void lastOfALeaderThatWasDeposedIsNeverAnsweredWithAValue() {
        log.entry(1, "a").commit(1);
        client.line("LAST");
        log.leads(3);
        log.confirmedReads = 5;

        assertEquals(CAME_BACK, client.turn().replies());
    }

    @Test
    void nobodyIsSentToThisVeryNodeWhenItLeadsAgain() {
        client.line("APPEND x", "LAST");
        log.follows(2, 2).truncateAfter(0).entry(2, "other");
        client.turn();
        log.leads(3).commit(1);

        final String replies = client.turn().replies();

        assertEquals(CAME_BACK + CAME_BACK, replies);
    }
}
