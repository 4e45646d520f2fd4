package io.quorumlog.codec.record;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * CRC-32C (Castagnoli, RFC 3720 appendix B.4) over any Agrona buffer, without allocation.
 *
 * <p>The JDK's implementation is an intrinsic, but takes only arrays and byte buffers; memory that is known by address
 * alone is copied through a small scratch buffer. Not thread-safe: one instance a thread.
 */
public final class Crc32c {
    private static final int SCRATCH_BYTES = 8 * 1024;

    private final CRC32C crc = new CRC32C();
    private final ByteBuffer scratch = ByteBuffer.allocateDirect(SCRATCH_BYTES);
    private final UnsafeBuffer scratchView = new UnsafeBuffer(scratch);

    /** Begins a new checksum. */
    public Crc32c reset() {
        crc.reset();
        return this;
    }

    /** Adds {@code length} bytes. The position and limit of an underlying byte buffer are left as they were. */
    public Crc32c update(final DirectBuffer buffer, final int offset, final int length) {
        final byte[] array = buffer.byteArray();
        if (array != null) {
            crc.update(array, buffer.wrapAdjustment() + offset, length);
            return this;
        }
        final ByteBuffer bytes = buffer.byteBuffer();
        if (bytes != null) {
            addRange(bytes, buffer.wrapAdjustment() + offset, length);
            return this;
        }
        for (int done = 0; done < length; ) {
            final int chunk = Math.min(SCRATCH_BYTES, length - done);
            buffer.getBytes(offset + done, scratchView, 0, chunk);
            addRange(scratch, 0, chunk);
            done += chunk;
        }
        return this;
    }

    private void addRange(final ByteBuffer bytes, final int from, final int length) {
        final int position = bytes.position();
        final int limit = bytes.limit();
        bytes.clear().position(from).limit(from + length);
        crc.update(bytes);
        bytes.clear().position(position).limit(limit);
    }

    /** The checksum of all bytes since {@link #reset()}, as the int whose bits are the CRC. */
    public int value() {
        return (int) crc.getValue();
    }
}
