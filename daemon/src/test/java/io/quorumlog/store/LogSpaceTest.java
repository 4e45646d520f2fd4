package io.quorumlog.store;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorumlog.codec.record.LogRecord;
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
}
