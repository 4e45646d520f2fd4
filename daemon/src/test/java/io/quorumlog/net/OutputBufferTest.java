package io.quorumlog.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.GatheringByteChannel;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.agrona.MutableDirectBuffer;
import org.junit.jupiter.api.Test;

class OutputBufferTest {
    private static final int KIBIBYTE = 1024;

    private final BufferPool pool = new BufferPool(1 << 20, 1 << 20);
    private final OutputBuffer output = new OutputBuffer(pool, 4 * KIBIBYTE, 64 * KIBIBYTE);
    private final ByteBuffer[] gather = new ByteBuffer[4];

    /** A socket that takes so many bytes a write, and then no more until it is told to. */
    private static final class SlowSocket implements GatheringByteChannel {
        final ByteArrayOutputStream received = new ByteArrayOutputStream();
        int room;

        @Override
        public long write(final ByteBuffer[] sources, final int offset, final int length) {
            long taken = 0;
            for (int i = offset; i < offset + length; i++) {
                taken += write(sources[i]);
            }
            return taken;
        }

        @Override
        public long write(final ByteBuffer[] sources) {
            return write(sources, 0, sources.length);
        }

        @Override
        public int write(final ByteBuffer source) {
            final int count = Math.min(room, source.remaining());
            for (int i = 0; i < count; i++) {
                received.write(source.get());
            }
            room -= count;
            return count;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    }

    @Property(tries = 200)
    void everyByteLeavesOnceAndInOrderHoweverLittleTheSocketTakes(@ForAll final long seed) throws IOException {
        final Random random = new Random(seed);
        final ByteArrayOutputStream expected = new ByteArrayOutputStream();
        final SlowSocket socket = new SlowSocket();
        for (int i = 0; i < 100; i++) {
            final int length = random.nextInt(32 * KIBIBYTE) + 1;
            final MutableDirectBuffer buffer = output.claim(length);
            final int used = random.nextInt(length + 1);
            final byte[] bytes = new byte[used];
            random.nextBytes(bytes);
            buffer.putBytes(output.claimedOffset(), bytes);
            output.commit(used);
            expected.write(bytes);
            if (random.nextBoolean()) {
                socket.room = random.nextInt(64 * KIBIBYTE);
                output.writeTo(socket, gather);
            }
            assertEquals(expected.size() - socket.received.size(), output.queuedBytes());
        }
        socket.room = Integer.MAX_VALUE;
        while (!output.isEmpty()) {
            output.writeTo(socket, gather);
        }

        assertArrayEquals(expected.toByteArray(), socket.received.toByteArray());
        assertEquals(0, pool.takenBytes());
        assertEquals(0, output.heldBytes());
    }

    @Test
    void claimThatIsGivenBackLeavesNoBufferTaken() {
        output.claim(100);
        output.commit(0);

        assertEquals(0, pool.takenBytes());
    }

    @Test
    void commitOfMoreThanWasClaimedIsRefused() {
        output.claim(100);

        assertThrows(IllegalArgumentException.class, () -> output.commit(101));
    }

    @Test
    void writeSaysWhetherTheSocketWasFull() throws IOException {
        final SlowSocket socket = new SlowSocket();
        output.claim(100);
        output.commit(100);

        socket.room = 99;
        assertFalse(output.writeTo(socket, gather));
        socket.room = 1;
        assertTrue(output.writeTo(socket, gather));
    }

    @Test
    void poolKeepsNoMoreFreeThanItMayAndCountsWhatIsTaken() {
        final BufferPool small = new BufferPool(200 * KIBIBYTE, 64 * KIBIBYTE);
        final Chunk first = small.take(60 * KIBIBYTE);
        final Chunk second = small.take(120 * KIBIBYTE);

        assertEquals(64 * KIBIBYTE, first.capacity());
        assertEquals(128 * KIBIBYTE, second.capacity());
        assertEquals(192 * KIBIBYTE, small.takenBytes());
        assertTrue(small.hasRoomFor(1_000));
        assertFalse(small.hasRoomFor(10_000));
        small.release(first);
        small.release(second);
        assertEquals(0, small.takenBytes());
        // Its memory is the system's again: a view that somebody kept fails instead of reading what is not his.
        assertThrows(IndexOutOfBoundsException.class, () -> second.buffer.getByte(0));
        assertEquals(first, small.take(64 * KIBIBYTE));
    }
}
