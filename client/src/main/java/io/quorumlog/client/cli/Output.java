package io.quorumlog.client.cli;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** Standard output: bytes, buffered, and a failure to write is never overlooked. */
final class Output {
    /** Nothing can be written any more: the program ends. */
    static final class ClosedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        /** Whether whoever read the output has gone: no more than a reason to stop. */
        private final boolean readerGone;

        ClosedException(IOException cause) {
            super(cause.getMessage(), cause);
            this.readerGone = String.valueOf(cause.getMessage()).contains("Broken pipe");
        }

        ClosedException() {
            super("its reader has gone");
            this.readerGone = true;
        }

        boolean isReaderGone() {
            return readerGone;
        }
    }

    private static final int BUFFER_BYTES = 64 * 1024;

    private final OutputStream out;

    Output(OutputStream out) {
        this.out = new BufferedOutputStream(out, BUFFER_BYTES);
    }

    Output text(String text) {
        return bytes(text.getBytes(StandardCharsets.UTF_8));
    }

    Output bytes(byte[] bytes) {
        try {
            out.write(bytes);
        } catch (IOException e) {
            throw new ClosedException(e);
        }
        return this;
    }

    void line(String text) {
        text(text).endLine();
    }

    /** LF, whatever the platform. */
    void endLine() {
        try {
            out.write('\n');
        } catch (IOException e) {
            throw new ClosedException(e);
        }
    }

    void flush() {
        try {
            out.flush();
        } catch (IOException e) {
            throw new ClosedException(e);
        }
    }
}
