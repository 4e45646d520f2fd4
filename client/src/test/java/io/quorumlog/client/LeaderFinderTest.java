package io.quorumlog.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.List;
import org.junit.jupiter.api.Test;

class LeaderFinderTest {
    private static final ServerAddress A = new ServerAddress("a", 1);
    private static final ServerAddress B = new ServerAddress("b", 1);
    private static final ServerAddress C = new ServerAddress("c", 1);
    private static final ServerAddress ELSEWHERE = new ServerAddress("d", 1);

    private final LeaderFinder finder = new LeaderFinder(List.of(A, B, C));

    @Test
    void leaderIsTheFirstCandidate() {
        finder.leaderIs(B);
        assertEquals(List.of(B, A, C), finder.candidates());

        finder.leaderIs(ELSEWHERE);
        assertEquals(List.of(ELSEWHERE, A, B, C), finder.candidates());
    }

    @Test
    void whoDidNotAnswerIsLeftOutEvenIfOthersCallItTheLeader() {
        finder.leaderIs(A);
        finder.suspect(A, "does not answer");
        assertNull(finder.leader());

        finder.leaderIs(A);
        assertEquals(List.of(B, C), finder.candidates());
    }

    @Test
    void allAreCandidatesIfNobodyAnswered() {
        finder.suspect(A, "x");
        finder.suspect(B, "y");
        finder.suspect(C, "z");

        assertEquals(3, finder.candidates().size());
        assertEquals(": a:1 x, b:1 y, c:1 z", finder.because());
    }

    @Test
    void whoAnswersIsACandidateAgain() {
        finder.suspect(A, "x");
        finder.answered(A, null);

        assertEquals(List.of(B, C, A), finder.candidates());
        assertEquals("", finder.because());
    }
}
