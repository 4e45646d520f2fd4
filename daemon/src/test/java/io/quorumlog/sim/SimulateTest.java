package io.quorumlog.sim;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quorumlog.log.MemoryRecordStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class SimulateTest {
    /** A member that crashes forgets whom it voted for. */
    private static final Defect FORGETS_VOTES = new Defect() {
        @Override
        void onRestart(final MemoryRecordStream stream) {
            StoredRecords.forgetVotes(stream);
        }
    };

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    @Test
    void failureIsMadeSmallAndItsCommandShowsItAgain() {
        assertEquals(1, simulate(FORGETS_VOTES, "--seeds", "100"), output());

        final Matcher first = find("seed (\\d+) breaks (\\w+) with event (\\d+)");
        final Matcher small = find("made smaller: (\\d+) events and these faults: (.*)");
        final Matcher command = find("to see it again: scripts/simulate (.*)");
        assertTrue(Long.parseLong(small.group(1)) <= Long.parseLong(first.group(3)), output());
        final SimulationFailure whole = assertThrows(
                SimulationFailure.class,
                () -> new Simulation(Long.parseLong(first.group(1)), FORGETS_VOTES, Omissions.NONE).run());
        assertTrue(faults(small.group(2)) <= faults(whole.tally().faultsText()) / 10, whole.tally() + output());
        assertTrue(command.group(1).contains("--without") && command.group(1).contains("--skip"), command.group(1));

        bytes.reset();
        assertEquals(1, simulate(FORGETS_VOTES, command.group(1).split(" ")));
        find("seed " + first.group(1) + " step " + small.group(1) + ": .*" + first.group(2));
    }

    private static long faults(final String text) {
        return Pattern.compile("\\d[\\d,]*")
                .matcher(text)
                .results()
                .mapToLong(number -> Long.parseLong(number.group().replaceAll("\\D", "")))
                .sum();
    }

    @Test
    void runsThatFindNothingTellWhatHappenedInThem() {
        assertEquals(0, simulate(Defect.NONE, "--seeds", "3", "--from", "5"), output());

        find("3 seeds, [0-9,]+ events");
        find("leader elected [1-9]");
        find("[0-9,]+ events a second");
    }

    @Test
    void whatIsLeftOutDoesNotHappen() {
        assertEquals(0, simulate(Defect.NONE, "--seeds", "10"), output());
        find("overtaking [1-9]");

        bytes.reset();
        assertEquals(0, simulate(Defect.NONE, "--seeds", "10", "--without", "loss,overtaking", "--skip", "0-9,20"));
        assertTrue(!output().contains("overtaking") && !output().contains("loss"), output());
    }

    @Test
    void wrongOptionsAreRefused() {
        assertEquals(2, simulate(Defect.NONE, "--sedes", "10"));
        assertEquals(2, simulate(Defect.NONE, "--without", "los"));
        assertEquals(2, simulate(Defect.NONE, "--skip", "x"));
        assertEquals(2, simulate(Defect.NONE, "--seeds", "0"));
        assertEquals(2, simulate(Defect.NONE, "--defects", "--seeds", "1", "--trace"));
        assertEquals(2, simulate(Defect.NONE, "--seed", "1", "--from", "2"));
    }

    private int simulate(final Defect defect, final String... arguments) {
        final PrintStream stream = new PrintStream(bytes, true, UTF_8);
        return new Simulate(defect, stream, stream, false).run(arguments);
    }

    private String output() {
        return bytes.toString(UTF_8);
    }

    private Matcher find(final String pattern) {
        final Matcher matcher = Pattern.compile(pattern).matcher(output());
        assertTrue(matcher.find(), () -> pattern + " in " + output());
        return matcher;
    }
}
