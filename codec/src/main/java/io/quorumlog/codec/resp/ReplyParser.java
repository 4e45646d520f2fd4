package io.quorumlog.codec.resp;

import static io.quorumlog.codec.resp.RespLimits.MAX_BULK_BYTES;
import static io.quorumlog.codec.resp.RespLimits.MAX_REPLY_BYTES;
import static io.quorumlog.codec.resp.RespLimits.MAX_REPLY_DEPTH;
import static io.quorumlog.codec.resp.RespLimits.MAX_REPLY_LINE_BYTES;
import static io.quorumlog.codec.resp.RespLimits.MAX_REPLY_VALUES;

import io.quorumlog.codec.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Builds a node's replies from bytes, for a client; can stop at any byte. One a connection, used by the thread that reads
 * it. It keeps what it has seen of a reply itself, so the caller hands over each byte once and may use a small buffer:
 * <pre>
 *   while (parser.parse(buffer, offset, limit)) {  // a whole reply
 *       take(parser.reply());
 *       offset += parser.consumed();
 *   }
 *   // all bytes are used up
 * </pre>
 * A server is not trusted with the client's memory: lengths, depth and number of values are bounded by
 * {@link RespLimits}, and room for a bulk string grows with the bytes that came.
 */
public final class ReplyParser {
    private static final int FIRST_ROOM_BYTES = 64 * 1024;
    private static final int NO_BULK = -1;
    private static final int NONE = -1;

    private byte[] line = new byte[128]; // of the value being read, its CR included, as far as it has come
    private final UnsafeBuffer lineView = new UnsafeBuffer(line);
    private int lineLength;
    private byte[] bulk;
    private int bulkLength = NO_BULK; // announced; NO_BULK while a line is being read
    private int bulkSeen; // of the bytes and the CR LF behind them
    private final ArrayList<List<Reply>> open = new ArrayList<>(); // arrays begun and not complete, outermost first
    private final int[] missing = new int[MAX_REPLY_DEPTH]; // how many values each of them still lacks
    private int values;
    private long bulkBytes;
    private Reply reply;
    private int consumed;

    /**
     * Takes over bytes of {@code buffer[offset, limit)}, up to the end of one reply.
     *
     * @return true if a reply is complete: {@link #reply()}. False: all the bytes are used up, and more are needed.
     * @throws ProtocolException if this is no reply; the parser, and the connection, are of no use afterwards.
     */
    public boolean parse(DirectBuffer buffer, int offset, int limit) {
        if (reply != null) {
            begin();
        }
        int index = offset;
        while (reply == null && index < limit) {
            index = bulkLength == NO_BULK ? readLine(buffer, index, limit) : readBulk(buffer, index, limit);
        }
        consumed = index - offset;
        return reply != null;
    }

    /** Bytes that the last call took over. */
    public int consumed() {
        return consumed;
    }

    /** The reply that the last call completed. */
    public Reply reply() {
        return reply;
    }

    /** Whether the bytes so far end in the middle of a reply. */
    public boolean isInsideReply() {
        return reply == null && (lineLength > 0 || bulkLength != NO_BULK || !open.isEmpty());
    }

    private void begin() {
        reply = null;
        values = 0;
        bulkBytes = 0;
    }

    private int readLine(DirectBuffer buffer, int from, int limit) {
        int index = from;
        while (index < limit) {
            byte b = buffer.getByte(index++);
            if (b == '\n') {
                lineEnds();
                return index;
            }
            if (lineLength > MAX_REPLY_LINE_BYTES) {
                throw new ProtocolException("a line of a reply exceeds " + MAX_REPLY_LINE_BYTES + " bytes");
            }
            if (lineLength == line.length) {
                line = Arrays.copyOf(line, 2 * lineLength);
                lineView.wrap(line);
            }
            line[lineLength++] = b;
        }
        return index;
    }

    private void lineEnds() {
        if (lineLength < 2 || line[lineLength - 1] != '\r') {
            throw new ProtocolException("a line of a reply is empty or not ended by CR LF");
        }
        byte type = line[0];
        int length = lineLength - 1;
        lineLength = 0;
        switch (type) {
            case '+' -> complete(new Reply.Simple(text(length)));
            case '-' -> complete(new Reply.Failure(text(length)));
            case ':' -> complete(new Reply.Number(number(length, Long.MIN_VALUE, Long.MAX_VALUE)));
            case '$' -> bulkBegins((int) number(length, NONE, MAX_BULK_BYTES));
            case '*' -> arrayBegins((int) number(length, NONE, MAX_REPLY_VALUES));
            default -> throw new ProtocolException("a reply begins with " + Request.printable("" + (char) type));
        }
    }

    private String text(int length) {
        return new String(line, 1, length - 1, StandardCharsets.UTF_8);
    }

    private long number(int length, long min, long max) {
        try {
            long value = lineView.parseLongAscii(1, length - 1);
            if (value >= min && value <= max) {
                return value;
            }
        } catch (NumberFormatException e) {
            // said below, with the bounds
        }
        throw new ProtocolException(
                "a number in a reply is " + Request.printable(text(length)) + ": " + min + " to " + max + " expected");
    }

    private void bulkBegins(int length) {
        if (length == NONE) {
            complete(new Reply.Nothing());
            return;
        }
        bulkBytes += length;
        if (bulkBytes > MAX_REPLY_BYTES) {
            throw new ProtocolException("a reply exceeds " + MAX_REPLY_BYTES + " bytes");
        }
        bulk = new byte[Math.min(length, FIRST_ROOM_BYTES)];
        bulkLength = length;
        bulkSeen = 0;
    }

    private int readBulk(DirectBuffer buffer, int from, int limit) {
        int present = Math.min(bulkLength - bulkSeen, limit - from);
        if (present > 0) {
            if (bulkSeen + present > bulk.length) {
                bulk = Arrays.copyOf(bulk, Math.min(bulkLength, Math.max(2 * bulk.length, bulkSeen + present)));
            }
            buffer.getBytes(from, bulk, bulkSeen, present);
            bulkSeen += present;
            return from + present;
        }
        byte expected = (byte) (bulkSeen == bulkLength ? '\r' : '\n');
        if (buffer.getByte(from) != expected) {
            throw new ProtocolException("a bulk string of " + bulkLength + " bytes is not followed by CR LF");
        }
        bulkSeen++;
        if (bulkSeen == bulkLength + 2) {
            Reply.Bulk whole = new Reply.Bulk(bulk);
            bulk = null;
            bulkLength = NO_BULK;
            complete(whole);
        }
        return from + 1;
    }

    private void arrayBegins(int count) {
        if (count == NONE) {
            complete(new Reply.Nothing());
        } else if (count == 0) {
            complete(new Reply.Array(List.of()));
        } else if (open.size() == MAX_REPLY_DEPTH) {
            throw new ProtocolException("arrays in a reply are nested deeper than " + MAX_REPLY_DEPTH);
        } else {
            countValue();
            missing[open.size()] = count;
            open.add(new ArrayList<>(Math.min(count, 16)));
        }
    }

    /** A value is there: it is the reply, or completes the innermost array, which is then a value of the next. */
    private void complete(Reply value) {
        countValue();
        Reply completed = value;
        for (int innermost = open.size() - 1; innermost >= 0; innermost--) {
            open.get(innermost).add(completed);
            missing[innermost]--;
            if (missing[innermost] > 0) {
                return;
            }
            completed = new Reply.Array(Collections.unmodifiableList(open.remove(innermost)));
        }
        reply = completed;
    }

    private void countValue() {
        values++;
        if (values > MAX_REPLY_VALUES) {
            throw new ProtocolException("a reply has more than " + MAX_REPLY_VALUES + " values");
        }
    }
}
