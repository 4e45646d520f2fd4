package io.quorumlog.torment;

import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * What is remembered of a payload: the label that makes it unique, its length, and its checksum.
 *
 * @param label the bytes before the first slash, or the first few where there is none
 */
record Payload(String label, int length, int crc32c) {
    private static final int MAX_LABEL = 40;

    /** The bytes of a payload, at least {@code length} of them: label, slash, any bytes, an exclamation mark. */
    static byte[] bytes(final String label, final int length) {
        final byte[] head = (label + "/").getBytes(StandardCharsets.US_ASCII);
        final byte[] bytes = new byte[Math.max(length, head.length + 1)];
        System.arraycopy(head, 0, bytes, 0, head.length);
        for (int i = head.length; i < bytes.length; i++) {
            bytes[i] = (byte) (i * 31 + length);
        }
        bytes[bytes.length - 1] = '!';
        return bytes;
    }

    static Payload of(final byte[] bytes) {
        int end = 0;
        while (end < bytes.length && end < MAX_LABEL && bytes[end] != '/') {
            end++;
        }
        final CRC32C crc = new CRC32C();
        crc.update(bytes);
        return new Payload(new String(bytes, 0, end, StandardCharsets.ISO_8859_1), bytes.length, (int) crc.getValue());
    }

    @Override
    public String toString() {
        return label + " (" + length + " bytes, crc " + Integer.toHexString(crc32c) + ")";
    }
}
