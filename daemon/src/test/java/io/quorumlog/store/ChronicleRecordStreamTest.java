package io.quorumlog.store;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.quorumlog.codec.record.LogRecord;
import io.quorumlog.log.DamagedLogException;
import io.quorumlog.log.RecordStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChronicleRecordStreamTest {
    private static final int ROUNDS = 8;
    private static final int RECORDS = 20000;

    @TempDir
    Path directory;

    @Test
    void recordsAreReadBackInTheCurrentFileAndInOlderOnes() {
        try (StoreFixture fixture = new StoreFixture(directory).open()) {
            final List<Long> positions = new ArrayList<>();
            for (int index = 1; index <= 300; index++) {
                positions.add(fixture.append(index, length(index)));
                if (index % 100 == 0) {
                    fixture.stream.roll();
                }
            }

            for (int index = 300; index >= 1; index--) {
                assertTrue(fixture.holds(positions.get(index - 1), index, length(index)), "index " + index);
            }
            assertEquals(indexes(300), fixture.walk());
        }
    }

    private static int length(final int index) {
        // Some larger than a read buffer, some without payload.
        return index % 50 == 0 ? 200_000 + index : index % 7 * 31;
    }

    private static List<Long> indexes(final long last) {
        return LongStream.rangeClosed(1, last).boxed().toList();
    }

    @Test
    void fullFilesAreRolledAndTakeWhatWasWritten() throws IOException {
        final int entries = 70000;
        try (StoreFixture fixture = new StoreFixture(directory).open()) {
            for (int index = 1; index <= entries; index++) {
                fixture.append(index, 2000);
            }
            fixture.space.maintain();

            assertEquals(3, fixture.stream.currentFile());
            assertTrue(Files.size(fixture.file(1)) <= StoreLayout.FILE_BYTES);
            assertTrue(Files.size(fixture.file(3)) < 32 * StoreLayout.MIB, "no longer than what is reserved");
            assertTrue(fixture.stream.bytes() < entries * 2048L);
        }
        assertTrue(Files.size(fixtureFile(3)) < 32 * StoreLayout.MIB);
    }

    private Path fixtureFile(final int number) {
        return directory.resolve(FileCycle.fileName(number));
    }

    @Test
    void largestRecordFits() {
        final int payload = 16 * StoreLayout.MIB;
        try (StoreFixture fixture = new StoreFixture(directory).open()) {
            fixture.append(1, 10);

            final long position = fixture.append(2, payload);

            assertTrue(fixture.holds(position, 2, payload));
            fixture.stream.roll();
            assertTrue(fixture.holds(position, 2, payload));
        }
    }

    @Test
    void reopenedStreamGoesOnWhereItEnded() {
        for (int round = 0; round < 6; round++) {
            try (StoreFixture fixture = new StoreFixture(directory).open()) {
                assertEquals(indexes(round * 100L), fixture.walk());

                for (int index = round * 100 + 1; index <= round * 100 + 100; index++) {
                    fixture.append(index, index);
                }
                if (round % 2 == 1) {
                    fixture.stream.roll();
                }
            }
        }
        try (StoreFixture fixture = new StoreFixture(directory).open()) {
            assertEquals(indexes(600), fixture.walk());
        }
    }

    @Test
    void recordsBehindThoseOfAnEarlierStartAreReadBackAfterARoll() {
        try (StoreFixture fixture = new StoreFixture(directory).open()) {
            fixture.append(1, 100);
            fixture.append(2, 100);
        }
        try (StoreFixture fixture = new StoreFixture(directory).open()) {
            assertEquals(indexes(2), fixture.walk());
            fixture.append(3, 100);
            fixture.stream.write();
            assertEquals(indexes(3), fixture.walk());
            fixture.append(4, 100);
            assertEquals(indexes(4), fixture.walk());

            fixture.stream.roll();

            fixture.append(5, 100);
            assertEquals(indexes(5), fixture.walk());
        }
    }

    @Test
    void fileSaysToChronicleWhereItsLastDocumentBeginsWhenItIsLeft() throws IOException {
        try (StoreFixture fixture = new StoreFixture(directory).open()) {
            for (int file = 1; file <= 2; file++) {
                fixture.append(file, 100);
                final long last = fixture.append(file, 101) & 0xFFFFFFFFL;
                fixture.stream.roll();

                final ByteBuffer bytes =
                        ByteBuffer.wrap(Files.readAllBytes(fixtureFile(file))).order(LITTLE_ENDIAN);
                assertEquals(last - StoreFormat.DOCUMENT_HEADER_LENGTH, bytes.getLong(StoreFormat.WRITE_POSITION));
            }
        }
    }

    @Test
    void nothingOfAFileGetsIntoTheNext() throws IOException {
        try (StoreFixture fixture = new StoreFixture(directory).open()) {
            for (int index = 1; index <= 10; index++) {
                fixture.append(index, 1000);
            }
            fixture.stream.roll();
            final int length = 101;
            final int end = (int) fixture.append(11, length) + LogRecord.HEADER_LENGTH + length;
            fixture.stream.write();

            final byte[] bytes = Files.readAllBytes(fixtureFile(2));
            assertArrayEquals(new byte[bytes.length - end], Arrays.copyOfRange(bytes, end, bytes.length));
        }
    }

    @Test
    void closedFilesAreLeftAsTheyAre() throws IOException {
        try (StoreFixture fixture = new StoreFixture(directory).open()) {
            for (int index = 1; index <= 10; index++) {
                fixture.append(index, 100);
                fixture.stream.roll();
            }
            fixture.append(11, 100);
        }
        final byte[] before = Files.readAllBytes(fixtureFile(10));

        try (StoreFixture fixture = new StoreFixture(directory).open()) {
            fixture.append(12, 100);
            fixture.stream.roll();
            fixture.append(13, 100);
            fixture.space.maintain();

            for (int file = 1; file <= 11; file++) {
                assertTrue(Files.size(fixtureFile(file)) < 40_000, "file " + file);
            }
            assertEquals(indexes(13), fixture.walk());
        }
        assertEquals(before.length, Files.size(fixtureFile(10)));
    }

    @Test
    void positionsThatAreNoRecordsAreRefused() {
        try (StoreFixture fixture = new StoreFixture(directory).open()) {
            final UnsafeBuffer view = new UnsafeBuffer(0, 0);
            final long first = fixture.append(1, 100);
            fixture.append(2, 100);

            for (int pass = 0; pass < 2; pass++) {
                assertThrows(DamagedLogException.class, () -> fixture.stream.wrap(first + 4, view));
                assertThrows(DamagedLogException.class, () -> fixture.stream.wrap(first + 100_000, view));
                assertThrows(DamagedLogException.class, () -> fixture.stream.wrapHeader(first - 4, view));
                assertThrows(DamagedLogException.class, () -> fixture.stream.wrap(RecordStream.position(1, 0), view));
                fixture.stream.roll();
            }
        }
    }

    @Test
    void nextFileIsNotReadyBeforeItHasBeenPrepared() {
        try (StoreFixture fixture = new StoreFixture(directory).open()) {
            assertFalse(fixture.stream.isNextFileReady());
            assertFalse(fixture.stream.fits(StoreLayout.FILE_BYTES, 0));
            assertFalse(fixture.stream.isNextFileReady());

            fixture.space.maintain();

            assertTrue(fixture.stream.isNextFileReady());
        }
    }

    @Test
    void ownRecordsGoInWhereNothingIsReserved() {
        try (StoreFixture fixture = new StoreFixture(directory).open()) {
            for (int index = 1; index <= 75; index++) {
                fixture.appendHere(index, StoreLayout.MIB);
            }

            assertEquals(1, fixture.stream.currentFile());
            assertEquals(indexes(75), fixture.walk());
        }
    }

    @Test
    void appendAndReadAllocateNothing() {
        try (StoreFixture fixture = new StoreFixture(directory).open()) {
            final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            final UnsafeBuffer header = new UnsafeBuffer(new byte[LogRecord.HEADER_LENGTH]);
            final UnsafeBuffer payload = new UnsafeBuffer(new byte[128]);
            final UnsafeBuffer view = new UnsafeBuffer(0, 0);
            header.putInt(LogRecord.LENGTH_OFFSET, LogRecord.HEADER_LENGTH + 128, LITTLE_ENDIAN);
            final long thread = Thread.currentThread().getId();
            long appends = Long.MAX_VALUE;
            long currentReads = Long.MAX_VALUE;
            long closedReads = Long.MAX_VALUE;
            for (int round = 0; round < ROUNDS; round++) {
                fixture.stream.roll();
                fixture.space.require(8L * StoreLayout.MIB);
                // A file's first record makes Chronicle look up its index table.
                long position = fixture.append(1, 128);
                long before = threads.getThreadAllocatedBytes(thread);
                for (int i = 0; i < RECORDS; i++) {
                    position = fixture.stream.append(header, 0, LogRecord.HEADER_LENGTH, payload, 0, 128);
                }
                appends = Math.min(appends, threads.getThreadAllocatedBytes(thread) - before);

                final int file = RecordStream.file(position);
                final long first = RecordStream.position(file, StoreFormat.FIRST_RECORD);
                before = threads.getThreadAllocatedBytes(thread);
                readAll(fixture.stream, first, view);
                currentReads = Math.min(currentReads, threads.getThreadAllocatedBytes(thread) - before);

                fixture.stream.roll();
                readAll(fixture.stream, first, view);
                before = threads.getThreadAllocatedBytes(thread);
                readAll(fixture.stream, first, view);
                closedReads = Math.min(closedReads, threads.getThreadAllocatedBytes(thread) - before);
            }

            assertEquals(0, appends);
            assertEquals(0, currentReads);
            assertEquals(0, closedReads);
        }
    }

    private static void readAll(final RecordStream stream, final long first, final UnsafeBuffer view) {
        for (long position = first; position != RecordStream.NONE; ) {
            stream.wrap(position, view);
            position = stream.next(position, view.capacity());
        }
    }
}
