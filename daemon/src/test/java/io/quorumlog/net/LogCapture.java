package io.quorumlog.net;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.LoggerFactory;

/** The lines that this package logs, from {@link #begin} to {@link #end}. */
final class LogCapture extends AppenderBase<ILoggingEvent> {
    private final List<String> lines = new CopyOnWriteArrayList<>();

    private LogCapture() {}

    static LogCapture begin() {
        final LogCapture capture = new LogCapture();
        capture.start();
        logger().addAppender(capture);
        return capture;
    }

    void end() {
        logger().detachAppender(this);
    }

    List<String> lines() {
        return lines;
    }

    @Override
    protected void append(final ILoggingEvent event) {
        lines.add(event.getFormattedMessage());
    }

    private static Logger logger() {
        return (Logger) LoggerFactory.getLogger("io.quorumlog.net");
    }
}
