package io.quorumlog.sim;

import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The simulation is tested by mistakes: each that is known must be found within so many seeds. */
class SimulationCatchesDefectsTest {
    private static final String LEADER = "io/quorumlog/raft/Leader.java";

    static List<KnownMistake> mistakes() {
        return KnownMistake.all();
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void plantedDefectIsCaught(final KnownMistake planted) {
        final LongFunction<String> run = planted.plant();
        final long end = planted.firstSeed() + planted.about().seeds();
        for (long seed = planted.firstSeed(); seed < end; seed++) {
            final String rule = run.apply(seed);
            if (rule != null) {
                System.out.println(planted + ": found by " + rule + " in seed " + seed);
                assertTrue(seed <= Simulate.SEEDS_A_DEFECT, "the command would not find it");
                return;
            }
        }
        fail("not found within " + planted.about().seeds() + " seeds from " + planted.firstSeed() + " on");
    }

    /** Otherwise whatever comes of the other class loader would be taken for what comes of the mistake. */
    @Test
    void productThatIsCompiledAnewUnchangedBreaksNothing() {
        final LongFunction<String> seedRun =
                new ChangedProduct(LEADER, "final class Leader ", "final class Leader ").seedRun();

        for (long seed = 1; seed <= 5; seed++) {
            assertNull(seedRun.apply(seed), "seed " + seed);
        }
    }

    @Test
    void mistakeWhosePlaceIsNotThereOrNotTheOnlyOneIsNotPlanted() {
        assertPlantsNothing("holds it nowhere", LEADER, "no such piece");
        assertPlantsNothing("holds it more than once", LEADER, "final ");
        assertPlantsNothing("does not compile", LEADER, "final class Leader ");
        assertPlantsNothing("NoSuch.java", "io/quorumlog/raft/NoSuch.java", "class");
    }

    private static void assertPlantsNothing(final String why, final String source, final String text) {
        final IllegalStateException refused =
                assertThrows(IllegalStateException.class, () -> new ChangedProduct(source, text, "no Java"));
        assertTrue(refused.getMessage().contains(why), refused.getMessage());
    }

    @Test
    void tableTellsWhichRuleFindsADefectAndHowOften() {
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        final DefectTable table = new DefectTable(1, 3, new PrintStream(bytes, true, StandardCharsets.UTF_8));

        assertTrue(table.add(PlantedDefect.CLUSTER_THAT_NEVER_ELECTS));
        assertTrue(!table.add(PlantedDefect.LEADER_THAT_READS_WITHOUT_CONFIRMATION), "takes many more seeds");

        final String text = bytes.toString(StandardCharsets.UTF_8);
        assertTrue(text.matches("(?s)cluster that never elects +3 +1 +Liveness 3\\R.*"), text);
        assertTrue(text.contains("NOT FOUND"), text);
        assertNull(PlantedDefect.LEADER_THAT_READS_WITHOUT_CONFIRMATION.plant().apply(1));
    }
}
