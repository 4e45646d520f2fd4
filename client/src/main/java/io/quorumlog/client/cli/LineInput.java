package io.quorumlog.client.cli;

import io.quorumlog.client.QuorumLogClient;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/** Lines as bytes, ended by LF or CR LF; the last one may lack its ending. Bounded by what an entry may hold. */
final class LineInput {
    /** Stands for a line that is too long, which has been skipped. */
    static final byte[] TOO_LONG = new byte[0];

    static final int MAX_LINE_BYTES = QuorumLogClient.MAX_PAYLOAD_BYTES + 64 * 1024;

    private final InputStream in;
    private final byte[] chunk = new byte[64 * 1024];
    private int next; // of chunk
    private int end;
    private byte[] line = new byte[256];
    private int length;

    LineInput(InputStream in) {
        this.in = in;
    }

    /** The next line without its ending, {@link #TOO_LONG}, or null at the end. */
    byte[] next() throws IOException {
        length = 0;
        boolean tooLong = false;
        boolean any = false;
        while (true) {
            if (next == end) {
                end = in.read(chunk);
                next = 0;
                if (end < 0) {
                    end = 0;
                    return any ? result(tooLong) : null;
                }
            }
            any = true;
            int lf = next;
            while (lf < end && chunk[lf] != '\n') {
                lf++;
            }
            tooLong = tooLong || length + (lf - next) > MAX_LINE_BYTES;
            if (!tooLong) {
                take(lf);
            }
            next = Math.min(lf + 1, end);
            if (lf < end) {
                return result(tooLong);
            }
        }
    }

    private void take(int lf) {
        int more = lf - next;
        if (length + more > line.length) {
            line = Arrays.copyOf(line, Math.max(2 * line.length, length + more));
        }
        System.arraycopy(chunk, next, line, length, more);
        length += more;
    }

    private byte[] result(boolean tooLong) {
        if (tooLong) {
            return TOO_LONG;
        }
        int whole = length > 0 && line[length - 1] == '\r' ? length - 1 : length;
        return Arrays.copyOf(line, whole);
    }
}
