package io.quorumlog.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorumlog.codec.record.RecordKind;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

final class LogSurveyTest {
    private static final int FILE_BYTES = 2 * 1024;
    private static final ClusterIdentity CLUSTER = new ClusterIdentity(0xABCL, 0xDEFL, new int[] {1, 2, 3});

    private final LogFixture fixture = new LogFixture(FILE_BYTES);

    private LogSurvey survey() {
        return LogSurvey.of(fixture.stream.storedFiles());
    }

    private List<String> entries(final LogSurvey survey, final long from, final long to) {
        final List<String> seen = new ArrayList<>();
        survey.visitEntries(
                from,
                to,
                (entry, superseded) -> seen.add(LogFixture.payload(entry) + (superseded ? " superseded" : "")));
        return seen;
    }

    private void appendMany(final int count) {
        if (fixture.log.term() == 0) {
            fixture.log.persistHardState(1, 2, false);
        }
        for (int i = 0; i < count; i++) {
            fixture.append("entry " + (fixture.log.lastIndex() + 1) + "@" + fixture.log.term());
        }
    }

    @Test
    void surveySaysWhatTheLogHolds() {
        fixture.log.persistHardState(7, 2, true);
        final UnsafeBuffer identity = new UnsafeBuffer(new byte[ClusterIdentity.MAX_LENGTH]);
        fixture.log.appendEntry(RecordKind.CLUSTER, 7, 0, identity, 0, CLUSTER.encode(identity, 0));
        appendMany(60);
        fixture.log.onCommit(50);
        fixture.log.persistHardState(8, 3, false);
        fixture.replicate(57, 8, "anew");
        appendMany(3);

        final LogSurvey survey = survey();

        assertNull(survey.damage());
        assertNull(survey.repair());
        assertEquals(LogFixture.IDENTITY, survey.identity());
        assertEquals(1, survey.format());
        assertEquals("0000000000000abc0000000000000def", survey.clusterId());
        assertFalse(survey.isBlank());
        assertEquals(8, survey.term());
        assertEquals(3, survey.votedFor());
        assertEquals(50, survey.commitIndex());
        assertEquals(60, survey.lastIndex());
        assertEquals(8, survey.lastTerm());
        assertEquals(59, survey.clientEntries());
        assertEquals(5, survey.supersededEntries());
    }

    @Test
    void filesShareTheLiveEntriesAmongThem() {
        appendMany(70);
        fixture.replicate(40, 1, "anew");
        appendMany(40);
        final LogSurvey survey = survey();

        final List<LogSurvey.FileContents> files = survey.files();

        assertTrue(files.size() > 3, files::toString);
        long next = 1;
        long records = 0;
        for (final LogSurvey.FileContents file : files) {
            assertEquals(next, file.firstIndex(), file::toString);
            next = file.lastIndex() + 1;
            records += file.records();
        }
        assertEquals(survey.lastIndex() + 1, next);
        assertEquals(survey.records(), records);
        assertEquals("file-1", files.get(0).name());
    }

    @Test
    void entriesAreShownInStreamOrderWithThoseThatWereSuperseded() {
        appendMany(5);
        fixture.replicate(3, 1, "anew 3");
        appendMany(2);
        fixture.replicate(5, 1, "anew 5");

        final List<String> seen = entries(survey(), 3, 5);

        assertEquals(
                List.of(
                        "entry 3@1 superseded",
                        "entry 4@1 superseded",
                        "entry 5@1 superseded",
                        "anew 3",
                        "entry 4@1",
                        "entry 5@1 superseded",
                        "anew 5"),
                seen);
    }

    @Test
    void anyRangeIsFoundInWhicheverFilesItIs() {
        appendMany(120);
        final LogSurvey survey = survey();

        for (long from = 0; from <= 122; from += 7) {
            for (long to = from; to <= 130; to += 13) {
                final List<String> expected = LongStream.rangeClosed(Math.max(1, from), Math.min(120, to))
                        .mapToObj(index -> "entry " + index + "@" + fixture.log.term())
                        .toList();
                assertEquals(expected, entries(survey, from, to), from + " to " + to);
            }
        }
        assertEquals(120, entries(survey, 0, Long.MAX_VALUE).size());
    }

    @Test
    void tornTailIsToldAndLeftAsItIs() {
        appendMany(10);
        final int file = fixture.stream.currentFile();
        fixture.stream.flipBit(file, 8L * (fixture.stream.usedBytes(file) - 1));
        final byte[] before = fixture.stream.bytes(file).byteArray().clone();

        final LogSurvey survey = survey();

        assertNull(survey.damage());
        assertTrue(survey.repair().startsWith("torn tail of "), survey.repair());
        assertTrue(survey.repair().endsWith("cut off behind index 9"), survey.repair());
        assertEquals(fixture.recover().report().repair(), survey.repair());
        assertEquals(9, survey.lastIndex());
        assertEquals(9, entries(survey, 1, 100).size());
        assertEquals(new UnsafeBuffer(before), fixture.stream.bytes(file));
    }

    @Test
    void damageIsToldInTheWordsOfAStartAndWhatStandsBeforeItIsShown() {
        appendMany(4);
        final int damaged = fixture.stream.usedBytes(1) + 20;
        appendMany(90);
        fixture.settle();
        fixture.stream.flipBit(1, 8L * damaged);
        final String refusal =
                assertThrows(DamagedLogException.class, fixture::recover).getMessage();

        final LogSurvey survey = survey();

        assertEquals(refusal, survey.damage().getMessage());
        assertTrue(refusal.contains("entry 5 "), refusal);
        assertEquals(List.of("entry 1@1", "entry 2@1", "entry 3@1", "entry 4@1"), entries(survey, 0, Long.MAX_VALUE));
    }

    @Test
    void logIsWhoeverItsFirstHeaderSaysAndAllOfIt() {
        appendMany(120);
        final MemoryRecordStream foreign = new MemoryRecordStream(FILE_BYTES);
        final NodeIdentity other = new NodeIdentity(9, new int[] {7, 8, 9});
        final RecoveredLog recovered = Recovery.recover(foreign.storedFiles(), other);
        foreign.reopen(recovered);
        final ReplicaLog log = new ReplicaLog(foreign, recovered, other);
        log.persistHardState(1, 2, false);
        for (int i = 0; i < 120; i++) {
            final UnsafeBuffer payload = new UnsafeBuffer(new byte[20]);
            log.appendEntry(RecordKind.CLIENT, log.term(), 0, payload, 0, payload.capacity());
        }

        assertEquals(other, LogSurvey.of(foreign.storedFiles()).identity());
        foreign.bytes(2).putBytes(0, fixture.stream.bytes(2), 0, FILE_BYTES);
        assertEquals(
                "file-2 is data of node 2, but this is node 9: give each node its own data directory",
                LogSurvey.of(foreign.storedFiles()).damage().getMessage());
    }

    @Test
    void emptyFilesHoldNothing() {
        final LogSurvey survey = LogSurvey.of(new MemoryRecordStream(FILE_BYTES).storedFiles());

        assertTrue(survey.isEmpty());
        assertNull(survey.damage());
        assertEquals("empty file file-1 dropped", survey.repair());
        assertEquals(0, survey.records());
        assertEquals(List.of(), survey.files());
    }
}
