package io.quorumlog.node;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * All members of the cluster, as the setting {@code cluster} names them: {@code 1=host:peerPort:clientPort,2=…}, or, where
 * clients reach a member under another name than its peers do, {@code 1=peerHost:peerPort/clientHost:clientPort}. An IPv6
 * address stands in brackets. Immutable.
 */
final class ClusterSpec {
    /** More members only make commits slower; quorums of five of nine survive four failures. */
    static final int MAX_MEMBERS = 9;
    /** Ids travel as 16 bits. */
    static final int MAX_ID = 65_535;

    private static final int MAX_PORT = 65_535;
    private static final String FORM =
            "is id=host:peerPort:clientPort or id=peerHost:peerPort/clientHost:clientPort (an IPv6 host in [brackets])";

    private final List<Member> members;

    /**
     * A member.
     *
     * @param id 1 to {@link #MAX_ID}
     * @param peer where other members reach it
     * @param client where clients reach it
     */
    record Member(int id, HostPort peer, HostPort client) {}

    private ClusterSpec(final List<Member> members) {
        this.members = List.copyOf(members);
    }

    /** The members by ascending id. */
    List<Member> members() {
        return members;
    }

    /** The member with an id, or null. */
    Member member(final int id) {
        for (final Member member : members) {
            if (member.id == id) {
                return member;
            }
        }
        return null;
    }

    /** The ids, ascending. */
    int[] ids() {
        return members.stream().mapToInt(Member::id).toArray();
    }

    /** In the form of the setting, by ascending id. */
    @Override
    public String toString() {
        final StringBuilder text = new StringBuilder();
        for (final Member member : members) {
            final boolean isOneHost = member.peer.host().equals(member.client.host());
            text.append(text.length() == 0 ? "" : ",")
                    .append(member.id)
                    .append('=')
                    .append(member.peer)
                    .append(isOneHost ? ":" + member.client.port() : "/" + member.client);
        }
        return text.toString();
    }

    /**
     * Reads the setting's value.
     *
     * @param source how the operator gave it, for messages: {@code cluster} or the environment variable behind it
     * @throws ConfigException if it can't be a cluster; names the part that is wrong
     */
    static ClusterSpec parse(final String source, final String text) {
        final List<Member> members = new ArrayList<>();
        for (final String part : text.split(",", -1)) {
            if (part.isBlank()) {
                throw wrong(source, text, "a member is missing beside a comma; each " + FORM);
            }
            if (members.size() == MAX_MEMBERS) {
                throw wrong(source, text, "names more members than the " + MAX_MEMBERS + " allowed");
            }
            members.add(new Parser(source, part).member());
        }
        checkDistinct(source, members);
        members.sort(Comparator.comparingInt(Member::id));
        return new ClusterSpec(members);
    }

    private static void checkDistinct(final String source, final List<Member> members) {
        for (int i = 0; i < members.size(); i++) {
            final Member member = members.get(i);
            if (member.peer.port() == member.client.port()) {
                throw wrong(
                        source,
                        "" + member.peer.port(),
                        "is both the peer port and the client port of member " + member.id
                                + "; it listens on both, so they must differ");
            }
            for (int j = 0; j < i; j++) {
                final Member other = members.get(j);
                if (member.id == other.id) {
                    throw wrong(source, "" + member.id, "this id is given twice; ids must differ");
                }
                checkDistinct(source, member, other, member.peer, other.peer);
                checkDistinct(source, member, other, member.client, other.client);
                checkDistinct(source, member, other, member.peer, other.client);
                checkDistinct(source, member, other, member.client, other.peer);
            }
        }
    }

    private static void checkDistinct(
            final String source, final Member member, final Member other, final HostPort one, final HostPort two) {
        if (one.isSame(two)) {
            throw wrong(
                    source, one.toString(), "members " + other.id + " and " + member.id + " can't share this address");
        }
    }

    private static ConfigException wrong(final String source, final String value, final String allowed) {
        return new ConfigException(source + "=" + ConfigException.echo(value), allowed);
    }

    /** Reads one member from left to right. */
    private static final class Parser {
        private final String source;
        private final String text;
        private int at;

        Parser(final String source, final String text) {
            this.source = source;
            this.text = text;
        }

        Member member() {
            final int id = number("the id", MAX_ID);
            expect('=');
            final String peerHost = host();
            expect(':');
            final int peerPort = number("the peer port", MAX_PORT);
            final String clientHost;
            if (at < text.length() && text.charAt(at) == '/') {
                at++;
                clientHost = host();
            } else {
                clientHost = peerHost;
            }
            expect(':');
            final int clientPort = number("the client port", MAX_PORT);
            if (at < text.length()) {
                throw malformed();
            }
            return new Member(id, new HostPort(peerHost, peerPort), new HostPort(clientHost, clientPort));
        }

        private void expect(final char c) {
            if (at == text.length() || text.charAt(at) != c) {
                throw malformed();
            }
            at++;
        }

        private String host() {
            final boolean isBracketed = at < text.length() && text.charAt(at) == '[';
            final int start = isBracketed ? at + 1 : at;
            int end = isBracketed ? text.indexOf(']', at) : start;
            if (isBracketed) {
                at = end + 1;
            } else {
                while (end < text.length() && ":/=[]".indexOf(text.charAt(end)) < 0) {
                    end++;
                }
                at = end;
            }
            if (end <= start) {
                throw malformed();
            }
            final String host = text.substring(start, end);
            if (isBracketed != host.indexOf(':') >= 0 || !HostPort.isHost(host)) {
                throw wrong(
                        source,
                        text,
                        "'" + ConfigException.echo(host)
                                + "' is not a host; allowed are a name, an IPv4 address and an IPv6 address in [brackets]");
            }
            return host;
        }

        private int number(final String what, final int max) {
            final int start = at;
            while (at < text.length() && WholeNumber.isDigit(text.charAt(at))) {
                at++;
            }
            if (start == at) {
                throw malformed();
            }
            final long number = WholeNumber.parse(text.substring(start, at));
            if (number < 1 || number > max) {
                throw wrong(source, text, what + " is out of range; allowed are 1 to " + max);
            }
            return (int) number;
        }

        private ConfigException malformed() {
            return wrong(source, text, "a member " + FORM);
        }
    }
}
