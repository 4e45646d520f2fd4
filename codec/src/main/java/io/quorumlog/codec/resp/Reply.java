package io.quorumlog.codec.resp;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** One reply of a node, as a client sees it. Immutable but for the bytes of a {@link Bulk}, which belong to who has it. */
public sealed interface Reply {
    /** {@code +OK}. */
    record Simple(String text) implements Reply {}

    /** {@code -CODE message}; the text begins with its code. */
    record Failure(String text) implements Reply {
        /** The first word: {@code ERR}, {@code NOTLEADER}, … */
        public String code() {
            int blank = text.indexOf(' ');
            return blank < 0 ? text : text.substring(0, blank);
        }

        /** What stands behind the code. */
        public String message() {
            int blank = text.indexOf(' ');
            return blank < 0 ? "" : text.substring(blank + 1);
        }
    }

    /** {@code :42}. */
    record Number(long value) implements Reply {}

    /** A bulk string: any bytes. */
    record Bulk(byte[] bytes) implements Reply {
        /** The bytes as UTF-8. */
        public String text() {
            return new String(bytes, StandardCharsets.UTF_8);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Bulk bulk && Arrays.equals(bytes, bulk.bytes);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(bytes);
        }

        @Override
        public String toString() {
            return "Bulk[" + bytes.length + " bytes]";
        }
    }

    /** An array of replies. */
    record Array(List<Reply> values) implements Reply {}

    /** The bulk string or array that is not there. */
    record Nothing() implements Reply {}
}
