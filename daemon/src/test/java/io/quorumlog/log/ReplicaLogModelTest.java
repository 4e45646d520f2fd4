package io.quorumlog.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorumlog.codec.record.LogRecord;
import io.quorumlog.codec.record.RecordKind;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.agrona.collections.MutableInteger;
import org.agrona.concurrent.UnsafeBuffer;

/** The log against a plain list, under random appends, superseding, rolls, marks, crashes and readers. */
final class ReplicaLogModelTest {
    private record Entry(byte kind, long term, long timestampMs, String payload) {}

    /** All of one run; the seed decides everything. */
    private static final class Run {
        private final java.util.Random random;
        private final LogFixture fixture;
        private final List<Entry> model = new ArrayList<>();
        private final List<EntryCursor> readers = new ArrayList<>();
        private final LogRecord view = new LogRecord();
        private final UnsafeBuffer target = new UnsafeBuffer(new byte[4 * 1024]);
        private long term = 1;
        private int votedFor;
        private long commitIndex;
        private int payloads;
        private int superseded;
        private long newestCopiedFrom = 1;
        private int copiedAgain;

        Run(final long seed) {
            random = new java.util.Random(seed);
            fixture = new LogFixture(2 * 1024 + random.nextInt(30 * 1024));
            fixture.log.persistHardState(term, votedFor, false);
            for (int i = 0; i < 4; i++) {
                readers.add(new EntryCursor(1));
            }
        }

        void step() {
            final int choice = random.nextInt(100);
            if (choice < 45) {
                append();
            } else if (choice < 60) {
                replicateNext();
            } else if (choice < 64) {
                supersede();
            } else if (choice < 68) {
                newTerm();
            } else if (choice < 72) {
                fixture.flush();
            } else if (choice < 74) {
                if (fixture.log.isMarkDue()) {
                    fixture.log.mark();
                }
            } else if (choice < 77) {
                commitIndex = Math.max(commitIndex, model.size() - random.nextInt(20));
                fixture.log.onCommit(commitIndex);
            } else if (choice < 90) {
                read(readers.get(random.nextInt(readers.size())));
            } else if (choice < 98) {
                copy();
            } else if (choice < 99) {
                readers.get(random.nextInt(readers.size())).seek(1 + random.nextInt(model.size() + 1));
            } else {
                fixture.restart(MemoryRecordStream.CrashFate.ALL_SURVIVES);
            }
            check();
        }

        private String payload() {
            return "entry " + payloads++ + " ".repeat(random.nextInt(60)) + ".";
        }

        private void append() {
            final byte kind = random.nextInt(20) == 0 ? RecordKind.NO_OP : RecordKind.CLIENT;
            final String payload = kind == RecordKind.NO_OP ? "" : payload();
            final long timestampMs = random.nextInt(1_000);
            fixture.append(kind, payload.getBytes(), timestampMs);
            final long last = model.isEmpty() ? 0 : model.get(model.size() - 1).timestampMs;
            model.add(new Entry(kind, term, Math.max(timestampMs, last), payload));
        }

        private void replicateNext() {
            final String payload = payload();
            fixture.replicate(model.size() + 1, term, payload);
            model.add(new Entry(RecordKind.CLIENT, term, 0, payload));
        }

        private void supersede() {
            final int uncommitted = (int) (model.size() - commitIndex);
            if (uncommitted > 0) {
                newTerm();
                final int keep = (int) commitIndex + random.nextInt(uncommitted);
                final String payload = payload();
                fixture.replicate(keep + 1, term, payload);
                model.subList(keep, model.size()).clear();
                model.add(new Entry(RecordKind.CLIENT, term, 0, payload));
                superseded++;
            }
        }

        private void newTerm() {
            term++;
            votedFor = random.nextInt(4);
            fixture.log.persistHardState(term, votedFor, false);
        }

        private void read(final EntryCursor cursor) {
            for (int i = random.nextInt(50); i >= 0; i--) {
                final long limit = random.nextInt(model.size() + 1);
                final long from = cursor.index();
                long expected = from;
                while (expected <= limit && model.get((int) expected - 1).kind != RecordKind.CLIENT) {
                    expected++;
                }
                final boolean found = random.nextBoolean()
                        ? fixture.log.read(cursor, limit, view)
                        : fixture.log.skip(cursor, limit, view);
                assertEquals(expected <= limit, found);
                if (found) {
                    assertEquals(expected + 1, cursor.index());
                    assertEntry(expected, view);
                } else {
                    assertEquals(Math.max(from, limit + 1), cursor.index());
                }
            }
        }

        private void assertEntry(final long index, final LogRecord entry) {
            final Entry expected = model.get((int) index - 1);
            assertEquals(index, entry.index());
            assertEquals(expected.kind, entry.kind());
            assertEquals(expected.term, entry.term());
            assertEquals(expected.timestampMs, entry.timestampMs());
            assertEquals(expected.payload, LogFixture.payload(entry));
        }

        private void copy() {
            long next = 1 + random.nextInt(model.size() + 1);
            // What is sent to one follower is mostly the newest, and sent to the next again.
            if (random.nextInt(3) > 0) {
                next = random.nextBoolean() && newestCopiedFrom <= model.size()
                        ? newestCopiedFrom
                        : 1 + Math.max(0, model.size() - random.nextInt(10));
            }
            for (int i = random.nextInt(5); i >= 0; i--) {
                final int maxBytes = 1 + random.nextInt(1_000);
                final long from = next;
                copiedAgain += from == newestCopiedFrom ? 1 : 0;
                final long last = fixture.log.copyEntries(next, maxBytes, target, 16);
                int at = 0;
                for (; next <= last; next++) {
                    final int length = LogRecord.lengthAt(target, 16 + at, 4_000);
                    assertEntry(next, view.wrap(target, 16 + at, length));
                    at += length;
                }
                assertEquals(at, fixture.log.copiedBytes());
                newestCopiedFrom = at > 0 && next > model.size() ? from : newestCopiedFrom;
                assertTrue(next > model.size() || at > 0);
            }
        }

        private void check() {
            assertEquals(model.size(), fixture.log.lastIndex());
            assertEquals(term, fixture.log.term());
            assertEquals(votedFor, fixture.log.votedFor());
            assertTrue(fixture.log.commitWatermark() <= commitIndex);
            final long index = random.nextInt(model.size() + 1);
            assertEquals(index == 0 ? 0 : model.get((int) index - 1).term, fixture.log.termAt(index));
            long client = index;
            while (client > 0 && model.get((int) client - 1).kind != RecordKind.CLIENT) {
                client--;
            }
            assertEquals(client, fixture.log.lastClientIndexAtMost(index));
        }
    }

    @Property(tries = 60, shrinking = ShrinkingMode.OFF)
    void logDoesWhatAListWouldDo(@ForAll final long seed) {
        final Run run = new Run(seed);
        for (int step = 0; step < 1_500; step++) {
            run.step();
        }
    }

    @Example
    void runsRollSupersedeAndCopyAgain() {
        final MutableInteger superseded = new MutableInteger();
        int files = 0;
        int copiedAgain = 0;
        for (long seed = 1; seed <= 8; seed++) {
            final Run run = new Run(seed);
            for (int step = 0; step < 1_500; step++) {
                run.step();
            }
            superseded.addAndGet(run.superseded);
            files += run.fixture.stream.fileNumbers().length;
            copiedAgain += run.copiedAgain;
        }
        assertTrue(
                superseded.get() > 50 && files > 50 && copiedAgain > 300,
                superseded + " superseded, files " + files + ", copied again " + copiedAgain);
    }
}
