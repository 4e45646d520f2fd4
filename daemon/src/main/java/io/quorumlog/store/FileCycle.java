package io.quorumlog.store;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.regex.Pattern;
import net.openhft.chronicle.queue.RollCycle;
import net.openhft.chronicle.queue.rollcycles.RollCycleArithmetic;

/**
 * Rolling by our own decision: a file's number is Chronicle's cycle, and the clock that Chronicle is shown says which
 * cycle it is. A cycle is a second of 1970 and the years after in the files' names, because Chronicle makes names from
 * dates only; the {@code R} keeps the pattern apart from those that it knows.
 */
final class FileCycle implements RollCycle {
    static final FileCycle INSTANCE = new FileCycle();

    /** Number of a log's first file. */
    static final int FIRST = 1;

    static final String SUFFIX = ".cq4";
    static final int CYCLE_MILLIS = 1000;

    /** Chronicle's index tables: with these, one table is enough for a whole file, and it stands before all records. */
    static final int INDEX_COUNT = 2048;

    static final int INDEX_SPACING = 2048;

    private static final String PATTERN = "yyyyMMdd-HHmmss'R'";
    private static final DateTimeFormatter NAME =
            DateTimeFormatter.ofPattern(PATTERN, Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final Pattern FILE_NAME = Pattern.compile("[0-9]{8}-[0-9]{6}R\\.cq4");
    private static final RollCycleArithmetic ARITHMETIC = RollCycleArithmetic.of(INDEX_COUNT, INDEX_SPACING);

    private FileCycle() {}

    /** Name of the file with a number. */
    static String fileName(final int file) {
        return NAME.format(Instant.ofEpochSecond(file)) + SUFFIX;
    }

    /** Name under which Chronicle finds a file that was prepared for a number. */
    static String preparedName(final int file) {
        return NAME.format(Instant.ofEpochSecond(file)) + ".precreated";
    }

    /** Whether a name is the one that a file with some number has, and not just a date that is taken for the same day. */
    static boolean isFileName(final String name) {
        if (!FILE_NAME.matcher(name).matches()) {
            return false;
        }
        try {
            final long number = epochSecond(name);
            return number >= FIRST
                    && number <= Integer.MAX_VALUE
                    && fileName((int) number).equals(name);
        } catch (final DateTimeException e) {
            return false;
        }
    }

    /** Number of the file with a name. */
    static int fileNumber(final String name) {
        return (int) epochSecond(name);
    }

    private static long epochSecond(final String name) {
        return Instant.from(NAME.parse(name.substring(0, name.length() - SUFFIX.length())))
                .getEpochSecond();
    }

    @Override
    public String format() {
        return PATTERN;
    }

    @Override
    public int lengthInMillis() {
        return CYCLE_MILLIS;
    }

    @Override
    public int defaultIndexCount() {
        return INDEX_COUNT;
    }

    @Override
    public int defaultIndexSpacing() {
        return INDEX_SPACING;
    }

    @Override
    public long toIndex(final int cycle, final long sequenceNumber) {
        return ARITHMETIC.toIndex(cycle, sequenceNumber);
    }

    @Override
    public long toSequenceNumber(final long index) {
        return ARITHMETIC.toSequenceNumber(index);
    }

    @Override
    public int toCycle(final long index) {
        return ARITHMETIC.toCycle(index);
    }

    @Override
    public long maxMessagesPerCycle() {
        return ARITHMETIC.maxMessagesPerCycle();
    }
}
