package io.quorumlog.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServerAddressTest {
    @ParameterizedTest
    @ValueSource(
            strings = {"localhost:6500", "127.0.0.1:1", "[::1]:65535", "[fe80::1%eth0]:6500", "node-1.example:6500"})
    void addressIsPrintedAsItIsParsed(String text) {
        assertEquals(text, ServerAddress.parse(text).toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "localhost",
                ":6500",
                "localhost:",
                "localhost:0",
                "localhost:65536",
                "localhost:+1",
                "localhost:x",
                "::1:6500",
                "[::1]",
                "[::1]6500",
                "[localhost]:6500",
                "[]:6500",
                "a b:6500",
                "localhost:٦",
                "a:1:2",
                "http://a:1"
            })
    void anythingElseIsRefused(String text) {
        String message = assertThrows(IllegalArgumentException.class, () -> ServerAddress.parse(text))
                .getMessage();

        assertTrue(message.startsWith("'" + text + "'"), message);
    }

    @Test
    void listIsSeparatedByCommas() {
        assertEquals(
                List.of(new ServerAddress("a", 1), new ServerAddress("::1", 2)),
                ServerAddress.parseList("a:1, [::1]:2"));
        assertThrows(IllegalArgumentException.class, () -> ServerAddress.parseList("a:1,"));
    }

    @Test
    void ipAddressesNeedNoResolving() {
        assertTrue(ServerAddress.parse("127.0.0.1:1").isLiteral());
        assertTrue(ServerAddress.parse("[::1]:1").isLiteral());
        assertTrue(!ServerAddress.parse("localhost:1").isLiteral());
    }
}
