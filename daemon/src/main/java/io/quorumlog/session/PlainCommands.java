package io.quorumlog.session;

import io.quorumlog.codec.resp.Request;
import io.quorumlog.raft.Invariant;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The commands that any node answers at once, from what it is at that moment. Those that show the node allocate. */
final class PlainCommands {
    private static final byte[] SETNAME = ascii("SETNAME");
    private static final byte[] SETINFO = ascii("SETINFO");

    private PlainCommands() {}

    /** @param request with a number of arguments that the command takes */
    static void run(final Command command, final Request request, final ReplicatedLog log, final Replies replies) {
        switch (command) {
            case PING -> ping(request, replies);
            case ECHO -> replies.bulk(request.buffer(), request.argumentOffset(1), request.argumentLength(1));
            case STATUS, INFO -> replies.bulk(StatusReport.of(log.status(), request));
            case LEADER -> leader(log, replies);
            case MEMBERS -> members(log, replies);
            case HELP -> replies.bulk(Command.helpText());
            case COMMAND -> replies.arrayHeader(0);
            case CLIENT -> client(request, replies);
            case SELECT -> select(request, replies);
            case APPEND, APPENDIF, READ, TAIL, LAST, TRANSFER, QUIT ->
                throw Invariant.impossible("a command that is not answered at once");
        }
    }

    private static void ping(final Request request, final Replies replies) {
        if (request.argumentCount() == 1) {
            replies.pong();
        } else {
            replies.bulk(request.buffer(), request.argumentOffset(1), request.argumentLength(1));
        }
    }

    private static void client(final Request request, final Replies replies) {
        if (request.argumentEqualsIgnoreCase(1, SETNAME) || request.argumentEqualsIgnoreCase(1, SETINFO)) {
            replies.ok();
        } else {
            replies.error("ERR unknown subcommand '" + request.echo(1) + "' for 'client'");
        }
    }

    private static void select(final Request request, final Replies replies) {
        if (request.argumentAsLong(1) == 0) {
            replies.ok();
        } else {
            replies.error("ERR index must be 0, the only database, not '" + request.echo(1) + "'");
        }
    }

    private static void leader(final ReplicatedLog log, final Replies replies) {
        final int leaderId = log.leaderId();
        final String address = leaderId == 0 ? null : log.clientAddress(leaderId);
        if (address == null) {
            replies.nullArray();
            return;
        }
        replies.arrayHeader(2);
        replies.integer(leaderId);
        replies.bulk(address);
    }

    private static void members(final ReplicatedLog log, final Replies replies) {
        final List<NodeStatus.Member> members = log.status().members();
        replies.arrayHeader(members.size());
        for (final NodeStatus.Member member : members) {
            replies.arrayHeader(4);
            replies.integer(member.id());
            replies.bulk(member.peerAddress());
            replies.bulk(member.clientAddress());
            replies.bulk(member.role());
        }
    }

    private static byte[] ascii(final String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
