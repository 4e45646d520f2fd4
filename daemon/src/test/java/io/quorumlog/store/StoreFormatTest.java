package io.quorumlog.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorumlog.log.RecordStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreFormatTest {
    @TempDir
    Path directory;

    @Test
    void storeHeaderIsWhatChronicleWritesForTheFirstRecord() throws IOException {
        try (StoreFixture fixture = new StoreFixture(directory).open()) {
            final long position = fixture.append(1, 100);

            assertEquals(RecordStream.position(1, StoreFormat.FIRST_RECORD), position);
            final byte[] file = Files.readAllBytes(fixture.file(1));
            assertArrayEquals(StoreFormat.storeHeader().array(), Arrays.copyOf(file, StoreFormat.FIRST_DOCUMENT));
        }
    }

    @Test
    void oneIndexTableIsEnoughForAFile() {
        final long smallestDocument = 4 + 36;

        assertTrue((long) FileCycle.INDEX_COUNT * FileCycle.INDEX_SPACING * smallestDocument > StoreLayout.BLOCK_BYTES);
    }

    @Test
    void fileNamesAndNumbersBelongTogether() {
        for (final int number : new int[] {FileCycle.FIRST, 59, 60, 86_399, 86_400, 100_000_000, Integer.MAX_VALUE}) {
            final String name = FileCycle.fileName(number);

            assertTrue(FileCycle.isFileName(name), name);
            assertEquals(number, FileCycle.fileNumber(name));
        }
        assertFalse(FileCycle.isFileName(FileCycle.fileName(FileCycle.FIRST - 1)));
    }
}
