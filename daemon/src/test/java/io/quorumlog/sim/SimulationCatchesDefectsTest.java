package io.quorumlog.sim;

import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The simulation is tested by mistakes: each that is known must be found within so many seeds. */
class SimulationCatchesDefectsTest {
    @ParameterizedTest
    @EnumSource
    void plantedDefectIsCaught(final PlantedDefect planted) {
        for (long seed = 1; seed <= planted.seeds(); seed++) {
            final String rule = planted.ruleBrokenBy(seed);
            if (rule != null) {
                System.out.println(planted + ": found by " + rule + " in seed " + seed);
                return;
            }
        }
        fail("not found within " + planted.seeds() + " seeds");
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
        assertNull(PlantedDefect.LEADER_THAT_READS_WITHOUT_CONFIRMATION.ruleBrokenBy(1));
    }
}
