package io.quorumlog.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorumlog.codec.record.LogRecord;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class LogSpaceTest {
    private static final int FILES = 3;

    @TempDir
    Path directory;

    /** The end of a file was once taken for something that is reserved by waiting: the flush thread span there for ever. */
    @Test
    @Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void spaceIsReservedAheadThroughoutEachFileAndIntoTheNext() {
        for (final int payload : new int[] {StoreFixture.MAX_RECORD_BYTES - LogRecord.HEADER_LENGTH, 100_000}) {
            try (StoreFixture fixture = new StoreFixture(directory.resolve("log-" + payload)).open()) {
                while (fixture.stream.currentFile() < FILES) {
                    assertTrue(fixture.stream.isSpaceReserved(), "at " + fixture.space.end());
                    if (!fixture.stream.fits(LogRecord.HEADER_LENGTH + payload, LogRecord.HEADER_LENGTH)) {
                        fixture.space.maintain();
                        assertTrue(fixture.space.isNextReady(), "at " + fixture.space.end());
                    }
                    fixture.append(fixture.stream.lastSeq() + 1, payload);
                    fixture.space.maintain();
                }
            }
        }
    }

    /** So the largest entry finds no room in this file, nor in one that is not there yet. */
    @Test
    void fullFileTakesNothingBeforeTheNextIsReady() {
        final int payload = 5 * StoreLayout.MIB;
        try (StoreFixture fixture = new StoreFixture(directory, StoreLayout.MAX_RECORD_BYTES).open()) {
            while (fixture.space.end() < StoreLayout.NEXT_FILE_AT - payload - StoreLayout.MIB) {
                fixture.append(fixture.stream.lastSeq() + 1, payload);
                fixture.space.maintain();
            }
            while (fixture.space.end() + payload < StoreLayout.FILE_BYTES) {
                fixture.append(fixture.stream.lastSeq() + 1, payload);
            }
            assertFalse(fixture.stream.isSpaceReserved());

            fixture.space.maintain();

            assertTrue(fixture.stream.isSpaceReserved());
        }
    }

    /** What is freed may hold up the disk for tens of milliseconds. */
    @Test
    void fullFileIsCutOnlyIfMuchOfItWasNotUsed() throws IOException {
        try (StoreFixture fixture = new StoreFixture(directory).open()) {
            final int first = fixture.stream.currentFile();
            fillFile(fixture, 100_000);
            assertEquals(StoreLayout.FILE_BYTES, Files.size(fixture.file(first)));

            fillFile(fixture, StoreFixture.MAX_RECORD_BYTES - LogRecord.HEADER_LENGTH);
            assertTrue(Files.size(fixture.file(first + 1)) <= StoreLayout.FILE_BYTES - StoreLayout.MIB / 4);
        }
    }

    private static void fillFile(final StoreFixture fixture, final int payload) {
        for (final int file = fixture.stream.currentFile(); fixture.stream.currentFile() == file; ) {
            fixture.append(fixture.stream.lastSeq() + 1, payload);
            fixture.space.maintain();
        }
    }

    /** Else ext4 makes a block for them with each flush and frees it again. */
    @Test
    void fileInUseConsistsOfMoreThanTheFourPiecesThatAnInodeHolds() throws IOException, InterruptedException {
        try (StoreFixture fixture = new StoreFixture(directory).open()) {
            fillFile(fixture, 100_000);
            final Path file = fixture.file(fixture.stream.currentFile());

            assertTrue(allocatedBytes(file) >= Files.size(file) + 5 * 4096);
        }
    }

    private static long allocatedBytes(final Path file) throws IOException, InterruptedException {
        final Process process = new ProcessBuilder("stat", "-c", "%b", file.toString()).start();
        final String blocks = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        assertEquals(0, process.waitFor());
        return Long.parseLong(blocks.strip()) * 512;
    }
}
