package io.quorumlog.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorumlog.codec.record.LogRecord;
import io.quorumlog.codec.record.RecordKind;
import io.quorumlog.log.DamagedLogException;
import io.quorumlog.log.LogSurvey;
import io.quorumlog.log.RecordStream;
import io.quorumlog.log.RecoveredLog;
import io.quorumlog.log.Recovery;
import io.quorumlog.log.RecoveryReport;
import io.quorumlog.log.ReplicaLog;
import io.quorumlog.store.WrittenLog.Contents;
import io.quorumlog.store.WrittenLog.Written;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Each byte of a real log's files flipped, and each file cut at each byte. What must come of it is known beforehand from
 * what was written ({@link WrittenLog}), not from what recovery does: exactly the records before the first one that was hit,
 * or, where one behind it shows that this one had been flushed, a refusal that names file and offset. A start, a look at
 * the files ({@link LogSurvey}) and a repair must agree on that. {@code -Drecovery.flips=8} flips each bit of a byte,
 * {@code -Drecovery.flips=255} changes it to all that it can be.
 */
class EveryDamageTest {
    private static final int[] MASKS = masks(Integer.getInteger("recovery.flips", 1));

    /** So seldom a start goes on to a repair, which costs fsyncs, and to opening Chronicle. */
    private static final int REPAIRED_ONE_IN = 61;

    private static final int OPENED_ONE_IN = 8 * REPAIRED_ONE_IN;

    /** Files that a quick start reads. */
    private static final int FEWEST_READ = 2;

    /** Between cuts within the store header, which nobody reads. */
    private static final int STORE_HEADER_STEP = 4096;

    @TempDir
    static Path source;

    @TempDir
    static Path original;

    private static WrittenLog written;

    @TempDir
    Path directory;

    @TempDir
    Path copies;

    private ChronicleFiles files;
    private int cases;
    private int refusals;
    private int cuts;
    private int starts;
    private int passedOver;

    /**
     * What must come of a damage.
     *
     * @param hole position at which something is missing
     * @param kept how many records stand before it
     * @param isRefused whether a record that is still there shows that the hole had been flushed
     * @param isCut whether something that can't be kept stands there, and is told to be cut off
     */
    private record Expected(long hole, int kept, boolean isRefused, boolean isCut, String what) {
        Contents contents() {
            return kept == 0 ? Contents.NONE : written.records().get(kept - 1).after();
        }
    }

    @BeforeAll
    static void write() throws IOException {
        written = new WrittenLog(source, original);
        assertTrue(written.files() >= 4, written.files() + " files");
    }

    @BeforeEach
    void copy() throws IOException {
        copyTo(directory, original);
        files = new ChronicleFiles(directory);
    }

    @AfterEach
    void tellHowMany() {
        System.out.println("damage: " + cases + " cases, " + refusals + " refused, " + cuts + " cut off, " + starts
                + " started on, "
                + passedOver + " passed over");
    }

    /** All bits first, each byte beginning with another one. */
    private static int[] masks(final int count) {
        return IntStream.concat(
                        IntStream.range(0, Byte.SIZE).map(bit -> 1 << bit),
                        IntStream.range(1, 1 << Byte.SIZE).filter(mask -> Integer.bitCount(mask) > 1))
                .limit(Math.max(count, Byte.SIZE))
                .toArray();
    }

    @Test
    void flippedByteIsNamedOrCutOff() throws IOException {
        final int flips = Integer.getInteger("recovery.flips", 1);
        for (int file = 1; file <= written.files(); file++) {
            try (RandomAccessFile bytes = new RandomAccessFile(path(file).toFile(), "rw")) {
                for (int at = StoreFormat.FIRST_DOCUMENT; at < bytes.length(); at++) {
                    for (int i = 0; i < flips; i++) {
                        final int mask = MASKS[i < Byte.SIZE ? (at + i) % Byte.SIZE : i];
                        change(bytes, at, mask);
                        check(afterFlip(file, at, "byte " + at + " of file " + file + " changed by " + mask));
                        change(bytes, at, mask);
                    }
                }
            }
        }
        assertTrue(refusals > cases / 3 && cuts > cases / 10, refusals + " refused, " + cuts + " cut off");
        assertTrue(passedOver > cases / 4, passedOver + " passed over by a quick start");
    }

    @Test
    void storeHeaderCostsNothing() throws IOException {
        for (int file = 1; file <= written.files(); file++) {
            try (RandomAccessFile bytes = new RandomAccessFile(path(file).toFile(), "rw")) {
                for (int at = 0; at < StoreFormat.FIRST_DOCUMENT; at++) {
                    change(bytes, at, 0xFF);
                }
            }
        }
        final Expected expected = harmless(written.records().size(), "every byte of each store header changed");
        check(expected);
        start(expected, true);
    }

    private static void change(final RandomAccessFile bytes, final int at, final int mask) throws IOException {
        bytes.seek(at);
        final int changed = bytes.read() ^ mask;
        bytes.seek(at);
        bytes.write(changed);
    }

    private static Expected afterFlip(final int file, final int at, final String what) {
        final List<Written> records = written.records();
        for (int i = written.first(file); i < written.first(file + 1); i++) {
            final Written record = records.get(i);
            if (at < StoreFormat.align(record.end())) {
                return at < record.end()
                        ? lost(i, record.position(), i + 1, true, what)
                        : harmless(records.size(), what); // It only fills up.
            }
        }
        final int next = written.first(file + 1);
        return lost(next, written.endPosition(file), next, true, what);
    }

    private static Expected harmless(final int kept, final String what) {
        return new Expected(RecordStream.NONE, kept, false, false, what);
    }

    /** @param firstLeft number of the first record behind the hole that is still there */
    private static Expected lost(
            final int kept, final long hole, final int firstLeft, final boolean isCut, final String what) {
        final List<Written> left =
                written.records().subList(firstLeft, written.records().size());
        final boolean isRefused = left.stream().anyMatch(record -> record.evidence() > hole);
        return new Expected(hole, kept, isRefused, isCut, what);
    }

    @Test
    void fileCutAnywhereAmongOthersIsNamedOrCutOff() throws IOException {
        for (int file = 1; file <= written.files(); file++) {
            cutAnywhere(file, true);
            Files.copy(original.resolve(FileCycle.fileName(file)), path(file), StandardCopyOption.REPLACE_EXISTING);
        }
        assertTrue(refusals > cases / 3 && cuts > cases / 10, refusals + " refused, " + cuts + " cut off");
    }

    @Test
    void logCutAnywhereIsAPrefix() throws IOException {
        for (int file = written.files(); file >= 1; file--) {
            cutAnywhere(file, false);
            Files.delete(path(file));
        }
        assertEquals(0, refusals, "what is there does not tell of more");
    }

    private void cutAnywhere(final int file, final boolean othersFollow) throws IOException {
        try (RandomAccessFile bytes = new RandomAccessFile(path(file).toFile(), "rw")) {
            for (int length = (int) bytes.length(); length >= 0; length--) {
                if (length < StoreFormat.FIRST_DOCUMENT) {
                    length -= length % STORE_HEADER_STEP;
                }
                bytes.setLength(length);
                check(afterCut(file, length, othersFollow, "file " + file + " cut at " + length));
            }
        }
    }

    private static Expected afterCut(final int file, final int length, final boolean othersFollow, final String what) {
        final int next = written.first(file + 1);
        final int firstLeft = othersFollow ? next : written.records().size();
        final int first = written.first(file);
        for (int i = first; i < next; i++) {
            final Written record = written.records().get(i);
            if (length < record.end()) {
                // Where a file ends with a record, nothing shows that there was more, but for the files behind it.
                final boolean isCut = i == first
                        || length > record.offset() - StoreFormat.DOCUMENT_HEADER_LENGTH
                        || firstLeft < written.records().size();
                return lost(i, record.position(), firstLeft, isCut, what);
            }
        }
        final int mark = length - written.end(file);
        final boolean isHalfAMark = file < written.files()
                && mark >= StoreFormat.DOCUMENT_HEADER_LENGTH
                && mark < StoreFormat.END_MARK_LENGTH;
        return isHalfAMark
                ? lost(next, written.endPosition(file), firstLeft, true, what)
                : harmless(othersFollow ? written.records().size() : next, what);
    }

    /** What the offices say that read files without changing them. */
    private void check(final Expected expected) throws IOException {
        cases++;
        refusals += expected.isRefused ? 1 : 0;
        cuts += expected.isCut && !expected.isRefused ? 1 : 0;
        final LogSurvey survey = LogSurvey.of(files);
        try {
            final RecoveredLog recovered = Recovery.recover(files, WrittenLog.IDENTITY);
            assertFalse(expected.isRefused, () -> expected.what + ": " + recovered.report());
            assertNull(survey.damage(), expected.what);
            assertKept(expected, recovered, survey);
        } catch (final DamagedLogException e) {
            assertTrue(expected.isRefused, () -> expected.what + ": " + e.getMessage());
            assertNames(expected, e);
            assertEquals(e.getMessage(), survey.damage().getMessage());
        }
        assertEquals(expected.contents().entries(), entries(survey), expected.what);
        checkQuickStart(expected);
        if (cases % REPAIRED_ONE_IN == 0) {
            start(expected, cases % OPENED_ONE_IN == 0);
        }
    }

    /** A start that reads the newest files only either comes to the same, or passes over what verification then finds. */
    private void checkQuickStart(final Expected expected) {
        try {
            final RecoveryReport quick =
                    Recovery.recover(files, WrittenLog.IDENTITY, FEWEST_READ).report();
            if (quick.unread() > 0 && isIn(expected.hole, quick.unread())) {
                passedOver++;
                assertTrue(expected.isRefused, expected.what);
                assertEquals(written.last().after().entries().size(), quick.lastIndex(), expected.what);
                assertEquals(written.last().after().term(), quick.term(), expected.what);
                assertNull(quick.repair(), expected.what);
                assertEquals("damaged", verify(expected, quick.unread()), expected.what);
            } else {
                assertFalse(expected.isRefused, expected.what);
                assertEquals(expected.contents().entries().size(), quick.lastIndex(), expected.what);
                assertEquals(expected.contents().term(), quick.term(), expected.what);
                assertEquals(expected.isCut, quick.repair() != null, expected.what);
                assertTrue(
                        quick.unread() == 0 || verify(expected, quick.unread()).equals("sound"), expected.what);
            }
        } catch (final DamagedLogException e) {
            assertTrue(expected.isRefused, () -> expected.what + ": " + e.getMessage());
            assertNames(expected, e);
        }
    }

    private static boolean isIn(final long hole, final int oldestFiles) {
        return hole != RecordStream.NONE && RecordStream.file(hole) <= oldestFiles;
    }

    private String verify(final Expected expected, final int oldestFiles) {
        final StringBuilder verdict = new StringBuilder();
        new Scrub(
                        files,
                        oldestFiles,
                        WrittenLog.IDENTITY,
                        new Scrub.Listener() {
                            @Override
                            public void onSound(final int count, final long bytes, final long elapsedNs) {
                                verdict.append("sound");
                            }

                            @Override
                            public void onDamage(final DamagedLogException damage, final boolean canBeMadeGood) {
                                assertEquals(expected.hole, damage.position(), expected.what);
                                assertEquals(expected.contents().entries().size(), damage.soundIndex(), expected.what);
                                verdict.append("damaged");
                            }

                            @Override
                            public void onGivenUp(final String why) {
                                verdict.append(why);
                            }
                        },
                        0)
                .run();
        return verdict.toString();
    }

    private static void assertNames(final Expected expected, final DamagedLogException damage) {
        final String place = FileCycle.fileName(RecordStream.file(expected.hole)) + " at offset "
                + (expected.hole & 0xFFFF_FFFFL) + " is damaged: entry "
                + (expected.contents().entries().size() + 1) + " ";
        assertTrue(damage.getMessage().startsWith(place), () -> expected.what + ": " + damage.getMessage());
        assertEquals(expected.hole, damage.position(), expected.what);
        assertEquals(expected.contents().entries().size(), damage.soundIndex(), expected.what);
    }

    private static void assertKept(final Expected expected, final RecoveredLog recovered, final LogSurvey survey) {
        final Contents contents = expected.contents();
        final RecoveryReport report = recovered.report();
        assertEquals(expected.isCut, recovered.needsRepair(), expected.what);
        assertEquals(expected.isCut, report.repair() != null, expected.what);
        assertEquals(contents.entries().size(), report.lastIndex(), expected.what);
        assertEquals(contents.term(), report.term(), expected.what);
        assertEquals(contents.votedFor(), report.votedFor(), expected.what);
        assertEquals(expected.kept, survey.records(), expected.what);
        assertEquals(report.repair(), survey.repair(), expected.what);
        assertEquals(contents.term(), survey.term(), expected.what);
        assertEquals(contents.votedFor(), survey.votedFor(), expected.what);
        assertEquals(contents.isBlank(), survey.isBlank(), expected.what);
        assertEquals(contents.commitIndex(), survey.commitIndex(), expected.what);
    }

    private static List<String> entries(final LogSurvey survey) {
        final List<String> entries = new ArrayList<>();
        survey.visitEntries(1, Long.MAX_VALUE, (entry, superseded) -> {
            if (!superseded) {
                entries.add(WrittenLog.entry(
                        entry.index(),
                        entry.term(),
                        entry.kind(),
                        entry.buffer(),
                        LogRecord.HEADER_LENGTH,
                        entry.payloadLength()));
            }
        });
        return entries;
    }

    /** A start on a copy, which ends before it has written anything, and those after it. */
    private void start(final Expected expected, final boolean goesOn) throws IOException {
        starts++;
        final Path copy = Files.createDirectory(copies.resolve("copy-" + cases));
        copyTo(copy, directory);
        if (expected.isRefused && expected.contents().entries().isEmpty()) {
            assertNames(expected, assertThrows(DamagedLogException.class, () -> recover(copy), expected.what));
            return;
        }
        for (int start = 0; start < 2; start++) {
            final RecoveredLog recovered = recover(copy);
            assertEquals(expected.isRefused, recovered.hasLostEntries(), expected.what);
            assertEquals(
                    expected.contents().entries().size(), recovered.report().lastIndex(), expected.what);
        }
        assertEquals(expected.isRefused, Files.exists(copy.resolve("damaged-1.partial")), expected.what);
        if (goesOn) {
            open(copy, expected);
        }
    }

    private static RecoveredLog recover(final Path copy) {
        try (LogDirectory locked = LogDirectory.lock(copy)) {
            return locked.recover(WrittenLog.IDENTITY, new DamageRepair(copy, locked.files()));
        }
    }

    /** The log goes on from there. */
    private static void open(final Path copy, final Expected expected) {
        final Contents contents = expected.contents();
        final int last = contents.entries().size();
        try (OpenedLog opened = LogDirectory.open(copy, WrittenLog.IDENTITY, StoreLayout.MIB)) {
            final ReplicaLog log = new ReplicaLog(opened.stream(), opened.recovered(), WrittenLog.IDENTITY);
            assertEquals(expected.isRefused, opened.finishRepair() != null, expected.what);
            log.persistHardState(contents.term() + 1, 0, log.isBlank());
            log.appendEntry(RecordKind.NO_OP, log.term(), 0, new UnsafeBuffer(new byte[0]), 0, 0);
        }
        final LogSurvey survey = LogSurvey.of(new ChronicleFiles(copy));
        assertNull(survey.damage(), expected.what);
        assertNull(survey.repair(), expected.what);
        assertEquals(expected.isRefused, survey.hasLostEntries(), expected.what);
        assertEquals(last + 1, survey.lastIndex(), expected.what);
        assertEquals(contents.entries(), entries(survey).subList(0, last), expected.what);
    }

    private Path path(final int file) {
        return directory.resolve(FileCycle.fileName(file));
    }

    private static void copyTo(final Path to, final Path from) throws IOException {
        try (Stream<Path> paths = Files.list(from)) {
            for (final Path path : paths.toList()) {
                Files.copy(path, to.resolve(path.getFileName()));
            }
        }
    }
}
