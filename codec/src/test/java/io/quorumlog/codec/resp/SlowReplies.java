package io.quorumlog.codec.resp;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The protocol's replies once more, slow and obvious, over all the bytes at once: what {@link ReplyParser} is held to. */
final class SlowReplies {
    static final String REFUSED = "refused";

    private static final class Incomplete extends Exception {
        private static final long serialVersionUID = 1L;
    }

    private static final class Malformed extends Exception {
        private static final long serialVersionUID = 1L;
    }

    private String rest;

    private SlowReplies(String input) {
        rest = input;
    }

    /** The replies, as far as they are whole; behind them {@link #REFUSED} where something is none. */
    static List<Object> found(byte[] input) {
        SlowReplies slow = new SlowReplies(Bytes.string(input));
        List<Object> found = new ArrayList<>();
        try {
            while (!slow.rest.isEmpty()) {
                found.add(slow.value(0));
            }
        } catch (Incomplete e) {
            return found;
        } catch (Malformed e) {
            found.add(REFUSED);
        }
        return found;
    }

    private Reply value(int depth) throws Incomplete, Malformed {
        int lf = rest.indexOf('\n');
        if (lf < 0) {
            throw new Incomplete();
        }
        String line = rest.substring(0, lf);
        rest = rest.substring(lf + 1);
        if (!line.endsWith("\r") || line.length() < 2) {
            throw new Malformed();
        }
        String text = line.substring(1, line.length() - 1);
        return switch (line.charAt(0)) {
            case '+' -> new Reply.Simple(utf8(text));
            case '-' -> new Reply.Failure(utf8(text));
            case ':' -> new Reply.Number(number(text, Long.MIN_VALUE, Long.MAX_VALUE));
            case '$' -> bulk((int) number(text, -1, RespLimits.MAX_BULK_BYTES));
            case '*' -> array((int) number(text, -1, RespLimits.MAX_REPLY_VALUES), depth);
            default -> throw new Malformed();
        };
    }

    private static String utf8(String latin1) {
        return new String(Bytes.bytes(latin1), StandardCharsets.UTF_8);
    }

    private static long number(String text, long min, long max) throws Malformed {
        if (!text.matches("-?[0-9]{1,19}")) {
            throw new Malformed();
        }
        BigInteger number = new BigInteger(text);
        if (number.compareTo(BigInteger.valueOf(min)) < 0 || number.compareTo(BigInteger.valueOf(max)) > 0) {
            throw new Malformed();
        }
        return number.longValue();
    }

    private Reply bulk(int length) throws Incomplete, Malformed {
        if (length < 0) {
            return new Reply.Nothing();
        }
        String behind = rest.length() < length ? "" : rest.substring(length, Math.min(rest.length(), length + 2));
        if (!"\r\n".startsWith(behind)) {
            throw new Malformed();
        }
        if (behind.length() < 2) {
            throw new Incomplete();
        }
        Reply bulk = new Reply.Bulk(Bytes.bytes(rest.substring(0, length)));
        rest = rest.substring(length + 2);
        return bulk;
    }

    private Reply array(int count, int depth) throws Incomplete, Malformed {
        if (count < 0) {
            return new Reply.Nothing();
        }
        if (count > 0 && depth == RespLimits.MAX_REPLY_DEPTH) {
            throw new Malformed();
        }
        List<Reply> values = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            if (rest.isEmpty()) {
                throw new Incomplete();
            }
            values.add(value(depth + 1));
        }
        return new Reply.Array(values);
    }
}
