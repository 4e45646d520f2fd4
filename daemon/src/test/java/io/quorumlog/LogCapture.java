package io.quorumlog;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The lines that are logged from {@link #begin} to {@link #close}, without time and level. They go to standard error. */
public final class LogCapture implements AutoCloseable {
    private static final Pattern LINE =
            Pattern.compile("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z (INFO|WARN|ERROR) (?<message>.*)");

    private final ByteArrayOutputStream captured = new ByteArrayOutputStream();
    private final PrintStream before = System.err;

    private LogCapture() {}

    /** Takes the place of standard error. */
    public static LogCapture begin() {
        final LogCapture capture = new LogCapture();
        System.setErr(new PrintStream(capture.captured, true, StandardCharsets.UTF_8));
        return capture;
    }

    /** Gives standard error back; again is no harm. */
    @Override
    public void close() {
        System.setErr(before);
    }

    /** What has been logged so far. */
    public List<String> lines() {
        return captured.toString(StandardCharsets.UTF_8)
                .lines()
                .map(LINE::matcher)
                .filter(Matcher::matches)
                .map(line -> line.group("message"))
                .toList();
    }
}
