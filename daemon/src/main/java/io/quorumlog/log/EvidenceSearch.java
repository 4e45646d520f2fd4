package io.quorumlog.log;

import io.quorumlog.codec.record.RecordKind;
import io.quorumlog.log.StoredFiles.Found;

/**
 * Looks behind a hole for who testifies that it had been flushed: whole records in the rest of its file and in later ones,
 * whatever stands between them, and the note beside the files. Each answer is in words, or null where nobody does.
 */
final class EvidenceSearch {
    private final StoredFiles files;
    private final LogOwner owner;
    private final StoredRecord stored;

    EvidenceSearch(final StoredFiles files, final LogOwner owner, final StoredRecord stored) {
        this.files = files;
        this.owner = owner;
        this.stored = stored;
    }

    /**
     * In the rest of a file.
     *
     * @param scan has come upon {@code first}; if nobody testifies, it ends at the file's end
     * @param hole position
     */
    String inRestOf(final int file, final StoredFiles.Scan scan, final Found first, final long hole) {
        Found found = first;
        while (found != Found.END) {
            if (found == Found.RECORD && StoredRecord.isKnownKind(scan.record()) && stored.isIntact(scan.record())) {
                if (testifies(file, scan, hole)) {
                    return files.name(file) + " at offset " + scan.offset();
                }
                found = scan.next();
            } else {
                found = scan.resync(scan.offset());
            }
        }
        return null;
    }

    /** In whole files. */
    String inFiles(final int[] numbers, final int from, final long hole) {
        for (int i = from; i < numbers.length; i++) {
            try (StoredFiles.Scan scan = files.scan(numbers[i])) {
                final String witness = inRestOf(numbers[i], scan, scan.next(), hole);
                if (witness != null) {
                    return witness;
                }
            }
        }
        return null;
    }

    /** In the note beside the files. */
    String inNote(final long hole) {
        return files.flushedBefore() > hole ? "the file " + StoredFiles.NOTE_NAME : null;
    }

    private boolean testifies(final int file, final StoredFiles.Scan scan, final long hole) {
        final long offset = scan.offset();
        stored.checkVersion(file, offset);
        if (stored.record().kind() == RecordKind.FILE_HEADER && stored.isHeader(scan.record())) {
            stored.checkFormat(file, offset);
            owner.checkHeader(file, stored.fileHeader());
        }
        final long evidence = stored.evidence(scan.record());
        // No record testifies to what is behind itself: such bytes are a payload's, or made up.
        return evidence > hole && evidence <= RecordStream.position(file, offset);
    }
}
