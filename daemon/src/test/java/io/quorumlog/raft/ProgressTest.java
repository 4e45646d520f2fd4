package io.quorumlog.raft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class ProgressTest {
    @Test
    void probeIsOneMessageAtATime() {
        final Progress progress = new Progress(5, true, false, 0);
        assertTrue(progress.maySend());

        progress.onSent(9, 0, 0);
        assertFalse(progress.maySend());
        assertEquals(5, progress.nextIndex());

        progress.onHeartbeat(0);
        assertTrue(progress.maySend());
    }

    @Test
    void answeredProbeBeginsToStreamBehindWhatItBrought() {
        final Progress progress = new Progress(5, true, false, 0);
        progress.onSent(9, 0, 0);

        progress.onMatch(4);

        assertTrue(progress.isStreaming());
        assertEquals(4, progress.matchIndex());
        assertEquals(10, progress.nextIndex());
    }

    /** The mistake: a heartbeat behind a probe makes the leader forget, and send again, what the probe brought. */
    @Test
    void heartbeatBehindAProbeDoesNotMakeItForgotten() {
        final Progress progress = new Progress(5, true, false, 0);
        progress.onSent(9, 0, 0);
        progress.onSent(4, 0, 0);

        progress.onMatch(4);

        assertEquals(10, progress.nextIndex());
    }

    @Test
    void answerThatFallsShortOfTheProbeIsWaitedFor() {
        final Progress progress = new Progress(5, true, false, 0);
        progress.onSent(9, 0, 0);

        progress.onMatch(3);

        assertFalse(progress.isStreaming());
        assertFalse(progress.maySend());
    }

    @Test
    void streamRunsAheadOfWhatIsAcknowledged() {
        final Progress progress = streaming();

        progress.onSent(12, 0, 0);
        progress.onSent(20, 0, 0);

        assertEquals(21, progress.nextIndex());
        assertEquals(4, progress.matchIndex());
        assertTrue(progress.maySend());
    }

    @Test
    void fullWindowHoldsTheStreamUntilAnAnswer() {
        final Progress progress = streaming();
        for (int i = 10; progress.maySend(); i++) {
            progress.onSent(i, 0, 0);
        }

        progress.onMatch(10);

        assertTrue(progress.maySend());
    }

    @Test
    void committedEntriesGoInFewMessagesAndFromTimeToTimeInOneMore() {
        final Progress progress = streaming();
        for (int i = 0; i < RaftLimits.CATCH_UP_MESSAGES; i++) {
            assertTrue(progress.mayCatchUp(0));
            progress.onSent(10 + i, 0, 0);
        }
        assertFalse(progress.mayCatchUp(RaftLimits.CATCH_UP_PACE_NS - 1));
        assertTrue(progress.maySend());

        assertTrue(progress.mayCatchUp(RaftLimits.CATCH_UP_PACE_NS));
        progress.onSent(20, 0, RaftLimits.CATCH_UP_PACE_NS);
        assertFalse(progress.mayCatchUp(2 * RaftLimits.CATCH_UP_PACE_NS - 1));

        progress.onMatch(11);
        assertTrue(progress.mayCatchUp(RaftLimits.CATCH_UP_PACE_NS));
    }

    @Test
    void followerThatFallsBehindIsSentMoreUntilItComesNearer() {
        final Progress progress = streaming();
        int sent = 0;
        progress.onHeartbeat(1000);
        progress.onHeartbeat(1001);
        while (progress.mayCatchUp(0)) {
            progress.onSent(10 + sent++, 0, 0);
        }
        assertEquals(2 * RaftLimits.CATCH_UP_MESSAGES, sent);

        for (int i = 0; i < 10; i++) {
            progress.onHeartbeat(2000 + i);
        }
        while (progress.maySend()) {
            assertTrue(progress.mayCatchUp(0));
            progress.onSent(10 + sent++, 0, 0);
        }
        assertEquals(RaftLimits.WINDOW_MESSAGES, sent);

        progress.onMatch(10 + sent - 1 - RaftLimits.CATCH_UP_MESSAGES);
        for (int i = 0; i < 10; i++) {
            progress.onHeartbeat(2000);
        }
        assertFalse(progress.mayCatchUp(0));
        progress.onMatch(10 + sent - RaftLimits.CATCH_UP_MESSAGES);
        assertTrue(progress.mayCatchUp(0));
    }

    @Test
    void whatAFollowerMissedWhileItWasAwayIsNoReasonToSendItMore() {
        final Progress progress = streaming();
        progress.onDisconnected();
        for (int i = 0; i < 10; i++) {
            progress.onHeartbeat(1000 * i);
        }
        progress.onConnected(false);
        progress.onHeartbeat(20_000);
        progress.onSent(4, 0, 0);
        progress.onMatch(4);

        int sent = 0;
        while (progress.mayCatchUp(0)) {
            progress.onSent(5 + sent++, 0, 0);
        }

        assertEquals(RaftLimits.CATCH_UP_MESSAGES, sent);
    }

    @Test
    void lateAnswerMovesNothingBack() {
        final Progress progress = streaming();
        progress.onSent(12, 0, 0);
        progress.onMatch(12);

        progress.onMatch(7);

        assertEquals(12, progress.matchIndex());
        assertEquals(13, progress.nextIndex());
    }

    @Test
    void onlyARefusalOfWhatIsUnderWayCounts() {
        final Progress progress = streaming();
        progress.onSent(12, 0, 0);
        progress.onMatch(7);

        assertFalse(progress.isCurrentRefusal(7), "acknowledged");
        assertTrue(progress.isCurrentRefusal(8));
        assertTrue(progress.isCurrentRefusal(12));
        assertFalse(progress.isCurrentRefusal(13), "not sent");

        progress.probe(9);
        assertTrue(progress.isCurrentRefusal(8));
        assertFalse(progress.isCurrentRefusal(9), "of the stream before");
    }

    @Test
    void probeNeverGoesBelowWhatIsAcknowledged() {
        final Progress progress = streaming();

        progress.probe(2);

        assertEquals(5, progress.nextIndex());
        assertFalse(progress.isStreaming());
    }

    @Test
    void newConnectionForgetsWhatWasAcknowledgedAndBeginsThere() {
        final Progress progress = streaming();
        progress.onDisconnected();
        assertFalse(progress.maySend());

        progress.onConnected(false);

        assertEquals(0, progress.matchIndex());
        assertEquals(5, progress.nextIndex());
        assertFalse(progress.isStreaming());
        assertTrue(progress.maySend());
    }

    @Test
    void answeredRoundRises() {
        final Progress progress = new Progress(1, true, false, 0);

        progress.onHeard(7, 5, false);
        progress.onHeard(9, 3, false);

        assertEquals(5, progress.round());
        assertEquals(9, progress.lastHeardNs());
    }

    /** {@code matchIndex < nextIndex <= lastIndex + 1}, whatever comes in whatever order. */
    @Property(tries = 300)
    void matchStaysBelowNext(@ForAll final long seed) {
        final Random random = new Random(seed);
        final long lastIndex = 1 + random.nextInt(300);
        final Progress progress = new Progress(1 + random.nextInt((int) lastIndex + 1), true, false, 0);
        for (int step = 0; step < 500; step++) {
            final long matchBefore = progress.matchIndex();
            final int event = random.nextInt(12);
            if (event == 0) {
                progress.onDisconnected();
                progress.onConnected(false);
            } else if (event == 1) {
                final long prevIndex = random.nextInt((int) lastIndex + 1);
                if (progress.isCurrentRefusal(prevIndex)) {
                    final long nextBefore = progress.nextIndex();
                    progress.probe(1 + random.nextInt((int) prevIndex));
                    assertTrue(progress.nextIndex() < nextBefore, "a refusal brings it nearer");
                }
            } else if (event == 2) {
                progress.onHeartbeat(0);
            } else if (event < 6) {
                progress.onMatch(random.nextInt((int) lastIndex + 1));
            } else if (progress.maySend() && progress.nextIndex() <= lastIndex) {
                progress.onSent(Math.min(lastIndex, progress.nextIndex() + random.nextInt(4)), 0, 0);
            }
            assertTrue(progress.matchIndex() < progress.nextIndex(), "seed " + seed + ", step " + step);
            assertTrue(progress.nextIndex() <= lastIndex + 1, "seed " + seed + ", step " + step);
            assertTrue(event == 0 || progress.matchIndex() >= matchBefore, "seed " + seed + ", step " + step);
        }
    }

    private static Progress streaming() {
        final Progress progress = new Progress(5, true, false, 0);
        progress.onSent(9, 0, 0);
        progress.onMatch(4);
        assertTrue(progress.isStreaming());
        return progress;
    }
}
