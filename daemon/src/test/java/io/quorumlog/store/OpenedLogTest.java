package io.quorumlog.store;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorumlog.codec.record.LogRecord;
import io.quorumlog.codec.record.RecordKind;
import io.quorumlog.log.DamagedLogException;
import io.quorumlog.log.EntryCursor;
import io.quorumlog.log.NodeIdentity;
import io.quorumlog.log.ReplicaLog;
import io.quorumlog.log.StorageException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Store, recovery and log together, on real files. */
class OpenedLogTest {
    private static final NodeIdentity NODE = new NodeIdentity(1, new int[] {1, 2});
    private static final int PAYLOAD_BYTES = 3000;

    @TempDir
    Path directory;

    private final UnsafeBuffer payload = new UnsafeBuffer(new byte[PAYLOAD_BYTES]);

    private OpenedLog open() {
        return LogDirectory.open(directory, NODE, StoreLayout.MIB);
    }

    private ReplicaLog log(final OpenedLog opened) {
        return new ReplicaLog(opened.stream(), opened.recovered(), NODE);
    }

    private void append(final ReplicaLog log, final int entries) {
        for (int i = 0; i < entries; i++) {
            payload.putLong(0, log.lastIndex() + 1);
            log.appendEntry(RecordKind.CLIENT, log.term(), 1, payload, 0, PAYLOAD_BYTES);
        }
    }

    private void assertWhole(final ReplicaLog log, final long last) {
        final EntryCursor cursor = new EntryCursor(1);
        final LogRecord record = new LogRecord();
        long index = 0;
        while (log.read(cursor, last, record)) {
            index++;
            assertEquals(index, record.index());
            assertEquals(index, record.buffer().getLong(LogRecord.HEADER_LENGTH));
        }
        assertEquals(last, index);
        assertEquals(last, log.lastIndex());
    }

    @Test
    void logGoesOnOverFilesAndStarts() {
        long entries = 0;
        for (int start = 0; start < 4; start++) {
            try (OpenedLog opened = open()) {
                assertNull(opened.recovered().report().repair());
                final ReplicaLog log = log(opened);
                assertWhole(log, entries);
                log.persistHardState(log.term() + 1, 2, false);
                append(log, 17_000);
                entries += 17_000;
                assertWhole(log, entries);
                assertEquals(2, log.votedFor());
            }
        }
    }

    /** As in page-cache mode, whose nodes may be killed. */
    @Test
    void whatMayNotHaveBeenFlushedIsFlushedByAStart() throws IOException, InterruptedException {
        PageCache.assumeVisible(directory);
        final int files;
        try (OpenedLog opened = open()) {
            final ReplicaLog log = log(opened);
            log.persistHardState(1, 2, false);
            append(log, 140_000);
            files = opened.records().currentFile();
        }

        open().close();

        assertTrue(files > 5, files + " files");
        for (int file = 1; file <= files; file++) {
            final Path path = directory.resolve(FileCycle.fileName(file));
            try (AdvisedFile advised = new AdvisedFile(path)) {
                advised.doNotNeed(0, 0);
            }
            assertEquals(0, PageCache.bytesOf(path), "what is not on the disk is not let go");
        }
    }

    @Test
    void tornTailIsCutAndTold() throws IOException {
        final long end;
        try (OpenedLog opened = open()) {
            final ReplicaLog log = log(opened);
            log.persistHardState(1, 1, false);
            append(log, 100);
            end = opened.stream().bytes();
        }
        try (RandomAccessFile file =
                new RandomAccessFile(directory.resolve(FileCycle.fileName(1)).toFile(), "rw")) {
            file.setLength(end - PAYLOAD_BYTES / 2);
        }

        for (int start = 0; start < 2; start++) {
            try (OpenedLog opened = open()) {
                assertEquals(start == 0, opened.recovered().report().repair() != null);
                final ReplicaLog log = log(opened);
                assertWhole(log, 99 + start);
                append(log, 1);
            }
        }
    }

    @Test
    void damageThatNobodyCanMakeGoodIsRefusedAndTheDirectoryLetGo() throws IOException {
        final long damaged;
        try (OpenedLog opened = open()) {
            final ReplicaLog log = log(opened);
            log.persistHardState(1, 1, false);
            append(log, 100);
            damaged = opened.stream().bytes() - PAYLOAD_BYTES / 2;
            append(log, 1);
            log.onFlushed(log.lastRecordSeq());
            log.mark();
        }
        final Path path = directory.resolve(FileCycle.fileName(1));
        final byte[] bytes = Files.readAllBytes(path);
        bytes[(int) damaged]++;
        Files.write(path, bytes);

        for (int start = 0; start < 2; start++) {
            final String message =
                    assertThrows(DamagedLogException.class, this::open).getMessage();
            assertTrue(message.startsWith(path.getFileName().toString()), message);
        }
        bytes[(int) damaged]--;
        Files.write(path, bytes);
        try (OpenedLog opened = open()) {
            assertWhole(log(opened), 101);
        }
    }

    @Test
    void logOfAnotherNodeIsRefused() {
        try (OpenedLog opened = open()) {
            log(opened);
        }

        assertThrows(
                StorageException.class,
                () -> LogDirectory.open(directory, new NodeIdentity(2, new int[] {1, 2}), StoreLayout.MIB));
        assertDoesNotThrow(() -> open().close());
    }
}
