package io.quorumlog.session;

import io.quorumlog.codec.resp.Request;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/** The arguments of a READ: {@code from [COUNT n] [BLOCK ms]}, the options in any order and case, each once at most. */
final class ReadOptions {
    private static final long DEFAULT_COUNT = 100;
    private static final long NOT_GIVEN = -1;
    private static final byte[] COUNT = "COUNT".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] BLOCK = "BLOCK".getBytes(StandardCharsets.US_ASCII);

    private long from;
    private long count;
    private long blockMs;

    /** @return null if they are right, else the error */
    String parse(final Request request) {
        from = request.argumentAsLong(1);
        count = NOT_GIVEN;
        blockMs = NOT_GIVEN;
        if (from == Request.NOT_A_NUMBER) {
            return Refusals.notInRange("from", request, 1, 0, Long.MAX_VALUE);
        }
        for (int i = 2; i < request.argumentCount(); i += 2) {
            final String refusal = parseOption(request, i);
            if (refusal != null) {
                return refusal;
            }
        }
        return null;
    }

    private String parseOption(final Request request, final int word) {
        final boolean isCount = request.argumentEqualsIgnoreCase(word, COUNT);
        if (!isCount && !request.argumentEqualsIgnoreCase(word, BLOCK)) {
            return "ERR unknown option '" + request.echo(word) + "' for 'read': COUNT n and BLOCK ms are known";
        }
        final String name = isCount ? "COUNT" : "BLOCK";
        if (word + 1 == request.argumentCount()) {
            return "ERR " + name + " needs a number behind it";
        }
        if ((isCount ? count : blockMs) != NOT_GIVEN) {
            return "ERR " + name + " is given twice";
        }
        // COUNT 0 is no question: nothing could answer it, and with BLOCK it would wait for nothing.
        final int least = isCount ? 1 : 0;
        final long value = request.argumentAsLong(word + 1);
        if (value < least) {
            return Refusals.notInRange(name, request, word + 1, least, Long.MAX_VALUE);
        }
        if (isCount) {
            count = value;
        } else {
            blockMs = value;
        }
        return null;
    }

    /** Index of the first entry wanted, from 1. */
    long from() {
        return Math.max(1, from);
    }

    /** How many entries are wanted at most, from 1. */
    long count() {
        return count == NOT_GIVEN ? DEFAULT_COUNT : count;
    }

    /** Whether the first entry is to be waited for. */
    boolean blocks() {
        return blockMs != NOT_GIVEN;
    }

    /** Until when a request blocks that came at that time; {@link Long#MAX_VALUE}: for ever. */
    long blocksUntilNs(final long arrivedNs) {
        final long mostMs = TimeUnit.NANOSECONDS.toMillis(Long.MAX_VALUE - Math.max(0, arrivedNs)) - 1;
        return blockMs == 0 || blockMs > mostMs ? Long.MAX_VALUE : arrivedNs + TimeUnit.MILLISECONDS.toNanos(blockMs);
    }
}
