package io.quorumlog.codec.resp;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The protocol page once more, slow and obvious, over all the bytes at once: what {@link RequestParser} is held to. */
final class SlowParser {
    private static final Pattern HEADER = Pattern.compile("(0|[1-9][0-9]{0,9})\r\n");
    private static final Pattern BEGUN_HEADER = Pattern.compile("((0|[1-9][0-9]{0,9})\r?)?");
    private static final Pattern HTTP =
            Pattern.compile("(?is)(host:.*|post([ \t].*)?|(get|head|put|delete|connect|options|trace|patch|pri)[ \t]+"
                    + "(/.*|\\*([ \t].*)?|[^ \t]*://.*|(.*[ \t])?http/[^ \t]*[ \t]*))");

    /** The input ends before the request does. */
    private static final class Incomplete extends Exception {
        private static final long serialVersionUID = 1L;
    }

    private static final class Malformed extends Exception {
        private static final long serialVersionUID = 1L;

        Malformed(String reason) {
            super(reason);
        }
    }

    private final int maxPayloadBytes;
    private final int maxRequestBytes;
    private final List<String> found = new ArrayList<>();
    private String rest;

    private SlowParser(int maxPayloadBytes, String input) {
        this.maxPayloadBytes = maxPayloadBytes;
        this.maxRequestBytes = Math.max(maxPayloadBytes + 65536, 65538);
        this.rest = input;
    }

    static List<String> found(int maxPayloadBytes, byte[] input) {
        SlowParser parser = new SlowParser(maxPayloadBytes, Bytes.string(input));
        try {
            while (!parser.rest.isEmpty()) {
                String line = parser.rest.startsWith("*") ? parser.array() : parser.inline();
                parser.found.add(line);
                if (line.equals("http")) {
                    break;
                }
            }
        } catch (Incomplete e) {
            return parser.found;
        } catch (Malformed e) {
            parser.found.add("error " + e.getMessage());
        }
        return parser.found;
    }

    private String inline() throws Incomplete, Malformed {
        int lf = rest.indexOf('\n');
        if (lf > 65537 || (lf < 0 && rest.length() > 65537)) {
            throw new Malformed("too big inline request");
        }
        if (lf < 0) {
            throw new Incomplete();
        }
        String line = rest.substring(0, rest.startsWith("\r\n", Math.max(0, lf - 1)) ? lf - 1 : lf);
        if (line.length() > 65536) {
            throw new Malformed("too big inline request");
        }
        rest = rest.substring(lf + 1);
        line = line.replaceFirst("^[ \t]+", "");
        if (line.isEmpty()) {
            return "empty";
        }
        if (HTTP.matcher(line).matches()) {
            return "http";
        }
        int words = switch (line.split("[ \t]")[0].toUpperCase(Locale.ROOT)) {
            case "APPEND", "PING", "ECHO" -> 2;
            case "APPENDIF" -> 3;
            default -> 1024;
        };
        List<String> arguments = new ArrayList<>(List.of(line.split("[ \t]+", words)));
        if (arguments.get(arguments.size() - 1).isEmpty()) {
            arguments.remove(arguments.size() - 1);
        }
        return describe("inline", arguments, false);
    }

    private String array() throws Incomplete, Malformed {
        int all = rest.length();
        rest = rest.substring(1);
        int count = header(1024, "invalid multibulk length");
        List<String> arguments = new ArrayList<>();
        boolean tooLarge = false;
        for (int i = 0; i < count; i++) {
            if (rest.isEmpty()) {
                throw new Incomplete();
            }
            if (rest.charAt(0) != '$') {
                char c = rest.charAt(0);
                String seen = c > ' ' && c < 0x7F ? "" + c : String.format("\\x%02x", (int) c);
                throw new Malformed("expected '$', got '" + seen + "'");
            }
            rest = rest.substring(1);
            int length = header(64 * 1024 * 1024, "invalid bulk length");
            long needed = (all - rest.length()) + length + 2L + 13L * (count - 1 - i);
            if (needed > 64 * 1024 * 1024 + 65536) {
                throw new Malformed("too big request");
            }
            tooLarge |= needed > maxRequestBytes;
            if (rest.length() < length) {
                throw new Incomplete();
            }
            arguments.add(rest.substring(0, length));
            rest = rest.substring(length);
            if (!"\r\n".startsWith(rest.substring(0, Math.min(2, rest.length())))) {
                throw new Malformed("expected CR LF behind a bulk string");
            }
            if (rest.length() < 2) {
                throw new Incomplete();
            }
            rest = rest.substring(2);
        }
        return count == 0 ? "empty" : describe("array", arguments, tooLarge);
    }

    private int header(int max, String reason) throws Incomplete, Malformed {
        Matcher header = HEADER.matcher(rest);
        if (header.lookingAt()) {
            if (Long.parseLong(header.group(1)) > max) {
                throw new Malformed(reason);
            }
            rest = rest.substring(header.end());
            return Integer.parseInt(header.group(1));
        }
        String digits = rest.replaceFirst("(?s)\r?$", "");
        if (BEGUN_HEADER.matcher(rest).matches() && (digits.isEmpty() || Long.parseLong(digits) <= max)) {
            throw new Incomplete();
        }
        throw new Malformed(reason);
    }

    private String describe(String form, List<String> arguments, boolean tooLarge) {
        String command = arguments.get(0);
        int payload = command.equalsIgnoreCase("APPEND") ? 1 : command.equalsIgnoreCase("APPENDIF") ? 2 : -1;
        boolean oversize = payload > 0
                && arguments.size() == payload + 1
                && arguments.get(payload).length() > maxPayloadBytes;
        if (tooLarge || oversize) {
            String kept = tooLarge && command.length() > 128 ? command.substring(0, 128) : command;
            StringBuilder line = new StringBuilder("oversize " + kept);
            arguments.stream().skip(1).forEach(a -> line.append(' ').append(a.length()));
            return line.toString();
        }
        StringBuilder line = new StringBuilder(form);
        arguments.forEach(a -> line.append(" [").append(a).append(']'));
        return line.toString();
    }
}
