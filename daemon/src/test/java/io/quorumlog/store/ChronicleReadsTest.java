package io.quorumlog.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorumlog.codec.record.LogRecord;
import java.nio.file.Path;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.queue.ExcerptTailer;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueue;
import net.openhft.chronicle.wire.DocumentContext;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files are Chronicle Queue's: its own tailer reads all records, one after another and by index. */
class ChronicleReadsTest {
    private static final int ROUNDS = 3;
    private static final int OPENINGS = 2;
    /** More than one entry of Chronicle's index table covers. */
    private static final int RECORDS = FileCycle.INDEX_SPACING * 2 + 100;

    @TempDir
    Path directory;

    @Test
    void tailerReadsWhatWasAppendedOverFilesAndRestarts() {
        final int total = fill();

        try (SingleChronicleQueue queue = open();
                ExcerptTailer tailer = queue.createTailer()) {
            for (int index = 1; index <= total; index++) {
                assertEquals(index, next(tailer));
            }
            try (DocumentContext document = tailer.readingDocument()) {
                assertFalse(document.isPresent());
            }
        }
    }

    @Test
    void tailerFindsRecordsByTheirIndex() {
        final int total = fill();
        final int inFile = RECORDS * OPENINGS;

        try (SingleChronicleQueue queue = open();
                ExcerptTailer tailer = queue.createTailer()) {
            for (int index = 1; index <= total; index += 97) {
                final int file = FileCycle.FIRST + (index - 1) / inFile;

                assertTrue(
                        tailer.moveToIndex(FileCycle.INSTANCE.toIndex(file, (index - 1) % inFile)), "entry " + index);
                assertEquals(index, next(tailer));
            }
            assertEquals(FileCycle.INSTANCE.toIndex(FileCycle.FIRST + ROUNDS - 1, inFile - 1), queue.lastIndex());
        }
    }

    /** Fills a file with each round, opening the log anew in the midst of each. */
    private int fill() {
        int index = 0;
        for (int round = 0; round < ROUNDS; round++) {
            for (int opening = 0; opening < OPENINGS; opening++) {
                try (StoreFixture fixture = new StoreFixture(directory).open()) {
                    if (round > 0 && opening == 0) {
                        fixture.stream.roll();
                    }
                    for (int i = 0; i < RECORDS; i++) {
                        fixture.appendHere(++index, index % 61);
                    }
                }
            }
        }
        return index;
    }

    private SingleChronicleQueue open() {
        return StoreFixture.openWithChronicle(directory, FileCycle.FIRST + ROUNDS - 1);
    }

    /** The index in the next record, which must be the whole of a document. */
    private static long next(final ExcerptTailer tailer) {
        try (DocumentContext document = tailer.readingDocument()) {
            assertTrue(document.isPresent());
            final Bytes<?> bytes = document.wire().bytes();
            final int length = (int) bytes.readRemaining();
            final LogRecord record = new LogRecord()
                    .wrap(new UnsafeBuffer(bytes.addressForRead(bytes.readPosition()), length), 0, length);
            assertEquals(length, record.length());
            return record.index();
        }
    }
}
