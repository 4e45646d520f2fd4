package io.quorumlog.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

/** Requests as clients send them, in both forms. */
public final class Requests {
    private Requests() {}

    /** Each command at least once. */
    public static List<byte[]> valid() {
        return Stream.of(
                        array("APPEND", "hello"),
                        array("append", "a\r\nb\0\u00ff"),
                        array("APPEND", "x".repeat(300)),
                        array("APPEND", ""),
                        array("APPENDIF", "3", "hello"),
                        "APPEND hello world\r\n",
                        "appendif 7 two  words \n",
                        array("READ", "1", "COUNT", "10"),
                        array("READ", "1", "BLOCK", "0"),
                        "READ 2 COUNT 3 BLOCK 10\r\n",
                        array("TAIL", "1"),
                        "TAIL 0\r\n",
                        array("LAST"),
                        array("STATUS"),
                        "LEADER\r\n",
                        "MEMBERS\r\n",
                        array("TRANSFER", "2"),
                        array("PING"),
                        array("PING", "y".repeat(100)),
                        array("ECHO", "z".repeat(4_000)),
                        array("HELP"),
                        array("COMMAND", "DOCS"),
                        array("CLIENT", "SETNAME", "me"),
                        array("SELECT", "0"),
                        array("NOSUCH", "a", "b"),
                        "\r\n",
                        " \t\n",
                        "*0\r\n",
                        "QUIT\r\n",
                        "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                .map(text -> text.getBytes(StandardCharsets.ISO_8859_1))
                .toList();
    }

    private static String array(final String... arguments) {
        final StringBuilder text = new StringBuilder("*" + arguments.length + "\r\n");
        for (final String argument : arguments) {
            text.append('$')
                    .append(argument.length())
                    .append("\r\n")
                    .append(argument)
                    .append("\r\n");
        }
        return text.toString();
    }
}
