package io.quorumlog.fuzz;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Makes inputs: valid ones put behind one another and then hurt (bits, bytes, numbers in binary and in digits, pieces cut
 * out, doubled, moved, spliced in from others, ends cut off), and now and then noise, or one that is far too long.
 */
public final class Mutator {
    private static final int MAX_BYTES = 4 * 1024;
    private static final int LONG_BYTES = 300 * 1024;
    private static final int LONG_ONE_IN = 5_000;
    private static final int NOISE_ONE_IN = 16;
    private static final int MAX_MUTATIONS = 6;

    private static final byte[] LETTERS = "\r\n\r\n*$+-:0123459 \t\0aAPENDx".getBytes(StandardCharsets.ISO_8859_1);
    private static final long[] NUMBERS = {
        0,
        1,
        2,
        -1,
        -2,
        12,
        16,
        35,
        36,
        37,
        64,
        65,
        127,
        128,
        255,
        1023,
        1024,
        1025,
        65_535,
        65_536,
        262_144,
        262_190,
        262_194,
        16_777_216,
        67_108_864,
        Integer.MAX_VALUE,
        Integer.MIN_VALUE,
        1L << 32,
        1L << 62,
        (1L << 62) + 1,
        Long.MAX_VALUE,
        Long.MIN_VALUE
    };
    private static final String[] DIGITS = {
        "0",
        "00",
        "1",
        "-1",
        "+1",
        "-0",
        "3",
        "7",
        "64",
        "1023",
        "1024",
        "1025",
        "4096",
        "4097",
        "65535",
        "65536",
        "65537",
        "1048575",
        "1048576",
        "1048577",
        "67108864",
        "67108865",
        "2147483647",
        "2147483648",
        "4294967295",
        "4294967297",
        "9223372036854775807",
        "9223372036854775808",
        "-9223372036854775808",
        "18446744073709551617",
        "1e3",
        "\u00d9\u00a1"
    };

    private final List<byte[]> valid;
    private final byte[] bytes = new byte[LONG_BYTES];
    private final ByteBuffer view = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    private int length;

    /** @param valid what to begin with, one at least */
    public Mutator(final List<byte[]> valid) {
        this.valid = valid;
    }

    /** The input made last, from 0 on. */
    public byte[] bytes() {
        return bytes;
    }

    /** Makes the next input. @return its length */
    public int make(final SplittableRandom random) {
        length = 0;
        if (random.nextInt(LONG_ONE_IN) == 0) {
            makeLong(random);
        } else if (random.nextInt(NOISE_ONE_IN) == 0) {
            makeNoise(random, random.nextInt(200));
        } else {
            for (int pieces = 1 + random.nextInt(3); pieces > 0; pieces--) {
                append(any(random));
            }
        }
        for (int mutations = random.nextInt(MAX_MUTATIONS + 1); mutations > 0 && length > 0; mutations--) {
            mutate(random);
        }
        return length;
    }

    private byte[] any(final SplittableRandom random) {
        return valid.get(random.nextInt(valid.size()));
    }

    private void append(final byte[] piece) {
        if (length + piece.length <= MAX_BYTES) {
            System.arraycopy(piece, 0, bytes, length, piece.length);
            length += piece.length;
        }
    }

    private void makeNoise(final SplittableRandom random, final int wanted) {
        final boolean isText = random.nextBoolean();
        for (length = 0; length < wanted; length++) {
            bytes[length] = isText ? LETTERS[random.nextInt(LETTERS.length)] : (byte) random.nextInt();
        }
    }

    /** One valid input, and then one of its pieces again and again. */
    private void makeLong(final SplittableRandom random) {
        append(any(random));
        final int from = random.nextInt(length);
        final int period = 1 + random.nextInt(length - from);
        final int wanted = 60_000 + random.nextInt(LONG_BYTES - 60_000);
        for (; length < wanted; length++) {
            bytes[length] = length < from + period ? bytes[length] : bytes[length - period];
        }
    }

    private void mutate(final SplittableRandom random) {
        final int at = random.nextInt(length);
        final int most = Math.min(length - at, 1 + random.nextInt(random.nextInt(8) == 0 ? length : 8));
        switch (random.nextInt(12)) {
            case 0, 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
            case 2 -> bytes[at] = (byte) random.nextInt();
            case 3 -> bytes[at] = LETTERS[random.nextInt(LETTERS.length)];
            case 4, 5 -> putNumber(random, at);
            case 6, 7 -> putDigits(random, at);
            case 8 -> remove(at, most);
            case 9 -> insert(at, bytes, random.nextInt(length - most + 1), most);
            case 10 -> {
                final byte[] other = any(random);
                final int from = random.nextInt(other.length);
                insert(at, other, from, Math.min(most, other.length - from));
            }
            default -> length = random.nextInt(4) == 0 ? at : length;
        }
    }

    private void putNumber(final SplittableRandom random, final int at) {
        final int width = 1 << random.nextInt(4);
        final long number =
                random.nextInt(4) == 0 ? length - at - random.nextInt(6) : NUMBERS[random.nextInt(NUMBERS.length)];
        if (at + width <= length) {
            switch (width) {
                case 1 -> view.put(at, (byte) number);
                case 2 -> view.putShort(at, (short) number);
                case 4 -> view.putInt(at, (int) number);
                default -> view.putLong(at, number);
            }
        }
    }

    /** Puts another number where the next one stands in digits. */
    private void putDigits(final SplittableRandom random, final int from) {
        int at = from;
        while (at < length && (bytes[at] < '0' || bytes[at] > '9')) {
            at++;
        }
        int end = at;
        while (end < length && bytes[end] >= '0' && bytes[end] <= '9') {
            end++;
        }
        if (at < end) {
            final byte[] digits = DIGITS[random.nextInt(DIGITS.length)].getBytes(StandardCharsets.ISO_8859_1);
            remove(at, end - at);
            insert(at, digits, 0, digits.length);
        }
    }

    private void remove(final int at, final int count) {
        System.arraycopy(bytes, at + count, bytes, at, length - at - count);
        length -= count;
    }

    private void insert(final int at, final byte[] source, final int from, final int count) {
        if (length + count > LONG_BYTES) {
            return;
        }
        final byte[] piece = new byte[count];
        System.arraycopy(source, from, piece, 0, count);
        System.arraycopy(bytes, at, bytes, at + count, length - at);
        System.arraycopy(piece, 0, bytes, at, count);
        length += count;
    }
}
