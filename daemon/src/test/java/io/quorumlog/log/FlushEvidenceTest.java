package io.quorumlog.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class FlushEvidenceTest {
    @Test
    void flushOfEverythingIsExact() {
        final FlushEvidence evidence = new FlushEvidence(0, 1_000);
        evidence.onAppended(1, 1_100);
        assertFalse(evidence.isEverythingFlushed());
        assertEquals(1_000, evidence.flushedBefore());

        evidence.onFlushed(1);

        assertTrue(evidence.isEverythingFlushed());
        assertEquals(1_100, evidence.flushedBefore());
    }

    @Test
    void positionNeverLeadsAndLagsByALittle() {
        final FlushEvidence evidence = new FlushEvidence(0, 0);
        long before = 0;
        for (int seq = 1; seq <= 100_000; seq++) {
            evidence.onAppended(seq, seq * 100L);
            if (seq % 1_000 == 0) {
                final long flushed = seq - 500;
                evidence.onFlushed(flushed);
                final long position = evidence.flushedBefore();
                assertTrue(position <= flushed * 100);
                assertTrue(position > flushed * 100 - 8_192, position + " for " + flushed * 100);
                assertTrue(position >= before);
                before = position;
            }
        }
    }

    @Test
    void longStallLosesSamplesOnTheSafeSide() {
        final FlushEvidence evidence = new FlushEvidence(0, 0);
        for (int seq = 1; seq <= 10_000; seq++) {
            evidence.onAppended(seq, seq * 10_000L);
        }
        evidence.onFlushed(9_999);
        assertEquals(1_024 * 10_000L, evidence.flushedBefore());
        evidence.onFlushed(10_000);
        assertEquals(10_000 * 10_000L, evidence.flushedBefore());
        evidence.onAppended(10_001, 10_001 * 10_000L);
        evidence.onFlushed(10_001);
        assertEquals(10_001 * 10_000L, evidence.flushedBefore());
    }
}
