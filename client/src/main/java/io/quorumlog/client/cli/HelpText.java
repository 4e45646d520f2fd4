package io.quorumlog.client.cli;

/** What the client says of itself. */
final class HelpText {
    static final String COMMANDS = """
            append PAYLOAD           append an entry, print its index once it is committed
            appendif LAST PAYLOAD    the same, but only if the last client entry has index
                                     LAST (0: empty log)
            read FROM [count N] [block MS] [--raw]
                                     print committed entries from index FROM on: at most N (%d);
                                     wait up to MS for the first (0: for ever)
            tail FROM [--raw]        print committed entries from FROM on as they come
            last                     index of the last client entry, confirmed by a majority (0: none)
            status                   what a node says of itself
            leader                   who leads: id and client address
            members                  the members: id, peer address, client address, role
            transfer ID              hand the leadership to member ID
            ping [TEXT], echo TEXT   signs of life
            help, quit
            A payload is the rest of the line, inner and trailing blanks kept. Any other command goes
            to a node as it stands.""".formatted(CommandRunner.DEFAULT_COUNT);

    static final String FOOTER = """

            With a COMMAND it is carried out: results to standard output, errors to standard error,
            exit status 0, or 1 if it failed. Without, each line of standard input is one, in a
            terminal at a prompt; the exit status is 1 if any of them failed. Appends of lines are
            pipelined; results come in the lines' order. A wrong option is exit status 2.

            Commands:
            %s
            As an argument, a payload of several words is joined by single blanks.

            Output of read and tail is one line an entry: index, tab, payload. UTF-8 stays as it is;
            backslash, line feed, carriage return and tab are \\\\ \\n \\r \\t; other control
            characters, and bytes that are not UTF-8, are \\xNN. With --raw it is the payload's bytes
            alone, each payload followed by a line feed.
            """;

    private HelpText() {}
}
