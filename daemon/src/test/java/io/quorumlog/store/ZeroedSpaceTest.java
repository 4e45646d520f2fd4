package io.quorumlog.store;

import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ZeroedSpaceTest {
    private static final int FLUSH = ZeroedSpace.SMALLEST_FLUSH_BYTES;
    private static final long RESERVED = 16L * StoreLayout.MIB;
    private static final long WRITTEN = StoreFormat.FIRST_DOCUMENT;
    private static final long FIRST_PAGE = FileSpace.roundUp(WRITTEN);
    private static final int FILES = 4;

    @TempDir
    Path directory;

    private long nowNs;
    private long portionNs;

    @Test
    void zerosGoAheadOfTheLogInPortionsAndStayAhead() throws IOException {
        try (ZeroedSpace zeroed = zeroed(directory)) {
            for (int i = 0; i < 10; i++) {
                zeroed.extend(FLUSH, WRITTEN, RESERVED);
            }
            // From the next page on.
            assertEquals(FIRST_PAGE + 3L * ZeroedSpace.PORTION_BYTES, zeroed.end());

            zeroed.extend(FLUSH, WRITTEN + ZeroedSpace.PORTION_BYTES, RESERVED);
            assertEquals(FIRST_PAGE + 4L * ZeroedSpace.PORTION_BYTES, zeroed.end());

            // Overtaken.
            zeroed.extend(FLUSH, 9_000_000, RESERVED);
            assertEquals(FileSpace.roundUp(9_000_000) + ZeroedSpace.PORTION_BYTES, zeroed.end());
        }
    }

    @Test
    void nothingIsWrittenBehindWhatIsReserved() throws IOException {
        try (ZeroedSpace zeroed = zeroed(directory)) {
            zeroed.extend(FLUSH, WRITTEN, FIRST_PAGE + ZeroedSpace.PORTION_BYTES);
            zeroed.extend(FLUSH, WRITTEN, FIRST_PAGE + 2 * ZeroedSpace.PORTION_BYTES - 1);

            assertEquals(FIRST_PAGE + ZeroedSpace.PORTION_BYTES, zeroed.end());
        }
    }

    @Test
    void flushesThatGainNothingByItZeroNothing() throws IOException {
        try (ZeroedSpace zeroed = zeroed(directory)) {
            zeroed.extend(ZeroedSpace.SMALLEST_FLUSH_BYTES - 1, WRITTEN, RESERVED);
            zeroed.extend(ZeroedSpace.LARGEST_FLUSH_BYTES + 1, WRITTEN, RESERVED);

            assertEquals(0, zeroed.end());
        }
    }

    @Test
    void diskThatTookLongIsLeftAloneForAWhile() throws IOException {
        try (ZeroedSpace zeroed = zeroed(directory)) {
            portionNs = ZeroedSpace.SLOW_NS + 1;
            zeroed.extend(FLUSH, WRITTEN, 2 * RESERVED);
            portionNs = 0;
            zeroed.extend(FLUSH, WRITTEN + ZeroedSpace.PAUSE_BYTES - 1, 4 * RESERVED);
            assertEquals(FIRST_PAGE + ZeroedSpace.PORTION_BYTES, zeroed.end());

            zeroed.extend(FLUSH, WRITTEN + ZeroedSpace.PAUSE_BYTES, 4 * RESERVED);
            assertEquals(FIRST_PAGE + ZeroedSpace.PAUSE_BYTES + ZeroedSpace.PORTION_BYTES, zeroed.end());
        }
    }

    @Test
    void otherFileSystemsAreLeftAlone() throws IOException {
        final Path memory = Path.of("/dev/shm");
        assumeTrue(
                Files.isWritable(memory) && !Files.getFileStore(memory).type().equals("ext4"));
        final Path other = Files.createTempDirectory(memory, "zeroed");
        try (ZeroedSpace zeroed = zeroed(other)) {
            zeroed.extend(FLUSH, WRITTEN, RESERVED);

            assertEquals(0, zeroed.end());
        } finally {
            Files.delete(other.resolve("file"));
            Files.delete(other);
        }
    }

    /** The zeros would take the place of what a page that is written later begins with. */
    @Test
    void lastPageIsFilledOnlyIfNothingStandsInIt() throws IOException {
        final Path file = directory.resolve("file");
        try (ZeroedSpace zeroed = zeroed(directory);
                FileChannel channel = FileChannel.open(file, READ, WRITE)) {
            zeroed.extend(FLUSH, WRITTEN, RESERVED);
            final ByteBuffer ones = ByteBuffer.allocate(3 * FileSpace.PAGE_BYTES);
            Arrays.fill(ones.array(), (byte) 1);
            channel.write(ones, 0);

            zeroed.fillLastPage(channel, FileSpace.PAGE_BYTES + 1, FileSpace.PAGE_BYTES + 100);
            zeroed.fillLastPage(channel, 0, 2 * FileSpace.PAGE_BYTES);
            zeroed.fillLastPage(channel, 0, zeroed.end() + 1);
            assertEquals(3 * FileSpace.PAGE_BYTES, ones(file));
            assertEquals(zeroed.end(), channel.size());

            zeroed.fillLastPage(channel, FileSpace.PAGE_BYTES, FileSpace.PAGE_BYTES + 100);
            assertEquals(2 * FileSpace.PAGE_BYTES, ones(file));
        }
    }

    private static int ones(final Path file) throws IOException {
        int ones = 0;
        for (final byte b : Files.readAllBytes(file)) {
            ones += b;
        }
        return ones;
    }

    @Test
    void entriesAreInTheFileWhateverWasZeroedBetweenThem() throws IOException {
        assumeExt4();
        final SplittableRandom random = new SplittableRandom(1);
        int entries = 0;
        try (StoreFixture fixture = new StoreFixture(directory).open()) {
            while (fixture.stream.currentFile() < 3 || fixture.space.end() < 2 * StoreLayout.MIB) {
                for (int i = random.nextInt(40); i >= 0; i--) {
                    entries++;
                    fixture.append(entries, random.nextInt(8000));
                }
                fixture.space.maintain();
                fixture.stream.zeroAhead(fixture.stream.write());
            }
            assertTrue(fixture.stream.zeroedEnd() > 0);
            final byte[] last = Files.readAllBytes(fixture.file(3));
            for (int i = (int) fixture.space.end(); i < last.length; i++) {
                assertEquals(0, last[i], "at " + i);
            }
            final Path copy = Files.createDirectory(directory.resolve("copy"));
            for (int number = 1; number <= 3; number++) {
                Files.copy(fixture.file(number), copy.resolve(FileCycle.fileName(number)));
            }
        }
        try (StoreFixture copied = new StoreFixture(directory.resolve("copy")).open()) {
            assertEquals(entries, copied.walk().size());
        }
    }

    @Test
    void closedLogIsLeftAlone() throws IOException {
        final ZeroedSpace zeroed = zeroed(directory);
        zeroed.close();

        zeroed.extend(FLUSH, WRITTEN, RESERVED);

        assertEquals(0, zeroed.end());
    }

    /** Else a new file's head would be zeroed, which Chronicle has stored to through its mapping. */
    @Test
    void fileIntoWhichNothingWasWrittenYetIsLeftAlone() throws IOException {
        try (ZeroedSpace zeroed = zeroed(directory)) {
            zeroed.extend(FLUSH, 0, RESERVED);

            assertEquals(0, zeroed.end());
        }
    }

    @Test
    void entriesAreThereThatWereAppendedAndRolledWhileTheFlushThreadZeroed() throws IOException {
        assumeExt4();
        final int payload = 3000;
        final List<Long> positions = new ArrayList<>();
        long zeroedEnd = 0;
        try (StoreFixture fixture = new StoreFixture(directory).open()) {
            final FlushThread flusher = new FlushThread(fixture.log, false, () -> {}, failure -> {});
            flusher.start();
            while (fixture.stream.currentFile() < FILES) {
                final long last = fixture.stream.lastSeq();
                while (!fixture.stream.isSpaceReserved() || flusher.durableSeq() < last - 20) {
                    Thread.onSpinWait();
                }
                for (int i = 0; i < 10; i++) {
                    positions.add(fixture.append(positions.size() + 1L, payload));
                }
                flusher.request(fixture.stream.lastSeq(), false);
                zeroedEnd = Math.max(zeroedEnd, fixture.stream.zeroedEnd());
            }
            assertTrue(flusher.stop(fixture.stream.lastSeq(), TimeUnit.SECONDS.toNanos(20)));
            assertTrue(zeroedEnd > StoreLayout.NEXT_FILE_AT, zeroedEnd + " bytes");
        }
        try (StoreFixture fixture = new StoreFixture(directory).open()) {
            assertEquals(positions.size(), fixture.walk().size());
            for (int i = 0; i < positions.size(); i++) {
                assertTrue(fixture.holds(positions.get(i), i + 1L, payload), "entry " + (i + 1));
            }
        }
    }

    private void assumeExt4() throws IOException {
        assumeTrue(Files.getFileStore(directory).type().equals("ext4"));
    }

    /** On a file of nothing, by a clock that a portion moves. */
    private ZeroedSpace zeroed(final Path where) throws IOException {
        final Path file = Files.createFile(where.resolve("file"));
        if (where == directory) {
            assumeExt4();
        }
        final ZeroedSpace zeroed = new ZeroedSpace(where, () -> nowNs += portionNs);
        zeroed.begin(file);
        return zeroed;
    }
}
