package io.quorumlog.node;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ConfiguratorRank;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.spi.ContextAwareBase;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;

/**
 * How the log looks: to stderr, one line an event, times in UTC. That stderr can't hold anything up is the doing of
 * {@link StandardError}. Found by Logback as a service (its manual, chapter 3); a file of XML would say the same, and take a
 * sixteenth of the processor time of a start. Who names a file in {@code logback.configurationFile} gets what that says.
 */
@ConfiguratorRank(ConfiguratorRank.CUSTOM_NORMAL_PRIORITY)
public final class LogFormat extends ContextAwareBase implements Configurator {
    private static final String LINE = "%d{\"yyyy-MM-dd'T'HH:mm:ss.SSS'Z'\", UTC} %-5level %msg%n%nopex";

    @Override
    public ExecutionStatus configure(final LoggerContext loggers) {
        if (System.getProperty("logback.configurationFile") != null) {
            return ExecutionStatus.INVOKE_NEXT_IF_ANY;
        }
        final PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(loggers);
        encoder.setCharset(StandardCharsets.UTF_8);
        encoder.setPattern(LINE);
        encoder.start();
        final ConsoleAppender<ILoggingEvent> standardError = new ConsoleAppender<>();
        standardError.setContext(loggers);
        standardError.setName("stderr");
        standardError.setTarget("System.err");
        standardError.setEncoder(encoder);
        standardError.start();
        loggers.getLogger("net.openhft").setLevel(Level.WARN);
        loggers.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(Level.INFO);
        loggers.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(standardError);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }
}
