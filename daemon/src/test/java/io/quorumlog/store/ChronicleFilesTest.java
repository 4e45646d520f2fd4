package io.quorumlog.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorumlog.codec.record.Crc32c;
import io.quorumlog.codec.record.LogRecord;
import io.quorumlog.log.StorageException;
import io.quorumlog.log.StoredFiles.Found;
import io.quorumlog.log.StoredFiles.Scan;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChronicleFilesTest {
    private static final int ENTRIES = 10;
    private static final int LARGE = 3 * StoreLayout.MIB;

    @TempDir
    Path directory;

    private final LogRecord record = new LogRecord();
    private final Crc32c crc = new Crc32c();
    private final List<Integer> offsets = new ArrayList<>();
    private ChronicleFiles files;

    /** File 1: ten entries, the fifth larger than a chunk. File 2: one. */
    @BeforeEach
    void write() {
        try (StoreFixture fixture = new StoreFixture(directory).open()) {
            for (int index = 1; index <= ENTRIES; index++) {
                offsets.add((int) fixture.append(index, length(index)));
            }
            fixture.stream.roll();
            fixture.append(ENTRIES + 1, 10);
        }
        files = new ChronicleFiles(directory);
    }

    private static int length(final int index) {
        return index == 5 ? LARGE : 101;
    }

    private void put(final int offset, final int... bytes) throws IOException {
        try (RandomAccessFile file =
                new RandomAccessFile(directory.resolve(files.name(1)).toFile(), "rw")) {
            file.seek(offset);
            for (final int b : bytes) {
                file.write(b);
            }
        }
    }

    private void assertRecord(final int index, final Scan scan) {
        assertEquals(offsets.get(index - 1).longValue(), scan.offset());
        assertTrue(record.wrap(scan.record(), 0, scan.record().capacity()).isIntact(crc));
        assertEquals(index, record.index());
    }

    @Test
    void oldFilesAreLetGoAsTheyAreRead() throws IOException, InterruptedException {
        PageCache.assumeVisible(directory);
        final int newest = 2 + (int) (CachedPages.KEPT_BYTES / StoreLayout.FILE_BYTES);
        Files.copy(directory.resolve(files.name(1)), directory.resolve(files.name(newest - 1)));
        Files.copy(directory.resolve(files.name(1)), directory.resolve(files.name(newest)));
        try (FileForce force = new FileForce(directory)) {
            for (final int file : files.numbers()) {
                force.forceFile(file);
            }
        }

        assertTrue(cachedOnceScanned(newest) >= LARGE);
        assertTrue(cachedOnceScanned(newest - 1) >= LARGE);
        assertEquals(0, cachedOnceScanned(1));
    }

    private long cachedOnceScanned(final int file) throws IOException, InterruptedException {
        final Path path = directory.resolve(files.name(file));
        try (Scan scan = files.scan(file)) {
            long scanned = 0;
            while (scan.next() == Found.RECORD) {
                scanned = scan.offset();
            }
            assertTrue(scanned >= LARGE && PageCache.bytesOf(path) > 0);
        }
        return PageCache.bytesOf(path);
    }

    private int end() {
        return (int) StoreFormat.align(offsets.get(ENTRIES - 1) + LogRecord.HEADER_LENGTH + 101)
                + StoreFormat.DOCUMENT_HEADER_LENGTH;
    }

    @Test
    void closedScanHoldsNoMemory() {
        final BufferPoolMXBean direct = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> "direct".equals(pool.getName()))
                .findFirst()
                .orElseThrow();
        final List<Scan> scans = new ArrayList<>(); // none of them is garbage
        final long before = direct.getMemoryUsed();
        for (int i = 0; i < 10; i++) {
            try (Scan scan = files.scan(1)) {
                scans.add(scan);
                while (scan.next() != Found.END) {
                    assertTrue(scan.record().capacity() > 0);
                }
            }
        }

        assertTrue(direct.getMemoryUsed() - before < LARGE, direct.getMemoryUsed() - before + " bytes more");
        assertTrue(scans.stream().allMatch(scan -> scan.record().capacity() == 0));
    }

    @Test
    void filesAreNumberedAscending() {
        assertArrayEquals(new int[] {1, 2}, files.numbers());
        assertEquals("19700101-000001R.cq4", files.name(1));
    }

    @Test
    void scanFindsEachRecordAndTheEnd() {
        try (Scan scan = files.scan(1)) {
            for (int index = 1; index <= ENTRIES; index++) {
                assertEquals(Found.RECORD, scan.next());
                assertRecord(index, scan);
            }
            assertEquals(Found.END, scan.next());
            assertEquals(end(), scan.offset());
        }
    }

    @Test
    void scanEndsAtTheFilesEndAndAtZerosAlike() throws IOException {
        for (final int tail : new int[] {0, 1, 5, 100_000}) {
            try (RandomAccessFile file =
                    new RandomAccessFile(directory.resolve(files.name(1)).toFile(), "rw")) {
                file.setLength(end() - StoreFormat.DOCUMENT_HEADER_LENGTH);
                file.setLength(end() - StoreFormat.DOCUMENT_HEADER_LENGTH + tail);
            }
            try (Scan scan = files.scan(1)) {
                for (int index = 1; index <= ENTRIES; index++) {
                    assertEquals(Found.RECORD, scan.next());
                }
                assertEquals(Found.END, scan.next(), "tail of " + tail);
                assertEquals(end(), scan.offset());
            }
        }
    }

    @Test
    void anythingButZerosBehindTheEndIsNoEnd() throws IOException {
        put(end() + 50, 1);

        try (Scan scan = files.scan(1)) {
            for (int index = 1; index <= ENTRIES; index++) {
                assertEquals(Found.RECORD, scan.next());
            }
            assertEquals(Found.BROKEN, scan.next());
            assertEquals(end(), scan.offset());
            assertEquals(Found.END, scan.resync(scan.offset()));
            assertEquals(StoreFormat.align(end() + 51) + StoreFormat.DOCUMENT_HEADER_LENGTH, scan.offset());
        }
    }

    @Test
    void resyncGoesOnBehindADamagedDocumentHeader() throws IOException {
        // Zero, not complete, metadata, another length, far too long.
        final int[][] headers = {{0, 0, 0, 0}, {137, 0, 0, 0x80}, {137, 0, 0, 0x40}, {136, 0, 0, 0}, {137, 0, 0, 0x10}};
        for (final int[] header : headers) {
            put(offsets.get(2) - StoreFormat.DOCUMENT_HEADER_LENGTH, header);

            try (Scan scan = files.scan(1)) {
                assertEquals(Found.RECORD, scan.next());
                assertEquals(Found.RECORD, scan.next());
                assertEquals(Found.BROKEN, scan.next());
                assertEquals(offsets.get(2).longValue(), scan.offset());
                assertEquals(Found.RECORD, scan.resync(scan.offset()));
                assertRecord(4, scan);
                assertEquals(Found.RECORD, scan.next());
                assertRecord(5, scan);
            }
        }
    }

    @Test
    void recordsLengthFieldMustBeItsDocumentsToo() throws IOException {
        put(offsets.get(2) + LogRecord.LENGTH_OFFSET, 138);

        try (Scan scan = files.scan(1)) {
            assertEquals(Found.RECORD, scan.next());
            assertEquals(Found.RECORD, scan.next());
            assertEquals(Found.BROKEN, scan.next());
        }
    }

    @Test
    void storeHeaderCostsNothing() throws IOException {
        try (RandomAccessFile file =
                new RandomAccessFile(directory.resolve(files.name(1)).toFile(), "rw")) {
            file.write(new byte[StoreFormat.FIRST_DOCUMENT]);
        }

        scanFindsEachRecordAndTheEnd();
    }

    @Test
    void fileThatCannotBeReadIsNamed() throws IOException {
        final Path file = directory.resolve(files.name(1));
        Files.delete(file);

        final String message =
                assertThrows(StorageException.class, () -> files.scan(1)).getMessage();

        assertTrue(message.startsWith(file.toString()), message);
    }
}
