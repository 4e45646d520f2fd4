package io.quorumlog.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class StandardErrorTest {
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();
    private final CountDownLatch isRead = new CountDownLatch(1);

    /** A pipe that is full until it is read. */
    private final OutputStream pipe = new OutputStream() {
        @Override
        public void write(final int b) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void write(final byte[] bytes, final int offset, final int length) {
            try {
                isRead.await();
            } catch (final InterruptedException e) {
                throw new IllegalStateException(e);
            }
            received.write(bytes, offset, length);
        }
    };

    private final StandardError standardError = new StandardError(pipe);

    @Test
    void whatIsWrittenArrivesInOrder() throws Exception {
        isRead.countDown();
        final StringBuilder expected = new StringBuilder();
        for (int i = 0; i < 20_000; i++) {
            final String line = "line " + i + "\n";
            expected.append(line);
            write(line);
            if (i % 1_000 == 0) {
                standardError.drain(30_000);
            }
        }
        standardError.drain(30_000);

        assertEquals(expected.toString(), received.toString(StandardCharsets.UTF_8));
    }

    @Test
    void aFullPipeHoldsNobodyUpAndWhatIsLostIsCounted() throws Exception {
        final String line = "x".repeat(1_023) + "\n";
        for (int i = 0; i < 100; i++) {
            write(line);
        }
        standardError.drain(1);

        isRead.countDown();
        standardError.drain(30_000);

        final String text = received.toString(StandardCharsets.UTF_8);
        assertTrue(text.startsWith(line.repeat(64)), "what found room");
        assertTrue(text.endsWith("quorumlog: nobody read standard error; lines lost: 36\n"), "what did not");
    }

    private void write(final String line) {
        final byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
        standardError.write(bytes, 0, bytes.length);
    }
}
