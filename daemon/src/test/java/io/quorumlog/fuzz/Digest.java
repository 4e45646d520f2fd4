package io.quorumlog.fuzz;

import org.agrona.DirectBuffer;

/** What a decoder found, in one number: equal findings give equal ones. */
final class Digest {
    private long value;

    void clear() {
        value = 0;
    }

    void add(final long number) {
        value = (value ^ number) * 0x100_0000_01B3L + 1;
    }

    void add(final DirectBuffer buffer, final int offset, final int length) {
        add(length);
        for (int i = 0; i < length; i++) {
            add(buffer.getByte(offset + i));
        }
    }

    void add(final String text) {
        add(text.hashCode());
    }

    long value() {
        return value;
    }
}
