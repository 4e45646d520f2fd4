package io.quorumlog.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class NodeConfigTest {
    private static final String MEMBERS = "1=127.0.0.1:5500:6500,2=127.0.0.1:5501:6501";

    @Test
    void onlyIdAndClusterAreNeeded() {
        final NodeConfig config = parse("--node-id", "2", "--cluster", MEMBERS);

        assertEquals(2, config.nodeId());
        assertEquals(Path.of("data"), config.dataDir());
        assertEquals("127.0.0.1", config.bind());
        assertTrue(config.isFsync());
        assertEquals(50, config.heartbeatMs());
        assertEquals(300, config.electionTimeoutMs());
        assertEquals(1_048_576, config.maxEntryBytes());
        assertFalse(config.isSpinning());
        assertNull(config.trace());
    }

    @Test
    void everySettingCanBeAFlag() {
        final NodeConfig config =
                parse("--node-id=1 --bind [::] --durability page-cache --heartbeat-ms 20 --election-timeout-ms 40"
                        .concat(" --max-entry-bytes 16777216 --idle spin --trace t.json --data-dir @x%y --cluster="
                                + MEMBERS)
                        .split(" "));

        assertEquals(Path.of("@x%y"), config.dataDir());
        assertEquals("::", config.bind());
        assertFalse(config.isFsync());
        assertEquals(20, config.heartbeatMs());
        assertEquals(40, config.electionTimeoutMs());
        assertEquals(16_777_216, config.maxEntryBytes());
        assertTrue(config.isSpinning());
        assertEquals(Path.of("t.json"), config.trace());
    }

    @Test
    void everySettingCanComeFromTheEnvironment() {
        final NodeConfig config = NodeConfig.parse(
                        new String[0],
                        Map.of(
                                "QUORUMLOG_NODE_ID", "1",
                                "QUORUMLOG_CLUSTER", MEMBERS,
                                "QUORUMLOG_DATA_DIR", "/a b/\u00fc",
                                "QUORUMLOG_BIND", "0.0.0.0",
                                "QUORUMLOG_DURABILITY", "page-cache",
                                "QUORUMLOG_HEARTBEAT_MS", "100",
                                "QUORUMLOG_ELECTION_TIMEOUT_MS", "1000",
                                "QUORUMLOG_MAX_ENTRY_BYTES", "1",
                                "QUORUMLOG_IDLE", "spin",
                                "QUORUMLOG_TRACE", "t"),
                        "1")
                .config();

        assertEquals(Path.of("/a b/\u00fc"), config.dataDir());
        assertEquals("0.0.0.0", config.bind());
        assertFalse(config.isFsync());
        assertEquals(100, config.heartbeatMs());
        assertEquals(1000, config.electionTimeoutMs());
        assertEquals(1, config.maxEntryBytes());
        assertTrue(config.isSpinning());
        assertEquals(Path.of("t"), config.trace());
    }

    @Test
    void theFlagWinsOverTheEnvironmentEvenIfThatIsWrong() {
        final NodeConfig config = NodeConfig.parse(
                        new String[] {"--node-id", "2", "--cluster", MEMBERS},
                        Map.of("QUORUMLOG_NODE_ID", "nonsense", "QUORUMLOG_CLUSTER", ""),
                        "1")
                .config();

        assertEquals(2, config.nodeId());
    }

    @Test
    void whatElseIsInTheEnvironmentIsNotOurs() {
        final NodeConfig config = NodeConfig.parse(
                        new String[] {"--node-id", "2", "--cluster", MEMBERS},
                        Map.of("QUORUMLOG_PORT", "tcp://10.0.0.1:6500"),
                        "1")
                .config();

        assertEquals(2, config.nodeId());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --node-id 0                                    | node-id=0
            --node-id 3                                    | node-id=3: is not among the members
            --node-id 65536                                | node-id=65536
            --node-id -1                                   | node-id=-1
            --node-id +1                                   | node-id=+1
            --node-id 1.0                                  | node-id=1.0
            --node-id one                                  | node-id=one
            --node-id 4294967297                           | node-id=4294967297
            --node-id \u0661                               | node-id=\u0661
            --node-id=                                     | node-id=:
            --cluster 1=x                                  | cluster=1=x
            --data-dir=                                    | data-dir=
            --bind=                                        | bind=
            --bind 1.2.3                                   | bind=1.2.3
            --bind 127.0.0.1:5500                          | bind=127.0.0.1:5500
            --bind [127.0.0.1]                             | bind=[127.0.0.1]
            --durability none                              | durability=none: must be fsync or page-cache
            --durability FSYNC                             | durability=FSYNC
            --heartbeat-ms 0                               | heartbeat-ms=0: must be a whole number from 1 to 60000
            --heartbeat-ms 60001                           | heartbeat-ms=60001
            --heartbeat-ms 50ms                            | heartbeat-ms=50ms
            --election-timeout-ms 99                       | election-timeout-ms=99: must be at least twice
            --heartbeat-ms 151                             | election-timeout-ms=300: must be at least twice
            --election-timeout-ms 600001                   | election-timeout-ms=600001
            --max-entry-bytes 0                            | max-entry-bytes=0
            --max-entry-bytes 16777217                     | max-entry-bytes=16777217
            --max-entry-bytes 1MiB                         | max-entry-bytes=1MiB
            --idle no                                      | idle=no: must be backoff or spin
            --trace=                                       | trace=: must be the name of a file
            --nosuch 3                                     | --nosuch 3: unknown flag
            --Node-Id 1                                    | --Node-Id 1: unknown flag
            --node 1                                       | --node 1: unknown flag
            -x                                             | -x: unknown flag
            stray                                          | stray: unknown argument
            """)
    void aWrongSettingIsRefusedInOneLineThatNamesItItsValueAndWhatIsAllowed(final String flags, final String expected) {
        final String message = refusal(flags.split(" "));

        assertTrue(message.startsWith(expected), message);
        assertEquals(1, message.lines().count(), message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --heartbeat-ms             | --heartbeat-ms: needs a value: leader's heartbeat interval, 1 to 60000; see --help
            --heartbeat-ms --idle spin | --heartbeat-ms: needs a value: leader's heartbeat interval, 1 to 60000; see --help
            --idle spin --idle spin    | --idle: must be given only once; see --help
            --verify --verify          | --verify: must be given only once; see --help
            --verify=x                 | --verify: takes no value; see --help
            --help=x                   | --help: takes no value; see --help
            --dump                     | --dump: needs two values, FROM TO; see --help
            --dump 1                   | --dump: needs two values, FROM TO; see --help
            --dump 1 --verify          | --dump: needs two values, FROM TO; see --help
            """)
    void aMisusedFlagIsNamedFirstAndWhatItNeeds(final String flags, final String expected) {
        assertEquals(expected, refusal(flags.split(" ")));
    }

    @Test
    void anEmptyArgumentCanBeSeen() {
        final String message = refusal("");

        assertTrue(message.startsWith("'': unknown argument; allowed are --node-id, "), message);
    }

    @Test
    void aWrongValueFromTheEnvironmentNamesTheVariable() {
        final String message = assertThrows(
                        ConfigException.class,
                        () -> NodeConfig.parse(
                                new String[] {"--node-id", "1", "--cluster", MEMBERS},
                                Map.of("QUORUMLOG_IDLE", ""),
                                "1"))
                .getMessage();

        assertEquals("idle (QUORUMLOG_IDLE)=: must be backoff or spin", message);
    }

    @Test
    void aMissingSettingIsNamedWithBothWaysToGiveIt() {
        final String withoutId = assertThrows(
                        ConfigException.class,
                        () -> NodeConfig.parse(new String[] {"--cluster", MEMBERS}, Map.of(), "1"))
                .getMessage();
        final String withoutCluster = assertThrows(
                        ConfigException.class, () -> NodeConfig.parse(new String[] {"--node-id", "1"}, Map.of(), "1"))
                .getMessage();

        assertTrue(withoutId.startsWith("node-id is missing: give --node-id or QUORUMLOG_NODE_ID"), withoutId);
        assertTrue(
                withoutCluster.startsWith("cluster is missing: give --cluster or QUORUMLOG_CLUSTER"), withoutCluster);
    }

    @Test
    void helpNamesEverySettingInPlainLetters() {
        final String help =
                NodeConfig.parse(new String[] {"--help"}, Map.of(), "1").text();

        for (final Setting setting : Setting.values()) {
            assertTrue(help.contains(setting.flag()), help);
        }
        assertTrue(help.chars().allMatch(c -> c == '\n' || c == '\r' || c >= ' ' && c < 127), help);
    }

    @Test
    void versionIsPrintedWithoutSettings() {
        final String text = NodeConfig.parse(new String[] {"--version"}, Map.of("QUORUMLOG_IDLE", "x"), "0.1")
                .text();

        assertEquals("quorumlog 0.1", text.strip());
    }

    @Test
    void noLocaleChangesWhatIsReadOrSaid() {
        final Locale before = Locale.getDefault();
        final String expected = refusal("--heartbeat-ms", "60001");
        try {
            for (final String tag : List.of("tr-TR", "ar-SA-u-nu-arab", "hi-IN-u-nu-deva")) {
                Locale.setDefault(Locale.forLanguageTag(tag));

                assertEquals(expected, refusal("--heartbeat-ms", "60001"));
                assertEquals("QUORUMLOG_IDLE", Setting.IDLE.environmentVariable());
                assertEquals("--node-id", Setting.NODE_ID.flag());
            }
        } finally {
            Locale.setDefault(before);
        }
    }

    private static NodeConfig parse(final String... arguments) {
        return NodeConfig.parse(arguments, Map.of(), "1").config();
    }

    /** With what else is needed in front, unless it is given. */
    private static String refusal(final String... arguments) {
        final List<String> all = new ArrayList<>();
        if (!arguments[0].startsWith("--node-id")) {
            all.addAll(List.of("--node-id", "1"));
        }
        if (!arguments[0].startsWith("--cluster")) {
            all.addAll(List.of("--cluster", MEMBERS));
        }
        all.addAll(List.of(arguments));
        return assertThrows(ConfigException.class, () -> NodeConfig.parse(all.toArray(String[]::new), Map.of(), "1"))
                .getMessage();
    }
}
