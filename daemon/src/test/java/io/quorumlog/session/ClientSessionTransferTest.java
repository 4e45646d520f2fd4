package io.quorumlog.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** TRANSFER: answered when the member leads, or when it is known that it will not. */
class ClientSessionTransferTest {
    private final FakeLog log = new FakeLog();
    private final FakeClient client = new FakeClient(FakeClient.sessions(log));

    @Test
    void transferIsAnsweredWhenTheMemberLeads() {
        client.line("TRANSFER 2").turn();
        assertEquals(2, log.transferTarget);
        log.transferring = false;
        log.follows(2, 0);
        assertEquals("", client.turn().replies());

        log.leaderId = 2;

        assertEquals("+OK\r\n", client.turn().replies());
        assertFalse(client.session.isWaiting());
    }

    @Test
    void transferToSelfIsDone() {
        client.line("TRANSFER 1");

        assertEquals("+OK\r\n", client.replies());
    }

    @Test
    void refusalIsToldInWords() {
        log.transferRefusal = "no member 9";

        client.line("TRANSFER 9");

        assertEquals("-ERR no member 9\r\n", client.replies());
    }

    @Test
    void transferThatEndedWithoutSuccessIsAnError() {
        client.line("TRANSFER 2").turn();

        log.transferring = false;

        assertEquals(
                "-ERR member 2 could not take over: member 1 leads\r\n",
                client.turn().replies());
    }

    @Test
    void transferThatAnotherMemberWonIsAnError() {
        client.line("TRANSFER 2").turn();
        log.transferring = false;

        log.follows(3, 3);

        assertEquals(
                "-ERR member 2 could not take over: member 3 leads\r\n",
                client.turn().replies());
    }

    @Test
    void transferIsAnsweredWithinAnElectionTimeout() {
        client.line("TRANSFER 2", "PING").turn();
        log.follows(2, 0).afterMs(599);
        assertEquals("", client.turn().replies());
        assertEquals(log.nowNs + FakeLog.MS, client.session.deadlineNs());

        log.afterMs(1);

        assertEquals(
                "-ERR member 2 did not take over within an election timeout\r\n+PONG\r\n",
                client.turn().replies());
    }

    @Test
    void transferWaitsForTheAnswersBeforeIt() {
        client.line("APPEND a", "TRANSFER 2").turn();
        assertEquals(0, log.transferTarget);

        log.commit(1);
        client.turn();

        assertEquals(2, log.transferTarget);
        assertEquals(":1\r\n", client.replies());
        assertFalse(client.session.wantsInput());
        assertTrue(client.session.isWaiting());
    }
}
