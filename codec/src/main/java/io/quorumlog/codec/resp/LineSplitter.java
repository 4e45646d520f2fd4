package io.quorumlog.codec.resp;

import static io.quorumlog.codec.resp.RespLimits.MAX_ARGUMENTS;

import org.agrona.DirectBuffer;

/** Cuts the line of an inline command into arguments. Blanks are spaces and tabs. */
final class LineSplitter {
    private LineSplitter() {}

    /**
     * Adds the arguments of a line to a request that is wrapped round it; none if the line is blank. Where a command's last
     * argument is the rest of the line, it is that verbatim, if anything but blanks stands there; words beyond
     * {@link RespLimits#MAX_ARGUMENTS} belong to the last.
     *
     * @param lineEnd where the line's ending begins in the request's buffer.
     */
    static void split(Request request, int lineEnd) {
        DirectBuffer buffer = request.buffer();
        int restOfLine = RestOfLine.NONE;
        int index = blanksEnd(buffer, request.start(), lineEnd);
        while (index < lineEnd) {
            int count = request.argumentCount();
            boolean last = count == restOfLine || count == MAX_ARGUMENTS - 1;
            int end = last ? lineEnd : wordEnd(buffer, index, lineEnd);
            request.add(index - request.start(), end - index);
            if (count == 0) {
                restOfLine = RestOfLine.argumentOf(request);
            }
            index = blanksEnd(buffer, end, lineEnd);
        }
    }

    private static int blanksEnd(DirectBuffer buffer, int index, int lineEnd) {
        while (index < lineEnd && isBlank(buffer.getByte(index))) {
            index++;
        }
        return index;
    }

    private static int wordEnd(DirectBuffer buffer, int index, int lineEnd) {
        while (index < lineEnd && !isBlank(buffer.getByte(index))) {
            index++;
        }
        return index;
    }

    private static boolean isBlank(byte b) {
        return b == ' ' || b == '\t';
    }
}
