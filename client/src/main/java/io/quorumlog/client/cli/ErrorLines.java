package io.quorumlog.client.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** Standard error: whole lines in UTF-8; one that can't be written changes nothing. */
final class ErrorLines {
    private final OutputStream err;

    ErrorLines(OutputStream err) {
        this.err = err;
    }

    void line(String message) {
        String oneLine = message.replace('\n', ' ').replace('\r', ' ');
        try {
            err.write(("client: " + oneLine + "\n").getBytes(StandardCharsets.UTF_8));
            err.flush();
        } catch (IOException e) {
            // the exit status says it too
        }
    }
}
