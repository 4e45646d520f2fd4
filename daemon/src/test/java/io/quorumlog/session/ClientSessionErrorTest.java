package io.quorumlog.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What is wrong with a request is said in one line, and the connection lives. */
class ClientSessionErrorTest {
    private final FakeLog log = new FakeLog().entry(1, "a").commit(1);
    private final FakeClient client = new FakeClient(FakeClient.sessions(log));

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "nosuch             | -ERR unknown command 'nosuch'",
                "HELLO 3            | -ERR unknown command 'HELLO'",
                "APPEND             | -ERR wrong number of arguments for 'append'",
                "APPENDIF           | -ERR wrong number of arguments for 'appendif'",
                "APPENDIF 1         | -ERR wrong number of arguments for 'appendif'",
                "read               | -ERR wrong number of arguments for 'read'",
                "READ 1 2 3 4 5 6   | -ERR wrong number of arguments for 'read'",
                "TAIL               | -ERR wrong number of arguments for 'tail'",
                "TAIL 1 2           | -ERR wrong number of arguments for 'tail'",
                "LAST 1             | -ERR wrong number of arguments for 'last'",
                "ECHO               | -ERR wrong number of arguments for 'echo'",
                "LEADER x           | -ERR wrong number of arguments for 'leader'",
                "MEMBERS x          | -ERR wrong number of arguments for 'members'",
                "HELP x             | -ERR wrong number of arguments for 'help'",
                "TRANSFER           | -ERR wrong number of arguments for 'transfer'",
                "CLIENT             | -ERR wrong number of arguments for 'client'",
                "SELECT             | -ERR wrong number of arguments for 'select'",
                "QUIT now           | -ERR wrong number of arguments for 'quit'",
                "CLIENT ID          | -ERR unknown subcommand 'ID' for 'client'",
                "SELECT 1           | -ERR index must be 0, the only database, not '1'",
                "SELECT x           | -ERR index must be 0, the only database, not 'x'",
                "SELECT 00          | -ERR index must be 0, the only database, not '00'",
                "READ x             | -ERR from must be a whole number from 0 to 9223372036854775807, not 'x'",
                "TAIL -1            | -ERR from must be a whole number from 0 to 9223372036854775807, not '-1'",
                "APPENDIF 1.0 x     | -ERR last must be a whole number from 0 to 9223372036854775807, not '1.0'",
                "TRANSFER 0         | -ERR id must be a whole number from 1 to 65535, not '0'",
                "TRANSFER 65536     | -ERR id must be a whole number from 1 to 65535, not '65536'",
                "READ 1 COUNT 0     | -ERR COUNT must be a whole number from 1 to 9223372036854775807, not '0'",
                "READ 1 block -0    | -ERR BLOCK must be a whole number from 0 to 9223372036854775807, not '-0'",
                "READ 1 COUNT       | -ERR COUNT needs a number behind it",
                "READ 1 COUNT 1 BLOCK | -ERR BLOCK needs a number behind it",
                "READ 1 COUNT 1 count 2 | -ERR COUNT is given twice",
                "READ 1 BLOCK 1 BLOCK 1 | -ERR BLOCK is given twice",
                "READ 1 5           | -ERR unknown option '5' for 'read': COUNT n and BLOCK ms are known",
            })
    void errorSaysWhatIsWrong(final String line, final String error) {
        client.line(line, "PING");

        assertEquals(error + "\r\n+PONG\r\n", client.replies());
    }

    static Stream<String> noNumbers() {
        return Stream.of(
                "-1",
                "-0",
                "+1",
                "01",
                "0x10",
                "1.0",
                "1e3",
                " 1",
                "1 ",
                "",
                "9223372036854775808",
                "18446744073709551616",
                "1" + "0".repeat(30),
                "\u00d9\u00a1");
    }

    @ParameterizedTest
    @MethodSource("noNumbers")
    void whatIsNoPlainNumberIsRefusedByName(final String number) {
        assertRefused("from", "READ", number);
        assertRefused("from", "TAIL", number);
        assertRefused("last", "APPENDIF", number, "x");
        assertRefused("id", "TRANSFER", number);
        assertRefused("COUNT", "READ", "1", "COUNT", number);
        assertRefused("BLOCK", "READ", "1", "BLOCK", number);
        assertEquals(1, log.lastIndex());
    }

    private void assertRefused(final String name, final String... request) {
        client.send(FakeClient.request(request));
        final String reply = client.replies();
        assertTrue(reply.startsWith("-ERR " + name + " must be"), reply);
        assertOneLine(reply);
    }

    @Test
    void errorsEchoLittleAndNoControlCharacters() {
        client.send(FakeClient.request("X\r\n+OK\r\n"));
        assertOneLine(client.replies());
        client.send(FakeClient.request("READ", "1", "CO\r\nUNT", "5"));
        assertOneLine(client.replies());
        client.send(FakeClient.request("TRANSFER", "1\r\n:7"));
        assertOneLine(client.replies());
        client.send(FakeClient.request("CLIENT", "\0\n"));
        assertOneLine(client.replies());
        client.send(FakeClient.request("n".repeat(1_500_000)));
        assertEquals("-ERR unknown command '" + "n".repeat(128) + "'\r\n", client.replies());
    }

    private static void assertOneLine(final String reply) {
        assertTrue(reply.startsWith("-ERR ") && reply.endsWith("\r\n"), reply);
        assertEquals(reply.length() - 2, reply.indexOf('\r'), reply);
        assertEquals(reply.length() - 1, reply.indexOf('\n'), reply);
        assertTrue(reply.length() < 300, reply);
    }

    @Test
    void payloadAboveTheLimitIsRefusedInItsPlaceAndTheConnectionLives() {
        final String large = "y".repeat(1024 * 1024 + 1);

        client.line("APPEND b").send(FakeClient.request("APPEND", large) + FakeClient.request("APPENDIF", "2", large));
        client.send(FakeClient.request("APPEND", large.substring(1)));

        assertEquals(
                ":2\r\n"
                        + "-TOOBIG a payload of 1048577 bytes is more than max-entry-bytes=1048576\r\n".repeat(2)
                        + ":3\r\n",
                FakeLogs.commitAll(log, client) + FakeLogs.commitAll(log, client));
        assertEquals(3, log.lastIndex());
    }

    @Test
    void oversizeRequestOfTheWrongKindIsToldThatFirst() {
        final String large = "y".repeat(1_200_000);

        client.send(FakeClient.request("APPEND", large, "x") + FakeClient.request("PING"));

        assertEquals("-ERR wrong number of arguments for 'append'\r\n+PONG\r\n", client.replies());
    }

    @Test
    void argumentThatIsFarTooLongIsNamedAndOnlyAPayloadIsTooBig() {
        final String large = "7".repeat(1_200_000);

        client.send(FakeClient.request("READ", large) + FakeClient.request("TAIL", large));
        client.send(FakeClient.request("TRANSFER", large) + FakeClient.request("SELECT", large));
        client.send(FakeClient.request("READ", "1", "COUNT", large) + FakeClient.request("APPENDIF", large, "x"));
        client.send(FakeClient.request("APPENDIF", large, large) + FakeClient.request("APPENDIF", "1", large));
        client.send(FakeClient.request("STATUS", large));

        assertEquals(
                "-ERR from is too long: 1200000 bytes\r\n".repeat(2)
                        + "-ERR id is too long: 1200000 bytes\r\n"
                        + "-ERR index is too long: 1200000 bytes\r\n"
                        + "-ERR argument 3 is too long: 1200000 bytes\r\n"
                        + "-ERR last is too long: 1200000 bytes\r\n".repeat(2)
                        + "-TOOBIG a payload of 1200000 bytes is more than max-entry-bytes=1048576\r\n"
                        + "-ERR argument 1 is too long: 1200000 bytes\r\n",
                client.allReplies());
    }

    /** No argument of them is long by itself: the mistake was to blame the longest one. */
    @Test
    void argumentsThatAreTooLongTogetherAreSaidToBe() {
        final String[] words = new String[700];
        Arrays.fill(words, "w".repeat(2_000));
        words[0] = "COMMAND";

        client.send(FakeClient.request(words) + FakeClient.request("PING"));

        assertEquals(
                "-ERR the arguments of 'command' are too long: 1398000 bytes together;"
                        + " at most 1114112 are read, with their headers\r\n+PONG\r\n",
                client.allReplies());
    }

    /** There is one spelling of a number only; to say that 01 is not from 0 to 9 would be no help. */
    @Test
    void numberWithALeadingZeroIsRefusedForThat() {
        client.line("READ 01")
                .line("TAIL 00")
                .line("READ 1 COUNT 05")
                .line("TRANSFER 002")
                .line("APPENDIF 0000 x");
        client.line("READ 0x1").line("TRANSFER 0");

        assertEquals(
                "-ERR from must be a whole number without leading zeros, not '01'\r\n"
                        + "-ERR from must be a whole number without leading zeros, not '00'\r\n"
                        + "-ERR COUNT must be a whole number without leading zeros, not '05'\r\n"
                        + "-ERR id must be a whole number without leading zeros, not '002'\r\n"
                        + "-ERR last must be a whole number without leading zeros, not '0000'\r\n"
                        + "-ERR from must be a whole number from 0 to 9223372036854775807, not '0x1'\r\n"
                        + "-ERR id must be a whole number from 1 to 65535, not '0'\r\n",
                client.allReplies());
    }

    @Test
    void protocolErrorIsAnsweredAndFinishesTheSession() {
        client.line("APPEND b").send("*1\r\n$-5\r\nPING\r\n").line("APPEND evil");
        assertEquals("", client.replies());

        final String replies = FakeLogs.commitAll(log, client);

        assertTrue(replies.startsWith(":2\r\n-ERR Protocol error: "), replies);
        assertTrue(client.session.isFinished());
        assertEquals(2, log.lastIndex());
        assertEquals(0, client.unconsumedBytes());
    }
}
