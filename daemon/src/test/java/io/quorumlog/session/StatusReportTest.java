package io.quorumlog.session;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class StatusReportTest {
    private static final String NODE = """
            # Node
            version:0.1
            node_id:1
            role:leader
            term:7
            voted_for:2
            leader_id:1
            leader_address:[::1]:6501
            leader_contact_ms:0
            uptime_ms:5000
            durability:fsync
            """;
    private static final String LOG = """
            # Log
            first_index:1
            last_index:2
            durable_index:2
            commit_index:1
            last_client_index:1
            log_bytes:1234
            """;
    private static final String TRAFFIC = """
            # Traffic
            client_connections:7
            appends_total:8
            reads_total:9
            elections_total:10
            flushes_total:11
            """;
    private static final String MEMBERS = """
            # Members
            member_1:peer=[::1]:5501,client=[::1]:6501,connected=yes,match_index=4,last_contact_ms=0
            member_2:peer=[::1]:5502,client=[::1]:6502,connected=no,match_index=4,last_contact_ms=17
            """;

    private final FakeLog log = new FakeLog().leads(7).entry(1, "a").noOp(7).commit(1);
    private final FakeClient client = new FakeClient(FakeClient.sessions(log));

    @Test
    void statusAndInfoShowAllSections() {
        client.line("STATUS", "info", "INFO everything");

        assertEquals(bulk(NODE + LOG + TRAFFIC + MEMBERS).repeat(3), client.replies());
    }

    @Test
    void sectionsAreChosenByNameAndUnknownOnesLeftOut() {
        client.line("STATUS log", "STATUS members Traffic", "INFO server");

        assertEquals(bulk(LOG) + bulk(TRAFFIC + MEMBERS) + "$0\r\n\r\n", client.replies());
    }

    @Test
    void followerThatKnowsNoLeaderLeavesFieldsEmpty() {
        log.follows(8, 0);

        client.line("STATUS node", "STATUS members");

        final String members = MEMBERS.replaceAll(",match_index.*", "");
        final String node = NODE.replace("role:leader", "role:follower")
                .replace("term:7", "term:8")
                .replace("leader_id:1", "leader_id:0")
                .replace("[::1]:6501", "")
                .replace("contact_ms:0", "contact_ms:");
        assertEquals(bulk(node) + bulk(members), client.replies());
    }

    private static String bulk(final String lines) {
        final String text = lines.strip().replace("\n", "\r\n");
        return "$" + text.length() + "\r\n" + text + "\r\n";
    }
}
