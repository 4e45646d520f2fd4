package io.quorumlog.session;

import io.quorumlog.codec.resp.Request;
import io.quorumlog.raft.RoleKind;
import java.nio.charset.StandardCharsets;

/** The text of STATUS: {@code key:value} lines in sections, CR LF between them. */
final class StatusReport {
    private static final byte[][] EVERYTHING = {ascii("ALL"), ascii("DEFAULT"), ascii("EVERYTHING")};
    private static final byte[] NODE = ascii("NODE");
    private static final byte[] LOG = ascii("LOG");
    private static final byte[] TRAFFIC = ascii("TRAFFIC");
    private static final byte[] MEMBERS = ascii("MEMBERS");

    private final NodeStatus status;
    private final StringBuilder text = new StringBuilder(1024);

    private StatusReport(final NodeStatus status) {
        this.status = status;
    }

    /**
     * The sections that the request names, all if it names none. One that is not known is left out, as Redis does: client
     * libraries ask for sections of its own.
     */
    static String of(final NodeStatus status, final Request request) {
        final StatusReport report = new StatusReport(status);
        if (isWanted(request, NODE)) {
            report.node();
        }
        if (isWanted(request, LOG)) {
            report.log();
        }
        if (isWanted(request, TRAFFIC)) {
            report.traffic();
        }
        if (isWanted(request, MEMBERS)) {
            report.members();
        }
        return report.text.toString();
    }

    private static boolean isWanted(final Request request, final byte[] section) {
        for (int i = 1; i < request.argumentCount(); i++) {
            if (request.argumentEqualsIgnoreCase(i, section)) {
                return true;
            }
            for (final byte[] all : EVERYTHING) {
                if (request.argumentEqualsIgnoreCase(i, all)) {
                    return true;
                }
            }
        }
        return request.argumentCount() == 1;
    }

    private void node() {
        line().append("# Node");
        key("version").append(status.version());
        key("node_id").append(status.nodeId());
        key("role").append(status.role());
        key("term").append(status.term());
        key("voted_for").append(status.votedFor());
        key("leader_id").append(status.leaderId());
        key("leader_address").append(status.leaderAddress() == null ? "" : status.leaderAddress());
        key("leader_contact_ms").append(known(status.leaderContactMs()));
        key("uptime_ms").append(status.uptimeMs());
        key("durability").append(status.durability());
    }

    private void log() {
        line().append("# Log");
        key("first_index").append(status.firstIndex());
        key("last_index").append(status.lastIndex());
        key("durable_index").append(status.durableIndex());
        key("commit_index").append(status.commitIndex());
        key("last_client_index").append(status.lastClientIndex());
        key("log_bytes").append(status.logBytes());
    }

    private void traffic() {
        line().append("# Traffic");
        key("client_connections").append(status.clientConnections());
        key("appends_total").append(status.appendsTotal());
        key("reads_total").append(status.readsTotal());
        key("elections_total").append(status.electionsTotal());
        key("flushes_total").append(status.flushesTotal());
    }

    private void members() {
        line().append("# Members");
        final boolean leads = status.role().equals(RoleKind.LEADER.toString());
        for (final NodeStatus.Member member : status.members()) {
            line().append("member_").append(member.id()).append(":peer=").append(member.peerAddress());
            text.append(",client=").append(member.clientAddress());
            text.append(",connected=").append(member.connected() ? "yes" : "no");
            if (leads) {
                text.append(",match_index=").append(known(member.matchIndex()));
                text.append(",last_contact_ms=").append(known(member.lastContactMs()));
            }
        }
    }

    /** A figure, or nothing where there is none: {@link NodeStatus#NEVER}, {@link NodeStatus#UNKNOWN}. */
    private static String known(final long figure) {
        return figure < 0 ? "" : Long.toString(figure);
    }

    private StringBuilder key(final String name) {
        return line().append(name).append(':');
    }

    private StringBuilder line() {
        return text.length() == 0 ? text : text.append("\r\n");
    }

    private static byte[] ascii(final String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
