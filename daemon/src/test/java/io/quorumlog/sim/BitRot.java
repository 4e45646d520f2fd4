package io.quorumlog.sim;

import io.quorumlog.log.MemoryRecordStream;
import io.quorumlog.log.RecordStream;
import io.quorumlog.log.StoredFiles;

/**
 * Flips bits of one member's disk, one at a time: of records of which the log itself shows that they had been flushed. Of
 * one that is younger a log can't tell whether it is rotten or torn, and cuts it off; for that it marks what it holds when
 * it comes to rest.
 */
final class BitRot {
    private final Simulation simulation;
    private final SimRandom random;
    private final Evidence evidence = new Evidence();
    /** A bit is flipped, and not mended yet. */
    private boolean damaged;

    private int file;
    private long bit;

    BitRot(final Simulation simulation, final SimRandom random) {
        this.simulation = simulation;
        this.random = random;
    }

    /** To be told of all records and flushes. */
    Evidence evidence() {
        return evidence;
    }

    /** Flips a bit, if none is flipped and a record is found. */
    void flip(final MemoryRecordStream stream) {
        if (damaged || evidence.flushedBefore() == 0) {
            return;
        }
        final int lastFile = RecordStream.file(evidence.flushedBefore());
        file = stream.firstFile() + random.below(lastFile - stream.firstFile() + 1);
        final int end = file < lastFile ? stream.usedBytes(file) : (int) evidence.flushedBefore();
        bit = random.below(Math.max(8 * end, 1));
        try (StoredFiles.Scan scan = stream.storedFiles().scan(file)) {
            while (scan.next() == StoredFiles.Found.RECORD && 8 * scan.offset() <= bit) {
                final int length = scan.record().capacity();
                if (bit < 8 * (scan.offset() + length) && simulation.happens(Fault.FLIPPED_BIT)) {
                    damaged = true;
                    stream.flipBit(file, bit);
                    simulation.defect().onFlippedBit(stream.bytes(file), (int) scan.offset(), length);
                    return;
                }
            }
        }
    }

    /** Whether a bit is flipped now. */
    boolean isDamaged() {
        return damaged;
    }

    /** What would stand there if none were. */
    MemoryRecordStream undamaged(final MemoryRecordStream stream) {
        if (!damaged) {
            return stream;
        }
        final MemoryRecordStream copy = stream.copy();
        copy.flipBit(file, bit);
        return copy;
    }

    /** Somebody restores what was damaged. */
    void mend(final MemoryRecordStream stream) {
        if (damaged) {
            damaged = false;
            stream.flipBit(file, bit);
        }
    }

    /** The disk is replaced by an empty one. */
    void clear() {
        damaged = false;
        evidence.clear();
    }
}
