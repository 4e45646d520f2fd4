package io.quorumlog.session;

import io.quorumlog.codec.resp.Request;
import io.quorumlog.codec.resp.RespLimits;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** The table of commands: name, how many arguments, who serves it, and its line of HELP. */
enum Command {
    // The order is that in which a request's word is looked for, so those that come by the million stand first.
    APPEND(1, 1, true, "payload", "adds an entry, answers its index once it is committed"),
    APPENDIF(2, 2, true, "last payload", "the same, if the log's last client entry has index last (0: empty log)"),
    READ(
            1,
            5,
            false,
            "from [COUNT n] [BLOCK ms]",
            "committed entries from an index on; BLOCK waits for the first (0: ever)"),
    TAIL(1, 1, false, "from", "every entry from an index on, as it commits; the next request ends it"),
    LAST(0, 0, true, "", "index of the last committed client entry (0: none)"),
    PING(0, 1, false, "[text]", "PONG, or the text"),
    ECHO(1, 1, false, "text", "the text"),
    STATUS(0, Command.ANY_NUMBER, false, "[section ...]", "the node, its log, traffic and members"),
    INFO(0, Command.ANY_NUMBER, false, "[section ...]", "the same as STATUS"),
    LEADER(0, 0, false, "", "id and client address of the leader"),
    MEMBERS(0, 0, false, "", "id, peer address, client address and role of each member"),
    TRANSFER(1, 1, true, "id", "hands leadership to a member, answers once that leads"),
    HELP(0, 0, false, "", "this text"),
    COMMAND(0, Command.ANY_NUMBER, false, "[DOCS ...]", "empty: for redis-cli"),
    CLIENT(1, Command.ANY_NUMBER, false, "SETNAME|SETINFO ...", "OK: for client libraries"),
    SELECT(1, 1, false, "0", "OK: for client libraries"),
    QUIT(0, 0, false, "", "closes the connection");

    private static final int ANY_NUMBER = RespLimits.MAX_ARGUMENTS;
    private static final Command[] ALL = values();
    private static final int HELP_COLUMN = 36;

    private final byte[] word;
    private final int fewest;
    private final int most;
    private final boolean leaderOnly;
    private final String arguments;
    private final String help;

    Command(final int fewest, final int most, final boolean leaderOnly, final String arguments, final String help) {
        this.word = name().getBytes(StandardCharsets.US_ASCII);
        this.fewest = fewest;
        this.most = most;
        this.leaderOnly = leaderOnly;
        this.arguments = arguments;
        this.help = help;
    }

    /** The command that a request names, or null. */
    static Command find(final Request request) {
        for (int i = 0; i < ALL.length; i++) {
            if (request.argumentEqualsIgnoreCase(0, ALL[i].word)) {
                return ALL[i];
            }
        }
        return null;
    }

    /** Whether a request of so many arguments, the command word counted, has the right number. */
    boolean takes(final int argumentCount) {
        return argumentCount - 1 >= fewest && argumentCount - 1 <= most;
    }

    /** Name of an argument (the command word is 0) for an error. */
    String argumentName(final int argument) {
        if (argument == 1) {
            switch (this) {
                case READ, TAIL -> {
                    return "from";
                }
                case APPENDIF -> {
                    return "last";
                }
                case TRANSFER -> {
                    return "id";
                }
                case SELECT -> {
                    return "index";
                }
                default -> {
                    // Others' arguments are words.
                }
            }
        }
        return "argument " + argument;
    }

    /** Which argument is an entry's payload; 0: none. */
    int payloadArgument() {
        return this == APPEND ? 1 : this == APPENDIF ? 2 : 0;
    }

    /** As errors name it. */
    String lowerCaseName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** All lines of HELP, CR LF between them. */
    static String helpText() {
        final StringBuilder text = new StringBuilder();
        for (final Command command : ALL) {
            final int start = text.length();
            text.append(command.name()).append(command.arguments.isEmpty() ? "" : " ");
            text.append(command.arguments).append(' ');
            while (text.length() - start < HELP_COLUMN) {
                text.append(' ');
            }
            text.append(command.help)
                    .append(command.leaderOnly ? " (leader)" : "")
                    .append("\r\n");
        }
        text.setLength(text.length() - 2);
        return text.toString();
    }
}
