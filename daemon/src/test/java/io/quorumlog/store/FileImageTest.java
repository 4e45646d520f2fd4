package io.quorumlog.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileImageTest {
    private static final int PAYLOAD_BYTES = 10_000;
    private static final int RECORDS = 4_000;
    private static final Path MEMORY = Path.of("/proc/self/status");

    @TempDir
    Path directory;

    @Test
    void recordsAreReadBackFromTheImageAndFromBeforeIt() {
        try (StoreFixture fixture = new StoreFixture(directory).open()) {
            final List<Long> positions = new ArrayList<>();
            for (int index = 1; index <= RECORDS; index++) {
                positions.add(fixture.append(index, PAYLOAD_BYTES));
                if (index % 50 == 0) {
                    fixture.stream.write();
                }
                if (index % 30 == 0) {
                    // Around where the image begins now, or will.
                    for (int back = 0; back < 500; back += 7) {
                        final int earlier = Math.max(1, index - back);
                        assertTrue(fixture.holds(positions.get(earlier - 1), earlier, PAYLOAD_BYTES));
                    }
                }
            }

            for (int index = 1; index <= RECORDS; index++) {
                assertTrue(fixture.holds(positions.get(index - 1), index, PAYLOAD_BYTES), "entry " + index);
            }
            assertEquals(RECORDS, fixture.walk().size());
        }
    }

    @Test
    void whatWasReadBeforeItWasAllWrittenIsReadAnew() {
        try (StoreFixture fixture = new StoreFixture(directory).open()) {
            final List<Long> positions = new ArrayList<>();
            appendUpTo(FileImage.KEPT_BYTES, fixture, positions);
            final int written = positions.size();
            fixture.stream.write();
            appendUpTo(2 * FileImage.KEPT_BYTES + 2 * PAYLOAD_BYTES, fixture, positions);

            // The last one before the image, behind which the file has nothing yet.
            assertTrue(fixture.holds(positions.get(written - 1), written, PAYLOAD_BYTES));
            fixture.stream.write();
            appendUpTo(4 * FileImage.KEPT_BYTES + 2 * PAYLOAD_BYTES, fixture, positions);

            assertTrue(fixture.holds(positions.get(written), written + 1, PAYLOAD_BYTES));
        }
    }

    private static void appendUpTo(final long end, final StoreFixture fixture, final List<Long> positions) {
        while (fixture.space.end() < end) {
            positions.add(fixture.append(positions.size() + 1L, PAYLOAD_BYTES));
        }
    }

    @Test
    void memoryOfWhatIsWrittenIsGivenBackAndOfNothingElse() throws IOException {
        assumeTrue(Files.exists(MEMORY));
        try (FileImage image = new FileImage(directory)) {
            Files.createFile(directory.resolve(FileCycle.fileName(1)));
            image.begin(1, 0);
            fill(image, 40);

            assertFalse(image.release());
            assertTrue(image.has(StoreFormat.FIRST_RECORD));
            final long fullBytes = residentBytes();
            image.write();
            assertTrue(image.release());

            assertFalse(image.has(StoreFormat.FIRST_RECORD));
            assertFalse(image.has(image.end() - FileImage.KEPT_BYTES - 1));
            assertTrue(image.has(image.end() - FileImage.KEPT_BYTES));
            assertEquals(7, image.buffer().getByte((int) image.end() - FileImage.KEPT_BYTES));
            final long givenBack = fullBytes - residentBytes();
            assertTrue(givenBack > 25L * StoreLayout.MIB, givenBack + " bytes");
            assertFalse(image.release());
        }
    }

    @Test
    void memoryOfAFileIsGivenBackWhenTheNextIsBegun() throws IOException {
        assumeTrue(Files.exists(MEMORY));
        try (FileImage image = new FileImage(directory)) {
            Files.createFile(directory.resolve(FileCycle.fileName(1)));
            Files.createFile(directory.resolve(FileCycle.fileName(2)));
            image.begin(1, 0);
            fill(image, 40);
            final long fullBytes = residentBytes();
            image.write();

            image.begin(2, 0);

            final long givenBack = fullBytes - residentBytes();
            assertTrue(givenBack > 25L * StoreLayout.MIB, givenBack + " bytes");
        }
    }

    private static void fill(final FileImage image, final int mebibytes) {
        for (int i = 0; i < mebibytes; i++) {
            image.buffer().setMemory((int) image.end(), StoreLayout.MIB, (byte) 7);
            image.appended(image.end() + StoreLayout.MIB);
        }
    }

    /** Anonymous memory of this process. */
    private static long residentBytes() throws IOException {
        for (final String line : Files.readAllLines(MEMORY)) {
            if (line.startsWith("RssAnon:")) {
                return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
            }
        }
        throw new AssertionError("no RssAnon in " + MEMORY);
    }
}
