package io.quorumlog.client;

import io.quorumlog.codec.resp.Reply;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What replies mean: values, or exceptions. A reply of another form than asked for is a
 * {@link ServerErrorException}: that node is none of ours.
 */
final class Replies {
    private static final String CONFLICT_WORDS = "last is ";

    private Replies() {}

    /** Whether the node did nothing because it does not lead: to be sent to the one that does. */
    static boolean isNotLeader(Reply reply) {
        return reply instanceof Reply.Failure failure && failure.code().equals("NOTLEADER");
    }

    /** Whether the node did nothing because no leader is known: to be repeated a little later. */
    static boolean isNoLeader(Reply reply) {
        return reply instanceof Reply.Failure failure && failure.code().equals("NOLEADER");
    }

    /** Where the leader is, of {@code NOTLEADER <id> <host:port>}; null if the reply does not say. */
    static ServerAddress leaderAddress(Reply.Failure notLeader) {
        String message = notLeader.message();
        try {
            return ServerAddress.parse(message.substring(message.indexOf(' ') + 1));
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** The exception that an error reply stands for. */
    static QuorumLogException exception(Reply.Failure failure) {
        return switch (failure.code()) {
            case "CONFLICT" -> conflict(failure);
            case "TOOBIG" -> new TooBigException(failure.text());
            case "UNCERTAIN" -> new UncertainException(failure.text());
            case "NOTLEADER", "NOLEADER" -> new UnavailableException(failure.text());
            default -> new ServerErrorException(failure.text());
        };
    }

    private static QuorumLogException conflict(Reply.Failure failure) {
        if (failure.message().startsWith(CONFLICT_WORDS)) {
            try {
                return new ConflictException(Long.parseLong(failure.message().substring(CONFLICT_WORDS.length())));
            } catch (NumberFormatException e) {
                // not the words we know: passed on as they are
            }
        }
        return new ServerErrorException(failure.text());
    }

    static Reply checked(Reply reply) {
        if (reply instanceof Reply.Failure failure) {
            throw exception(failure);
        }
        return reply;
    }

    static long number(Reply reply) {
        if (checked(reply) instanceof Reply.Number number) {
            return number.value();
        }
        throw unexpected("integer", reply);
    }

    static byte[] bytes(Reply reply) {
        if (checked(reply) instanceof Reply.Bulk bulk) {
            return bulk.bytes();
        }
        throw unexpected("bulk string", reply);
    }

    private static String text(Reply reply) {
        if (reply instanceof Reply.Bulk bulk) {
            return bulk.text();
        }
        if (reply instanceof Reply.Simple simple) {
            return simple.text();
        }
        throw unexpected("string", reply);
    }

    private static List<Reply> array(Reply reply, int atLeast) {
        if (checked(reply) instanceof Reply.Array array && array.values().size() >= atLeast) {
            return array.values();
        }
        throw unexpected("array", reply);
    }

    static List<Entry> entries(Reply reply) {
        List<Reply> values = array(reply, 0);
        List<Entry> entries = new ArrayList<>(values.size());
        for (Reply value : values) {
            List<Reply> fields = array(value, 4);
            entries.add(new Entry(
                    number(fields.get(0)), number(fields.get(1)), number(fields.get(2)), bytes(fields.get(3))));
        }
        return entries;
    }

    static Optional<Leader> leader(Reply reply) {
        if (checked(reply) instanceof Reply.Nothing) {
            return Optional.empty();
        }
        List<Reply> fields = array(reply, 2);
        return Optional.of(new Leader(id(fields.get(0)), text(fields.get(1))));
    }

    static List<Member> members(Reply reply) {
        List<Member> members = new ArrayList<>();
        for (Reply value : array(reply, 0)) {
            List<Reply> fields = array(value, 4);
            members.add(new Member(id(fields.get(0)), text(fields.get(1)), text(fields.get(2)), text(fields.get(3))));
        }
        return members;
    }

    private static int id(Reply reply) {
        try {
            return Math.toIntExact(reply instanceof Reply.Number n ? n.value() : Long.parseLong(text(reply)));
        } catch (NumberFormatException | ArithmeticException e) {
            throw unexpected("member's id", reply);
        }
    }

    /** The {@code key:value} lines of a STATUS reply, in order, without the sections' headings. */
    static Map<String, String> status(Reply reply) {
        Map<String, String> status = new LinkedHashMap<>();
        bytes(reply);
        for (String line : text(reply).split("\r?\n")) {
            int colon = line.indexOf(':');
            if (colon > 0 && !line.startsWith("#")) {
                status.put(line.substring(0, colon), line.substring(colon + 1));
            }
        }
        return status;
    }

    private static ServerErrorException unexpected(String expected, Reply reply) {
        return new ServerErrorException(
                "a node's reply is no " + expected + " but " + reply.getClass().getSimpleName());
    }
}
