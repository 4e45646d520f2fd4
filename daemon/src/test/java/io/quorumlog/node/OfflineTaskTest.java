package io.quorumlog.node;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorumlog.codec.record.Crc32c;
import io.quorumlog.codec.record.LogRecord;
import io.quorumlog.codec.record.RecordKind;
import io.quorumlog.log.DamagedLogException;
import io.quorumlog.log.NodeIdentity;
import io.quorumlog.log.ReplicaLog;
import io.quorumlog.log.StorageException;
import io.quorumlog.store.LogDirectory;
import io.quorumlog.store.OpenedLog;
import java.io.IOException;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class OfflineTaskTest {
    private static final NodeIdentity IDENTITY = new NodeIdentity(2, new int[] {1, 2});
    private static final NodeIdentity OF_THREE = new NodeIdentity(2, new int[] {1, 2, 3});
    private static final int RECORD_BYTES = 1 << 20;
    private static final String NAME = "19700101-000001R.cq4";

    @TempDir
    Path directory;

    private Path file;

    @BeforeEach
    void writeALogOfTwoMembers() {
        write(directory, IDENTITY);
        file = directory.resolve(NAME);
    }

    /** Three entries, of which two took the place of others. */
    private static void write(final Path to, final NodeIdentity identity) {
        try (OpenedLog opened = LogDirectory.open(to, identity, RECORD_BYTES)) {
            final ReplicaLog log = new ReplicaLog(opened.stream(), opened.recovered(), identity);
            log.persistHardState(1, 2, true);
            append(log, 1, "one");
            append(log, 2, "two");
            append(log, 3, "three");
            log.persistHardState(4, 3, false);
            append(log, 2, "zwei");
            append(log, 3, "drei\n");
            log.onCommit(1);
            log.onFlushed(log.lastRecordSeq());
            log.mark();
        }
    }

    private static void append(final ReplicaLog log, final long index, final String payload) {
        final byte[] bytes = payload.getBytes(StandardCharsets.US_ASCII);
        final UnsafeBuffer record = new UnsafeBuffer(new byte[LogRecord.HEADER_LENGTH + bytes.length]);
        LogRecord.encodeHeader(
                record,
                0,
                RecordKind.CLIENT,
                index,
                log.term(),
                1000,
                new UnsafeBuffer(bytes),
                0,
                bytes.length,
                new Crc32c());
        record.putBytes(LogRecord.HEADER_LENGTH, bytes);
        log.appendReplicated(new LogRecord().wrap(record, 0, record.capacity()));
    }

    private static String run(final OfflineTask task) throws IOException {
        final StringWriter output = new StringWriter();
        task.run(output);
        return output.toString();
    }

    @Test
    void verifySaysWhatTheDirectoryHolds() throws IOException {
        assertEquals(
                """
                data-dir          DIR
                format            1
                node              2
                members           1, 2
                cluster           not known yet
                blank             no
                term              4
                voted for         3
                committed         up to 1 at least
                entries           1 to 3@4, 3 of clients
                superseded        2 entries
                file              19700101-000001R.cq4  entries 1 to 3  9 records  SIZE bytes
                sound             9 records, every checksum right
                """.replace("DIR", directory.toString()).replace("SIZE", Long.toString(Files.size(file))),
                run(new OfflineTask.Verify(directory)));
    }

    @Test
    void dumpPrintsALineAnEntry() throws IOException {
        assertEquals("""
                2@1 1970-01-01T00:00:01Z client 3 "two" (superseded)
                3@1 1970-01-01T00:00:01Z client 5 "three" (superseded)
                2@4 1970-01-01T00:00:01Z client 4 "zwei"
                3@4 1970-01-01T00:00:01Z client 5 "drei\\n"
                """, run(new OfflineTask.Dump(directory, 2, 3)));
    }

    @Test
    void tornTailIsToldAndNotCut() throws IOException {
        final byte[] bytes = Files.readAllBytes(file);
        int end = bytes.length;
        while (bytes[end - 1] == 0) {
            end--;
        }
        Files.write(file, Arrays.copyOf(bytes, end - 1));

        final String output = run(new OfflineTask.Verify(directory));

        assertTrue(output.contains("\nat the next start torn tail of "), output);
        assertTrue(output.contains(" cut off behind index 3\n"), output);
        assertTrue(output.contains("\nsound             8 records"), output);
        assertEquals(end - 1, Files.size(file));
    }

    private static byte[] damage(final Path path) throws IOException {
        final byte[] bytes = Files.readAllBytes(path);
        final int two = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("zwei");
        bytes[two] ^= 1;
        Files.write(path, bytes);
        return bytes;
    }

    /** The mistake: a log that a repair has cut already is shown as a whole one, of a member that has lost nothing. */
    @Test
    void repairThatWasCutShortIsTold() throws IOException {
        final Path data = directory.resolve("data");
        write(data, OF_THREE);
        damage(data.resolve(NAME));
        final Path partial = data.resolve("damaged-1.partial");
        Files.createDirectory(partial);
        final String begun = "a repair was begun in " + partial + ", and the next start goes on with it";
        assertTrue(assertThrows(StorageException.class, () -> run(new OfflineTask.Verify(data)))
                .getMessage()
                .endsWith("had been on disk; " + begun));
        assertTrue(assertThrows(StorageException.class, () -> run(new OfflineTask.Dump(data, 1, 9)))
                .getMessage()
                .endsWith("; " + begun));

        LogDirectory.open(data, OF_THREE, RECORD_BYTES).close(); // cuts, and dies before it has said so
        final String cut = run(new OfflineTask.Verify(data));
        try (OpenedLog opened = LogDirectory.open(data, OF_THREE, RECORD_BYTES)) {
            new ReplicaLog(opened.stream(), opened.recovered(), OF_THREE);
            opened.finishRepair();
        }
        final String repaired = run(new OfflineTask.Verify(data));

        assertTrue(
                cut.contains("\nat the next start the repair goes on that was begun in " + partial
                        + ": entries behind index 3 will come from the leader\nsound"),
                cut);
        assertTrue(cut.contains("\nblank             yes, it lost entries\n"), cut);
        assertFalse(repaired.contains("at the next start"), repaired);
        assertTrue(repaired.contains("\nblank             yes, it lost entries\n"), repaired);
    }

    @Test
    void damageIsWhatAStartWouldSayAndADumpEndsWithIt() throws IOException {
        final byte[] bytes = damage(file);
        final StringWriter output = new StringWriter();

        final String verified = assertThrows(DamagedLogException.class, () -> run(new OfflineTask.Verify(directory)))
                .getMessage();
        final String dumped = assertThrows(
                        DamagedLogException.class, () -> new OfflineTask.Dump(directory, 1, 9).run(output))
                .getMessage();
        final String started = assertThrows(
                        DamagedLogException.class, () -> LogDirectory.open(directory, IDENTITY, RECORD_BYTES))
                .getMessage();

        assertEquals(started, verified);
        assertEquals(started, dumped);
        assertEquals(3, output.toString().lines().count(), output::toString);
        assertArrayEquals(bytes, Files.readAllBytes(file));
    }

    @Test
    void dumpEndsWhenNobodyReadsIt() {
        final IOException closed = new IOException("closed");
        final Writer pipe = new Writer() {
            @Override
            public void write(final char[] text, final int offset, final int length) throws IOException {
                throw closed;
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };

        assertSame(closed, assertThrows(IOException.class, () -> new OfflineTask.Dump(directory, 1, 9).run(pipe)));
    }
}
