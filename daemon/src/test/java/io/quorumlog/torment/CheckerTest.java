package io.quorumlog.torment;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.quorumlog.torment.Operation.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Histories made by hand: each rule is broken, and lets pass what only looks broken. Times are in any unit. */
final class CheckerTest {
    private static final int ONE = 1;
    private static final int OTHER = 2;

    private final List<Operation> operations = new ArrayList<>();
    private final Map<Integer, List<LogEntry>> logs = new TreeMap<>();

    // The history.

    private Operation ask(final int client, final Kind kind, final long argument, final String label, final long at) {
        final Payload payload = label == null ? null : payload(label);
        final Operation operation = new Operation(client, 1, kind, argument, 10, payload, at);
        operations.add(operation);
        return operation;
    }

    private Operation append(final int client, final String label, final long at) {
        return ask(client, Kind.APPEND, 0, label, at);
    }

    private Operation appendIf(final long last, final String label, final long at) {
        return ask(ONE, Kind.APPENDIF, last, label, at);
    }

    private Operation last(final long at) {
        return ask(OTHER, Kind.LAST, 0, null, at);
    }

    private static Payload payload(final String label) {
        return Payload.of(Payload.bytes(label, 20));
    }

    private static LogEntry entry(final long index, final String label) {
        return new LogEntry(index, 1, index, payload(label));
    }

    private void log(final LogEntry... entries) {
        for (int id = 1; id <= 3; id++) {
            logs.put(id, List.of(entries));
        }
    }

    private void finds(final Class<?>... rules) {
        operations.sort(Comparator.comparingLong(Operation::startNs));
        final List<Violation> violations = Checker.check(new Evidence(operations, logs));

        final List<String> expected =
                Arrays.stream(rules).map(Class::getSimpleName).toList();
        assertEquals(expected, violations.stream().map(Violation::rule).toList(), violations::toString);
    }

    @Test
    void nothingIsFoundWhereAllIsWell() {
        append(ONE, "a", 1).answered(2, 2);
        append(ONE, "b", 3).uncertain(4, "reset");
        append(ONE, "c", 5).refused(6, "NOLEADER");
        append(ONE, "d", 6).uncertain(7, "reset");
        appendIf(3, "e", 8).answered(9, 6);
        appendIf(3, "f", 10).conflict(11, 6);
        last(12).answered(13, 6);
        ask(OTHER, Kind.READ, 1, null, 1).answered(2, List.of());
        ask(OTHER, Kind.READ, 3, null, 14).answered(15, List.of(entry(3, "b"), entry(6, "e")));
        ask(OTHER, Kind.TAIL, 0, null, 16).answered(17, List.of(entry(2, "a"), entry(3, "b")));
        ask(OTHER, Kind.ECHO, 0, null, 18).answered(19, 0);
        log(entry(2, "a"), entry(3, "b"), entry(6, "e"));

        finds();
    }

    // Logs.

    @Test
    void nodeWithAnotherLogIsFound() {
        append(ONE, "a", 1).answered(2, 2);
        append(ONE, "b", 3).uncertain(4, "reset");
        log(entry(2, "a"));
        logs.put(2, List.of(entry(2, "a"), entry(3, "b")));

        finds(LogsAgree.class);
    }

    @Test
    void nodeThatLacksAnEntryIsFound() {
        append(ONE, "a", 1).answered(2, 2);
        append(ONE, "b", 3).answered(4, 3);
        log(entry(2, "a"), entry(3, "b"));
        logs.put(3, List.of(entry(2, "a")));

        finds(LogsAgree.class);
    }

    @Test
    void indexThatFallsIsFound() {
        append(ONE, "a", 1).answered(9, 2);
        append(OTHER, "b", 1).answered(9, 3);
        log(new LogEntry(3, 5, 100, payload("b")), new LogEntry(2, 5, 100, payload("a")));

        finds(LogsAgree.class, LogsAgree.class, LogsAgree.class);
    }

    @Test
    void termThatFallsIsFound() {
        append(ONE, "a", 1).answered(2, 2);
        append(ONE, "b", 3).answered(4, 3);
        log(new LogEntry(2, 5, 100, payload("a")), new LogEntry(3, 4, 100, payload("b")));

        finds(LogsAgree.class, LogsAgree.class, LogsAgree.class);
    }

    @Test
    void timestampThatFallsIsFound() {
        append(ONE, "a", 1).answered(2, 2);
        append(ONE, "b", 3).answered(4, 3);
        log(new LogEntry(2, 5, 100, payload("a")), new LogEntry(3, 5, 99, payload("b")));

        finds(LogsAgree.class, LogsAgree.class, LogsAgree.class);
    }

    // Appends.

    @Test
    void acknowledgedAppendThatIsLostIsFound() {
        append(ONE, "a", 1).answered(2, 2);
        append(ONE, "b", 1).answered(2, 3);
        log(entry(2, "a"));

        finds(AppendsAreTrue.class);
    }

    @Test
    void acknowledgedAppendAtAnotherIndexIsFound() {
        append(ONE, "a", 1).answered(2, 2);
        log(entry(3, "a"));

        finds(AppendsAreTrue.class);
    }

    @Test
    void refusedAppendThatIsThereIsFound() {
        append(ONE, "a", 1).refused(2, "NOTLEADER 2 there");
        log(entry(2, "a"));

        finds(AppendsAreTrue.class);
    }

    @Test
    void appendThatConflictedAndIsThereAllTheSameIsFound() {
        append(ONE, "a", 1).answered(2, 2);
        appendIf(2, "b", 1).conflict(2, 0);
        log(entry(2, "a"), entry(3, "b"));

        finds(AppendsAreTrue.class);
    }

    @Test
    void appendThatIsThereTwiceIsFound() {
        append(ONE, "a", 1).uncertain(2, "reset");
        log(entry(2, "a"), entry(3, "a"));

        finds(AppendsAreTrue.class);
    }

    @Test
    void entryThatNobodyAskedForIsFound() {
        log(entry(2, "a"));

        finds(AppendsAreTrue.class);
    }

    @Test
    void entryWithOtherBytesIsFound() {
        append(ONE, "a", 1).answered(2, 2);
        log(new LogEntry(2, 1, 1, Payload.of(Payload.bytes("a", 21))));

        finds(AppendsAreTrue.class);
    }

    @Test
    void replyToAnotherRequestIsFound() {
        ask(ONE, Kind.ECHO, 0, null, 1).wrong(2, "bulk string of something else");
        log();

        finds(AppendsAreTrue.class);
    }

    // Conditions.

    @Test
    void conditionalEntryBehindAnotherThanWasExpectedIsFound() {
        append(ONE, "a", 1).answered(2, 2);
        append(ONE, "b", 3).answered(4, 3);
        appendIf(2, "c", 5).uncertain(6, "reset");
        log(entry(2, "a"), entry(3, "b"), entry(4, "c"));

        finds(ConditionsHeld.class);
    }

    @Test
    void conflictWithWhatWasExpectedIsFound() {
        append(ONE, "a", 1).answered(2, 2);
        appendIf(2, "b", 3).conflict(4, 2);
        log(entry(2, "a"));

        finds(ConditionsHeld.class);
    }

    @Test
    void conflictThatNamesAnEntryThatIsNotThereIsFound() {
        append(ONE, "a", 1).answered(2, 2);
        appendIf(2, "b", 3).conflict(4, 3);
        log(entry(2, "a"));

        finds(ConditionsHeld.class);
    }

    // Reads.

    @Test
    void readThatLeavesAnEntryOutIsFound() {
        append(ONE, "a", 1).answered(2, 2);
        append(ONE, "b", 1).answered(2, 3);
        ask(OTHER, Kind.READ, 1, null, 3).answered(4, List.of(entry(3, "b")));
        log(entry(2, "a"), entry(3, "b"));

        finds(ReadsShowTheLog.class);
    }

    @Test
    void tailWithAGapIsFound() {
        append(ONE, "a", 1).answered(2, 2);
        append(ONE, "b", 1).answered(2, 3);
        append(ONE, "c", 1).answered(2, 4);
        ask(OTHER, Kind.TAIL, 1, null, 3).answered(4, List.of(entry(2, "a"), entry(4, "c")));
        log(entry(2, "a"), entry(3, "b"), entry(4, "c"));

        finds(ReadsShowTheLog.class);
    }

    @Test
    void readOfWhatIsNotInTheLogIsFound() {
        append(ONE, "a", 1).uncertain(2, "reset");
        ask(OTHER, Kind.READ, 1, null, 3).answered(4, List.of(entry(2, "a")));
        log();

        finds(ReadsShowTheLog.class);
    }

    @Test
    void readOfOtherBytesIsFound() {
        append(ONE, "a", 1).answered(2, 2);
        ask(OTHER, Kind.READ, 1, null, 3).answered(4, List.of(entry(2, "b")));
        log(entry(2, "a"));

        finds(ReadsShowTheLog.class);
    }

    @Test
    void readOfAnotherTermIsFound() {
        append(ONE, "a", 1).answered(2, 2);
        ask(OTHER, Kind.READ, 1, null, 3).answered(4, List.of(new LogEntry(2, 9, 2, payload("a"))));
        log(entry(2, "a"));

        finds(ReadsShowTheLog.class);
    }

    @Test
    void readOfMoreThanWasAskedForIsFound() {
        final LogEntry[] entries = new LogEntry[11];
        for (int i = 0; i < entries.length; i++) {
            append(ONE, "a" + i, 1 + 2 * i).answered(2 + 2 * i, 2 + i);
            entries[i] = entry(2 + i, "a" + i);
        }
        ask(OTHER, Kind.READ, 1, null, 100).answered(101, List.of(entries));
        log(entries);

        finds(ReadsShowTheLog.class);
    }

    @Test
    void lastOfNoEntryIsFound() {
        append(ONE, "a", 1).answered(2, 2);
        last(3).answered(4, 3);
        log(entry(2, "a"));

        finds(ReadsShowTheLog.class);
    }

    // Order.

    @Test
    void connectionsEntriesOutOfOrderAreFoundThoughNoneWasAcknowledged() {
        append(ONE, "a", 1).uncertain(9, "reset");
        append(ONE, "b", 2).uncertain(9, "reset");
        log(entry(2, "b"), entry(3, "a"));

        finds(ConnectionsKeepOrder.class);
    }

    @Test
    void entriesOfTwoClientsAtOnceMayStandInAnyOrder() {
        append(ONE, "a", 1).answered(9, 3);
        append(OTHER, "b", 2).answered(9, 2);
        log(entry(2, "b"), entry(3, "a"));

        finds();
    }

    @Test
    void appendThatStandsBeforeOneThatWasAcknowledgedBeforeItBeganIsFound() {
        append(ONE, "a", 1).answered(2, 3);
        append(OTHER, "b", 3).answered(4, 2);
        log(entry(2, "b"), entry(3, "a"));

        finds(RealTimeOrder.class);
    }

    @Test
    void theSameIsFoundWhereTheSecondIsUncertain() {
        append(ONE, "a", 1).answered(2, 3);
        append(OTHER, "b", 3).uncertain(4, "reset");
        log(entry(2, "b"), entry(3, "a"));

        finds(RealTimeOrder.class);
    }

    @Test
    void uncertainAppendMayTakeEffectLate() {
        append(OTHER, "b", 1).uncertain(2, "reset");
        append(ONE, "a", 3).answered(4, 2);
        last(5).answered(6, 2);
        log(entry(2, "a"), entry(3, "b"));

        finds();
    }

    @Test
    void lastThatDoesNotKnowWhatWasAcknowledgedIsFound() {
        append(ONE, "a", 1).answered(2, 2);
        append(ONE, "b", 3).answered(4, 3);
        last(5).answered(6, 2);
        log(entry(2, "a"), entry(3, "b"));

        finds(RealTimeOrder.class);
    }

    @Test
    void lastMayOrMayNotKnowWhatIsAcknowledgedMeanwhile() {
        append(ONE, "a", 1).answered(5, 2);
        last(2).answered(3, 2);
        last(2).answered(3, 0);
        log(entry(2, "a"));

        finds();
    }

    @Test
    void lastThatGoesBackIsFound() {
        append(ONE, "a", 1).answered(9, 2);
        last(2).answered(3, 2);
        last(4).answered(5, 0);
        log(entry(2, "a"));

        finds(RealTimeOrder.class);
    }

    @Test
    void lastThatDoesNotKnowWhatWasReadIsFound() {
        append(ONE, "a", 1).answered(9, 2);
        ask(OTHER, Kind.READ, 1, null, 2).answered(3, List.of(entry(2, "a")));
        last(4).answered(5, 0);
        log(entry(2, "a"));

        finds(RealTimeOrder.class);
    }

    @Test
    void conflictThatDoesNotKnowWhatWasAcknowledgedIsFound() {
        append(ONE, "a", 1).answered(2, 2);
        append(ONE, "b", 3).answered(4, 3);
        appendIf(3, "c", 5).conflict(6, 2);
        log(entry(2, "a"), entry(3, "b"));

        finds(RealTimeOrder.class);
    }

    @Test
    void lastThatKnowsWhatWasNotYetAskedForIsFound() {
        last(1).answered(2, 2);
        append(ONE, "a", 3).answered(4, 2);
        log(entry(2, "a"));

        finds(RealTimeOrder.class);
    }

    @Test
    void readOfWhatWasNotYetAskedForIsFound() {
        ask(OTHER, Kind.TAIL, 1, null, 1).answered(2, List.of(entry(2, "a")));
        append(ONE, "a", 3).uncertain(4, "reset");
        log(entry(2, "a"));

        finds(RealTimeOrder.class);
    }

    @Test
    void readMayBeBehind() {
        append(ONE, "a", 1).answered(2, 2);
        ask(OTHER, Kind.READ, 1, null, 3).answered(4, List.of());
        log(entry(2, "a"));

        finds();
    }
}
