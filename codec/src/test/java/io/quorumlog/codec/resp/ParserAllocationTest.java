package io.quorumlog.codec.resp;

import static io.quorumlog.codec.resp.Bytes.array;
import static io.quorumlog.codec.resp.Bytes.bytes;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** Requests and replies cost no memory: counted, not timed. */
class ParserAllocationTest {
    private static final int REQUESTS = 100_000;
    private static final byte[] APPENDIF = bytes("APPENDIF");

    private final UnsafeBuffer buffer = new UnsafeBuffer(bytes(array("APPEND", "hello")
            + "appendif 17 hello world\r\n"
            + "\r\n"
            + array("READ", "1", "COUNT", "100")
            + array("APPEND", "x".repeat(70_000))
            + "GET key\r\n"));
    private final UnsafeBuffer replies = new UnsafeBuffer(new byte[64]);
    private final RequestParser parser = new RequestParser(100);
    private long sink;

    @Test
    void parsingAndAnsweringAllocatesNothing() {
        long least = Long.MAX_VALUE;
        for (int round = 0; round < 5; round++) {
            least = Math.min(least, allocatedBy(this::parseAndAnswer));
        }

        assertEquals(0, least, "bytes for " + REQUESTS + " requests, sink " + sink);
    }

    private static long allocatedBy(Runnable work) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long id = Thread.currentThread().getId();
        long before = threads.getThreadAllocatedBytes(id);
        work.run();
        return threads.getThreadAllocatedBytes(id) - before;
    }

    private void parseAndAnswer() {
        int offset = 0;
        int requests = 0;
        int limit = 0;
        while (requests < REQUESTS) {
            switch (parser.parse(buffer, offset, limit)) {
                case NEED_MORE -> limit = limit == buffer.capacity() ? 0 : Math.min(limit + 1000, buffer.capacity());
                case REQUEST, OVERSIZE -> {
                    Request request = parser.request();
                    sink += request.argumentEqualsIgnoreCase(0, APPENDIF) ? request.argumentAsLong(1) : 1;
                    int length = ReplyWriter.integer(replies, 0, sink);
                    sink += ReplyWriter.bulkHeader(replies, length, requests);
                    requests++;
                }
                default -> sink++;
            }
            offset += parser.consumed();
            if (offset == buffer.capacity()) {
                offset = 0;
                limit = 0;
            }
        }
    }
}
