package io.quorumlog.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class NetMemoryTest {
    private static final long MEBIBYTE = 1024 * 1024;

    private static NetSettings settings(final int peerCount, final int maxEntryBytes) {
        final List<NetSettings.Peer> peers = new ArrayList<>();
        for (int id = 2; id < 2 + peerCount; id++) {
            peers.add(new NetSettings.Peer(id, "127.0.0.1", 1));
        }
        return new NetSettings(1, peers, InetAddress.getLoopbackAddress(), true, 1, maxEntryBytes, false);
    }

    @Property(tries = 200)
    void allBoundsTogetherStayBelowWhatTheJvmAllows(
            @ForAll @IntRange(max = 6) final int peers,
            @ForAll @IntRange(min = 1, max = 1 << 24) final int maxEntryBytes,
            @ForAll @IntRange(min = 16, max = 1024) final int mebibytes) {
        final NetMemory memory;
        try {
            memory = NetMemory.of(settings(peers, maxEntryBytes), mebibytes * MEBIBYTE);
        } catch (IOException tooLittle) {
            assertTrue(mebibytes < 350, tooLittle.getMessage());
            return;
        }

        final long sum = peers * ((long) memory.peerInputBytes() + memory.peerOutputBytes())
                + memory.largeInputBytes()
                + memory.smallInputBytes()
                + memory.outputBytes()
                + 2 * NetLimits.CACHED_BYTES;
        assertTrue(sum < mebibytes * MEBIBYTE, memory.toString());
        assertTrue(memory.largeInputBytes() >= 2L * maxEntryBytes, memory.toString());
    }

    @Test
    void defaultsFitTheMemoryThatTheScriptsGive() throws IOException {
        final NetMemory memory = NetMemory.of(settings(2, 1 << 20), 160 * MEBIBYTE);

        // A million short replies.
        assertTrue(memory.outputBytes() >= 12 * MEBIBYTE, memory.toString());
        assertEquals(memory, NetMemory.of(settings(2, 1 << 20), 1024 * MEBIBYTE));
    }

    @Test
    void largestEntriesFitTheMemoryThatTheScriptsGive() throws IOException {
        assertTrue(NetMemory.of(settings(2, 1 << 24), 160 * MEBIBYTE).outputBytes() >= 4 * MEBIBYTE);
    }

    @Test
    void tooLittleIsRefusedInOneLineThatSaysWhatHelps() {
        final IOException e = assertThrows(IOException.class, () -> NetMemory.of(settings(2, 1 << 24), 64 * MEBIBYTE));

        assertEquals(
                "max-entry-bytes=16777216 with 2 peers needs 155 MiB of direct memory, there are 64: what"
                        + " -XX:MaxDirectMemorySize allows, and this machine or container has beside -Xmx and 92 MiB for the JVM and the log's end",
                e.getMessage());
    }

    @Test
    void defaultsFitAContainerOf256MebibytesAndAreRefusedInOneOf128() throws IOException {
        final long heap = 80 * MEBIBYTE;
        final long fits = NetMemory.allowedBytes(160 * MEBIBYTE, 256 * MEBIBYTE, heap);
        final long tooSmall = NetMemory.allowedBytes(160 * MEBIBYTE, 128 * MEBIBYTE, heap);

        assertEquals(NetMemory.of(settings(2, 1 << 20), 160 * MEBIBYTE), NetMemory.of(settings(2, 1 << 20), fits));
        final IOException e = assertThrows(IOException.class, () -> NetMemory.of(settings(2, 1 << 20), tooSmall));
        assertTrue(e.getMessage().contains("there are 0"), e.getMessage());
    }

    @Test
    void aLargeMachineAllowsWhatTheJvmDoes() {
        assertEquals(160 * MEBIBYTE, NetMemory.allowedBytes(160 * MEBIBYTE, 8192 * MEBIBYTE, 96 * MEBIBYTE));
    }
}
