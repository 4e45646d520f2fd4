package io.quorumlog.session;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** The path of APPEND, APPENDIF and LAST allocates nothing once it is warm; counted, not timed. */
class ClientSessionAllocationTest {
    private static final int PIPELINE = 50;
    private static final int ROUNDS = 200;
    private static final int ATTEMPTS = 10;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final FakeLog log = new FakeLog();
    private final FakeOutput output = new FakeOutput();
    private final Sessions sessions = FakeClient.sessions(log);
    private final ClientSession session = sessions.open(output);

    @Test
    void requestsInTheSteadyStateAllocateNothing() {
        final StringBuilder pipeline = new StringBuilder();
        for (int i = 0; i < PIPELINE; i++) {
            pipeline.append(FakeClient.request("APPEND", "some payload " + i))
                    .append("append inline\n")
                    .append(FakeClient.request("LAST"))
                    .append(FakeClient.request("APPENDIF", Integer.toString(3 * i + 2), "and one more"));
        }
        final UnsafeBuffer input = new UnsafeBuffer(pipeline.toString().getBytes(StandardCharsets.US_ASCII));
        log.reserve(4 * PIPELINE, 1 << 20);

        long least = Long.MAX_VALUE;
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            final long before = threads.getCurrentThreadAllocatedBytes();
            for (int round = 0; round < ROUNDS; round++) {
                pipeline(input);
            }
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }

        assertEquals(0, least, "bytes in " + ROUNDS * PIPELINE * 4 + " requests");
    }

    private void pipeline(final UnsafeBuffer input) {
        log.clear();
        if (session.onInput(input, 0, input.capacity()) != input.capacity()) {
            throw new AssertionError("not all was taken");
        }
        sessions.onProgress();
        log.commit(log.lastIndex());
        log.confirmReads();
        sessions.onProgress();
        if (session.isWaiting() || log.lastIndex() != 3 * PIPELINE) {
            throw new AssertionError("not all was appended and answered");
        }
        output.discard();
    }
}
