package io.quorumlog.store;

import static io.quorumlog.store.StoreLayout.MIB;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class StoreLayoutTest {
    private static final long GIB = 1024L * MIB;

    @Test
    void stepGrowsWithTheLogWithinBounds() {
        assertEquals(8 * MIB, StoreLayout.stepBytes(MIB, 0, 100 * GIB));
        assertEquals(8 * MIB, StoreLayout.stepBytes(MIB, 168 * MIB, 100 * GIB));
        assertEquals(12 * MIB, StoreLayout.stepBytes(MIB, 768 * MIB, 100 * GIB));
        assertEquals(16 * MIB, StoreLayout.stepBytes(MIB, 50 * GIB, 100 * GIB));
    }

    @Test
    void smallDiskIsTakenInSmallSteps() {
        assertEquals(4 * MIB, StoreLayout.stepBytes(MIB, 60 * MIB, 64 * MIB));
        assertEquals(3 * MIB, StoreLayout.stepBytes(MIB / 2, 30 * MIB, 32 * MIB));
    }

    @Test
    void halfAStepHoldsTheLargestRecordAndWhatClosesAFile() {
        for (final int record : new int[] {100, MIB, 5 * MIB + 1, StoreLayout.MAX_RECORD_BYTES}) {
            for (final long disk : new long[] {16 * MIB, 64 * MIB, GIB, 100 * GIB}) {
                final long step = StoreLayout.stepBytes(record, 0, disk);

                assertTrue(step / 2 >= record + StoreLayout.MAX_RESERVE_BYTES, record + " on " + disk);
                assertEquals(0, step % 4096);
            }
        }
    }
}
