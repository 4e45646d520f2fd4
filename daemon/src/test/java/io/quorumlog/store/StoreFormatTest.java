package io.quorumlog.store;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.READ;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorumlog.log.RecordStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreFormatTest {
    @TempDir
    Path directory;

    @Test
    void storeHeaderIsWhatChronicleWritesForTheFirstRecord() throws IOException {
        try (SingleChronicleQueue queue = StoreFixture.openWithChronicle(directory, FileCycle.FIRST);
                ExcerptAppender appender = queue.createAppender()) {
            appender.writeBytes(Bytes.from("a record"));

            final Path path = directory.resolve(FileCycle.fileName(FileCycle.FIRST));
            final ByteBuffer file =
                    ByteBuffer.allocate(StoreFormat.FIRST_RECORD + 8).order(LITTLE_ENDIAN);
            try (FileChannel channel = FileChannel.open(path, READ)) {
                channel.read(file);
            }
            assertArrayEquals(
                    StoreFormat.storeHeader().array(), Arrays.copyOf(file.array(), StoreFormat.FIRST_DOCUMENT));
            assertEquals(StoreFormat.FIRST_DOCUMENT, file.getLong(StoreFormat.WRITE_POSITION));
            assertEquals("a record", new String(file.array(), StoreFormat.FIRST_RECORD, 8, UTF_8));
        }
    }

    @Test
    void fileBeginsWithTheStoreHeaderAndThenTheFirstRecord() throws IOException {
        try (StoreFixture fixture = new StoreFixture(directory).open()) {
            final long position = fixture.append(1, 100);
            fixture.stream.write();

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
