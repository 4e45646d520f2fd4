package io.quorumlog.sim.invariant;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.nio.ByteBuffer;
import java.util.SplittableRandom;

/** Payloads of the simulated clients: no two are equal, for each begins with its request's number. */
public final class ClientPayload {
    private ClientPayload() {}

    /** A payload of at least 8 bytes; what follows its number is anything, CR LF and NUL too. */
    public static byte[] create(final long number, final int length, final SplittableRandom random) {
        final byte[] payload = new byte[Math.max(length, Long.BYTES)];
        random.nextBytes(payload);
        ByteBuffer.wrap(payload).order(LITTLE_ENDIAN).putLong(number);
        return payload;
    }

    /** The number of the request that a payload belongs to; -1 if it is none of ours. */
    static long number(final byte[] payload) {
        return payload.length < Long.BYTES
                ? -1
                : ByteBuffer.wrap(payload).order(LITTLE_ENDIAN).getLong();
    }
}
