package io.quorumlog.node;

import io.quorumlog.codec.record.LogRecord;
import io.quorumlog.codec.record.RecordKind;
import java.time.Instant;
import org.agrona.DirectBuffer;

/**
 * An entry as a line for a person: {@code 12@3 2026-11-25T10:00:00.123Z client 5 "hello"}. Of the payload, printable ASCII
 * stays as it is; a backslash and a quote stand behind a backslash; line feed, carriage return and tab are {@code \n},
 * {@code \r} and {@code \t}; every other byte is {@code \xNN}. What a line has no room for is counted. One thread.
 */
final class EntryText {
    /** Payload bytes shown; the line is at most four times as long, and its fixed parts. */
    static final int MAX_SHOWN_BYTES = 200;

    private final StringBuilder line = new StringBuilder();

    /** @return valid until the next call; ends with a line feed */
    CharSequence of(final LogRecord entry, final boolean superseded) {
        line.setLength(0);
        line.append(entry.index()).append('@').append(entry.term()).append(' ');
        line.append(Instant.ofEpochMilli(entry.timestampMs())).append(' ');
        line.append(kind(entry.kind())).append(' ');
        line.append(entry.payloadLength()).append(" \"");
        final int shown = Math.min(entry.payloadLength(), MAX_SHOWN_BYTES);
        final DirectBuffer bytes = entry.buffer();
        for (int i = 0; i < shown; i++) {
            append(bytes.getByte(LogRecord.HEADER_LENGTH + i));
        }
        line.append('"');
        if (shown < entry.payloadLength()) {
            line.append(" and ").append(entry.payloadLength() - shown).append(" bytes more");
        }
        return line.append(superseded ? " (superseded)\n" : "\n");
    }

    private static String kind(final byte kind) {
        return switch (kind) {
            case RecordKind.CLIENT -> "client";
            case RecordKind.NO_OP -> "no-op";
            case RecordKind.CLUSTER -> "cluster";
            default -> "kind " + kind;
        };
    }

    private void append(final byte b) {
        switch (b) {
            case '\\', '"' -> line.append('\\').append((char) b);
            case '\n' -> line.append("\\n");
            case '\r' -> line.append("\\r");
            case '\t' -> line.append("\\t");
            default -> {
                if (b >= ' ' && b < 0x7F) {
                    line.append((char) b);
                } else {
                    line.append("\\x");
                    line.append(Character.forDigit(b >> 4 & 15, 16));
                    line.append(Character.forDigit(b & 15, 16));
                }
            }
        }
    }
}
