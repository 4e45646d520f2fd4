package io.quorumlog.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class OfflineFlagsTest {
    private static OfflineTask parse(final Map<String, String> environment, final String flags) {
        return NodeConfig.parse(flags.split(" "), environment, "1").offline();
    }

    @Test
    void dataDirectoryIsAllThatIsNeeded() {
        assertEquals(new OfflineTask.Verify(Path.of("data")), parse(Map.of(), "--verify"));
        assertEquals(new OfflineTask.Verify(Path.of("d")), parse(Map.of(), "--data-dir d --verify"));
        assertEquals(new OfflineTask.Dump(Path.of("d"), 1, 20), parse(Map.of(), "--dump 1 20 --data-dir d"));
        assertEquals(new OfflineTask.Dump(Path.of("data"), 7, 7), parse(Map.of(), "--dump 7 7"));
        assertEquals(
                new OfflineTask.Dump(Path.of("data"), 0, Long.MAX_VALUE),
                parse(Map.of(), "--dump 0 9223372036854775807"));
    }

    @Test
    void environmentOfANodeIsNoHindrance() {
        final Map<String, String> environment =
                Map.of("QUORUMLOG_DATA_DIR", "/d", "QUORUMLOG_NODE_ID", "1", "QUORUMLOG_IDLE", "nonsense");

        assertEquals(new OfflineTask.Verify(Path.of("/d")), parse(environment, "--verify"));
    }

    @Test
    void nodeIsRunWhereNoneIsAskedFor() {
        assertNull(parse(Map.of(), "--node-id 1 --cluster 1=127.0.0.1:5500:6500"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --verify --dump 1 2                       | --verify: not together with --dump
            --verify --node-id 1                      | --node-id: has no meaning with --verify
            --dump 1 2 --idle spin                    | --idle: has no meaning with --dump
            --verify --data-dir=                      | data-dir=
            --dump 1                                  | --dump: needs two values, FROM TO
            --dump 1 2 3                              | 3: unknown argument
            --dump 1 2 --dump 3 4                     | --dump: only once
            --dump 2 1                                | --dump 2 1: must be from the lower to the higher
            --dump 1 +2                               | --dump +2: must be whole numbers from 0 to
            --dump 1 9223372036854775808              | --dump 9223372036854775808: must be
            --dump 1 18446744073709551617             | --dump 18446744073709551617: must be
            --dump one two                            | --dump one: must be
            """)
    void whatCannotBeIsNamed(final String flags, final String expected) {
        final String message = assertThrows(ConfigException.class, () -> parse(Map.of(), flags))
                .getMessage();

        assertTrue(message.startsWith(expected), message);
    }
}
