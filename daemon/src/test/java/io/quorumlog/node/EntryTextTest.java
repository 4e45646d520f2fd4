package io.quorumlog.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorumlog.codec.record.Crc32c;
import io.quorumlog.codec.record.LogRecord;
import io.quorumlog.codec.record.RecordKind;
import java.nio.charset.StandardCharsets;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

final class EntryTextTest {
    private final EntryText text = new EntryText();

    private static LogRecord entry(final byte kind, final long timestampMs, final String payload) {
        final byte[] bytes = payload.getBytes(StandardCharsets.ISO_8859_1);
        final UnsafeBuffer record = new UnsafeBuffer(new byte[LogRecord.HEADER_LENGTH + bytes.length]);
        LogRecord.encodeHeader(
                record, 0, kind, 12, 3, timestampMs, new UnsafeBuffer(bytes), 0, bytes.length, new Crc32c());
        record.putBytes(LogRecord.HEADER_LENGTH, bytes);
        return new LogRecord().wrap(record, 0, record.capacity());
    }

    private String of(final String payload) {
        return text.of(entry(RecordKind.CLIENT, 1_795_570_458_568L, payload), false)
                .toString();
    }

    @Test
    void entryIsOneLine() {
        assertEquals("12@3 2026-11-25T01:34:18.568Z client 11 \"hello world\"\n", of("hello world"));
        assertEquals(
                "12@3 1970-01-01T00:00:00Z no-op 0 \"\" (superseded)\n",
                text.of(entry(RecordKind.NO_OP, 0, ""), true).toString());
    }

    @Test
    void whatIsNoPrintableLetterIsEscaped() {
        assertTrue(of("a\"b\\c\n\r\t\0\u001b[1m\u007f\u0080\u00ff")
                .endsWith(" 16 \"a\\\"b\\\\c\\n\\r\\t\\x00\\x1b[1m\\x7f\\x80\\xff\"\n"));
        for (int b = 0; b < 256; b++) {
            final String line = of(Character.toString((char) b));
            assertTrue(line.chars().allMatch(c -> c == '\n' || c >= ' ' && c < 127), line);
            assertEquals(line.length() - 1, line.indexOf('\n'));
        }
    }

    @Test
    void longPayloadIsCutAndTheRestCounted() {
        assertTrue(of("x".repeat(200)).endsWith(" 200 \"" + "x".repeat(200) + "\"\n"));
        assertTrue(of("x".repeat(1_000_000)).endsWith(" 1000000 \"" + "x".repeat(200) + "\" and 999800 bytes more\n"));
    }

    @Test
    void anyTimestampCanBeSaid() {
        for (final long timestampMs : new long[] {Long.MIN_VALUE, -1, Long.MAX_VALUE}) {
            assertTrue(text.of(entry(RecordKind.CLIENT, timestampMs, ""), false)
                    .toString()
                    .contains("Z client 0"));
        }
    }
}
