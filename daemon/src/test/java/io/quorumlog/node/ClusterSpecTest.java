package io.quorumlog.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ClusterSpecTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            1=127.0.0.1:5500:6500                      | 1 127.0.0.1:5500 127.0.0.1:6500
            7=n1:5500/localhost:6501                   | 7 n1:5500 localhost:6501
            65535=[::1]:5501:6501                      | 65535 [::1]:5501 [::1]:6501
            1=[::1]:1/10.0.0.1:65535                   | 1 [::1]:1 10.0.0.1:65535
            1=10.0.0.1:5500/[fe80::1%eth0]:6500        | 1 10.0.0.1:5500 [fe80::1%eth0]:6500
            2=node_2.example-net.org:5500:6500         | 2 node_2.example-net.org:5500 node_2.example-net.org:6500
            3=0a.b:5500:6500                           | 3 0a.b:5500 0a.b:6500
            """)
    void memberIsReadInEveryForm(final String text, final String expected) {
        final ClusterSpec.Member member =
                ClusterSpec.parse("cluster", text).members().get(0);

        assertEquals(expected, member.id() + " " + member.peer() + " " + member.client());
    }

    @Test
    void membersAreSortedById() {
        final ClusterSpec spec = ClusterSpec.parse("cluster", "30=a:1:2,4=b:1:2,5=c:1:2");

        assertEquals("[4, 5, 30]", java.util.Arrays.toString(spec.ids()));
    }

    @Test
    void nineMembersAreAllowedAndTenAreNot() {
        final StringBuilder text = new StringBuilder("1=h1:1:2");
        for (int id = 2; id <= 9; id++) {
            text.append(',').append(id).append("=h").append(id).append(":1:2");
        }

        assertEquals(9, ClusterSpec.parse("cluster", text.toString()).members().size());
        assertThrows(ConfigException.class, () -> ClusterSpec.parse("cluster", text + ",10=h10:1:2"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                ",",
                "1=a:1:2,",
                ",1=a:1:2",
                "1=a:1:2,,2=b:1:2",
                "1",
                "1=",
                "1=a",
                "1=a:1",
                "1=a:1:",
                "1=a::2",
                "1=:1:2",
                "=a:1:2",
                "1=a:1:2:3",
                "1=a:1:2/b:3",
                "1=a:1/b",
                "1=a:1/:2",
                "1=a/b:2",
                "1 =a:1:2",
                "1=a:1:2 ",
                "1= a:1:2",
                "1=a b:1:2",
                "0=a:1:2",
                "65536=a:1:2",
                "-1=a:1:2",
                "+1=a:1:2",
                "x=a:1:2",
                "\u0661=a:1:2",
                "1=a:0:2",
                "1=a:1:0",
                "1=a:65536:2",
                "1=a:1:99999999999999999999",
                "1=a:-1:2",
                "1=a:1e3:2",
                "1=a:1:1",
                "1=a:1/b:1",
                "1=a:1:2,1=b:1:2",
                "1=a:1:2,2=a:1:3",
                "1=a:1:2,2=A:3:2",
                "1=a:1:2,2=a:2:3",
                "1=::1:5501:6501",
                "1=[::1:5501:6501",
                "1=[::1]5501:6501",
                "1=[::g]:1:2",
                "1=[1:2]:1:2",
                "1=[a]:1:2",
                "1=[127.0.0.1]:1:2",
                "1=[]:1:2",
                "1=[::1%]:1:2",
                "1=256.0.0.1:1:2",
                "1=10.1:1:2",
                "1=1.2.3.4.5:1:2",
                "1=12345:1:2",
                "1=-a:1:2",
                "1=a-:1:2",
                "1=a..b:1:2",
                "1=b\u00fccher:1:2",
            })
    void whatIsNoClusterIsRefusedInOneLineThatNamesTheSetting(final String text) {
        final String message = assertThrows(ConfigException.class, () -> ClusterSpec.parse("cluster", text))
                .getMessage();

        assertTrue(message.startsWith("cluster="), message);
        assertEquals(1, message.lines().count(), message);
    }

    @Test
    void aValueIsEchoedCutAndWithoutControlCharacters() {
        final String message = assertThrows(
                        ConfigException.class,
                        () -> ClusterSpec.parse("cluster", "1=a\n\u001b[31m" + "x".repeat(100_000)))
                .getMessage();

        assertTrue(message.startsWith("cluster=1=a??[31mxxx"), message);
        assertTrue(message.length() < 600, message);
    }
}
