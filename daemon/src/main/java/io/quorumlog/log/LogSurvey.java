package io.quorumlog.log;

import io.quorumlog.codec.record.Crc32c;
import io.quorumlog.codec.record.LogRecord;
import io.quorumlog.codec.record.RecordKind;
import java.util.ArrayList;
import java.util.List;

/**
 * What a stopped log holds, for a person: {@link Recovery} reads it as a start would, every byte of it, and this keeps
 * count. Nothing is changed, and nobody says beforehand whose log it must be. Memory does not grow with the entries.
 */
public final class LogSurvey {
    private final StoredFiles files;
    private final List<FileSurvey> surveys = new ArrayList<>();
    private final Supersedings supersedings = new Supersedings();
    private final FileHeaderRecord header = new FileHeaderRecord();

    private NodeIdentity identity;
    private int format;
    private long lastPosition = RecordStream.NONE;
    private long lastIndex;
    private long records;
    private long entryRecords;
    private LogState state;
    private RecoveryReport report;
    private StorageException damage;

    /** What one file holds, superseded entries included. */
    private static final class FileSurvey {
        final int file;
        long records;
        long lowestIndex = Long.MAX_VALUE;
        long highestIndex;

        FileSurvey(final int file) {
            this.file = file;
        }
    }

    /**
     * A file that a start would keep.
     *
     * @param firstIndex of the entries that stand in it and are not superseded
     * @param lastIndex below {@code firstIndex} if there is none
     * @param records of every kind, superseded ones too
     */
    public record FileContents(int file, String name, long firstIndex, long lastIndex, long records) {}

    /** Is shown entries. */
    @FunctionalInterface
    public interface EntryVisitor {
        /** @param entry valid until this returns */
        void onEntry(LogRecord entry, boolean superseded);
    }

    private LogSurvey(final StoredFiles files) {
        this.files = files;
    }

    /** Reads everything. What is wrong with it is the result's {@link #damage()}. */
    public static LogSurvey of(final StoredFiles files) {
        final LogSurvey survey = new LogSurvey(files);
        try {
            final RecoveredLog recovered = Recovery.recover(files, null, survey::onRecord);
            survey.report = recovered.report();
            survey.state = recovered.takeState();
        } catch (final StorageException e) {
            survey.damage = e;
        }
        return survey;
    }

    private void onRecord(final long position, final LogRecord record) {
        final byte kind = record.kind();
        if (kind == RecordKind.FILE_HEADER) {
            header.wrap(record.buffer());
            format = header.format();
            identity = new NodeIdentity(header.nodeId(), header.memberIds());
            surveys.add(new FileSurvey(RecordStream.file(position)));
        }
        final FileSurvey survey = surveys.get(surveys.size() - 1);
        survey.records++;
        records++;
        lastPosition = position;
        if (RecordKind.isEntry(kind)) {
            onEntry(survey, position, record.index());
        }
    }

    private void onEntry(final FileSurvey survey, final long position, final long index) {
        if (index <= lastIndex) {
            supersedings.add(position, index);
        }
        lastIndex = index;
        entryRecords++;
        survey.lowestIndex = Math.min(survey.lowestIndex, index);
        survey.highestIndex = Math.max(survey.highestIndex, index);
    }

    /** What is damaged or another's, in the words of a start; null if nothing is. The other figures want that. */
    public StorageException damage() {
        return damage;
    }

    /** Whether no record would be kept: a node that starts there is blank. */
    public boolean isEmpty() {
        return surveys.isEmpty();
    }

    /** Whose log it is; null if it is empty. */
    public NodeIdentity identity() {
        return identity;
    }

    /** Version of the newest file's format. */
    public int format() {
        return format;
    }

    /** The cluster's id as 32 hexadecimal digits; null while the entry that founds it is not known to be committed. */
    public String clusterId() {
        final ClusterIdentity cluster = state.committedCluster();
        return cluster == null ? null : ClusterIdentity.idText(cluster.high(), cluster.low());
    }

    public boolean isBlank() {
        return state.isBlank();
    }

    /** Whether a blank member is so because it lost entries to damage, and not because it is new. */
    public boolean hasLostEntries() {
        return state.hasLostEntries();
    }

    public long term() {
        return state.term();
    }

    /** In {@link #term()}; 0 for none. */
    public int votedFor() {
        return state.votedFor();
    }

    /** At least so much was committed. */
    public long commitIndex() {
        return state.commitIndex();
    }

    /** 0 if there is no entry; else the first one has index 1. */
    public long lastIndex() {
        return state.lastIndex();
    }

    public long lastTerm() {
        return state.lastTerm();
    }

    /** Entries that are clients', superseded ones not counted. */
    public long clientEntries() {
        return state.lastIndex() - state.nonClients().size();
    }

    /** Entries that later ones took the place of. */
    public long supersededEntries() {
        return entryRecords - state.lastIndex();
    }

    /** Records that would be kept, of every kind. */
    public long records() {
        return records;
    }

    /** What a start would cut off, in its own words; null if nothing. */
    public String repair() {
        return report.repair();
    }

    /** The files that would be kept, oldest first. */
    public List<FileContents> files() {
        final EntryIndex entries = state.entries();
        final List<FileContents> contents = new ArrayList<>();
        for (int i = 0; i < surveys.size(); i++) {
            final int file = surveys.get(i).file;
            final boolean isNewest = i == surveys.size() - 1;
            final long last = isNewest ? state.lastIndex() : entries.firstIndex(file + 1) - 1;
            contents.add(
                    new FileContents(file, files.name(file), entries.firstIndex(file), last, surveys.get(i).records));
        }
        return contents;
    }

    /**
     * Shows entries in the order in which they were written, those that were superseded too, up to where a start would
     * cut, or to the damage.
     *
     * @param from lowest index
     * @param to highest index
     * @throws StorageException if a file can't be read any more as it was
     */
    public void visitEntries(final long from, final long to, final EntryVisitor visitor) {
        for (final FileSurvey survey : surveys) {
            if (survey.lowestIndex <= to && survey.highestIndex >= from) {
                visitEntries(survey.file, from, to, visitor);
            }
        }
    }

    private void visitEntries(final int file, final long from, final long to, final EntryVisitor visitor) {
        final Crc32c crc = new Crc32c();
        final LogRecord record = new LogRecord();
        try (StoredFiles.Scan scan = files.scan(file)) {
            long position = RecordStream.NONE;
            while (position < lastPosition && scan.next() == StoredFiles.Found.RECORD) {
                position = RecordStream.position(file, scan.offset());
                record.wrap(scan.record(), 0, scan.record().capacity());
                final long index = record.index();
                if (RecordKind.isEntry(record.kind()) && index >= from && index <= to) {
                    if (!record.isIntact(crc)) {
                        throw new DamagedLogException(files.name(file) + " at offset " + scan.offset() + ": entry "
                                + index + " is not any more what it was a moment ago");
                    }
                    visitor.onEntry(record, supersedings.isSuperseded(position, index));
                }
            }
        }
    }
}
