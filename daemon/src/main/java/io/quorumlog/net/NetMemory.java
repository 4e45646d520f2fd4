package io.quorumlog.net;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.OperatingSystemMXBean;
import io.quorumlog.codec.resp.RequestParser;
import java.io.IOException;
import java.lang.management.ManagementFactory;

/**
 * How the memory for socket buffers is shared out. It all comes out of what the JVM allows for direct buffers, and taking
 * more than that would end the node: so the bounds add up to less, whatever clients and peers do at once.
 *
 * @param peerInputBytes buffer of one peer's connection for what comes in
 * @param peerOutputBytes buffer of one peer's connection for what waits to go out
 * @param largeInputBytes unparsed bytes of all clients whose requests are too large for the common buffer
 * @param smallInputBytes unparsed bytes of all other clients, of whom many may be held back at a time
 * @param outputBytes replies that wait, of all clients
 */
record NetMemory(
        int peerInputBytes, int peerOutputBytes, long largeInputBytes, long smallInputBytes, long outputBytes) {
    /** For the common buffer, connections that have not greeted, and what the log reads with, its largest record aside. */
    private static final long RESERVED_BYTES = 6L * 1024 * 1024;

    /**
     * What a node needs beside heap and direct buffers: 72 MiB for the JVM's code, classes, threads and the C library, measured
     * under load; 20 for the end of the log in memory, which are 4 and what can't be written at once.
     */
    private static final long OTHER_BYTES = 92L * 1024 * 1024;

    private static final long LEAST_OUTPUT_BYTES = 4L * 1024 * 1024;

    /** Part of the large requests' memory that small ones have on top. */
    private static final int SMALL_SHARE = 2;

    /**
     * @param directBytes what may be taken in all
     * @throws IOException in one line, if that is too little for these settings
     */
    static NetMemory of(final NetSettings settings, final long directBytes) throws IOException {
        final int frameBytes = settings.peerLimits().maxFrameBytes();
        // Behind a frame that is not yet whole there must be room to read on, and before it for what came with it.
        final int peerInputBytes = BufferPool.capacityFor(frameBytes + NetLimits.PEER_READ_AHEAD_BYTES);
        final int peerOutputBytes = BufferPool.capacityFor(NetLimits.PEER_OUTPUT_BYTES + frameBytes);
        final int requestBytes = BufferPool.capacityFor(new RequestParser(settings.maxEntryBytes()).maxRequestBytes());

        final long peersBytes = settings.peers().size()
                * ((long) peerInputBytes + peerOutputBytes + NetLimits.FIRST_OUTPUT_CHUNK_BYTES);
        final long fixedBytes =
                peersBytes + RESERVED_BYTES + settings.peerLimits().maxRecordBytes() + 2 * NetLimits.CACHED_BYTES;
        // Two largest requests at a time: with less, one client that is slow to end his would lock the others out.
        final long leastLarge = 2L * requestBytes;
        final long leastBytes = fixedBytes + leastLarge + leastLarge / SMALL_SHARE + LEAST_OUTPUT_BYTES;
        if (directBytes < leastBytes) {
            throw new IOException("max-entry-bytes=" + settings.maxEntryBytes() + " with "
                    + settings.peers().size() + " peers needs " + inMebibytes(leastBytes)
                    + " MiB of direct memory, there are " + directBytes / (1024 * 1024)
                    + ": what -XX:MaxDirectMemorySize allows, and this machine or container has beside -Xmx and "
                    + OTHER_BYTES / (1024 * 1024) + " MiB for the JVM and the log's end");
        }
        final long half = (directBytes - fixedBytes) / 2;
        final long large =
                Math.max(leastLarge, Math.min(NetLimits.ALL_LARGE_INPUT_BYTES, half * SMALL_SHARE / (SMALL_SHARE + 1)));
        final long inputs = large + large / SMALL_SHARE;
        final long outputs = Math.min(NetLimits.ALL_OUTPUT_BYTES, directBytes - fixedBytes - inputs);
        return new NetMemory(peerInputBytes, peerOutputBytes, large, inputs - large, outputs);
    }

    private static long inMebibytes(final long bytes) {
        return (bytes + 1024 * 1024 - 1) / (1024 * 1024);
    }

    /**
     * Bytes that may be taken for direct buffers: as many as the JVM allows, and as this machine or container has beside the
     * largest heap and the JVM itself. Whoever takes more memory than a container has is killed without a word.
     */
    static long allowedBytes() {
        final long configured = Long.parseLong(ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
                .getVMOption("MaxDirectMemorySize")
                .getValue());
        final long heapBytes = Runtime.getRuntime().maxMemory();
        final long memoryBytes =
                ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
        return allowedBytes(configured > 0 ? configured : heapBytes, memoryBytes, heapBytes);
    }

    static long allowedBytes(final long configuredBytes, final long memoryBytes, final long heapBytes) {
        return Math.max(0, Math.min(configuredBytes, memoryBytes - heapBytes - OTHER_BYTES));
    }
}
